"""A hand-over on offer: whom it was made to, since when it waits, and who was told of the silence.

It is the ground of the hand-over, which makes and answers offers (`domain.handover`). Its facts
belong to the person's pathway, which decides (`domain.pathway`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from domain.kernel import Asked, BrokenRule, Category, Fact, Recorded, Recorder
from domain.policies.escalation import Rung
from domain.silence import Wait
from domain.steps import NO_GROUNDS, Grounds, Stepping
from domain.vocabulary import HandoverId, Label, Moment, PartnerId, Step

# What happened


class HandoverFact(Fact):
    """What became of an offer between two organisations."""

    TOPIC: ClassVar[str] = "pathway:"
    CATEGORY: ClassVar[Category] = Category.COORDINATION
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.RECEIVER,)

    handover: HandoverId
    sender: PartnerId
    receiver: PartnerId


class HandoverSilenceEscalated(HandoverFact):
    """Nobody answered the offer by ``due_at``, so the next one to act is told.

    A hand-over that a referral carries has no silence of its own: the referral's is escalated.
    """

    TOPIC: ClassVar[str] = "pathway:HandoverSilenceEscalated"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.RESPONSIBLES_TIMER,)

    rung: Rung
    due_at: Moment


class HandoverSilenceAcknowledged(HandoverFact):
    """Somebody has seen that nobody answered the offer, and sees to it: no other rung is told."""

    TOPIC: ClassVar[str] = "pathway:HandoverSilenceAcknowledged"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.SENDER, Recorder.RECEIVER)


# What is refused


class NobodyOfferedThisHandover(BrokenRule):
    """No such hand-over waits for an answer."""


# What waits for its answer


@dataclass(frozen=True, slots=True)
class Offer:
    """A hand-over that waits for its answer."""

    handover: HandoverId
    sender: PartnerId
    receiver: PartnerId
    to_step: Step
    label: Label
    correlation: UUID
    fact: str
    wait: Wait
    hand_back: bool = False
    grounds: Grounds = NO_GROUNDS


@dataclass
class OnOffer(Stepping):
    """The one offer of a person that waits for its answer, if there is one."""

    offer: Offer | None = None

    def escalate_silence(
        self, handover: HandoverId, rung: Rung, *, asked: Asked
    ) -> Recorded | None:
        """Tell the next one that nobody answered the offer. Asked twice, it tells once.

        A timer asks this for the organisation that holds the person. Raises
        `NobodyOfferedThisHandover`, `OnlyTheResponsibleMay` and what `Wait.climb` raises.
        """
        offer = self._offered(handover)
        self._holding(asked)
        due = offer.wait.climb(rung, asked.at)
        if due is None:
            return None
        fact = HandoverSilenceEscalated(
            handover=handover,
            sender=offer.sender,
            receiver=offer.receiver,
            rung=rung,
            due_at=due.at,
        )
        return self._about(offer, fact, asked)

    def acknowledge_silence(self, handover: HandoverId, *, asked: Asked) -> Recorded | None:
        """See to the escalated silence of an offer. Asked twice, it answers once.

        Raises `NobodyOfferedThisHandover` and what `Wait.may_acknowledge` raises.
        """
        offer = self._offered(handover)
        if not offer.wait.may_acknowledge((offer.receiver, offer.sender), asked):
            return None
        fact = HandoverSilenceAcknowledged(
            handover=handover, sender=offer.sender, receiver=offer.receiver
        )
        return self._about(offer, fact, asked)

    def _about(self, offer: Offer, fact: HandoverFact, asked: Asked) -> Recorded:
        return self.record(
            fact,
            asked,
            person=self.person,
            label=self._either(offer.label),
            correlation=offer.correlation,
            cause=offer.fact,
        )

    def _offered(self, handover: HandoverId) -> Offer:
        if self.offer is None or self.offer.handover != handover:
            raise NobodyOfferedThisHandover(handover)
        return self.offer


FACTS: tuple[type[Fact], ...] = (HandoverSilenceEscalated, HandoverSilenceAcknowledged)
