"""Offered: the times a person is asked to choose from, before there is an appointment.

Its facts belong to the contact, which decides (`domain.contact`).
"""

from __future__ import annotations

from typing import ClassVar

from domain.kernel import Ask, BrokenRule, Category, Clinical, Fact, PersonalText, Recorder
from domain.vocabulary import (
    Content,
    Medium,
    Moment,
    NoTimeBecause,
    PartnerId,
    PractitionerId,
    ReferralId,
)

# What happened


class ContactFact(Fact):
    """That a person was to be seen, and whether they were."""

    TOPIC: ClassVar[str] = "contact:"
    CATEGORY: ClassVar[Category] = Category.ENGAGEMENT
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.RECEIVER,)

    referral: ReferralId
    provider: PartnerId


class AppointmentOffered(ContactFact):
    """A person is asked which of these times suits them; later times take the earlier ones' place.

    ``minutes`` is how long it takes, ``practitioner`` who is to see them.
    """

    TOPIC: ClassVar[str] = "contact:AppointmentOffered"

    times: tuple[Moment, ...]
    medium: Medium
    activity: Ask[PersonalText | None] = None
    content: Clinical[Content | None] = None
    place: Ask[PersonalText | None] = None
    minutes: int | None = None
    practitioner: Ask[PractitionerId | None] = None


class NoTimeChosen(ContactFact):
    """The person took none of the times offered, and why."""

    TOPIC: ClassVar[str] = "contact:NoTimeChosen"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (
        Recorder.RECEIVER,
        Recorder.REPORTING,
        Recorder.HOSTS_TIMER,
    )

    reason: Ask[NoTimeBecause]


# What is refused


class NoTimeIsOffered(BrokenRule):
    """No time is on offer here; offer some, or book one."""


class TimeWasNotOffered(BrokenRule):
    """This time was not offered; choose one that was, or offer it too."""


FACTS: tuple[type[Fact], ...] = (AppointmentOffered, NoTimeChosen)
