"""Discharge: an end that is proposed, and agreed by those whom the model of the place asks.

Its facts belong to the person's pathway, which decides (`domain.pathway`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from domain.kernel import BrokenRule, Clinical, Fact, PersonalText, Recorder
from domain.policies.steps import Agreement
from domain.steps import PathwayFact
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


FACTS: tuple[type[Fact], ...] = (
    CoordinatorNamed,
    DischargeProposed,
    DischargeAgreed,
    DischargeWithdrawn,
)
