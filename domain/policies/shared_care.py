"""How often shared care is looked at, and when no more is dispensed: dated data with sources.

It knows no drug and no dose: what is prescribed is the prescriber's, in the prescription.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from domain.policies.days import local_date
from domain.vocabulary import Moment, ReviewOf

SHARED = frozenset({ReviewOf.JOINT, ReviewOf.SUPERVISION})
"""Reviews of shared care: they are of its stream, and end with it."""

ORANGE = (
    "Drug misuse and dependence: UK guidelines on clinical management (Department of Health, 2017)"
)


@dataclass(frozen=True, slots=True)
class SharedCareRule:
    """Days between joint reviews, days of supervision before it is looked at, days missed in a row.

    ``missed`` days without a dose in a row, and the pharmacy dispenses nothing until the prescriber
    has spoken: tolerance falls fast.
    """

    joint: int
    supervised: int
    missed: int
    source: str
    effective_from: date = date.min
    effective_to: date | None = None


RULES: tuple[SharedCareRule, ...] = (
    SharedCareRule(
        joint=91,
        supervised=91,
        missed=3,
        source=(
            f"{ORANGE}: joint review about every three months; Hertfordshire LPC, Protocols for "
            "Supervised Consumption (2013), 1.2: supervised usually for three months, then "
            "reviewed; Community Pharmacy England, Supervised Consumption (St Helens), 3.4: "
            "nothing is dispensed by itself after three doses missed in a row"
        ),
    ),
)


def in_force(at: Moment, rules: Collection[SharedCareRule] = RULES) -> SharedCareRule:
    """The rule that held at a moment."""
    on = local_date(at)
    held = [
        rule
        for rule in rules
        if rule.effective_from <= on and (rule.effective_to is None or on < rule.effective_to)
    ]
    return max(held, key=lambda rule: rule.effective_from)


def joint_review_on(at: Moment) -> date:
    """The last day of the next joint review after one, or after shared care began."""
    return local_date(at) + timedelta(days=in_force(at).joint)


def supervision_review_on(begins: date, at: Moment) -> date:
    """The day to look at whether consumption is to be supervised any longer."""
    return begins + timedelta(days=in_force(at).supervised)
