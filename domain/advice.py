"""Advice before sending: a professional asks a service before, or instead of, referring to it.

Its facts belong to the referral that may come of it, which decides (`domain.referral`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from domain.kernel import (
    Asked,
    BrokenRule,
    Category,
    Clinical,
    Coordination,
    Fact,
    PersonalText,
    Recorded,
    Recorder,
)
from domain.request import OnlyTheReceiverMay, ReferralExists, Request, State
from domain.vocabulary import Label, PartnerId, PersonId, Priority, Recommendation, ServiceId

# What happened


class AdviceFact(Fact):
    """What a professional asks before referring, and what a service advises."""

    TOPIC: ClassVar[str] = "referral:"
    CATEGORY: ClassVar[Category] = Category.REFERRAL


class AdviceAsked(AdviceFact):
    """A professional asked a service for advice about a person, before referring."""

    TOPIC: ClassVar[str] = "referral:AdviceAsked"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.SENDER,)

    service: ServiceId
    receiver: PartnerId
    sender: Coordination[PartnerId]
    priority: Coordination[Priority] = Priority.ROUTINE
    question: Clinical[PersonalText]


class AdviceGiven(AdviceFact):
    """The service advised: refer, no need to, or another service (``instead``)."""

    TOPIC: ClassVar[str] = "referral:AdviceGiven"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.RECEIVER,)

    receiver: PartnerId
    recommendation: Coordination[Recommendation]
    instead: Coordination[ServiceId | None] = None
    advice: Clinical[PersonalText]


# What is refused


class AdviceIsAmongProfessionals(BrokenRule):
    """Advice is asked and given by a clinician, never by a form or a system."""


class NoAdviceIsGivenThere(BrokenRule):
    """Advice is asked of, and by, organisations that may read clinical matters; refer instead."""


class AdviceComesFromAnother(BrokenRule):
    """Advice is asked of another organisation's service, not of one's own."""


class AdviceIsAwaited(BrokenRule):
    """Advice was asked and has not come; refer to whom you asked, or take the question back."""


class NoAdviceWasAsked(BrokenRule):
    """No advice waits to be given here."""


class DestinationIsNeeded(BrokenRule):
    """Nobody is turned away: say which service the person needs instead, or redirect to it."""


# What may happen next


@dataclass
class Advising(Request):
    """What may be asked and advised before a request is made."""

    def ask_advice(
        self, asking: AdviceAsked, *, person: PersonId, label: Label, asked: Asked
    ) -> Recorded:
        """Ask a service for advice before referring.

        Raises `ReferralExists`, `AdviceIsAmongProfessionals`, `AdviceComesFromAnother`.
        """
        if self.state is not None:
            raise ReferralExists(self.id)
        if asked.practitioner is None:
            raise AdviceIsAmongProfessionals(self.id)
        if asking.receiver == asking.sender:
            raise AdviceComesFromAnother(self.id)
        return self.record(asking, asked, person=person, label=label)

    def give_advice(
        self,
        advice: str,
        recommendation: Recommendation,
        *,
        instead: ServiceId | None,
        label: Label,
        asked: Asked,
    ) -> Recorded:
        """Advise, and recommend to refer, not to, or another service (``label`` is that one's).

        Raises `OnlyTheReceiverMay`, `NoAdviceWasAsked`, `AdviceIsAmongProfessionals`,
        `DestinationIsNeeded`.
        """
        if asked.organisation != self.receiver:
            raise OnlyTheReceiverMay(self.id)
        if self.state is not State.ADVICE_ASKED:
            raise NoAdviceWasAsked(self.id)
        if asked.practitioner is None:
            raise AdviceIsAmongProfessionals(self.id)
        if recommendation is Recommendation.ANOTHER_SERVICE and instead is None:
            raise DestinationIsNeeded(self.id)
        fact = AdviceGiven(
            receiver=asked.organisation,
            recommendation=recommendation,
            instead=instead,
            advice=advice,
        )
        return self._record(fact, asked, label)


FACTS: tuple[type[Fact], ...] = (AdviceAsked, AdviceGiven)
