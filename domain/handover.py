"""Hand-over: an offer of responsibility to another organisation, and what became of it.

The sender holds the person until the receiver accepts. Its facts belong to the person's pathway,
which decides (`domain.pathway`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from domain.handover_offer import FACTS as OFFER_FACTS
from domain.handover_offer import HandoverFact, NobodyOfferedThisHandover, Offer, OnOffer
from domain.kernel import (
    Asked,
    BrokenRule,
    Clinical,
    Fact,
    PersonalText,
    Recorded,
    Recorder,
)
from domain.policies.steps import Evidence, SteppedCare
from domain.standing import PathwayIsClosed
from domain.steps import NO_GROUNDS, AlreadyAtThisStep, Grounds, SteppedDown, SteppedUp
from domain.vocabulary import DecisionId, HandoverId, Label, PartnerId, Step

# What happened


class HandoverOffered(HandoverFact):
    """The responsible organisation offers the person to another; it holds on until it accepts.

    ``label`` is that of the service the receiver would hold the person under. With ``hand_back``
    the person is offered to the organisation that handed them over last, to the step they had
    there, for ``reason``.
    """

    TOPIC: ClassVar[str] = "pathway:HandoverOffered"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (
        Recorder.RESPONSIBLE,
        Recorder.SENDER,
        Recorder.RECEIVER,
        Recorder.INVITED,
    )

    to_step: Step
    label: Label = Label.ORDINARY
    hand_back: bool = False
    reason: Clinical[PersonalText | None] = None


class HandoverAccepted(HandoverFact):
    """The receiver accepted: from this fact on it is responsible, under ``label``."""

    TOPIC: ClassVar[str] = "pathway:HandoverAccepted"

    label: Label = Label.ORDINARY


class HandoverDeclined(HandoverFact):
    """The receiver declined: the sender still holds the person."""

    TOPIC: ClassVar[str] = "pathway:HandoverDeclined"

    note: Clinical[PersonalText | None] = None


class HandoverLapsed(HandoverFact):
    """The offer ended without an answer, or was taken back: the sender still holds the person."""

    TOPIC: ClassVar[str] = "pathway:HandoverLapsed"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (
        Recorder.RESPONSIBLE,
        Recorder.SENDER,
        Recorder.REPORTING,
        Recorder.HOSTS_TIMER,
    )


# What is refused


class AnotherHandoverIsOffered(BrokenRule):
    """A hand-over is on offer already; it must be answered or taken back first."""


class HandoverExists(BrokenRule):
    """A hand-over of this id was offered and answered already; give another one its own."""


class OnlyTheReceiverMayAnswer(BrokenRule):
    """Only the organisation a hand-over is offered to may answer it."""


class AlreadyResponsible(BrokenRule):
    """The organisation is responsible for the person already."""


class NobodyHandedThemOver(BrokenRule):
    """No organisation handed this person over to yours, so there is none to hand them back to."""


# What is true now


@dataclass(frozen=True, slots=True)
class Holding:
    """Who held a person before they were handed over, at which step and under which label."""

    partner: PartnerId
    step: Step
    label: Label


# What may happen next


@dataclass
class HandingOver(OnOffer):
    """Who a person is offered to, and who they came from.

    ``came_from`` are those who handed the person over, the last one last: whom they can be handed
    back to.
    """

    came_from: tuple[Holding, ...] = ()
    answered: dict[HandoverId, str] = field(default_factory=dict)

    def offer_handover(
        self,
        handover: HandoverId,
        *,
        receiver: PartnerId,
        to_step: Step,
        label: Label,
        model: SteppedCare,
        grounds: Grounds = NO_GROUNDS,
        asked: Asked,
        correlation: UUID,
        cause: str | None = None,
    ) -> Recorded:
        """Offer the person to another organisation, which is not responsible until it accepts.

        A change of step is judged by the model in force when it is offered, and not again when it
        is accepted. Raises `PathwayIsClosed`, `AnotherHandoverIsOffered`, `AlreadyResponsible`,
        `IllegalMove`, `NoStepWithoutItsEvidence`.
        """
        fact = HandoverOffered(
            handover=handover,
            sender=self._free_to_move(),
            receiver=receiver,
            to_step=to_step,
            label=label,
        )
        return self._offer(
            fact, model=model, grounds=grounds, asked=asked, correlation=correlation, cause=cause
        )

    def hand_back(
        self,
        handover: HandoverId,
        *,
        reason: str,
        model: SteppedCare,
        grounds: Grounds = NO_GROUNDS,
        asked: Asked,
    ) -> Recorded:
        """Offer the person to who handed them over last, to the step they had there.

        It waits for its answer as any hand-over does, and a change of step needs its evidence
        likewise: nobody is sent back for want of room alone. Raises `OnlyTheResponsibleMay`,
        `NobodyHandedThemOver` and what `offer_handover` raises.
        """
        self._holding(asked)
        if not self.came_from:
            raise NobodyHandedThemOver(self.id)
        back = self.came_from[-1]
        fact = HandoverOffered(
            handover=handover,
            sender=self._free_to_move(),
            receiver=back.partner,
            to_step=back.step,
            label=back.label,
            hand_back=True,
            reason=reason,
        )
        return self._offer(fact, model=model, grounds=grounds, asked=asked, correlation=handover)

    def accept_handover(
        self, handover: HandoverId, *, asked: Asked, cause: str | None = None
    ) -> Recorded | None:
        """Take the person on: responsibility and step move with this, all or nothing.

        Raises `NobodyOfferedThisHandover`, `OnlyTheReceiverMayAnswer`, `PathwayIsClosed`.
        """
        if self.answered.get(handover) == "accepted" and asked.organisation == self.responsible:
            return None
        offer = self._answering(handover, asked)
        accepted = self.record(
            HandoverAccepted(
                handover=handover,
                sender=offer.sender,
                receiver=offer.receiver,
                label=offer.label,
            ),
            asked,
            person=self.person,
            label=self._either(offer.label),
            correlation=offer.correlation,
            cause=cause or offer.fact,
        )
        if offer.to_step != self.step:
            stepped = SteppedUp if offer.to_step > self.step else SteppedDown
            self.record(
                stepped(from_step=self.step, to_step=offer.to_step, responsible=offer.receiver),
                asked,
                person=self.person,
                label=self.label,
                correlation=offer.correlation,
                cause=accepted.id,
            )
        return accepted

    def decline_handover(
        self,
        handover: HandoverId,
        *,
        note: str | None,
        asked: Asked,
        cause: str | None = None,
    ) -> Recorded | None:
        """Not take the person on; the sender still holds them.

        Raises `NobodyOfferedThisHandover`, `OnlyTheReceiverMayAnswer`.
        """
        if self.offer is None and self.answered.get(handover) == "declined":
            return None
        offer = self._answering(handover, asked)
        return self.record(
            HandoverDeclined(
                handover=handover, sender=offer.sender, receiver=offer.receiver, note=note
            ),
            asked,
            person=self.person,
            label=self._either(offer.label),
            correlation=offer.correlation,
            cause=cause or offer.fact,
        )

    def withdraw_handover(self, handover: HandoverId, *, asked: Asked) -> Recorded | None:
        """Take an offer back. Raises `OnlyTheResponsibleMay`, `NobodyOfferedThisHandover`."""
        self._holding(asked)
        if self.offer is None and self.answered.get(handover) == "lapsed":
            return None
        if self.offer is None or self.offer.handover != handover:
            raise NobodyOfferedThisHandover(handover)
        return self.lapse_handover(handover, asked=asked)

    def lapse_handover(
        self, handover: HandoverId, *, asked: Asked, cause: str | None = None
    ) -> Recorded | None:
        """End an offer that was taken back or never answered; the sender still holds the person."""
        offer = self.offer
        if offer is None or offer.handover != handover:
            return None
        return self.record(
            HandoverLapsed(handover=handover, sender=offer.sender, receiver=offer.receiver),
            asked,
            person=self.person,
            label=self._either(offer.label),
            correlation=offer.correlation,
            cause=cause or offer.fact,
        )

    def move_within(
        self,
        to_step: Step,
        *,
        decision: DecisionId,
        label: Label,
        model: SteppedCare,
        asked: Asked,
        correlation: UUID,
        cause: str,
    ) -> Recorded:
        """Step up or down with the organisation that is responsible already: nothing to accept.

        A meeting decided it, and its decision is the evidence. Raises `PathwayIsClosed`,
        `AnotherHandoverIsOffered`, `AlreadyAtThisStep`, `IllegalMove`.
        """
        responsible = self._free_to_move()
        if to_step == self.step:
            raise AlreadyAtThisStep(self.id)
        from_step = self.step
        proposed = self._propose(
            to_step,
            Grounds(Evidence.MDT_DECISION, decision=decision),
            model,
            label=label,
            asked=asked,
            correlation=correlation,
            cause=cause,
        )
        stepped = SteppedUp if to_step > from_step else SteppedDown
        return self.record(
            stepped(from_step=from_step, to_step=to_step, responsible=responsible),
            asked,
            person=self.person,
            label=self.label,
            correlation=correlation,
            cause=proposed.id,
        )

    def _free_to_move(self) -> PartnerId:
        if not self.open or self.responsible is None:
            raise PathwayIsClosed(self.id)
        if self.offer is not None:
            raise AnotherHandoverIsOffered(self.offer.handover)
        return self.responsible

    def _offer(
        self,
        offered: HandoverOffered,
        *,
        model: SteppedCare,
        grounds: Grounds,
        asked: Asked,
        correlation: UUID,
        cause: str | None = None,
    ) -> Recorded:
        if offered.receiver == self.responsible:
            raise AlreadyResponsible(offered.receiver)
        if offered.to_step != self.step:
            cause = self._propose(
                offered.to_step,
                grounds,
                model,
                label=offered.label,
                asked=asked,
                correlation=correlation,
                cause=cause,
            ).id
        return self.record(
            offered,
            asked,
            person=self.person,
            label=self._either(offered.label),
            correlation=correlation,
            cause=cause,
        )

    def _answering(self, handover: HandoverId, asked: Asked) -> Offer:
        offer = self._offered(handover)
        if asked.organisation != offer.receiver:
            raise OnlyTheReceiverMayAnswer(handover)
        return offer


FACTS: tuple[type[Fact], ...] = (
    HandoverOffered,
    HandoverAccepted,
    HandoverDeclined,
    HandoverLapsed,
    *OFFER_FACTS,
)
