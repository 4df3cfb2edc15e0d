"""The moment a page is asked for, on both clocks: read as people here write it, and said again.

It refuses to know what is read at it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from urllib.parse import urlencode

from api.pages import words
from api.problems import not_valid
from projections.moments import When

AS_AT, AS_OF = "as-at", "as-of"
CLOCKS = (AS_AT, AS_OF)
"""How an address says what was known, and what was true."""

FIRST, LAST = 1800, 9998
"""The years somebody may mean."""


def asked(as_at: str, as_of: str) -> When:
    """The moment of an address. Raises what is not valid."""
    return When(as_at=_known(as_at) if as_at else None, as_of=_true(as_of) if as_of else None)


def _known(text: str) -> int | datetime:
    """A log position, or a time; without a zone it is read as people here read it."""
    return int(text) if text.isdecimal() else _time(AS_AT, text)


def _true(text: str) -> datetime:
    """A time; a day means its end."""
    if len(text) == len("2026-11-04"):
        text += f"T{time.max}"
    return _time(AS_OF, text)


def _time(name: str, text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        if FIRST <= at.year <= LAST:
            return (at if at.tzinfo else at.replace(tzinfo=words.LONDON)).astimezone(UTC)
    except ValueError:
        pass
    wanted = "Enter a date and time" + (", or a position." if name == AS_AT else ".")
    raise not_valid({"parameter": name}, wanted)


def said(when: When, position: int = 0) -> str:
    """What was known then, and was true then, as the rest of a sentence; nothing of now."""
    known, on = when.as_at, true(when)
    told = "" if known is None else f"what was known at {at(known, position)}"
    if not on:
        return told
    if known is None:
        return f"what was true on {on}, by what is known now"
    return f"{told}, of what was true on {on}"


def true(when: When) -> str:
    """The moment at which it was true, in words: a day for its end; nothing of now."""
    if when.as_of is None:
        return ""
    whole = words.instant(when.as_of).time() == time.max
    return words.day(when.as_of) if whole else words.moment(when.as_of)


def at(known: int | datetime | None, position: int = 0) -> str:
    """What one clock stands at, in words."""
    if known is None:
        return "now"
    return words.moment(known) if isinstance(known, datetime) else f"entry {position or known:,}"


def address(path: str, query: Mapping[str, str]) -> str:
    """An address with what its query says."""
    return f"{path}?{urlencode(query)}" if query else path


def local(value: datetime | int | None) -> str:
    """A time as a form's field takes it; nothing for a position."""
    if not isinstance(value, datetime):
        return ""
    whole = value if not value.microsecond else value.replace(microsecond=0) + timedelta(seconds=1)
    return f"{words.instant(whole):%Y-%m-%dT%H:%M:%S}".removesuffix(":00")


def local_day(value: datetime | None) -> str:
    """A day as a form's field takes it."""
    return f"{words.instant(value):%Y-%m-%d}" if value else ""
