"""What may be asked about what was agreed: actions, decisions on their way, discussions."""

from __future__ import annotations

from collections.abc import Callable

from domain import action, discussion, implementation, partner
from domain.implementation import Implementation, implementation_of
from domain.intentions.answers import Answer
from domain.intentions.deciding import Deciding
from domain.kernel import Aggregate, Asked, BrokenRule, Category, Recorded
from domain.vocabulary import (
    ActionId,
    DecisionId,
    DiscussionId,
    HandoverId,
    NotImplementedReason,
    PartnerId,
    PersonId,
)


class NotTheirPractitioner(BrokenRule):
    """This practitioner does not act for that organisation; choose somebody who does."""


class AgreedIntentions(Deciding):
    """Doing what a meeting agreed, saying what became of it, and talking a case over."""

    def complete_action(
        self, action_id: ActionId, *, note: str | None = None, asked: Asked
    ) -> Answer:
        """Say that an action is done."""
        return self._on_action(action_id, asked, lambda a: a.complete(note=note, asked=asked))

    def drop_action(self, action_id: ActionId, reason: str, *, asked: Asked) -> Answer:
        """Say that an action will not be done, and why."""
        return self._on_action(action_id, asked, lambda a: a.drop(reason, asked=asked))

    def implement_decision(
        self, person_id: PersonId, decision: DecisionId, *, asked: Asked
    ) -> Answer:
        """Say that what a meeting decided was done."""
        return self._on_decision(
            person_id,
            asked,
            lambda known, responsible: known.implement(
                decision, responsible=responsible, asked=asked
            ),
        )

    def not_implement_decision(
        self,
        person_id: PersonId,
        decision: DecisionId,
        reason: NotImplementedReason,
        *,
        note: str | None = None,
        asked: Asked,
    ) -> Answer:
        """Say that what a meeting decided was not done, and why."""
        return self._on_decision(
            person_id,
            asked,
            lambda known, responsible: known.not_implement(
                decision, reason, note=note, responsible=responsible, asked=asked
            ),
        )

    def supersede_decision(
        self, person_id: PersonId, decision: DecisionId, by: DecisionId, *, asked: Asked
    ) -> Answer:
        """Say that a later decision took another's place; an offer that carried it ends."""

        def decide() -> tuple[Aggregate, ...]:
            way = self._pathway(person_id)
            known = self._load(Implementation, implementation_of(person_id))
            superseded = known.supersede(decision, by, responsible=way.responsible, asked=asked)
            if superseded:
                way.lapse_handover(HandoverId(decision), asked=asked, cause=superseded.id)
            return known, way

        return self._ask(implementation_of(person_id), asked, decide)

    def discuss_case(
        self,
        person_id: PersonId,
        discussion_id: DiscussionId,
        discussed: discussion.CaseDiscussed,
        *,
        asked: Asked,
    ) -> Answer:
        """Record that two practitioners talked a case over.

        Raises `ThePersonObjects`, `NotTheirPractitioner`, `MayNotHearTheCase` and what
        `Discussion.hold` raises.
        """

        def decide() -> tuple[Aggregate, ...]:
            label = self._pathway(person_id).label
            for one in (discussed.asked_by, discussed.advised_by):
                self._welcome(person_id, one.partner)
                if one.practitioner not in self._load(partner.Partner, one.partner).practitioners:
                    raise NotTheirPractitioner(one.practitioner)
                if not self._may_hear(person_id, one.partner, asked, Category.CLINICAL):
                    raise discussion.MayNotHearTheCase(one.partner)
                label = self._label(one.partner, label)
            held = self._load(discussion.Discussion, discussion_id)
            held.hold(person_id, discussed, label=label, asked=asked)
            return (held,)

        return self._ask(discussion_id, asked, decide)

    def _on_action(
        self,
        action_id: ActionId,
        asked: Asked,
        activity: Callable[[action.Action], Recorded | None],
    ) -> Answer:
        def decide() -> tuple[Aggregate, ...]:
            agreed = self._get(action.Action, action_id, action.ActionIsUnknown)
            activity(agreed)
            return (agreed,)

        return self._ask(action_id, asked, decide)

    def _on_decision(
        self,
        person_id: PersonId,
        asked: Asked,
        activity: Callable[[Implementation, PartnerId | None], Recorded | None],
    ) -> Answer:
        of = implementation_of(person_id)

        def decide() -> tuple[Aggregate, ...]:
            known = self._get(Implementation, of, implementation.DecisionIsUnknown)
            activity(known, self._pathway(person_id).responsible)
            return (known,)

        return self._ask(of, asked, decide)
