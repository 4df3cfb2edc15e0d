"""When people of the place work: on working days, by the clock of London."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from domain.policies.days import DAY, LONDON, is_working_day

THURSDAY = 3


@cache
def workday(day: date) -> date:
    """The day itself, or the first one after it on which people work."""
    while not is_working_day(day):
        day += DAY
    return day


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """That time of day in London, in UTC."""
    return datetime.combine(day, time(hour, minute), LONDON).astimezone(UTC)


def thursday(day: date) -> date:
    """The first Thursday on or after a day on which people work."""
    day += timedelta(days=(THURSDAY - day.weekday()) % 7)
    while not is_working_day(day):
        day += timedelta(weeks=1)
    return day
