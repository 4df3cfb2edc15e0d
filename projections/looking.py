"""Whom one answer shows: noted by the questions as they are answered.

It refuses to know who asks, and to keep anything: `projections.looks` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from domain.vocabulary import PartnerId, PersonId


class Kind(StrEnum):
    """In which manner somebody looked."""

    VIEW = "view"
    SEARCH = "search"
    EXPORT = "export"
    STREAM = "stream"
    EMERGENCY = "emergency"


@dataclass(slots=True)
class Shown:
    """What was read for one answer, by the ids of the partner that it was read for.

    ``outright`` was asked for by its own id. ``listed`` stood in a list: whether the answer shows
    it is known by the ids that it would show it with. ``numbers`` are of the share's entries.
    """

    outright: set[tuple[PartnerId, UUID]] = field(default_factory=set)
    listed: dict[str, set[tuple[PartnerId, UUID]]] = field(default_factory=dict)
    persons: set[PersonId] = field(default_factory=set)
    numbers: tuple[int, int] | None = None
    kind: Kind = Kind.VIEW


SHOWN: ContextVar[Shown | None] = ContextVar("shown", default=None)
"""What is read for the answer that is being made; ``None`` where nothing is answered."""


def note(partner: PartnerId, subject: UUID) -> None:
    """Somebody's own record, or a part of it, was read."""
    if shown := SHOWN.get():
        shown.outright.add((partner, subject))


def note_rows(partner: PartnerId, rows: Iterable[Mapping[str, Any]]) -> None:
    """Rows of a list were read, each about the person it names."""
    shown = SHOWN.get()
    if shown is None:
        return
    for row in rows:
        whose = partner, UUID(row["person"])
        for name in ("person", "id"):
            if name in row:
                shown.listed.setdefault(str(row[name]), set()).add(whose)


def note_all(partner: PartnerId, subjects: Iterable[UUID]) -> None:
    """Everybody in a list was read, and the answer shows all of it."""
    if shown := SHOWN.get():
        shown.outright.update((partner, subject) for subject in subjects)


def note_numbers(first: int, last: int) -> None:
    """Which numbers of a share those entries have."""
    if shown := SHOWN.get():
        before, after = shown.numbers or (first, last)
        shown.numbers = min(before, first), max(after, last)


def note_persons(persons: Iterable[PersonId]) -> None:
    """Persons were read by the one id that no partner knows."""
    if shown := SHOWN.get():
        shown.persons.update(persons)


def note_search() -> None:
    """Somebody was looked for, found or not."""
    if shown := SHOWN.get():
        shown.kind = Kind.SEARCH


def note_emergency() -> None:
    """A record was read that is open because of an emergency."""
    if shown := SHOWN.get():
        shown.kind = Kind.EMERGENCY


def note_export() -> None:
    """All that is held of somebody was put together, to be given away."""
    if shown := SHOWN.get():
        shown.kind = Kind.EXPORT
