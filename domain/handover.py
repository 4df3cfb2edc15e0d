"""Hand-over: an offer of responsibility to another organisation, and what became of it.

The sender holds the person until the receiver accepts. Its facts belong to the person's pathway,
which decides (`domain.pathway`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from domain.kernel import BrokenRule, Category, Clinical, Fact, PersonalText, Recorder
from domain.policies.escalation import Rung
from domain.silence import Wait
from domain.steps import NO_GROUNDS, Grounds
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


class AnotherHandoverIsOffered(BrokenRule):
    """A hand-over is on offer already; it must be answered or taken back first."""


class HandoverExists(BrokenRule):
    """A hand-over of this id was offered and answered already; give another one its own."""


class NobodyOfferedThisHandover(BrokenRule):
    """No such hand-over waits for an answer."""


class OnlyTheReceiverMayAnswer(BrokenRule):
    """Only the organisation a hand-over is offered to may answer it."""


class AlreadyResponsible(BrokenRule):
    """The organisation is responsible for the person already."""


class NobodyHandedThemOver(BrokenRule):
    """No organisation handed this person over to yours, so there is none to hand them back to."""


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


@dataclass(frozen=True, slots=True)
class Holding:
    """Who held a person before they were handed over, at which step and under which label."""

    partner: PartnerId
    step: Step
    label: Label


FACTS: tuple[type[Fact], ...] = (
    HandoverOffered,
    HandoverAccepted,
    HandoverDeclined,
    HandoverLapsed,
    HandoverSilenceEscalated,
    HandoverSilenceAcknowledged,
)
