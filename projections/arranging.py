"""Arranging: what was added to a share later stands where its fact did before anything is folded.

It refuses to know what an entry says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from domain.sharing import ENDED, WITHDRAWN
from projections.entries import ADDED, Entry


def arranged(entries: Iterable[Entry]) -> Sequence[Entry]:
    """One partner's entries in the order of their numbers, each addition in its fact's own place.

    An addition takes the place of what was told of the same fact with less in it. What was
    withdrawn before it stays before it. Each person's entries are in order; persons are not.
    """
    given = list(entries)
    if not any(ADDED in entry.data for entry in given):
        return given
    of_person: dict[UUID | None, list[Entry]] = {}
    for entry in given:
        told = of_person.setdefault(entry.subject, [])
        if ADDED in entry.data:
            _put(told, entry)
        else:
            told.append(entry)
    return [entry for told in of_person.values() for entry in told]


def _put(told: list[Entry], added: Entry) -> None:
    since = max((n + 1 for n, each in enumerate(told) if each.type == WITHDRAWN), default=0)
    here, later = _fact(added), None
    for n in range(since, len(told)):
        if told[n].type == added.type and _same(_fact(told[n]), here):
            told[n] = added
            return
        there = _fact(told[n])
        if later is None and (there > here or (told[n].type == ENDED and there == here)):
            later = n
    told.insert(len(told) if later is None else later, added)


def _fact(entry: Entry) -> tuple[datetime, int]:
    """When the fact itself was recorded, and where; 0 in what was told before that was said."""
    if not entry.backfill:
        return entry.recorded_at, entry.position
    first = datetime.fromisoformat(entry.data["first_recorded_at"])
    return first, entry.data.get("first_position", 0)


def _same(one: tuple[datetime, int], other: tuple[datetime, int]) -> bool:
    return one[0] == other[0] and (one[1] == other[1] or 0 in (one[1], other[1]))
