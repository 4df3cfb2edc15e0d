"""Which clocks run for which service, and what somebody must be told to read them rightly.

A place whose services answer to other standards changes these rows; it refuses to know a person.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from domain.kernel import Category
from domain.policies.clocks.rules import Clock
from domain.vocabulary import PartnerKind, Priority, Step

ANY = frozenset(Priority)
SEEN = frozenset({Category.REFERRAL, Category.ENGAGEMENT})
TREATED = SEEN | {Category.CLINICAL}
HELD = TREATED | {Category.COORDINATION}
PLANNED = TREATED | {Category.PLAN}


@dataclass(frozen=True, slots=True)
class Standard:
    """One clock and the services it runs for.

    ``needs`` are the kinds of data that move it: who is not told one of them would read a wait
    that ended long ago as one that goes on, so they are shown no clock.
    """

    clock: Clock
    kinds: frozenset[PartnerKind]
    steps: frozenset[Step]
    needs: frozenset[Category]
    priorities: frozenset[Priority] = ANY
    effective_from: date = date.min
    effective_to: date | None = None  # the first day it no longer holds


TALKING = frozenset({PartnerKind.TALKING_THERAPIES})
COMMUNITY = frozenset({PartnerKind.PRACTICE, PartnerKind.TRUST})
TRUST = frozenset({PartnerKind.TRUST})
STEP_2 = frozenset({Step.TALKING_THERAPIES})
STEP_3 = frozenset({Step.COLLABORATIVE_CARE})
STEPS_3_AND_4 = frozenset({Step.COLLABORATIVE_CARE, Step.HOSPITAL_CARE})
STEP_4 = frozenset({Step.HOSPITAL_CARE})
EMERGENCY = frozenset({Priority.EMERGENCY})
URGENT = frozenset({Priority.URGENT})
NOT_EMERGENCY = ANY - EMERGENCY

STANDARDS: tuple[Standard, ...] = (
    Standard(Clock.TALKING_THERAPIES_6_WEEKS, TALKING, STEP_2, TREATED),
    Standard(Clock.TALKING_THERAPIES_18_WEEKS, TALKING, STEP_2, TREATED),
    Standard(Clock.TALKING_THERAPIES_WITHOUT_PAUSES, TALKING, STEP_2, TREATED),
    Standard(Clock.SECOND_TREATMENT, TALKING, STEP_2, TREATED),
    Standard(Clock.NON_RESPONSE_REVIEW, TALKING, STEP_2, TREATED),
    Standard(Clock.COMMUNITY_4_WEEKS, COMMUNITY, STEPS_3_AND_4, PLANNED),
    Standard(Clock.SANDWELL_ASSESSMENT, COMMUNITY, STEP_3, TREATED, NOT_EMERGENCY),
    Standard(Clock.SANDWELL_ACUTE, COMMUNITY, STEP_3, TREATED, EMERGENCY),
    Standard(Clock.EMERGENCY, COMMUNITY, STEP_3, SEEN, EMERGENCY),
    Standard(Clock.URGENT, COMMUNITY, STEP_3, SEEN, URGENT),
    Standard(Clock.CRISIS_VERY_URGENT, TRUST, STEP_4, SEEN, EMERGENCY),
    Standard(Clock.CRISIS_URGENT, TRUST, STEP_4, SEEN, URGENT),
)
"""By kind of partner, step and priority. Collaborative care's own clocks run with the step."""

COLLABORATIVE_CARE = (Clock.CARE_MANAGER_FOLLOW_UP, Clock.PSYCHIATRIC_REVIEW)
"""Clocks that run while the person is at step 3, whoever is responsible. They need `HELD`."""

TEAMS = {Step.COLLABORATIVE_CARE: "A05", Step.HOSPITAL_CARE: "A06"}
"""MHSDS team types: primary-care mental health (A05), community mental health (A06)."""


def team(kind: PartnerKind, step: Step) -> str | None:
    """The team type a service is counted under; ``None`` for what is no community team."""
    return TEAMS.get(step) if kind in COMMUNITY else None


def applying(kind: PartnerKind, step: Step, priority: Priority, on: date) -> Iterator[Standard]:
    """The standards a referral to such a service is measured by, made on that day."""
    for standard in STANDARDS:
        if (
            kind in standard.kinds
            and step in standard.steps
            and priority in standard.priorities
            and standard.effective_from <= on
            and (standard.effective_to is None or on < standard.effective_to)
        ):
            yield standard
