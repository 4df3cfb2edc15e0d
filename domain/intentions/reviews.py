"""What may be asked about reviews: that one fell due, and that the person was looked at again."""

from __future__ import annotations

from datetime import date

from domain.intentions.answers import Answer
from domain.intentions.deciding import Deciding
from domain.kernel import Aggregate, Asked
from domain.pathway import pathway_of
from domain.plan import PlanIsReviewedItself
from domain.policies.shared_care import SHARED
from domain.shared_care import CareIsNotShared, SharedCare, shared_care_of
from domain.vocabulary import PersonId, ReviewId, ReviewOf


class ReviewIntentions(Deciding):
    """A person who was to be looked at again is not forgotten."""

    def let_review_fall_due(
        self,
        person_id: PersonId,
        review: ReviewId,
        about: ReviewOf,
        due_on: date,
        *,
        asked: Asked,
    ) -> Answer:
        """Tell who holds the person that a review is overdue; a timer asks it.

        One of shared care is told to those who share it, and to nobody else.
        """
        if about in SHARED:
            return self._let_shared_care_be_due(person_id, review, about, due_on, asked)

        def decide() -> tuple[Aggregate, ...]:
            way = self._pathway(person_id)
            way.let_review_fall_due(review, about, due_on, asked=asked)
            return (way,)

        return self._ask(pathway_of(person_id), asked, decide)

    def _let_shared_care_be_due(
        self, person_id: PersonId, review: ReviewId, about: ReviewOf, due_on: date, asked: Asked
    ) -> Answer:
        of = shared_care_of(person_id)

        def decide() -> tuple[Aggregate, ...]:
            care = self._get(SharedCare, of, CareIsNotShared)
            care.let_review_fall_due(review, about, due_on, asked=asked)
            return (care,)

        return self._ask(of, asked, decide)

    def record_review(
        self,
        person_id: PersonId,
        review: ReviewId,
        *,
        outcome: str | None = None,
        asked: Asked,
    ) -> Answer:
        """Say that the person was looked at again, and what came of it.

        Raises `PlanIsReviewedItself` for a plan, and what `Reviewing.record_review` raises.
        """

        def decide() -> tuple[Aggregate, ...]:
            way = self._pathway(person_id)
            if way.overdue.get(review) is ReviewOf.PLAN:
                raise PlanIsReviewedItself(review)
            way.record_review(review, outcome=outcome, asked=asked)
            return (way,)

        return self._ask(pathway_of(person_id), asked, decide)
