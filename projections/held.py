"""Whose entries are held back: one of them cannot be read, and those after it wait with it.

It refuses to know why bytes cannot be read, and to hold back anybody else's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from psycopg import Connection

from projections.behalf import WHOSE
from projections.entries import UNREADABLE, Entry, opened
from projections.keys import PersonKeys
from projections.statements import statements

SQL = statements("held")

MOST_NAMED = 200
"""Runs of numbers that wait which are named at most."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The first entry of a case that cannot be read, and the kind of error."""

    partner: UUID
    subject: UUID
    number: int
    position: int
    type: str
    reason: str


@dataclass(frozen=True, slots=True)
class HeldCase:
    """A case whose entries are held back from a number on, for who looks after the place."""

    id: UUID
    partner: UUID
    subject: UUID
    number: int
    position: int
    type: str
    reason: str
    held_at: datetime


def readable(rows: Sequence[Any], keys: PersonKeys) -> tuple[list[Entry], list[Unreadable]]:
    """The entries of these rows, which follow one another, and what cannot be read of them.

    Of a person of whom one cannot be read none of those after it is there.
    """
    found: list[Entry] = []
    unreadable: dict[UUID, Unreadable] = {}
    keys.many({row[3] for row in rows if row[3]})
    for row in rows:
        partner, number, position, _, subject, type_ = row[:6]
        case = subject or partner
        if case in unreadable:
            continue
        try:
            found.append(opened(row, keys))
        except UNREADABLE as failed:
            why = type(failed).__name__
            unreadable[case] = Unreadable(partner, case, number, position, type_, why)
    return found, list(unreadable.values())


def cases(connection: Connection) -> list[HeldCase]:
    """Every case that is held back, the oldest first."""
    return [HeldCase(*row) for row in connection.cursor(binary=True).execute(SQL["cases"])]


def case(connection: Connection, id_: UUID) -> HeldCase | None:
    """The case of this id, if it is held back."""
    row = connection.cursor(binary=True).execute(SQL["case"], [id_]).fetchone()
    return HeldCase(*row) if row else None


def give(connection: Connection, held: HeldCase, keys: PersonKeys) -> Unreadable | None:
    """Hold a case back no longer, if all of it can be read; else the entry that still cannot."""
    cursor = connection.cursor(binary=True)
    with connection.transaction():
        connection.execute(WHOSE, [str(held.partner)])
        asked = [held.partner, held.number, held.subject]
        rows = cursor.execute(SQL["entries"], asked).fetchall()
    _, unreadable = readable(rows, keys)
    if unreadable:
        return unreadable[0]
    cursor.execute(SQL["give"], [held.id])
    return None


def runs(numbers: Iterable[int]) -> str:
    """``1,2,3,7`` as ``1-3,7``; the last run is open where there are too many to name."""
    return ",".join(_runs(list(numbers)))


def _runs(numbers: Sequence[int]) -> Iterator[str]:
    found = groupby(enumerate(numbers), lambda each: each[1] - each[0])
    for named, (_, run) in enumerate(found, 1):
        some = [number for _, number in run]
        if named == MOST_NAMED:
            yield f"{some[0]}-{numbers[-1]}"
            return
        yield str(some[0]) if len(some) == 1 else f"{some[0]}-{some[-1]}"
