"""The difference of two moments of one record, said in English.

It refuses to know anything but the two records and the entries it is given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from domain.policies.days import LONDON
from domain.texts import in_threes
from projections.directory import Directory
from projections.entries import Entry

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Changed:
    """One field that says something else: its way through the record, and what it is in words."""

    field: str
    what: str
    before: Any
    after: Any
    said: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What was told between two moments, and what of the record changed with it.

    ``entries`` are known at the later moment alone; ``gone`` at the earlier one alone.
    """

    entries: tuple[Entry, ...]
    gone: tuple[Entry, ...]
    changes: tuple[Changed, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """Every change as a sentence."""
        return tuple(change.said for change in self.changes)


def difference(
    before: Row | None,
    after: Row | None,
    entries: Iterable[Entry],
    gone: Iterable[Entry] = (),
    *,
    names: Mapping[str, str] | None = None,
) -> Difference:
    """What changed from one record to the other; ``None``: the person was not known then.

    ``entries`` are those between them, ``names`` says who or what an id is (`names_of`).
    """
    was, is_so = (dict(_fields(row)) for row in (before or {}, after or {}))
    known = names or {}
    changes = []
    for way in [*is_so, *(way for way in was if way not in is_so)]:
        one, other = was.get(way), is_so.get(way)
        if one != other:
            what = _what(way, before or {}, after or {}, known)
            said = _sentence(what, _shown(way, one), _shown(way, other), known)
            changes.append(Changed(".".join(way), what, one, other, said))
    return Difference(tuple(entries), tuple(gone), tuple(changes))


def between(
    before: Sequence[Entry], after: Sequence[Entry]
) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """What is known at the later moment alone, and what at the earlier one alone."""
    one, other = ({entry.number for entry in entries} for entries in (before, after))
    came = tuple(entry for entry in after if entry.number not in one)
    return came, tuple(entry for entry in before if entry.number not in other)


def names_of(directory: Directory) -> dict[str, str]:
    """What organisations, practitioners and services are called, by their ids."""
    entries = (directory.partners, directory.services, directory.practitioners)
    return {str(key): each.name for known in entries for key, each in known.items()}


# The fields of a record

_NOT_SAID = frozenset(
    {
        "actions",
        "complexity_history",
        "edits",
        "latest",
        "latest_measure",
        "measures",
        "number",
        "partner",
        "person",
        "position",
    }
)
"""What says a second time what another field says, or how it was told."""

Way = tuple[str, ...]


def _fields(row: Row, way: Way = ()) -> Iterator[tuple[Way, Any]]:
    """Every field that says something, by its way through the record; a list is one field."""
    for name, value in row.items():
        if not way and name in _NOT_SAID:
            continue
        if isinstance(value, Mapping):
            yield from _fields(value, (*way, name))
        elif value not in (None, "", []):
            yield (*way, name), value


# In words

_PARTS = {
    "access": "Need",
    "agreed": "Action",
    "carers": "Carer",
    "carers_register": "Entry on the carers’ register",
    "concerns": "Concern",
    "contacts": "Appointment",
    "discussions": "Discussion",
    "emergencies": "Access in an emergency",
    "groups": "Group",
    "linked": "Linked record",
    "meetings": "Case at a meeting",
    "plans": "Plan",
    "rectifications": "Asked to be put right",
    "referrals": "Referral",
    "reviews": "Overdue review",
    "safeguarding": "Safeguarding referral",
    "scores": "Score",
    "work": "Social work",
}
"""What one of each is called."""

_CALLED = {
    "ended": "Involvement over",
    "open": "Pathway open",
    "responsible": "Responsible organisation",
    "withdrawn": "Taken back from the organisation",
    "nhs_number": "NHS number",
    "needs": "Communication needs",
    "at": "when",
}

_SINCE = ("service", "made_at", "starts_at", "instrument", "listed_at", "what", "words", "about")
"""By what one of several is told from the others, the best first."""

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")


def _what(way: Way, before: Row, after: Row, names: Mapping[str, str]) -> str:
    """A field in words: ``Step``, ``Referral (Talking therapies): state``."""
    if len(way) == 1:
        return _sentence_case(_called(way[0]))
    item = _item(way[:2], after) or _item(way[:2], before) or {}
    if way[0] in _PARTS and (item or _ID.fullmatch(way[1])):
        of = next((_value(item[name], names) for name in _SINCE if item.get(name)), "")
        whole = _PARTS[way[0]] + (f" ({of})" if of else "")
        rest = way[2:]
    else:
        whole, rest = _sentence_case(_called(way[0])), way[1:]
    parts = (_named(part, names) for part in rest)
    return ": ".join([whole, *parts])


def _item(way: Way, row: Row) -> Row | None:
    found: Any = row
    for name in way:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else None


def _named(part: str, names: Mapping[str, str]) -> str:
    return _value(part, names) if _ID.fullmatch(part) else _called(part)


def _called(name: str) -> str:
    return _CALLED.get(name) or name.replace("_", " ")


def _shown(way: Way, value: Any) -> Any:
    """A number that is written in a way of its own, so."""
    return in_threes(value) if way[-1] == "nhs_number" and value else value


def _sentence(what: str, before: Any, after: Any, names: Mapping[str, str]) -> str:
    if before is None:
        return f"{what} is now said: {_value(after, names)}."
    if after is None:
        return f"{what} is no longer said; it was {_value(before, names)}."
    return f"{what} changed from {_value(before, names)} to {_value(after, names)}."


def _value(value: Any, names: Mapping[str, str]) -> str:
    """What a field says, as people read it."""
    match value:
        case bool():
            return "yes" if value else "no"
        case str() if _ID.fullmatch(value):
            return names.get(value, f"number {value[:8]}")
        case str() if _MOMENT.match(value):
            at = datetime.fromisoformat(value).astimezone(LONDON)
            return f"{_day(at)}, {at:%H:%M}"
        case str() if _DAY.fullmatch(value):
            return _day(date.fromisoformat(value))
        case list() | tuple():
            return ", ".join(_value(each, names) for each in value)
        case Mapping():
            pairs = ((name, each) for name, each in value.items() if each not in (None, "", []))
            return ", ".join(f"{_named(name, names)} {_value(each, names)}" for name, each in pairs)
        case _:
            return str(value)


def _day(on: date) -> str:
    return f"{on.day} {on:%B %Y}"


def _sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]
