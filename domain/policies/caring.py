"""What a carer is owed, by which law and by when: dated data, each with its source.

It refuses to know any person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.policies.days import local_date
from domain.vocabulary import Moment

ADULT = 18
"""The age under which somebody who cares is a young carer (Care Act 2014, section 10)."""


class Law(StrEnum):
    """What a carer's assessment is asked under."""

    ADULT_CARER = "Care Act 2014, section 10"
    YOUNG_CARER = "Children Act 1989, section 17ZA"


@dataclass(frozen=True, slots=True)
class Assessment:
    """The assessment a carer is owed. The law names no day; ``days`` is a place's own."""

    law: Law
    days: int
    source: str
    effective_from: date
    effective_to: date | None = None


DAYS = "the day is Throughcare's own default: the law says no more than a reasonable time"
ASSESSMENTS: tuple[Assessment, ...] = (
    Assessment(Law.ADULT_CARER, 28, f"Care Act 2014, section 10; {DAYS}", date(2015, 4, 1)),
    Assessment(
        Law.YOUNG_CARER,
        28,
        f"Children Act 1989, section 17ZA, by the Children and Families Act 2014, section 96; "
        f"{DAYS}",
        date(2015, 4, 1),
    ),
)


def owed(young: bool, at: Moment) -> Assessment | None:
    """The assessment that somebody is owed who cares at that moment; ``None`` before the law."""
    on = local_date(at)
    law = Law.YOUNG_CARER if young else Law.ADULT_CARER
    held = [
        one
        for one in ASSESSMENTS
        if one.law is law
        and one.effective_from <= on
        and (one.effective_to is None or on < one.effective_to)
    ]
    return max(held, key=lambda one: one.effective_from) if held else None


def is_young(born: date, on: date) -> bool:
    """Whether somebody born on a day is under age on another."""
    had_birthday = (on.month, on.day) >= (born.month, born.day)
    return on.year - born.year - (not had_birthday) < ADULT
