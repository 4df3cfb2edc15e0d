"""Arranging: what of a share stands, and where, before anything is folded from it.

It refuses to know what an entry says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from domain.emergency import EmergencyAccessTaken
from domain.linking import PersonsLinked, PersonsUnlinked
from domain.sharing import ENDED, WITHDRAWN, message_type
from projections.entries import ADDED, AGAIN, TO_ACKNOWLEDGE, Entry

OPENED = message_type(EmergencyAccessTaken)
LINKING = frozenset({message_type(PersonsLinked), message_type(PersonsUnlinked)})

OF_THE_TELLING = frozenset({ADDED, AGAIN, "first_recorded_at", "first_position"})
"""What an entry says of how it was told, and not of its fact."""


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


def standing(entries: Iterable[Entry]) -> list[Entry]:
    """One partner's entries in the order of their numbers, without what was taken back later.

    What was told again with the notice stands where it was told first, as far as it was told again.
    Of a record that was opened in an emergency nothing stands once it is closed.
    """
    given = list(entries)
    withdrawn = {entry.subject for entry in given if entry.type == WITHDRAWN}
    if not withdrawn:
        return given
    of_person: dict[UUID | None, list[Entry]] = {subject: [] for subject in withdrawn}
    stand = [entry for entry in given if entry.subject not in withdrawn]
    for entry in given:
        if entry.subject in withdrawn:
            of_person[entry.subject].append(entry)
    for told in of_person.values():
        stand += _of_person(told)
    return sorted(stand, key=lambda entry: entry.number)


def _of_person(given: Sequence[Entry]) -> Sequence[Entry]:
    told: list[Entry] = []
    for n, each in enumerate(given):
        if each.type == WITHDRAWN:
            if each.data.get(TO_ACKNOWLEDGE):
                again = [e for e in given[n:] if e.position == each.position and e.backfill]
                told = [stands for e in told if (stands := _stands(e, again))]
            if opened := [e.position for e in told if e.type == OPENED]:
                told = [e for e in told if e.position < opened[0]]
        told.append(each)
    return told


def _stands(entry: Entry, again: Sequence[Entry]) -> Entry | None:
    """What is left of an entry; a notice says nothing that could be taken back.

    Which record was taken for whose is no part of the record, and stays with what stands of it.
    """
    if entry.type in (WITHDRAWN, ENDED) or (again and entry.type in LINKING):
        return entry
    for other in again:
        if other.type == entry.type and _same(_fact(other), _fact(entry)):
            first = {name: entry.data[name] for name in OF_THE_TELLING if name in entry.data}
            data = {k: v for k, v in other.data.items() if k not in OF_THE_TELLING}
            return replace(entry, data=data | first)
    return None


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
