"""Which Kafka topic each partner's share is on, and whose entries wait beside it, in PostgreSQL.

It refuses to know a broker, and to be where the relay goes on from: that is what the topic says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from psycopg import Connection

from projections.behalf import WHOSE
from projections.statements import statements

_SQL = statements("topics")
LAG, CURRENT = _SQL["lag"], _SQL["current"]


def topic_of(partner: UUID, generation: int = 1) -> str:
    """The topic of a partner's share; each narrowing of its agreement begins another."""
    first = f"throughcare.share.{partner}"
    return first if generation == 1 else f"{first}.g{generation}"


class Why(StrEnum):
    """Why a topic began."""

    FIRST = "the first"
    NARROWED = "terms narrowed"
    AGREED_AGAIN = "agreed again"
    ERASED = "somebody was erased"
    LET_GO = "something was kept long enough"


@dataclass(frozen=True, slots=True)
class Topic:
    """A partner's newest topic. It holds numbers from ``first`` on.

    ``position`` is the fact that narrowed the agreement, 0 if none did; ``gone``: it was deleted.
    """

    partner: UUID
    generation: int
    first: int
    position: int
    gone: bool

    @property
    def name(self) -> str:
        return topic_of(self.partner, self.generation)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The first notice that says an agreement narrowed, and the fact by which it did."""

    number: int
    position: int


def standing(connection: Connection, partners: Iterable[UUID]) -> dict[UUID, Topic]:
    """The newest topic of each of these partners that has or had one."""
    rows = connection.cursor(binary=True).execute(_SQL["standing"], [list(partners)]).fetchall()
    return {row[0]: Topic(*row) for row in rows}


def begin(connection: Connection, partner: UUID, first: int, position: int, why: Why) -> None:
    """From this number on the partner's share is on a topic of its next generation.

    What waited of before is not put there: it may be what was taken back.
    """
    asked = {"partner": partner, "first": first, "position": position, "why": why.value}
    with connection.transaction():
        cursor = connection.cursor(binary=True)
        for statement in ("begin", "left_behind", "cases_left_behind"):
            cursor.execute(_SQL[statement], asked)


def narrowings(
    connection: Connection, partner: UUID, after: int, up_to: int
) -> Sequence[Narrowing]:
    """Where the partner was told, between these numbers, that its agreement narrowed."""
    cursor = connection.cursor(binary=True)
    return [Narrowing(*row) for row in cursor.execute(_SQL["narrowed"], [partner, after, up_to])]


def holds(connection: Connection, topic: Topic, subject: UUID, before: int) -> bool:
    """Whether something was put on a topic of a person, before this number."""
    asked = [topic.partner, subject, topic.first, before]
    row = connection.cursor(binary=True).execute(_SQL["holds"], asked).fetchone()
    assert row is not None, "a question has an answer"
    return bool(row[0])


def over(connection: Connection, agreed: Iterable[UUID]) -> list[tuple[UUID, int]]:
    """Topics to delete: older generations, and all of who is not among those agreed."""
    rows = connection.cursor(binary=True).execute(_SQL["over"], [list(agreed)]).fetchall()
    return [(partner, generation) for partner, generation in rows]


def gone(connection: Connection, partner: UUID, generation: int) -> None:
    """This topic was deleted at the broker."""
    connection.cursor(binary=True).execute(_SQL["gone"], [partner, generation])


def reached(connection: Connection, numbers: Mapping[UUID, tuple[int, int]]) -> None:
    """Say for who looks how far each partner's topic is: by partner its generation and number."""
    columns = [list(numbers), *(list(c) for c in zip(*numbers.values(), strict=True))]
    connection.cursor(binary=True).execute(_SQL["reached"], columns)


def after(connection: Connection, partner: UUID, number: int, most: int, size: int) -> list[Any]:
    """The rows of the entries that follow a number: so many at most, of so many bytes at most.

    One at least, if there is one, whatever its size.
    """
    asked = {"partner": partner, "after": number, "most": most, "bytes": size}
    # One round trip and one transaction: whose rows it reads is forgotten at its end.
    with connection.pipeline():
        connection.execute(WHOSE, [str(partner)])
        cursor = connection.cursor(binary=True).execute(_SQL["next"], asked, prepare=True)
    return cursor.fetchall()


