"""Referral: one request to one service about one person, from asking to the sender's thanks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from domain.advice import FACTS as ADVICE_FACTS
from domain.advice import (
    AdviceAsked,
    AdviceGiven,
    AdviceIsAwaited,
    Advising,
    DestinationIsNeeded,
)
from domain.first_contact import FACTS as FIRST_CONTACT_FACTS
from domain.first_contact import FirstContactCorrected, FirstContactMade, Seeing
from domain.kernel import (
    Ask,
    Asked,
    BrokenRule,
    Clinical,
    Coordination,
    Fact,
    PersonalText,
    Recorded,
    Recorder,
)
from domain.outcome import FACTS as OUTCOME_FACTS
from domain.outcome import OutcomeAcknowledged, ReferralClosed, ReferredOnward, WithOutcome
from domain.policies.escalation import Silence
from domain.request import (
    ADVICE,
    AGAIN,
    ENDED,
    OPEN,
    UNANSWERED,
    WAITED_UNDER,
    OnlyTheSenderMay,
    ReferralExists,
    ReferralFact,
    ReferralIsNotWaiting,
    State,
)
from domain.unanswered import FACTS as UNANSWERED_FACTS
from domain.unanswered import ReferralExpired, SilenceAcknowledged, SilenceEscalated, Unanswered
from domain.vocabulary import (
    DeclineReason,
    EndReason,
    Label,
    Mode,
    Particular,
    PartnerId,
    PersonId,
    Priority,
    ReferralId,
    Responsibility,
    ServiceId,
    Source,
)
from domain.waiting import (
    FACTS as WAITING_FACTS,
)
from domain.waiting import (
    Waiting,
    WaitingFact,
)

# What happened


class ReferralMade(ReferralFact):
    """Somebody asked a service for help for a person.

    ``onward_from`` is the referral it follows from, if somebody who was asked refers on.
    ``missing`` is what the service wants to be told and was not; ``sent_without`` says why.
    """

    TOPIC: ClassVar[str] = "referral:ReferralMade"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.SENDER, Recorder.RECEIVER)

    service: ServiceId
    receiver: PartnerId
    source: Source
    mode: Mode
    sender: Coordination[PartnerId]
    responsibility: Coordination[Responsibility]
    priority: Coordination[Priority] = Priority.ROUTINE
    ask: Ask[PersonalText]
    reason: Clinical[PersonalText | None] = None
    said_by: Coordination[PersonalText | None] = None
    message: Coordination[str | None] = None  # SHA-256 of the original message, if it was one
    onward_from: Coordination[ReferralId | None] = None
    missing: tuple[Particular, ...] = ()
    sent_without: Ask[PersonalText | None] = None


class InformationAsked(ReferralFact):
    """The receiver needs to know more before it can answer."""

    TOPIC: ClassVar[str] = "referral:InformationAsked"

    question: PersonalText  # to the sender, whatever its agreement


class InformationGiven(ReferralFact):
    """The sender answered the receiver's question."""

    TOPIC: ClassVar[str] = "referral:InformationGiven"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.SENDER,)

    answer: Ask[PersonalText]


class ReferralAccepted(ReferralFact):
    """The receiver takes the referral on."""

    TOPIC: ClassVar[str] = "referral:ReferralAccepted"

    receiver: PartnerId


class ReferralDeclined(ReferralFact):
    """The receiver does not take the referral on, says why, and which service is needed instead."""

    TOPIC: ClassVar[str] = "referral:ReferralDeclined"

    receiver: PartnerId
    reason: DeclineReason
    instead: ServiceId | None = None
    note: Ask[PersonalText | None] = None


class ReferralRedirected(ReferralFact):
    """Not here, but there: nobody is turned away (Sandwell hub)."""

    TOPIC: ClassVar[str] = "referral:ReferralRedirected"

    from_receiver: Coordination[PartnerId]
    service: ServiceId
    receiver: PartnerId
    note: Ask[PersonalText | None] = None


class ReferralWithdrawn(ReferralFact):
    """The sender took the referral back before it was accepted, or the person was gone.

    ``reason`` is there when the sender did not ask it: the person died or moved away.
    """

    TOPIC: ClassVar[str] = "referral:ReferralWithdrawn"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (
        Recorder.SENDER,
        Recorder.REPORTING,
        Recorder.HOSTS_TIMER,
    )

    receiver: PartnerId
    note: Ask[PersonalText | None] = None
    reason: Coordination[EndReason | None] = None


# What is refused


class ReferralIsUnknown(BrokenRule):
    """No such referral is known here."""


class NoInformationWasAsked(BrokenRule):
    """The receiver has asked no question that waits for an answer."""


class AlreadyTheReceiver(BrokenRule):
    """A referral is redirected to another organisation's service, not to one's own."""


