"""Implementation: whether what meetings decided about one person was done, and if not, why not.

It follows decisions to their end; it takes none and moves nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID, uuid5

from domain.case import MOVES
from domain.handover import HandoverAccepted, HandoverDeclined, HandoverLapsed
from domain.kernel import (
    Aggregate,
    Asked,
    BrokenRule,
    Category,
    Clinical,
    Fact,
    PersonalText,
    Recorded,
    Recorder,
    Unknown,
)
from domain.pathway import PathwayClosed
from domain.vocabulary import (
    Decision,
    DecisionId,
    Label,
    MeetingId,
    NotImplementedReason,
    PartnerId,
    PersonId,
)

# What happened


class ImplementationFact(Fact):
    """What became of a meeting's decision (Raine et al., HS&DR 2(37), 2014: to be monitored)."""

    TOPIC: ClassVar[str] = "implementation:"
    CATEGORY: ClassVar[Category] = Category.COORDINATION
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (
        Recorder.INVITED,
        Recorder.RECEIVER,
        Recorder.RESPONSIBLE,
    )

    decision: DecisionId
    meeting: MeetingId
    outcome: Decision


class ImplementationAwaited(ImplementationFact):
    """A decision waits to be done, by this organisation; it is followed until it has its end."""

    TOPIC: ClassVar[str] = "implementation:ImplementationAwaited"

    owner: PartnerId


class DecisionImplemented(ImplementationFact):
    """What the meeting decided was done."""

    TOPIC: ClassVar[str] = "implementation:DecisionImplemented"


class DecisionNotImplemented(ImplementationFact):
    """What the meeting decided was not done, and why."""

    TOPIC: ClassVar[str] = "implementation:DecisionNotImplemented"

    reason: NotImplementedReason
    note: Clinical[PersonalText | None] = None


class DecisionSuperseded(ImplementationFact):
    """A later decision took this one's place before it was done."""

    TOPIC: ClassVar[str] = "implementation:DecisionSuperseded"

    by: DecisionId


# What is refused


class DecisionIsUnknown(Unknown):
    """No such decision about this person is known here."""


class DecisionHasItsEnd(BrokenRule):
    """This decision was implemented, was not, or was superseded already; that stands."""


class TheHandoverSaysSo(BrokenRule):
    """A hand-over carries this decision; its answer says what became of it."""


class OnlyWhoImplementsMay(BrokenRule):
    """Only who is to do it, or is responsible for the person, says what became of a decision."""


# What is true now and may happen next


def implementation_of(person: PersonId) -> UUID:
    """What was decided about a person is followed in one place; its id follows from theirs."""
    return uuid5(person, "implementation")


AT_ONCE = frozenset({Decision.STAY})
"""What is done by being decided: nothing changes."""


@dataclass(frozen=True, slots=True)
class Awaited:
    """A decision on its way."""

    meeting: MeetingId
    outcome: Decision
    owner: PartnerId
    label: Label
    handover: bool


