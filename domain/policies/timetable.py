"""Timetable: on which days a group meets, at the same hour on the clock in London.

It knows the first session and the rhythm; it refuses to know which sessions were called off.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from domain.policies.days import LONDON, bank_holidays, local_date
from domain.vocabulary import Moment

WEEK = timedelta(weeks=1)
FAR = 520
"""Weeks beyond which nobody plans."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """A session every so many weeks from the first one on; none on a bank holiday."""

    first_at: Moment
    every_weeks: int
    last_on: date | None = None

    @property
    def first_on(self) -> date:
        return local_date(self.first_at)

    def meets(self, on: date) -> bool:
        """Whether the rhythm gives a session on that day."""
        if on < self.first_on or (self.last_on is not None and on > self.last_on):
            return False
        between = (on - self.first_on).days
        return between % (7 * self.every_weeks) == 0 and on not in bank_holidays(on.year)

    def starts_at(self, on: date) -> Moment:
        """When the session of that day begins."""
        hour = self.first_at.astimezone(LONDON).time()
        return datetime.combine(on, hour, LONDON).astimezone(UTC)

    def following(self, on: date) -> Iterator[date]:
        """The days it meets from that day on."""
        step = self.every_weeks * WEEK
        late = max(0, (on - self.first_on).days)
        day = self.first_on + -(-late // step.days) * step
        while (self.last_on is None or day <= self.last_on) and day - on < FAR * WEEK:
            if self.meets(day):
                yield day
            day += step

    def next_on(self, on: date, *, but: Container[date] = ()) -> date | None:
        """The first day it meets from that day on, other than those."""
        return next((day for day in self.following(on) if day not in but), None)
