"""Contact: an appointment, visit, call or group session, and whether it took place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from domain.kernel import (
    Aggregate,
    Ask,
    Asked,
    BrokenRule,
    Category,
    Clinical,
    Fact,
    PersonalText,
    Recorded,
    Recorder,
)
from domain.vocabulary import (
    Attendance,
    ContactId,
    Content,
    Label,
    Medium,
    Moment,
    PartnerId,
    PersonId,
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


class AppointmentBooked(ContactFact):
    """A person has a time to be seen, called or to join a group."""

    TOPIC: ClassVar[str] = "contact:AppointmentBooked"

    starts_at: Moment
    medium: Medium
    activity: Ask[PersonalText | None] = None
    content: Clinical[Content | None] = None  # what it is meant for


class Attended(ContactFact):
    """The person was seen."""

    TOPIC: ClassVar[str] = "contact:Attended"

    attendance: Attendance
    content: Clinical[Content | None] = None  # what it was, which may not be what it was booked for


class DidNotAttend(ContactFact):
    """The person did not come, or too late to be seen (NHS England counts both as DNA)."""

    TOPIC: ClassVar[str] = "contact:DidNotAttend"

    attendance: Attendance


class Cancelled(ContactFact):
    """The appointment was called off, and by whom."""

    TOPIC: ClassVar[str] = "contact:Cancelled"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (
        Recorder.RECEIVER,
        Recorder.REPORTING,
        Recorder.HOSTS_TIMER,
    )

    attendance: Attendance


# What is refused


class AppointmentExists(BrokenRule):
    """An appointment of this id is booked already."""


class AppointmentIsUnknown(BrokenRule):
    """No such appointment is known here."""


class AppointmentHasItsOutcome(BrokenRule):
    """The outcome of this appointment is recorded already."""


class OnlyTheProviderMay(BrokenRule):
    """Only the organisation that gives the appointment may record its outcome."""


# What is true now and may happen next

SEEN = frozenset({Attendance.ON_TIME, Attendance.LATE})
MISSED = frozenset({Attendance.TOO_LATE, Attendance.DID_NOT_ATTEND})


@dataclass
class Contact(Aggregate):
    """One appointment."""

    NOUN: ClassVar[str] = "contact"

    person: PersonId | None = None
    referral: ReferralId | None = None
    provider: PartnerId | None = None
    label: Label = Label.ORDINARY
    outcome: Attendance | None = None
    content: Content | None = None
    starts_at: Moment | None = None

    @property
    def contact(self) -> ContactId:
        return ContactId(self.id)

    def book(
        self,
        person: PersonId,
        booking: AppointmentBooked,
        *,
        label: Label,
        asked: Asked,
        correlation: ReferralId,
    ) -> Recorded:
        """Give a person a time. Raises `AppointmentExists`."""
        if self.person is not None:
            raise AppointmentExists(self.id)
        return self.record(booking, asked, person=person, label=label, correlation=correlation)

    def note_outcome(
        self, attendance: Attendance, *, content: Content | None = None, asked: Asked
    ) -> Recorded | None:
        """Record whether it took place and, where it was something else than booked, what it was.

        Raises `AppointmentIsUnknown`, `OnlyTheProviderMay`, `AppointmentHasItsOutcome`.
        """
        if self.person is None or self.referral is None or self.provider is None:
            raise AppointmentIsUnknown(self.id)
        if asked.organisation != self.provider:
            raise OnlyTheProviderMay(self.id)
        if self.outcome is attendance:
            return None
        if self.outcome is not None:
            raise AppointmentHasItsOutcome(self.id)
        under: dict[str, Any] = {"referral": self.referral, "provider": self.provider}
        fact: ContactFact
        if attendance in SEEN:
            was = content or self.content
            fact = Attended(**under, attendance=attendance, content=was)
        elif attendance in MISSED:
            fact = DidNotAttend(**under, attendance=attendance)
        else:
            fact = Cancelled(**under, attendance=attendance)
        return self.record(
            fact, asked, person=self.person, label=self.label, correlation=self.referral
        )

    def stand_down(
        self, attendance: Attendance, *, asked: Asked, cause: str | None
    ) -> Recorded | None:
        """Call off what lies ahead, because somebody is gone; ``None`` if nothing does.

        What had begun by then keeps its place for its outcome. For a person who is gone, the NHS
        code is that of what is cancelled "by, or on behalf of," them (Data Dictionary, code 2).
        """
        if self.referral is None or self.provider is None or self.starts_at is None:
            return None
        if self.outcome is not None or self.starts_at <= asked.at:
            return None
        fact = Cancelled(
            referral=self.referral,
            provider=self.provider,
            attendance=attendance,
        )
        return self.record(
            fact,
            asked,
            person=self.person,
            label=self.label,
            correlation=self.referral,
            cause=cause,
        )

    def evolve(self, recorded: Recorded) -> None:
        match recorded.fact:
            case AppointmentBooked() as booked:
                self.person, self.label = recorded.person, recorded.label
                self.referral, self.provider = booked.referral, booked.provider
                self.content = booked.content
                self.starts_at = booked.starts_at
            case Attended() | DidNotAttend() | Cancelled() as outcome:
                self.outcome = outcome.attendance
            case other:
                raise AssertionError(f"{other.TOPIC} is not a fact about a contact")


FACTS: tuple[type[Fact], ...] = (AppointmentBooked, Attended, DidNotAttend, Cancelled)
