"""Which needs there are, under which standard, and how often they are looked at: dated data.

It refuses to know any person, and why anybody needs anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from domain.policies.days import local_date
from domain.vocabulary import AccessNeed, Moment


class Standard(StrEnum):
    """The information standard that a need is recorded under."""

    ACCESSIBLE_INFORMATION = "DCB1605"  # the need travels with the person: they were told so
    REASONABLE_ADJUSTMENT = "DCB4019"  # the flag travels with the person's consent


SOURCES: Mapping[Standard, str] = {
    Standard.ACCESSIBLE_INFORMATION: (
        "NHS England, Accessible Information Standard (DCB1605; review 2025): needs are "
        "identified, recorded, flagged, shared, met and reviewed"
    ),
    Standard.REASONABLE_ADJUSTMENT: (
        "NHS England, Reasonable Adjustment Digital Flag (DCB4019); Equality Act 2010, section 20: "
        "consent to share the flag, the impairment apart from the adjustments"
    ),
}

COMMUNICATION = (
    AccessNeed.INTERPRETER,
    AccessNeed.SIGN_LANGUAGE,
    AccessNeed.LIP_READING,
    AccessNeed.HEARING_LOOP,
    AccessNeed.LARGE_PRINT,
    AccessNeed.EASY_READ,
    AccessNeed.BRAILLE,
    AccessNeed.AUDIO,
    AccessNeed.BY_TEXT,
    AccessNeed.BY_TELEPHONE,
    AccessNeed.BY_LETTER,
    AccessNeed.BY_EMAIL,
)
ADJUSTMENTS = (
    AccessNeed.LONGER,
    AccessNeed.TIME_OF_DAY,
    AccessNeed.QUIET,
    AccessNeed.AT_HOME,
    AccessNeed.ACCOMPANIED,
    AccessNeed.STEP_FREE,
    AccessNeed.SAME_PERSON,
)
IN_WORDS = frozenset({AccessNeed.TIME_OF_DAY, AccessNeed.ACCOMPANIED})
"""What says nothing without words: at which time, with whom."""


def standard(need: AccessNeed) -> Standard:
    """Under which standard a need is recorded: each under one, so that there is one way to."""
    if need in COMMUNICATION:
        return Standard.ACCESSIBLE_INFORMATION
    return Standard.REASONABLE_ADJUSTMENT


@dataclass(frozen=True, slots=True)
class Looking:
    """How long after they were looked at needs are looked at again."""

    days: int
    source: str
    effective_from: date
    effective_to: date | None = None


REVIEWS: tuple[Looking, ...] = (
    Looking(
        365,
        "DCB1605 (review 2025) and DCB4019: needs change, and are looked at at least yearly",
        date.min,
    ),
)


def review_on(at: Moment) -> date:
    """The last day to look at somebody's needs again, by the rule that held when that was done."""
    on = local_date(at)
    held = [
        rule
        for rule in REVIEWS
        if rule.effective_from <= on and (rule.effective_to is None or on < rule.effective_to)
    ]
    return on + timedelta(days=max(held, key=lambda rule: rule.effective_from).days)
