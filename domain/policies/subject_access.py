"""When a subject-access request is due, and what a health professional judges first: dated data."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from domain.kernel import Category

UK_GDPR = (
    "UK GDPR 12(3): one month from receipt; ICO, Right of access: the same day of the next month, "
    "or its last day"
)
SCHEDULE_3 = "Data Protection Act 2018, Schedule 3 Part 2 paragraphs 5 and 6: the serious harm test"


@dataclass(frozen=True, slots=True)
class AccessRule:
    """In how many months a request is answered, and which data need the serious harm test."""

    months: int
    harm_test: frozenset[Category]
    effective_from: date
    source: str
    effective_to: date | None = None  # the first day it no longer holds


RULES: tuple[AccessRule, ...] = (
    AccessRule(
        1,
        frozenset({Category.CLINICAL, Category.SAFETY, Category.PLAN}),
        date(2018, 5, 25),
        f"{UK_GDPR}. {SCHEDULE_3}",
    ),
)


def in_force(on: date) -> AccessRule:
    """The rule of a day; before the first, the first."""
    return max(
        (rule for rule in RULES if rule.effective_from <= on),
        key=lambda rule: rule.effective_from,
        default=RULES[0],
    )


def due(received: date) -> date:
    """The last day on which a request is answered in time."""
    months = received.month - 1 + in_force(received).months
    year, month = received.year + months // 12, months % 12 + 1
    return date(year, month, min(received.day, monthrange(year, month)[1]))
