"""Review: the day to look at a person again, that it came with nobody looking, and that they did.

Its facts belong to the person's pathway, which decides (`domain.pathway`); which days there are is
dated policy (`domain.policies.reviews`). It refuses to know a clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import ClassVar

from domain.kernel import Asked, BrokenRule, Clinical, Fact, PersonalText, Recorded, Recorder
from domain.policies.days import local_date
from domain.standing import PathwayFact, PathwayIsClosed, Standing
from domain.vocabulary import PartnerId, ReferralId, ReviewId, ReviewOf

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
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.RESPONSIBLE, Recorder.RECEIVER)

    review: ReviewId
    outcome: Clinical[PersonalText | None] = None


# What is refused


class ReviewIsNotDue(BrokenRule):
    """The day of this review has not passed yet."""


class NoReviewFellDue(BrokenRule):
    """No such review has fallen due for this person, so there is none to record."""


# What may happen next


@dataclass
class Reviewing(Standing):
    """Which reviews are overdue, and which were done."""

    overdue: dict[ReviewId, ReviewOf] = field(default_factory=dict)
    reviewed: set[ReviewId] = field(default_factory=set)

    def let_review_fall_due(
        self, review: ReviewId, about: ReviewOf, due_on: date, *, asked: Asked
    ) -> Recorded | None:
        """Tell who holds the person that a review is overdue. Asked twice, it tells once.

        A timer asks this, and it is recorded for the organisation that is responsible. Raises
        `PathwayIsClosed`, `ReviewIsNotDue`.
        """
        if not self.open or self.responsible is None:
            raise PathwayIsClosed(self.id)
        if review in self.overdue or review in self.reviewed:
            return None
        if local_date(asked.at) <= due_on:
            raise ReviewIsNotDue(self.id)
        fact = ReviewFellDue(
            review=review, about=about, due_on=due_on, responsible=self.responsible
        )
        return self._record(fact, replace(asked, organisation=self.responsible))

    def record_review(
        self, review: ReviewId, *, outcome: str | None, asked: Asked
    ) -> Recorded | None:
        """Say that the person was looked at again. Asked twice, it answers once.

        Raises `PathwayIsClosed`, `OnlyTheResponsibleMay`, `NoReviewFellDue`.
        """
        self._holding(asked)
        if review in self.reviewed:
            return None
        if review not in self.overdue:
            raise NoReviewFellDue(self.id)
        return self._record(ReviewDone(review=review, outcome=outcome), asked)

    def look_at_plan(self, *, under: ReferralId | None, asked: Asked) -> None:
        """What was overdue of the plan is done, by whoever looked at it with the person."""
        for review in [each for each, about in self.overdue.items() if about is ReviewOf.PLAN]:
            fact = ReviewDone(review=review)
            self.record(fact, asked, person=self.person, label=self.label, correlation=under)

    def _looked_at(self, *about: ReviewOf) -> None:
        """What happened is a review of its own, or leaves nothing to review."""
        self.overdue = {which: what for which, what in self.overdue.items() if what not in about}


FACTS: tuple[type[Fact], ...] = (ReviewFellDue, ReviewDone)
