"""Whom a meeting should look at: not improving, waiting over the limit; from published thresholds.

The weeks are those of the clocks (`domain.policies.clocks`), the points those of the scales
(`domain.policies.scales`), each with its source there. It refuses to know any person.
"""

from __future__ import annotations

from datetime import date

from domain.policies.clocks import Clock, in_force
from domain.policies.days import days_between, local_date
from domain.policies.scales import SCALES, Change
from domain.vocabulary import Instrument, Moment, Step

MEASURES = (Instrument.PHQ_9, Instrument.GAD_7)

WAITS = {
    Step.TALKING_THERAPIES: (Clock.TALKING_THERAPIES_18_WEEKS, Clock.TALKING_THERAPIES_6_WEEKS),
    Step.COLLABORATIVE_CARE: (Clock.COMMUNITY_4_WEEKS,),
    Step.HOSPITAL_CARE: (Clock.COMMUNITY_4_WEEKS,),
}
"""Whose limits a wait at a step is held against, the longest first."""


def improves_within(on: date) -> int:
    """Days of care after which who is not better is looked at: week 8 of collaborative care."""
    return in_force(Clock.PSYCHIATRIC_REVIEW, on).opens


def not_improving(instrument: Instrument, first: float, last: float) -> bool:
    """A case at the start and now, and not better by more than the error of measurement."""
    scale = SCALES[instrument]
    return (
        bool(scale.case(first) and scale.case(last))
        and scale.change(first, last) is not Change.IMPROVEMENT
    )


def over_limit(step: Step, since: Moment, at: Moment) -> tuple[int, int] | None:
    """Days over the longest limit that a wait has passed, and that limit in weeks."""
    waited = days_between(since, at)
    limits = (in_force(clock, local_date(since)).limit.amount for clock in WAITS.get(step, ()))
    passed = next((limit for limit in limits if waited > limit), None)
    return (waited - passed, passed // 7) if passed else None


def shortest_limit(on: date) -> int:
    """Days within which nobody is over any limit."""
    return min(in_force(clock, on).limit.amount for clocks in WAITS.values() for clock in clocks)
