"""What may be asked about outcome measures: a score, and putting one right."""

from __future__ import annotations

from collections.abc import Sequence

from domain import measure, plan
from domain.intentions.answers import Answer
from domain.intentions.contacts import ContactIntentions
from domain.intentions.persons import PersonIsUnknown
from domain.intentions.raising import Raising
from domain.kernel import Aggregate, Asked
from domain.person import Person
from domain.policies.instruments import Answers, ItemNine, item_nine
from domain.standing import OnlyTheResponsibleMay, PathwayIsClosed
from domain.vocabulary import (
    GoalId,
    Instrument,
    Label,
    MeasureId,
    PersonId,
    ReferralId,
)


class MeasureIntentions(ContactIntentions, Raising):
    """Scoring a measure under a referral that was taken on, or of somebody one holds.

    A PHQ-9 whose item 9 is above 0 is saved with the concern it raises, the concern first: no
    reader of any part of the log sees the score without it.
    """

    def complete_measure(
        self,
        measure_id: MeasureId,
        referral_id: ReferralId,
        *,
        instrument: Instrument,
        total: int | None = None,
        items: Answers = (),
        goals: Sequence[GoalId] = (),
        asked: Asked,
    ) -> Answer:
        """Record a score under a referral one's organisation has taken on."""

        def decide() -> tuple[Aggregate, ...]:
            under = self._working(referral_id, asked)
            assert under.person is not None
            completed = _completed(asked, referral_id, instrument, total, items, goals)
            return self._scored(measure_id, under.person, completed, under.label, asked)

        return self._ask(measure_id, asked, decide)

    def complete_measure_held(
        self,
        measure_id: MeasureId,
        person_id: PersonId,
        *,
        instrument: Instrument,
        total: int | None = None,
        items: Answers = (),
        goals: Sequence[GoalId] = (),
        asked: Asked,
    ) -> Answer:
        """Record a score of a person for whom one's organisation is responsible.

        Raises `PathwayIsClosed`, `OnlyTheResponsibleMay`.
        """

        def decide() -> tuple[Aggregate, ...]:
            self._get(Person, person_id, PersonIsUnknown).must_live()
            way = self._pathway(person_id)
            if not way.open:
                raise PathwayIsClosed(way.id)
            if way.responsible != asked.organisation:
                raise OnlyTheResponsibleMay(way.id)
            completed = _completed(asked, None, instrument, total, items, goals)
            label = self._label(asked.organisation)
            return self._scored(measure_id, person_id, completed, label, asked)

        return self._ask(measure_id, asked, decide)

    def correct_score(
        self,
        measure_id: MeasureId,
        *,
        total: int | None = None,
        items: Answers = (),
        goals: Sequence[GoalId] = (),
        reason: str | None = None,
        asked: Asked,
    ) -> Answer:
        """Put a score right that one's organisation entered wrongly."""

        def decide() -> tuple[Aggregate, ...]:
            scored = self._get(measure.Measure, measure_id, measure.MeasureIsUnknown)
            if scored.person is not None:
                self._their_goals(goals, scored.person, scored.label)
            scored.correct(total=total, items=items, goals=goals, reason=reason, asked=asked)
            return self._with_concern(scored, asked)

        return self._ask(measure_id, asked, decide)

    def _scored(
        self,
        measure_id: MeasureId,
        person_id: PersonId,
        completed: measure.MeasureCompleted,
        label: Label,
        asked: Asked,
    ) -> tuple[Aggregate, ...]:
        self._their_goals(completed.goals, person_id, label)
        scored = self._load(measure.Measure, measure_id)
        scored.complete(person_id, completed, label=label, asked=asked)
        return self._with_concern(scored, asked)

    def _their_goals(self, goals: Sequence[GoalId], person_id: PersonId, label: Label) -> None:
        """Goals of the person's own plan. Raises `GoalIsUnknown`."""
        plans = [plan.plan_of(person_id, of) for of in {Label.ORDINARY, label}] if goals else []
        known = {goal for each in plans for goal in self._load(plan.Plan, each).goals}
        for goal in goals:
            if goal not in known:
                raise plan.GoalIsUnknown(goal)

    def _with_concern(self, scored: measure.Measure, asked: Asked) -> tuple[Aggregate, ...]:
        """A score, after what its item 9 raises."""
        assert scored.stands is not None
        assert scored.person is not None
        ninth = item_nine(scored.stands.instrument, scored.stands.items)
        if ninth is not ItemNine.ABOVE_0 or not scored.pending:
            return (scored,)
        raised = self._concern_of_item_9(
            scored.person, scored.measure, label=scored.label, asked=asked
        )
        return raised, scored


def _completed(
    asked: Asked,
    referral_id: ReferralId | None,
    instrument: Instrument,
    total: int | None,
    items: Answers,
    goals: Sequence[GoalId],
) -> measure.MeasureCompleted:
    return measure.MeasureCompleted(
        referral=referral_id,
        provider=asked.organisation,
        instrument=instrument,
        total=measure.total_of(instrument, total, items, goals),
        items=tuple(items),
        goals=tuple(goals),
    )
