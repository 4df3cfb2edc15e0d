"""Discharge: an end that is proposed, and agreed by those whom the model of the place asks.

Its facts belong to the person's pathway, which decides (`domain.pathway`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from domain.kernel import Asked, BrokenRule, Clinical, Fact, PersonalText, Recorded, Recorder
from domain.key_worker import WithKeyWorker
from domain.policies.steps import Agreement
from domain.standing import PathwayFact
from domain.vocabulary import DecisionId, EndReason, PractitionerId

# What happened


class CoordinatorNamed(PathwayFact):
    """Who is the person's clinical co-ordinator (King's Fund, The Esteem Team)."""

    TOPIC: ClassVar[str] = "pathway:CoordinatorNamed"

    coordinator: PractitionerId


class DischargeProposed(PathwayFact):
    """The organisation that holds the person thinks that they need no more help for now.

    ``plan`` says what comes after, and whom to turn to when it gets worse. ``decision`` is that of
    the meeting that proposed it.
    """

    TOPIC: ClassVar[str] = "pathway:DischargeProposed"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.RESPONSIBLE, Recorder.INVITED)

    reason: EndReason
    plan: Clinical[PersonalText]
    decision: DecisionId | None = None


class DischargeAgreed(PathwayFact):
    """One of those whose agreement the discharge needs gave it."""

    TOPIC: ClassVar[str] = "pathway:DischargeAgreed"

    agreement: Agreement


class DischargeWithdrawn(PathwayFact):
    """The discharge is proposed no more: the person stays where they are."""

    TOPIC: ClassVar[str] = "pathway:DischargeWithdrawn"


# What is refused


class AskWithItsOwnActivity(BrokenRule):
    """A death or a move ends more than the pathway; record it as such, and it ends this too."""


class NoDischargeIsProposed(BrokenRule):
    """No discharge of this person is proposed; propose it first."""


class DischargeIsNotAgreed(BrokenRule):
    """Before a pathway closes here, a discharge is proposed and agreed; not all have agreed yet."""


class NotTheOneWhoAgrees(BrokenRule):
    """The key worker agrees as link worker, the clinical co-ordinator as co-ordinator; nobody for
    them."""


class TheSamePersonAgreedTwice(BrokenRule):
    """Two different people agree to a discharge; this one has agreed already."""


class AnotherReasonWasAgreed(BrokenRule):
    """The discharge was agreed for another reason; close with that one or propose it anew."""


# What is true now


@dataclass(frozen=True, slots=True)
class Discharge:
    """A discharge that is proposed, and who agreed so far."""

    reason: EndReason
    agreed: Mapping[Agreement, PractitionerId | None] = field(default_factory=dict)

    def may_agree(self, agreement: Agreement, practitioner: PractitionerId | None) -> bool:
        """Whether this is news. Raises `TheSamePersonAgreedTwice`."""
        if agreement in self.agreed:
            return False
        if practitioner in self.agreed.values():
            raise TheSamePersonAgreedTwice(agreement.value)
        return True

    def with_agreement(
        self, agreement: Agreement, practitioner: PractitionerId | None
    ) -> Discharge:
        return replace(self, agreed={**self.agreed, agreement: practitioner})

    def without(self, agreement: Agreement) -> Discharge:
        """The same once somebody else is the one who agrees."""
        return replace(
            self, agreed={a: who for a, who in self.agreed.items() if a is not agreement}
        )


# What may happen next

WITH_THEIR_OWN_ACTIVITY = frozenset({EndReason.DIED, EndReason.MOVED_AWAY})
"""What ends more than the pathway, and that nobody agrees to."""


@dataclass
class Discharging(WithKeyWorker):
    """Whether a discharge is proposed, and who agrees to it beside the key worker."""

    coordinator: PractitionerId | None = None
    discharge: Discharge | None = None

    def name_coordinator(self, coordinator: PractitionerId, *, asked: Asked) -> Recorded | None:
        """Name the clinical co-ordinator. Raises `PathwayIsClosed`, `OnlyTheResponsibleMay`."""
        self._holding(asked)
        if coordinator == self.coordinator:
            return None
        return self._record(CoordinatorNamed(coordinator=coordinator), asked)

    def propose_discharge(
        self,
        reason: EndReason,
        *,
        plan: str,
        decision: DecisionId | None = None,
        asked: Asked,
        cause: str | None = None,
    ) -> Recorded:
        """Propose that the person needs no more help for now; agreements begin anew.

        A meeting's ``decision`` proposes it for the organisation that holds the person, which had
        to be in the room. A hold ends with it. Raises `AskWithItsOwnActivity`, `PathwayIsClosed`,
        `OnlyTheResponsibleMay`, `AnotherHandoverIsOffered`.
        """
        if reason in WITH_THEIR_OWN_ACTIVITY:
            raise AskWithItsOwnActivity(self.id)
        if decision is None:
            self._holding(asked)
        self._free_to_move()
        return self.record(
            DischargeProposed(reason=reason, plan=plan, decision=decision),
            asked,
            person=self.person,
            label=self.label,
            correlation=decision,
            cause=cause,
        )

    def agree_discharge(self, agreement: Agreement, *, asked: Asked) -> Recorded | None:
        """Agree, as the one who is asked to. Asked twice, it answers once.

        Raises `PathwayIsClosed`, `OnlyTheResponsibleMay`, `NoDischargeIsProposed`,
        `NotTheOneWhoAgrees`, `TheSamePersonAgreedTwice`.
        """
        self._holding(asked)
        if self.discharge is None:
            raise NoDischargeIsProposed(self.id)
        agrees = {
            Agreement.LINK_WORKER: self.key_worker,
            Agreement.CLINICAL_COORDINATOR: self.coordinator,
        }[agreement]
        if agrees is None or asked.practitioner != agrees:
            raise NotTheOneWhoAgrees(self.id)
        if not self.discharge.may_agree(agreement, agrees):
            return None
        return self._record(DischargeAgreed(agreement=agreement), asked)

    def withdraw_discharge(self, *, asked: Asked) -> Recorded | None:
        """Propose it no more. Raises `PathwayIsClosed`, `OnlyTheResponsibleMay`."""
        self._holding(asked)
        return self._record(DischargeWithdrawn(), asked) if self.discharge else None

    def _asks_anew(self, agreement: Agreement) -> None:
        """Who agrees is somebody else now, and has not agreed."""
        if self.discharge:
            self.discharge = self.discharge.without(agreement)


FACTS: tuple[type[Fact], ...] = (
    CoordinatorNamed,
    DischargeProposed,
    DischargeAgreed,
    DischargeWithdrawn,
)
