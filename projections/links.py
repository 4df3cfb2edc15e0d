"""Links by which an organisation without systems opens one referral, each found by a hash alone.

It refuses to keep what opens one, and to know what a referral says or who it is about.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from psycopg import AsyncConnection, Connection
from psycopg_pool import AsyncConnectionPool

from domain.vocabulary import PartnerId, ReferralId
from projections.behalf import WHOSE
from projections.sessions import LONGEST, hashed, new_secret
from projections.statements import statements

SQL = statements("links")

LIFETIME = timedelta(days=7)
"""How long a link is good, unless a place says otherwise."""

VISIT = timedelta(hours=1)
"""How long a browser that opened one need not open it again."""


@dataclass(frozen=True, slots=True)
class Link:
    """One organisation's way to one referral."""

    id: UUID
    partner: PartnerId
    referral: ReferralId
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """A link that a browser opened, and the name that somebody typed there."""

    link: Link
    name: str


@dataclass(frozen=True, slots=True)
class Issued:
    """What became of a link. Nobody can tell from it what opens it."""

    id: UUID
    referral: UUID
    issued_at: datetime
    ends_at: datetime
    revoked_at: datetime | None
    wanted_at: datetime | None
    happened: tuple[tuple[str, str, datetime], ...]


class Links:
    """What whoever serves asks of links."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection]) -> None:
        self._pool = pool

    async def found(self, token: str) -> Link | None:
        """The link that this opens; ``None`` when it is unknown or over. Asking changes nothing."""
        row = await self._row("found", hash=_hash(token))
        return _link(row) if row else None

    async def open(self, token: str, name: str) -> str | None:
        """Let a browser in; the secret it holds from now on. ``None`` when the link is over."""
        secret = new_secret()
        asked = {"hash": _hash(token), "secret": hashed(secret), "name": name, "lasts": VISIT}
        return secret if await self._row("open", **asked) else None

    async def opened(self, secret: str) -> Opened | None:
        """What a browser that holds this secret opened; ``None`` when that is over."""
        row = await self._row("opened", hash=_hash(secret))
        return Opened(_link(row[:-1]), row[-1]) if row else None

    async def did(self, opened: Opened, activity: str, intention: UUID) -> None:
        """Write down who asks what, before it is asked."""
        asked = {"intention": intention, "link": opened.link.id, "activity": activity}
        await self._done("did", **asked, name=opened.name)

    async def want(self, token: str) -> None:
        """Somebody who held a link asks for another; nothing happens if there never was one."""
        await self._done("want", hash=_hash(token))

    async def _row(self, statement: str, **asked: object) -> tuple[Any, ...] | None:
        async with self._pool.connection() as connection:
            return await (await connection.execute(SQL[statement], asked)).fetchone()

    async def _done(self, statement: str, **asked: object) -> None:
        async with self._pool.connection() as connection:
            await connection.execute(SQL[statement], asked)


def _link(row: tuple[Any, ...]) -> Link:
    id_, partner, referral, ends_at = row
    return Link(id_, PartnerId(partner), ReferralId(referral), ends_at)


def _hash(secret: str) -> bytes:
    return hashed(secret if len(secret) <= LONGEST else "")


# For who gives them out


def agreed_address(connection: Connection, partner: UUID) -> str | None:
    """Where a partner agreed to be sent links."""
    row = connection.execute(SQL["address"], {"partner": partner}).fetchone()
    return str(row[0]) if row else None


def agree(connection: Connection, partner: UUID, address: str) -> None:
    """Links go to this address from now on; what was sent to another opens nothing any more.

    Of what the partner was told before, nobody is written to.
    """
    with connection.transaction():
        if agreed_address(connection, partner) not in (None, address):
            revoke(connection, partner)
        connection.execute(WHOSE, [str(partner)])
        connection.execute(SQL["agree"], {"partner": partner, "address": address})


def end(connection: Connection, partner: UUID) -> bool:
    """No links go to a partner, and those it has open nothing; whether it had an address."""
    with connection.transaction():
        revoke(connection, partner)
        connection.execute(SQL["drop"], {"partner": partner})
        return connection.execute(SQL["forget_address"], {"partner": partner}).rowcount == 1


def revoke(connection: Connection, partner: UUID, referral: UUID | None = None) -> None:
    """The link to a referral opens it no more, nor any of the partner's when none is named."""
    connection.execute(SQL["revoke"], {"partner": partner, "referral": referral})


