"""Why a field of a record says what it says: which entries made it so, and what they followed from.

It refuses to know more than the entries it is given: a cause that was never told is named as that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

from projections import record
from projections.arranging import arranged
from projections.entries import Entry


class Link(StrEnum):
    """How one entry follows from another."""

    CAUSED = "caused by"
    PART = "part of"


@dataclass(frozen=True, slots=True)
class Cause:
    """What an entry followed from; no ``entry``: this organisation was never told of it."""

    link: Link
    entry: Entry | None


@dataclass(frozen=True, slots=True)
class Change:
    """One entry that changed the field, and the chain of what it followed from, nearest first."""

    entry: Entry
    before: Any
    after: Any
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class Because:
    """What a field says, and each change of it, the oldest first; none: nothing was ever said."""

    field: str
    value: Any
    changes: tuple[Change, ...]

    @property
    def last(self) -> Change | None:
        """What made the field say what it says."""
        return self.changes[-1] if self.changes else None


def why(entries: Iterable[Entry], field: str) -> Because:
    """Which of one person's entries made a field so. ``field`` is its way through the record.

    Names and ids on the way are separated by dots: ``step``, ``referrals.<id>.state``; a part
    that holds others, as ``referrals``, changes with each of them.
    """
    told = arranged(entries)
    known = {entry.data["fact"]: entry for entry in told if "fact" in entry.data}
    way = field.split(".")
    row: dict[str, Any] | None = None
    value, before, changes = None, _written(None), []
    for entry in told:
        row = record.fold(row, entry)
        after = _written(_at(row, way))
        if after != before:
            now = orjson.loads(after)
            changes.append(Change(entry, value, now, chain(entry, told, known)))
            value, before = now, after
    return Because(field, value, tuple(changes))


def chain(entry: Entry, told: Sequence[Entry], known: Mapping[str, Entry]) -> tuple[Cause, ...]:
    """What an entry followed from, and that from, as far as it was told; ``known`` by the fact."""
    causes: list[Cause] = []
    passed = {entry.number}
    while (cause := _cause(entry, told, known)) is not None:
        if cause.entry is not None and cause.entry.number in passed:
            break
        causes.append(cause)
        if cause.entry is None:
            break
        entry = cause.entry
        passed.add(entry.number)
    return tuple(causes)


def _cause(entry: Entry, told: Sequence[Entry], known: Mapping[str, Entry]) -> Cause | None:
    """The fact that caused it, if that is said; or else what began what it is a part of."""
    if causation := entry.data.get("causation"):
        return Cause(Link.CAUSED, known.get(causation))
    if correlation := entry.data.get("correlation"):
        began = next((each for each in told if _of(each, correlation)), None)
        if began is not None and began.number != entry.number:
            return Cause(Link.PART, began)
        if began is None:
            return Cause(Link.PART, None)
    return None


def _of(entry: Entry, correlation: str) -> bool:
    return correlation in (entry.data.get("stream"), entry.data.get("correlation"))


def _at(row: Mapping[str, Any], way: Sequence[str]) -> Any:
    """What stands at the end of a way through the record; ``None`` where it leads nowhere."""
    found: Any = row
    for name in way:
        if not isinstance(found, Mapping) or name not in found:
            return None
        found = found[name]
    return found


def _written(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
