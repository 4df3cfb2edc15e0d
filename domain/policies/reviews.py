"""Which reviews fall due when, and what counts as having looked: dated data, each with a source.

The reviews of collaborative care have the limits of their clocks (`domain.policies.clocks`). A hold
and a meeting's decision name their own day. It refuses to know any person.
"""

from __future__ import annotations

from datetime import date, timedelta

from domain.policies.clocks import Clock, in_force
from domain.policies.days import local_date
from domain.policies.scales import SCALES
from domain.vocabulary import Content, Instrument, Moment, ReviewOf

COLLABORATIVE_CARE = {
    ReviewOf.FOLLOW_UP: Clock.CARE_MANAGER_FOLLOW_UP,
    ReviewOf.PSYCHIATRIC: Clock.PSYCHIATRIC_REVIEW,
}
"""Psychiatric Services 2016, doi 10.1176/appi.ps.201400577: follow-up within 4 weeks, and for who
is not better at week 8 a psychiatrist's review by week 12."""

NO_FOLLOW_UP = frozenset({Content.ASSESSMENT, Content.SIGNPOSTING, Content.CONSULTATION})
PSYCHIATRISTS = frozenset({Content.REVIEW, Content.CONSULTATION})
"""Contacts in which treatment is looked at with another professional; so it is in a meeting."""


def due_on(about: ReviewOf, began: Moment) -> date:
    """The last day in time, under the rule that held when collaborative care began."""
    limit = in_force(COLLABORATIVE_CARE[about], local_date(began)).limit
    return local_date(limit.due(began))


def opens_on(about: ReviewOf, began: Moment) -> date:
    """The first day on which a review is not too early."""
    opens = in_force(COLLABORATIVE_CARE[about], local_date(began)).opens
    return local_date(began) + timedelta(days=opens)


def follows_up(content: Content | None) -> bool:
    """Whether a contact that took place is a follow-up; one of no known kind is."""
    return content not in NO_FOLLOW_UP


def reviews(content: Content | None) -> bool:
    """Whether a contact that took place is a review of treatment with another professional."""
    return content in PSYCHIATRISTS


def seen_to_by(content: Content | None) -> tuple[ReviewOf, ...]:
    """Which reviews a contact that took place sees to."""
    follows = (ReviewOf.FOLLOW_UP,) if follows_up(content) else ()
    return (*follows, ReviewOf.PSYCHIATRIC) if reviews(content) else follows


def responded(total: int, first: int) -> bool:
    """Whether a PHQ-9 score shows response: under caseness, or half of the first (same source)."""
    return not SCALES[Instrument.PHQ_9].case(total) or total * 2 <= first
