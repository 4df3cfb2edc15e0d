"""Review: the day to look at a person again, that it came with nobody looking, and that they did.

Its facts belong to the person's pathway, which decides (`domain.pathway`); which days there are is
dated policy (`domain.policies.reviews`). It refuses to know a clock.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from domain.kernel import BrokenRule, Clinical, Fact, PersonalText, Recorder
from domain.steps import PathwayFact
from domain.vocabulary import PartnerId, ReviewId, ReviewOf

# What happened


class ReviewFellDue(PathwayFact):
    """Somebody was to look at the person by ``due_on``, and nobody did: who holds them is told."""

    TOPIC: ClassVar[str] = "pathway:ReviewFellDue"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.RESPONSIBLES_TIMER,)

    review: ReviewId
    about: ReviewOf
    due_on: date
    responsible: PartnerId


class ReviewDone(PathwayFact):
    """Somebody looked at the person again, after the day had passed."""

    TOPIC: ClassVar[str] = "pathway:ReviewDone"

    review: ReviewId
    outcome: Clinical[PersonalText | None] = None


# What is refused


class ReviewIsNotDue(BrokenRule):
    """The day of this review has not passed yet."""


class NoReviewFellDue(BrokenRule):
    """No such review has fallen due for this person, so there is none to record."""


FACTS: tuple[type[Fact], ...] = (ReviewFellDue, ReviewDone)
