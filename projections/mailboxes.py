"""Which NHS MESH mailbox is whose, and which entries were put there, in PostgreSQL.

It refuses to know MESH, and what an entry says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.vocabulary import Way
from projections.readers import SQL as READERS
from projections.statements import statements

SQL = statements("mailboxes")
STANDING = SQL["standing"]


@dataclass(frozen=True, slots=True)
class Mailing:
    """Entries that go into a mailbox as one message."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where a partner is told. ``reached`` is the last number that MESH took for it.

    ``begun`` was written down before it was sent, and nobody knows whether it was.
    """

    number: int
    partner: UUID
    name: str
    since: datetime
    failure: str
    reached: int
    sent: datetime | None
    collected: int | None
    begun: Mailing | None


def mailboxes(rows: Sequence[Sequence[Any]]) -> list[Mailbox]:
    """What `STANDING` found."""
    return [Mailbox(*[*row[:-2], Mailing(*row[-2:]) if row[-1] else None]) for row in rows]


def standing(connection: Connection) -> list[Mailbox]:
    """The mailbox of each partner that has one."""
    return mailboxes(connection.execute(STANDING, {"partner": None}).fetchall())


def begin(connection: Connection, partner: UUID, name: str, after: int, at: datetime) -> None:
    """From now on a partner is told in this mailbox and no other, what follows a number."""
    with connection.transaction():
        connection.execute(SQL["end"], [at, partner])
        connection.execute(SQL["begin"], [partner, name, after, at])
        _has_read(connection, partner, after, at)


def end(connection: Connection, partner: UUID, at: datetime) -> bool:
    """Nothing is put into a partner's mailbox any more; whether there was one."""
    return connection.execute(SQL["end"], [at, partner]).rowcount == 1


def write(connection: Connection, to: Mailbox, mailing: Mailing, at: datetime) -> None:
    """These entries are about to be sent."""
    connection.execute(SQL["write"], [to.number, to.partner, mailing.first, mailing.last, at])


def sent(
    connection: Connection, to: Mailbox, mailing: Mailing, message: str | None, at: datetime
) -> None:
    """MESH has taken them, and calls them so; ``None`` where it did not say."""
    with connection.transaction():
        connection.execute(SQL["sent"], [at, message, to.number, mailing.first])
        failing(connection, to, "")


def failing(connection: Connection, to: Mailbox, why: str) -> None:
    """Why what follows is not taken; nothing if it is."""
    connection.execute(SQL["failing"], {"mailbox": to.number, "why": why})


def waiting(connection: Connection, of: Mailbox) -> tuple[Mailing, str] | None:
    """The first that lies there and that the partner has not collected, as far as is known."""
    row = connection.execute(SQL["waiting"], [of.number]).fetchone()
    return (Mailing(row[0], row[1]), row[2]) if row else None


def collected(connection: Connection, of: Mailbox, mailing: Mailing, at: datetime) -> None:
    """The partner has taken it out, and so has read up to its end."""
    with connection.transaction():
        connection.execute(SQL["collected"], [at, of.number, mailing.first])
        _has_read(connection, of.partner, mailing.last, at)


def forget(connection: Connection, before: datetime) -> None:
    """What was collected and written before a moment, but for the last of each mailbox."""
    connection.execute(SQL["forget"], [before])


def _has_read(connection: Connection, partner: UUID, number: int, at: datetime) -> None:
    asked = {"partner": partner, "way": Way.MESH.value, "number": number, "at": at}
    connection.execute(READERS["read"], asked, binary=True)
