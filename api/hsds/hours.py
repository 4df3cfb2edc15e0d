"""Opening hours out of HSDS schedules: what comes back every week; the rest stays in words.

It refuses to compute with rules that a timetable of the week cannot hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from api.hsds.flaws import Flaw, FlawsFound
from domain.description import Hours
from domain.vocabulary import Weekday

DAYS = dict(zip(("MO", "TU", "WE", "TH", "FR", "SA", "SU"), Weekday, strict=True))
TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::[0-9]{2}(?:\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?")
HERE = (None, "Z", "+00:00", "+0000", "+01:00", "+0100")
"""Offsets of clocks in London: publishers here write one or the other whatever the season."""


@dataclass(frozen=True, slots=True)
class Opening:
    """The hours of every week, and what is said of other days in words."""

    hours: tuple[Hours, ...]
    words: tuple[str, ...]


def opening(schedules: Iterable[dict[str, Any]], today: date) -> Opening:
    """The hours in force today. Raises `FlawsFound`."""
    hours: dict[Hours, None] = {}
    words: list[str] = []
    flaws: list[Flaw] = []
    for number, row in enumerate(schedules, start=1):
        where = f"{row['file']} line {row['line']}" if "line" in row else f"schedules {number}"
        try:
            if not _in_force(row, today, where):
                continue
            if _weekly(row):
                hours |= dict.fromkeys(_hours(row, where))
            elif said := _words(row):
                words.append(said)
        except FlawsFound as found:
            flaws += found.flaws
    if flaws:
        raise FlawsFound(flaws)
    order = list(Weekday)
    by_day = sorted(hours, key=lambda each: (order.index(each.day), each.opens))
    return Opening(tuple(by_day), tuple(words))


def _weekly(row: dict[str, Any]) -> bool:
    every = str(row.get("interval") or 1) in ("1", "1.0")
    other = any(row.get(name) for name in ("byweekno", "bymonthday", "byyearday", "count"))
    weekly = row.get("freq", "WEEKLY") == "WEEKLY"
    return weekly and every and not other and bool(row.get("byday")) and "opens_at" in row


def _hours(row: dict[str, Any], where: str) -> Iterator[Hours]:
    opens, closes = _time(row, "opens_at", where), _time(row, "closes_at", where)
    if closes <= opens:
        text = "closes before it opens; correct it, or write the night as two rows"
        raise FlawsFound([Flaw(where, "closes_at", text)])
    for part in str(row["byday"]).upper().split(","):
        day = DAYS.get(part.strip())
        if day is None:
            text = f"{part.strip()!r} is no day of the week; write MO, TU, WE, TH, FR, SA or SU"
            raise FlawsFound([Flaw(where, "byday", text)])
        yield Hours(day=day, opens=opens, closes=closes)


def _time(row: dict[str, Any], field: str, where: str) -> time:
    said = TIME.fullmatch(str(row.get(field, "")).strip())
    if said is None or int(said[1]) > 23 or int(said[2]) > 59:
        raise FlawsFound([Flaw(where, field, "is no time of day; write 09:00")])
    if said[3] not in HERE:
        raise FlawsFound([Flaw(where, field, "is of another time zone; write the clocks of here")])
    return time(int(said[1]), int(said[2]))


def _in_force(row: dict[str, Any], today: date, where: str) -> bool:
    first, last = _date(row, "valid_from", where), _date(row, "valid_to", where)
    last = last or _date(row, "until", where)
    return (first is None or first <= today) and (last is None or today <= last)


def _date(row: dict[str, Any], field: str, where: str) -> date | None:
    if not row.get(field):
        return None
    try:
        return date.fromisoformat(str(row[field])[:10])
    except ValueError:
        raise FlawsFound([Flaw(where, field, "is no date; write 2026-03-02")]) from None


def _words(row: dict[str, Any]) -> str:
    """A rule that is not every week's, as it stands, for people to read."""
    if row.get("description"):
        return str(row["description"])
    named = ("freq", "interval", "byday", "bymonthday", "opens_at", "closes_at")
    said = [f"{name} {row[name]}" for name in named if row.get(name)]
    return f"Opens by the rule: {', '.join(said)}." if said else ""
