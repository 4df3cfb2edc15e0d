"""Description: what a service says of itself, in words and in codes: who may come, when and where.

It refuses to know who offers the service, and whether there is room.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time

from pydantic import BaseModel, ConfigDict

from domain.policies.days import LONDON, bank_holidays, local_date
from domain.vocabulary import Doubt, Moment, PartnerId, Weekday

WEEK = tuple(Weekday)


class Said(BaseModel):
    """A part of what a service says of itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Criteria(Said):
    """Who may come, as far as it can be said in codes; the words stand beside it.

    ``practices`` are those whose patients may come, or anybody's when there are none. ``takes`` and
    ``excludes`` are problems in words: a person judges by them, nobody computes with them.
    """

    age_from: int | None = None
    age_to: int | None = None  # the last age at which one may come
    practices: tuple[PartnerId, ...] = ()
    area: str | None = None
    takes: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    needs_consent: bool = False

    @property
    def ages(self) -> str:
        """The ages in words; nothing when everybody may come."""
        if self.age_from is None:
            return "" if self.age_to is None else f"up to {self.age_to}"
        return f"{self.age_from} to {self.age_to}" if self.age_to else f"{self.age_from} or over"

    def outside(self, age: int) -> bool:
        """Whether it is certain that somebody of this age may not come."""
        too_young = self.age_from is not None and age < self.age_from
        return too_young or (self.age_to is not None and age > self.age_to)

    def doubts(
        self, *, age: int | None, practice: PartnerId | None, agreed: bool
    ) -> tuple[Doubt, ...]:
        """What is not certain, and somebody should think of before asking."""

        def found() -> Iterator[Doubt]:
            if age is not None and self.outside(age):
                yield Doubt.OUTSIDE_AGES
            if age is None and self.ages:
                yield Doubt.AGE_NOT_KNOWN
            if self.practices and practice is None:
                yield Doubt.PRACTICE_NOT_KNOWN
            if self.practices and practice is not None and practice not in self.practices:
                yield Doubt.OUTSIDE_PRACTICES
            if self.area:
                yield Doubt.WITHIN_AREA
            if self.excludes:
                yield Doubt.EXCLUDES
            if self.needs_consent and not agreed:
                yield Doubt.CONSENT

        return tuple(found())


class Hours(Said):
    """When it is open on one day of every week, as clocks in London show it."""

    day: Weekday
    opens: time
    closes: time


class Description(Said):
    """What a service says of itself beside its name, its step and who may come in words."""

    summary: str | None = None
    criteria: Criteria = Criteria()
    hours: tuple[Hours, ...] = ()
    bank_holidays: bool = False  # whether it is open on them, by the same hours
    phone: str | None = None
    email: str | None = None
    url: str | None = None
    places: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    accessibility: tuple[str, ...] = ()
    cost: str | None = None

    def open_at(self, at: Moment) -> bool | None:
        """Whether it is open at a moment; ``None`` when its hours are not known."""
        if not self.hours:
            return None
        day = local_date(at)
        if day in bank_holidays(day.year) and not self.bank_holidays:
            return False
        now = at.astimezone(LONDON).time()
        weekday = WEEK[day.weekday()]
        return any(each.day is weekday and each.opens <= now < each.closes for each in self.hours)


def age_on(born: date, day: date) -> int:
    """How old somebody is on a day; who was born on 29 February grows older on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