def numbered(connection: Connection, partner: UUID, numbers: Sequence[int]) -> list[Any]:
    """The rows of these entries of a partner."""
    with connection.transaction():
        connection.execute(WHOSE, [str(partner)])
        cursor = connection.cursor(binary=True)
        return cursor.execute(_SQL["numbered"], [partner, list(numbers)]).fetchall()


# Parked cases


@dataclass(frozen=True, slots=True)
class Parked:
    """An entry that could not be made a record, and the kind of error."""

    number: int
    position: int
    subject: UUID
    type: str
    reason: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A parked case that somebody asked to be tried again, and from which offset on it was."""

    id: UUID
    partner: UUID
    subject: UUID
    trying_from: int | None


def parked_of(connection: Connection, partners: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """Whose entries wait, by partner."""
    found: dict[UUID, set[UUID]] = {}
    cursor = connection.cursor(binary=True)
    for partner, subject in cursor.execute(_SQL["parked_of"], [list(partners)]):
        found.setdefault(partner, set()).add(subject)
    return found


def park(
    connection: Connection,
    partner: UUID,
    poisoned: Iterable[Parked],
    waiting: Mapping[int, UUID],
) -> None:
    """These cases wait from now on, and so do these numbers, each of one of them."""
    with connection.transaction():
        cursor = connection.cursor(binary=True)
        for each in poisoned:
            case = [each.number, each.position, each.type, each.reason]
            cursor.execute(_SQL["park_case"], [partner, each.subject, *case])
        cursor.execute(_SQL["park"], [partner, list(waiting), list(waiting.values())])


def held(connection: Connection, partner: UUID) -> list[int]:
    """The numbers that wait."""
    rows = connection.cursor(binary=True).execute(_SQL["held"], [partner]).fetchall()
    return [number for (number,) in rows]


def asked(connection: Connection) -> list[Asked]:
    """The cases to be tried again, the first that was asked first."""
    return [Asked(*row) for row in connection.cursor(binary=True).execute(_SQL["asked"])]


def waiting(connection: Connection, case: Asked, up_to: int, most: int) -> list[int]:
    """The first numbers of a case that wait, of those the topic has passed by."""
    cursor = connection.cursor(binary=True)
    asked = [case.partner, case.subject, up_to, most]
    rows = cursor.execute(_SQL["waiting"], asked).fetchall()
    return [number for (number,) in rows]


def trying(connection: Connection, case: Asked, offset: int) -> None:
    """What is tried now will be in the topic at this offset or after it."""
    connection.cursor(binary=True).execute(_SQL["trying"], [offset, case.id])


def not_yet(connection: Connection, case: Asked, reason: str) -> None:
    """It was tried, and waits as it did."""
    connection.cursor(binary=True).execute(_SQL["not_yet"], [reason, case.id])


def told(connection: Connection, case: Asked, numbers: Sequence[int]) -> bool:
    """These numbers wait no longer; whether that was the last of the case."""
    with connection.transaction():
        cursor = connection.cursor(binary=True)
        cursor.execute(_SQL["told"], [case.partner, list(numbers)])
        return cursor.execute(_SQL["healed"], [case.id]).rowcount == 1


@dataclass(frozen=True, slots=True)
class ParkedCase:
    """A case that waits, for who looks after the place."""

    id: UUID
    partner: UUID
    number: int
    position: int
    type: str
    reason: str
    parked_at: datetime
    asked_at: datetime | None


def cases(connection: Connection) -> list[ParkedCase]:
    """Every case that waits, the oldest first."""
    return [ParkedCase(*row) for row in connection.cursor(binary=True).execute(_SQL["cases"])]


def ask(connection: Connection, case: UUID) -> bool:
    """Have the relay try a case again; whether there is one."""
    return connection.cursor(binary=True).execute(_SQL["ask"], [case]).rowcount == 1


@dataclass(frozen=True, slots=True)
class Lag:
    """How far topics are behind their shares: how many there are, and the worst of them."""

    topics: int
    entries: int
    seconds: float
    parked: int


def lag(connection: Connection) -> Lag:
    """How far the topics are, as the relay last said."""
    row = connection.cursor(binary=True).execute(LAG).fetchone()
    assert row is not None, "a count has a row"
    return Lag(*row)