def issue(
    connection: Connection, partner: UUID, referral: UUID, lasts: timedelta = LIFETIME
) -> str:
    """What opens a referral for a partner: told once. The link before it opens nothing any more."""
    token = new_secret()
    with connection.transaction():
        revoke(connection, partner, referral)
        row = {"id": uuid4(), "hash": hashed(token), "partner": partner, "referral": referral}
        connection.execute(SQL["issue"], row | {"lasts": lasts})
    return token


def of_partner(connection: Connection, partner: UUID) -> list[Issued]:
    """What became of each link that a partner was given, newest first."""
    found = []
    for row in connection.execute(SQL["of_partner"], {"partner": partner}).fetchall():
        id_, referral, issued_at, ends_at, revoked_at, wanted_at = row
        happened = tuple(connection.execute(SQL["happened"], {"link": id_}).fetchall())
        found.append(Issued(id_, referral, issued_at, ends_at, revoked_at, wanted_at, happened))
    return found


# For who writes the letters


@dataclass(frozen=True, slots=True)
class Address:
    """Where a partner is written to, and up to which number of its share it was seen of what."""

    partner: PartnerId
    address: str
    reached: int


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that is due: it says that there is something at a referral, and not what."""

    id: int
    partner: PartnerId
    referral: ReferralId
    tries: int
    address: str


@dataclass(frozen=True, slots=True)
class Letters:
    """How letters stand: how many wait, of these tried in vain, since when, and were given up."""

    waiting: int
    failing: int
    since: datetime | None
    given_up: int


def addresses(connection: Connection) -> list[Address]:
    """Every partner that agreed to be sent links."""
    rows = connection.execute(SQL["addresses"]).fetchall()
    return [Address(PartnerId(partner), address, reached) for partner, address, reached in rows]


def known(connection: Connection, partner: UUID, referral: UUID) -> bool:
    """Whether a partner was ever given a link to a referral."""
    asked = {"partner": partner, "referral": referral}
    return connection.execute(SQL["known"], asked).fetchone() == (True,)


def ask(
    connection: Connection, to: Address, referrals: Iterable[UUID], number: int, at: datetime
) -> None:
    """Letters are to be sent of these referrals, and the share was looked through up to a number:
    both, or neither."""
    with connection.transaction():
        for referral in referrals:
            connection.execute(SQL["ask"], {"partner": to.partner, "referral": referral, "at": at})
        connection.execute(SQL["reached"], {"partner": to.partner, "number": number})


def ask_again(connection: Connection, at: datetime) -> None:
    """Whoever held a link and wanted another is sent one, once for each link."""
    connection.execute(SQL["ask_again"], {"at": at})


def due(connection: Connection, at: datetime) -> list[Letter]:
    """The letters to send now, a hundred at most."""
    return [
        Letter(id_, PartnerId(partner), ReferralId(referral), tries, address)
        for id_, partner, referral, tries, address in connection.execute(SQL["due"], {"at": at})
    ]


def sent(connection: Connection, letter: Letter, at: datetime) -> None:
    """A server of mail took it."""
    connection.execute(SQL["sent"], {"id": letter.id, "at": at})


def failed(
    connection: Connection, letter: Letter, why: str, at: datetime, again: datetime | None
) -> None:
    """It was not taken, and is tried again then; never, without ``again``."""
    asked = {"id": letter.id, "why": why, "at": at, "again": again}
    connection.execute(SQL["failed"], asked)


def try_again(connection: Connection, partner: UUID, at: datetime) -> int:
    """Letters to a partner that were given up are due now; how many."""
    return connection.execute(SQL["try_again"], {"partner": partner, "at": at}).rowcount


def letters(connection: Connection) -> Letters:
    """How they stand."""
    row = connection.execute(SQL["waiting"]).fetchone()
    assert row, "counts are always there"
    return Letters(*row)


def forget(connection: Connection, before: datetime) -> None:
    """Letters that were sent or given up before a moment."""
    connection.execute(SQL["forget"], {"before": before})
