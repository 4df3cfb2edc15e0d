"""Advice before sending: a professional asks a service before, or instead of, referring to it.

Its facts belong to the referral that may come of it, which decides (`domain.referral`).
"""

from __future__ import annotations

from typing import ClassVar

from domain.kernel import (
    BrokenRule,
    Category,
    Clinical,
    Coordination,
    Fact,
    PersonalText,
    Recorder,
)
from domain.vocabulary import PartnerId, Priority, Recommendation, ServiceId

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


FACTS: tuple[type[Fact], ...] = (AdviceAsked, AdviceGiven)
