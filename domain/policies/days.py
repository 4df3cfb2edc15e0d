"""Days and deadlines as England and Wales count them; it knows nobody's clock and no person.

Bank holidays follow the Banking and Financial Dealings Act 1971 and the list on GOV.UK
(*UK bank holidays*, England and Wales). What was moved or added by proclamation is data and is
complete for 2015 to 2026; for a later year a proclamation still to come has to be added here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo

from domain.vocabulary import Moment

LONDON = ZoneInfo("Europe/London")
DAY = timedelta(days=1)

ADDED: dict[date, str] = {
    date(2022, 6, 3): "Platinum Jubilee",
    date(2022, 9, 19): "State Funeral of Queen Elizabeth II",
    date(2023, 5, 8): "Coronation of King Charles III",
}
"""Days proclaimed on top of the rule."""

MOVED: dict[date, date] = {
    date(2020, 5, 4): date(2020, 5, 8),  # early May, to the 75th anniversary of VE Day
    date(2022, 5, 30): date(2022, 6, 2),  # spring, to the Platinum Jubilee
}
"""Days that the rule would give, and the day that was proclaimed in their place."""


@cache
def bank_holidays(year: int) -> dict[date, str]:
    """Every bank holiday of a year in England and Wales, with its name."""
    easter = _easter(year)
    by_rule = {
        easter - 2 * DAY: "Good Friday",
        easter + DAY: "Easter Monday",
        _first_monday(year, 5): "Early May bank holiday",
        _last_monday(year, 5): "Spring bank holiday",
        _last_monday(year, 8): "Summer bank holiday",
    }
    fixed = {
        date(year, 1, 1): "New Year's Day",
        date(year, 12, 25): "Christmas Day",
        date(year, 12, 26): "Boxing Day",
    }
    found = {MOVED.get(day, day): name for day, name in by_rule.items()}
    found |= {day: name for day, name in ADDED.items() if day.year == year}
    found |= {day: name for day, name in fixed.items() if not _weekend(day)}
    for day, name in fixed.items():
        if _weekend(day):
            substitute = day + DAY
            while _weekend(substitute) or substitute in found:
                substitute += DAY
            found[substitute] = f"{name} (substitute day)"
    return dict(sorted(found.items()))


def is_working_day(day: date) -> bool:
    """Monday to Friday, and no bank holiday."""
    return not _weekend(day) and day not in bank_holidays(day.year)


def local_date(at: Moment) -> date:
    """The date on a calendar in London at that moment."""
    return at.astimezone(LONDON).date()


def days_between(start: Moment, end: Moment) -> int:
    """Nights between two moments in London: the same day is 0, whatever the hour."""
    return (local_date(end) - local_date(start)).days


def end_of_day(day: date) -> Moment:
    """The last instant of a day in London. The day has 23 or 25 hours when the clocks change."""
    return datetime.combine(day, time.max, LONDON).astimezone(UTC)


def add_working_days(day: date, count: int) -> date:
    """The working day ``count`` working days later; ``day`` itself is not counted."""
    while count > 0:
        day += DAY
        count -= is_working_day(day)
    return day


class Unit(StrEnum):
    HOURS = "hours"
    DAYS = "days"
    WORKING_DAYS = "working days"


@dataclass(frozen=True, slots=True)
class Within:
    """How long something may take. Hours pass on the wall, also at night; days end at midnight."""

    amount: int
    unit: Unit

    @property
    def words(self) -> str:
        if self.unit is Unit.DAYS and self.amount == 0:
            return "the same day"
        return f"{self.amount} {self.unit.value}"

    def due(self, start: Moment, *, longer: int = 0) -> Moment:
        """The last moment in time. ``longer`` gives that many more of the unit."""
        amount = self.amount + longer
        if self.unit is Unit.HOURS:
            return start.astimezone(UTC) + timedelta(hours=amount)
        if self.unit is Unit.DAYS:
            return end_of_day(local_date(start) + timedelta(days=amount))
        return end_of_day(add_working_days(local_date(start), amount))


def _weekend(day: date) -> bool:
    return day.weekday() >= 5


def _first_monday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=-first.weekday() % 7)


def _last_monday(year: int, month: int) -> date:
    last = date(year, month, 31)
    return last - timedelta(days=last.weekday())


def _easter(year: int) -> date:
    """Easter Sunday, by the anonymous Gregorian computus (Nature, 1876)."""
    golden, century, of_century = year % 19, year // 100, year % 100
    leaps, rest = century // 4, century % 4
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leaps - correction + 15) % 30
    weekday = (32 + 2 * rest + 2 * (of_century // 4) - epact - of_century % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)
