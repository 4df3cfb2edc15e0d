"""What may be asked about a person's plan: goals in their words, what is agreed, its review."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from domain import action, plan, referral
from domain.intentions.answers import Answer
from domain.intentions.deciding import Deciding
from domain.intentions.meetings import OwnerMayNotBeTold
from domain.kernel import Aggregate, Asked, Category, Recorded
from domain.policies import plans
from domain.policies.days import local_date
from domain.request import State
from domain.standing import PathwayIsClosed
from domain.vocabulary import GoalId, Label, PersonId, PlanId, ReferralId

A_NEW_PLAN = "Another plan was agreed."
"""What the owner of an action reads when the plan it was of is over."""


class PlanIntentions(Deciding):
    """The person says what they want; who helps says what they will do."""

    def set_goal(
        self,
        person_id: PersonId,
        goal: GoalId,
        words: str,
        *,
        difference: str | None = None,
        helps: str | None = None,
        asked: Asked,
    ) -> Answer:
        """Write down what the person wants, in their words. Raises what `Plan.set_goal` raises."""
        fact = plan.GoalSet(goal=goal, words=words, difference=difference, helps=helps)
        return self._on_plan(
            person_id,
            asked,
            lambda known, label: known.set_goal(person_id, fact, label=label, asked=asked),
        )

    def reach_goal(
        self, person_id: PersonId, goal: GoalId, *, words: str | None = None, asked: Asked
    ) -> Answer:
        """Say that the person has what they wanted. Raises what `Plan.reach_goal` raises."""
        return self._on_plan(
            person_id,
            asked,
            lambda known, label: known.reach_goal(goal, words, label=label, asked=asked),
        )

    def drop_goal(
        self, person_id: PersonId, goal: GoalId, *, words: str | None = None, asked: Asked
    ) -> Answer:
        """Say that the person no longer wants it. Raises what `Plan.drop_goal` raises."""
        return self._on_plan(
            person_id,
            asked,
            lambda known, label: known.drop_goal(goal, words, label=label, asked=asked),
        )

    def agree_plan(self, person_id: PersonId, terms: plan.Terms, *, asked: Asked) -> Answer:
        """Agree with the person who does what; each organisation is told its own part.

        Raises `OnlyWhoHelpsMay`, `NoKeyWorkerIsNamed`, `ThePersonObjects`, `OwnerMayNotBeTold`
        and what `Plan.agree` and `Action.agree` raise.
        """
        noun, label = self._plan_of(person_id, asked)

        def decide() -> tuple[Aggregate, ...]:
            known, under = self._helped(person_id, noun, asked)
            way = self._pathway(person_id)
            needed = plans.key_worker_needed(way.step, local_date(asked.at))
            if needed and way.key_worker is None:
                raise plan.NoKeyWorkerIsNamed(noun)
            earlier_plan = known.review_on is not None
            known.agree(
                person_id, terms, key_worker=way.key_worker, under=under, label=label, asked=asked
            )
            over = [
                earlier
                for earlier in (self._every(action.Action, person_id) if earlier_plan else ())
                if earlier.plan == noun and earlier.fall_away(A_NEW_PLAN, asked=asked)
            ]
            if label is Label.ORDINARY:
                way.look_at_plan(under=under, asked=asked)
            assert known.review_on is not None, "what is agreed is looked at again"
            parts = [
                self._part(person_id, part, noun, known.review_on, asked) for part in terms.parts
            ]
            return known, way, *over, *parts

        return self._ask(noun, asked, decide)

    def review_plan(
        self,
        person_id: PersonId,
        *,
        changed: str | None = None,
        review_on: date | None = None,
        asked: Asked,
    ) -> Answer:
        """Look at the plan with the person. Raises what `Plan.review` raises, `OnlyWhoHelpsMay`."""
        noun, label = self._plan_of(person_id, asked)

        def decide() -> tuple[Aggregate, ...]:
            known, under = self._helped(person_id, noun, asked)
            known.review(changed, review_on, under=under, label=label, asked=asked)
            way = self._pathway(person_id)
            if label is Label.ORDINARY:
                way.look_at_plan(under=under, asked=asked)
            return known, way

        return self._ask(noun, asked, decide)

    def _part(
        self, person_id: PersonId, part: plan.Part, noun: PlanId, by: date, asked: Asked
    ) -> action.Action:
        """What one organisation will do, told to it alone. Raises `OwnerMayNotBeTold`."""
        self._welcome(person_id, part.owner)
        if not self._may_hear(person_id, part.owner, asked, Category.ASK):
            raise OwnerMayNotBeTold(part.owner)
        agreed = self._load(action.Action, part.action)
        agreed.agree(
            person_id,
            action.ActionAgreed(
                owner=part.owner,
                plan=noun,
                what=part.what,
                practitioner=part.practitioner,
                due_on=part.due_on or by,
            ),
            label=self._label(asked.organisation, self._label(part.owner)),
            asked=asked,
        )
        return agreed

    def _on_plan(
        self,
        person_id: PersonId,
        asked: Asked,
        activity: Callable[[plan.Plan, Label], Recorded | None],
    ) -> Answer:
        noun, label = self._plan_of(person_id, asked)

        def decide() -> tuple[Aggregate, ...]:
            known = self._planned(person_id, noun, asked)
            activity(known, label)
            return (known,)

        return self._ask(noun, asked, decide)

    def _plan_of(self, person_id: PersonId, asked: Asked) -> tuple[PlanId, Label]:
        """Which plan an organisation writes in: a drug service has its own with the person."""
        label = self._label(asked.organisation)
        return plan.plan_of(person_id, label), label

    def _planned(self, person_id: PersonId, noun: PlanId, asked: Asked) -> plan.Plan:
        """The plan. Raises `ThePersonHasDied`, `MayNotKnowThePlan`."""
        self._living(person_id)
        if not self._may_hear(person_id, asked.organisation, asked, Category.PLAN):
            raise plan.MayNotKnowThePlan(asked.organisation)
        return self._load(plan.Plan, noun)

    def _helped(
        self, person_id: PersonId, noun: PlanId, asked: Asked
    ) -> tuple[plan.Plan, ReferralId | None]:
        """The plan, for who holds the person or works under a referral, and that referral.

        Raises `PathwayIsClosed`, `OnlyWhoHelpsMay` and what `_planned` raises.
        """
        known, way = self._planned(person_id, noun, asked), self._pathway(person_id)
        if not way.open:
            raise PathwayIsClosed(way.id)
        if way.responsible == asked.organisation:
            return known, None
        for under in self._every(referral.Referral, person_id):
            if under.receiver == asked.organisation and under.state is State.ACCEPTED:
                return known, ReferralId(under.id)
        raise plan.OnlyWhoHelpsMay(noun)
