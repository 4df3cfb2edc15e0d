"""Plans: how long one may go without a review, and who must be there: dated data with sources.

It refuses to know any person and today's date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from domain.vocabulary import Step

CPA = "Department of Health, Refocusing the Care Programme Approach (2008): reviewed once a year"
CMHF = (
    "NHS England, Community Mental Health Framework (2019), and its position statement on the Care "
    "Programme Approach (1 March 2022): a named key worker for everybody with a plan"
)


@dataclass(frozen=True, slots=True)
class PlanRule:
    """What a plan asks, between two dates.

    It is reviewed at least every ``months``. At the steps in ``key_worker_at`` it is agreed by
    somebody the person can turn to: without a named key worker there is no plan.
    """

    effective_from: date
    months: int
    key_worker_at: frozenset[Step]
    source: str
    effective_to: date | None = None  # the first day it no longer holds


RULES: tuple[PlanRule, ...] = (
    PlanRule(date(2008, 10, 1), 12, frozenset(), CPA, date(2022, 3, 1)),
    PlanRule(
        date(2022, 3, 1),
        12,
        frozenset({Step.COLLABORATIVE_CARE, Step.HOSPITAL_CARE}),
        CMHF,
    ),
)


def in_force(on: date, rules: Sequence[PlanRule] = RULES) -> PlanRule:
    """The rule that held on a day; before the first, the first."""
    held = [rule for rule in rules if rule.effective_from <= on]
    return max(held, key=lambda rule: rule.effective_from) if held else rules[0]


def latest_review(agreed_on: date) -> date:
    """The last day on which a plan agreed on a day must have been looked at again."""
    months = agreed_on.month - 1 + in_force(agreed_on).months
    year, month = agreed_on.year + months // 12, months % 12 + 1
    day = agreed_on.day
    while True:
        try:
            return date(year, month, day)
        except ValueError:  # 29 February, and the ends of months
            day -= 1


def key_worker_needed(step: Step, on: date) -> bool:
    """Whether a plan at a step asks for a named key worker."""
    return step in in_force(on).key_worker_at