@dataclass
class Implementation(Aggregate):
    """The decisions about one person; each has one end."""

    NOUN: ClassVar[str] = "implementation"

    person: PersonId | None = None
    open: dict[DecisionId, Awaited] = field(default_factory=dict)
    ended: dict[DecisionId, type[Fact]] = field(default_factory=dict)

    def await_decision(
        self,
        person: PersonId,
        decision: DecisionId,
        *,
        meeting: MeetingId,
        outcome: Decision,
        owner: PartnerId,
        done: bool,
        label: Label,
        asked: Asked,
        cause: str,
    ) -> Recorded | None:
        """Follow a decision from here on; one that is ``done`` with being taken has its end."""
        if decision in self.open or decision in self.ended:
            return None
        fact = (
            DecisionImplemented(decision=decision, meeting=meeting, outcome=outcome)
            if done
            else ImplementationAwaited(
                decision=decision, meeting=meeting, outcome=outcome, owner=owner
            )
        )
        return self.record(
            fact, asked, person=person, label=label, correlation=UUID(str(decision)), cause=cause
        )

    def give_way(
        self, to: DecisionId, *, asked: Asked, cause: str | None = None
    ) -> tuple[DecisionId, ...]:
        """Let every decision on its way give way to a later one; answers which did."""
        earlier = tuple(decision for decision in self.open if decision != to)
        for decision in earlier:
            self._supersede(decision, to, asked, cause)
        return earlier

    def implement(
        self, decision: DecisionId, *, responsible: PartnerId | None, asked: Asked
    ) -> Recorded | None:
        """Say that a decision was done. Raises `TheHandoverSaysSo` and what `_ending` raises."""
        if self.ended.get(decision) is DecisionImplemented:
            return None
        awaited = self._ending(decision, responsible, asked)
        if awaited.handover:
            raise TheHandoverSaysSo(decision)
        return self._end(DecisionImplemented(**_about(decision, awaited)), awaited, asked)

    def not_implement(
        self,
        decision: DecisionId,
        reason: NotImplementedReason,
        *,
        note: str | None,
        responsible: PartnerId | None,
        asked: Asked,
    ) -> Recorded | None:
        """Say that a decision was not done, and why.

        Raises `TheHandoverSaysSo` and what `_ending` raises.
        """
        if self.ended.get(decision) is DecisionNotImplemented:
            return None
        awaited = self._ending(decision, responsible, asked)
        if awaited.handover:
            raise TheHandoverSaysSo(decision)
        fact = DecisionNotImplemented(reason=reason, note=note, **_about(decision, awaited))
        return self._end(fact, awaited, asked)

    def supersede(
        self,
        decision: DecisionId,
        by: DecisionId,
        *,
        responsible: PartnerId | None,
        asked: Asked,
    ) -> Recorded | None:
        """Say that a later decision took the place of one that is not done. Raises as `_ending`."""
        if self.ended.get(decision) is DecisionSuperseded:
            return None
        self._ending(decision, responsible, asked)
        if by == decision or (by not in self.open and by not in self.ended):
            raise DecisionIsUnknown(by)
        return self._supersede(decision, by, asked, None)

    def hear(self, recorded: Recorded, *, asked: Asked) -> None:
        """Follow what happened on the pathway: an answer to a decision's offer, or the end of all.

        What no meeting decided is none of its business.
        """
        match recorded.fact:
            case HandoverAccepted(handover=handover) if DecisionId(handover) in self.open:
                decision = DecisionId(handover)
                awaited = self.open[decision]
                self._end(
                    DecisionImplemented(**_about(decision, awaited)), awaited, asked, recorded.id
                )
            case HandoverDeclined(handover=handover, note=note) if (
                DecisionId(handover) in self.open
            ):
                self._fail(
                    DecisionId(handover), NotImplementedReason.NOT_TAKEN_ON, note, asked, recorded
                )
            case HandoverLapsed(handover=handover) if DecisionId(handover) in self.open:
                self._fail(
                    DecisionId(handover), NotImplementedReason.OFFER_ENDED, None, asked, recorded
                )
            case PathwayClosed():
                for decision, awaited in list(self.open.items()):
                    if awaited.outcome is Decision.DISCHARGE:
                        fact = DecisionImplemented(**_about(decision, awaited))
                        self._end(fact, awaited, asked, recorded.id)
                    else:
                        reason = NotImplementedReason.PATHWAY_ENDED
                        self._fail(decision, reason, None, asked, recorded)
            case _:
                pass

    def next_actions(self, decision: DecisionId, organisation: PartnerId) -> tuple[str, ...]:
        """What this organisation may say of a decision, in the words of the interface."""
        awaited = self.open.get(decision)
        if awaited is None or awaited.handover or organisation != awaited.owner:
            return ()
        return ("implementation", "non-implementation")

    def _ending(self, decision: DecisionId, responsible: PartnerId | None, asked: Asked) -> Awaited:
        """Raises `DecisionHasItsEnd`, `DecisionIsUnknown`, `OnlyWhoImplementsMay`."""
        if decision in self.ended:
            raise DecisionHasItsEnd(decision)
        if decision not in self.open:
            raise DecisionIsUnknown(decision)
        awaited = self.open[decision]
        if asked.organisation not in (awaited.owner, responsible):
            raise OnlyWhoImplementsMay(decision)
        return awaited

    def _supersede(
        self, decision: DecisionId, by: DecisionId, asked: Asked, cause: str | None
    ) -> Recorded:
        awaited = self.open[decision]
        fact = DecisionSuperseded(by=by, **_about(decision, awaited))
        return self._end(fact, awaited, asked, cause)

    def _fail(
        self,
        decision: DecisionId,
        reason: NotImplementedReason,
        note: str | None,
        asked: Asked,
        because: Recorded,
    ) -> None:
        awaited = self.open[decision]
        fact = DecisionNotImplemented(reason=reason, note=note, **_about(decision, awaited))
        self._end(fact, awaited, asked, because.id)

    def _end(
        self, fact: ImplementationFact, awaited: Awaited, asked: Asked, cause: str | None = None
    ) -> Recorded:
        return self.record(
            fact,
            asked,
            person=self.person,
            label=awaited.label,
            correlation=UUID(str(fact.decision)),
            cause=cause,
        )

    def evolve(self, recorded: Recorded) -> None:
        self.person = recorded.person
        match recorded.fact:
            case ImplementationAwaited() as awaited:
                self.open[awaited.decision] = Awaited(
                    meeting=awaited.meeting,
                    outcome=awaited.outcome,
                    owner=awaited.owner,
                    label=recorded.label,
                    handover=awaited.outcome in MOVES,
                )
            case DecisionImplemented() | DecisionNotImplemented() | DecisionSuperseded() as end:
                self.open.pop(end.decision, None)
                self.ended[end.decision] = type(end)
            case other:
                raise AssertionError(f"{other.TOPIC} is not a fact about what became of a decision")


def _about(decision: DecisionId, awaited: Awaited) -> dict[str, Any]:
    return {"decision": decision, "meeting": awaited.meeting, "outcome": awaited.outcome}


ANSWERS = (HandoverAccepted, HandoverDeclined, HandoverLapsed, PathwayClosed)
"""What happens on a pathway that says what became of a decision."""

FACTS: tuple[type[Fact], ...] = (
    ImplementationAwaited,
    DecisionImplemented,
    DecisionNotImplemented,
    DecisionSuperseded,
)