# What is true now and may happen next


@dataclass
class Referral(Advising, Unanswered, Waiting, Seeing, WithOutcome):
    """One request and its answers, from a question before it to the sender's thanks.

    ``correlation`` is the first referral of the chain this one belongs to; ``asked_of`` are the
    services it was ever sent to.
    """

    refused_by: list[PartnerId] = field(default_factory=list)
    asked_of: list[ServiceId] = field(default_factory=list)

    @property
    def referral(self) -> ReferralId:
        return ReferralId(self.id)

    def make(
        self,
        made: ReferralMade,
        *,
        person: PersonId,
        label: Label,
        correlation: UUID | None = None,
        asked: Asked,
    ) -> Recorded:
        """Ask a service for help, perhaps after its advice; ``correlation`` is the chain's first.

        Raises `ReferralExists`, `OnlyTheSenderMay`, `AdviceIsAwaited`.
        """
        if self.state is not None:
            if self.state not in ADVICE or person != self.person:
                raise ReferralExists(self.id)
            if made.sender != self.sender:
                raise OnlyTheSenderMay(self.id)
            if self.state is State.ADVICE_ASKED and made.receiver != self.receiver:
                raise AdviceIsAwaited(self.id)
        return self.record(made, asked, person=person, label=label, correlation=correlation)

    def ask_information(self, question: str, *, asked: Asked) -> Recorded:
        """Ask for what is missing. Raises `OnlyTheReceiverMay`, `ReferralIsNotWaiting`."""
        self._answering(asked)
        return self._record(InformationAsked(question=question), asked)

    def give_information(self, answer: str, *, asked: Asked) -> Recorded:
        """Answer the receiver's question. Raises `OnlyTheSenderMay`, `NoInformationWasAsked`."""
        self._sending(asked)
        if self.state is not State.INFORMATION_ASKED:
            raise NoInformationWasAsked(self.id)
        return self._record(InformationGiven(answer=answer), asked)

    def accept(self, *, asked: Asked) -> Recorded | None:
        """Take the referral on. Asked twice, it answers once.

        Raises `OnlyTheReceiverMay`, `ReferralIsNotWaiting`.
        """
        if self.state is State.ACCEPTED and asked.organisation == self.receiver:
            return None
        self._answering(asked)
        return self._record(ReferralAccepted(receiver=asked.organisation), asked)

    def decline(
        self,
        reason: DeclineReason,
        *,
        instead: ServiceId | None = None,
        label: Label = Label.ORDINARY,
        note: str | None,
        asked: Asked,
    ) -> Recorded:
        """Not take it on, say why, and which service is needed instead (``label`` is that one's).

        Raises `OnlyTheReceiverMay`, `ReferralIsNotWaiting`, `DestinationIsNeeded`.
        """
        self._answering(asked)
        if reason is DeclineReason.ANOTHER_SERVICE_NEEDED and instead is None:
            raise DestinationIsNeeded(self.id)
        fact = ReferralDeclined(
            receiver=asked.organisation, reason=reason, instead=instead, note=note
        )
        return self._record(fact, asked, label)

    def redirect(
        self,
        service: ServiceId,
        receiver: PartnerId,
        *,
        label: Label,
        note: str | None,
        asked: Asked,
    ) -> Recorded:
        """Pass the referral to a service that fits better.

        Raises `OnlyTheReceiverMay`, `ReferralIsNotWaiting`, `AlreadyTheReceiver`.
        """
        self._answering(asked)
        if receiver == self.receiver:
            raise AlreadyTheReceiver(self.id)
        fact = ReferralRedirected(
            from_receiver=asked.organisation, service=service, receiver=receiver, note=note
        )
        # A label stays: nobody is told half of a referral that passed through a drug service.
        label = label if self.label is Label.ORDINARY else self.label
        return self.record(
            fact, asked, person=self.person, label=label, correlation=self.correlation
        )

    def withdraw(self, *, note: str | None, asked: Asked) -> Recorded | None:
        """Take the referral, or the question before it, back.

        Raises `OnlyTheSenderMay`, `ReferralIsNotWaiting`.
        """
        self._sending(asked)
        if self.state is State.WITHDRAWN:
            return None
        if self.state not in UNANSWERED:
            raise ReferralIsNotWaiting(self.id, self.state)
        assert self.receiver is not None
        return self._record(ReferralWithdrawn(receiver=self.receiver, note=note), asked)

    def end(self, reason: EndReason, *, asked: Asked, cause: str | None) -> Recorded | None:
        """End the referral because the person is gone: whoever records it, and whatever it was.

        ``None`` when it had ended. Nobody who waits for it is left to answer it.
        """
        if self.receiver is None:
            return None
        if self.state in UNANSWERED:
            fact: ReferralFact = ReferralWithdrawn(receiver=self.receiver, reason=reason)
        elif self.state is State.ACCEPTED:
            fact = ReferralClosed(receiver=self.receiver, reason=reason)
        else:
            return None
        return self.record(fact, asked, person=self.person, label=self.label, cause=cause)

    def next_actions(self, organisation: PartnerId) -> tuple[str, ...]:
        """What this organisation may ask next, in the words of the interface."""
        receiving, sending = organisation == self.receiver, organisation == self.sender
        actions: list[str] = []
        if receiving and self.state is State.ADVICE_ASKED:
            actions.append("advice")
        if receiving and self.state in OPEN:
            actions += ["acceptance", "decline", "redirection", "information-request"]
        if receiving and self.state is State.ACCEPTED:
            actions += [
                "appointments",
                "appointment-offer",
                *([] if self.first_contact_at else ["first-contact"]),
            ]
            actions += ["onward-referral", "closure"]
        if sending and self.state in AGAIN:
            actions.append("referral")
        if sending and self.state is State.INFORMATION_ASKED:
            actions.append("information")
        if sending and self.state in UNANSWERED:
            actions.append("withdrawal")
        if sending and self.state in ENDED:
            actions.append("acknowledgement")
        if (receiving or sending) and self.wait and self.wait.unacknowledged:
            actions.append("silence-acknowledgement")
        if self.state not in ADVICE:
            actions += self.clock.next_actions(
                receiving=receiving, sending=sending, waits=self.state in WAITED_UNDER
            )
        return tuple(actions)

    def evolve(self, recorded: Recorded) -> None:
        match recorded.fact:
            case AdviceAsked() as asking:
                self.state, self.person = State.ADVICE_ASKED, recorded.person
                self.sender, self.receiver = asking.sender, asking.receiver
                self.service, self.source = asking.service, Source.PROFESSIONAL
                self.label, self.priority = recorded.label, asking.priority
                self.wait = self._wait_since(recorded)
            case AdviceGiven():
                self.state, self.wait = State.ADVICE_GIVEN, None
            case ReferralMade() as made:
                self.state, self.person, self.label = State.WAITING, recorded.person, recorded.label
                self.correlation = recorded.correlation
                self.sender, self.receiver, self.service = made.sender, made.receiver, made.service
                self.source, self.responsibility = made.source, made.responsibility
                self.priority = made.priority
                self.asked_of.append(made.service)
                self.wait = self._wait_since(recorded)
            case InformationAsked():
                self.state = State.INFORMATION_ASKED
                self.wait = self._wait_since(recorded, Silence.INFORMATION)
            case InformationGiven():
                self.state, self.wait = State.WAITING, self._wait_since(recorded)
            case ReferralAccepted():
                self.state, self.wait = State.ACCEPTED, None
            case ReferralDeclined():
                self.state, self.wait = State.DECLINED, None
            case ReferralRedirected() as redirected:
                self.state, self.wait = State.WAITING, self._wait_since(recorded)
                self.refused_by.append(redirected.from_receiver)
                self.receiver, self.service = redirected.receiver, redirected.service
                self.asked_of.append(redirected.service)
                self.label = recorded.label
            case ReferralWithdrawn():
                self.state, self.wait = State.WITHDRAWN, None
            case ReferralExpired():
                self.state, self.wait = State.EXPIRED, None
            case ReferredOnward(onward=onward):
                self.onward.append(onward)
            case FirstContactMade():
                self.first_contacts.append(recorded.effective_at)
            case FirstContactCorrected(first_at=first):
                self.first_contacts = [] if first is None else [first]
            case ReferralClosed():
                self.state = State.CLOSED
            case OutcomeAcknowledged():
                self.state = State.ACKNOWLEDGED
            case SilenceEscalated(rung=rung):
                assert self.wait is not None, "only a wait is escalated"
                self.wait = self.wait.climbed(rung, recorded.effective_at)
            case SilenceAcknowledged():
                assert self.wait is not None, "only a wait is acknowledged"
                self.wait = self.wait.heard()
            case WaitingFact() as said:
                self.clock = self.clock.follow(said, recorded.effective_at)
            case other:
                raise AssertionError(f"{other.TOPIC} is not a fact about a referral")


FACTS: tuple[type[Fact], ...] = (
    *ADVICE_FACTS,
    ReferralMade,
    InformationAsked,
    InformationGiven,
    ReferralAccepted,
    ReferralDeclined,
    ReferralRedirected,
    ReferralWithdrawn,
    *FIRST_CONTACT_FACTS,
    *OUTCOME_FACTS,
    *UNANSWERED_FACTS,
    *WAITING_FACTS,
)
