"""Contact: times offered, an appointment, visit, call or group session, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from domain.kernel import (
    Aggregate,
    Ask,
    Asked,
    BrokenRule,
    Clinical,
    Fact,
    PersonalText,
    Recorded,
    Recorder,
)
from domain.offered import FACTS as OFFERED_FACTS
from domain.offered import AppointmentOffered, NoTimeChosen, NoTimeIsOffered, TimeWasNotOffered
from domain.offered import ContactFact as ContactFact
from domain.policies.missed import MISSED as MISSED
from domain.policies.missed import SEEN as SEEN
from domain.vocabulary import (
    Attendance,
    CancelledBecause,
    ContactId,
    Content,
    EndReason,
    GroupId,
    Label,
    Medium,
    Moment,
    NoTimeBecause,
    PartnerId,
    PersonId,
    PractitionerId,
    ReferralId,
)

# What happened


class AppointmentBooked(ContactFact):
    """A person has a time to be seen, called or to join a group.

    ``instead_of`` is the appointment whose place it takes: one that was moved, missed or called
    off. ``group`` is the group whose session it is.
    """

    TOPIC: ClassVar[str] = "contact:AppointmentBooked"

    starts_at: Moment
    medium: Medium
    activity: Ask[PersonalText | None] = None
    content: Clinical[Content | None] = None  # what it is meant for
    place: Ask[PersonalText | None] = None
    minutes: int | None = None
    practitioner: Ask[PractitionerId | None] = None
    instead_of: ContactId | None = None
    group: Ask[GroupId | None] = None


class Attended(ContactFact):
    """The person was seen: by whom, for how long, and how, where that is known."""

    TOPIC: ClassVar[str] = "contact:Attended"

    attendance: Attendance
    content: Clinical[Content | None] = None  # what it was, which may not be what it was booked for
    medium: Ask[Medium | None] = None  # how they were seen, if not as booked
    seen_by: Ask[PractitionerId | None] = None
    minutes: Ask[int | None] = None


class DidNotAttend(ContactFact):
    """The person did not come, or too late to be seen (NHS England counts both as DNA)."""

    TOPIC: ClassVar[str] = "contact:DidNotAttend"

    attendance: Attendance


class Cancelled(ContactFact):
    """The appointment was called off, by whom and why; ``moved_to`` takes its place."""

    TOPIC: ClassVar[str] = "contact:Cancelled"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (
        Recorder.RECEIVER,
        Recorder.REPORTING,
        Recorder.HOSTS_TIMER,
    )

    attendance: Attendance
    reason: Ask[CancelledBecause | None] = None
    moved_to: ContactId | None = None


class OutcomeCorrected(ContactFact):
    """What was recorded of an appointment was wrong; this is what became of it.

    It was true when what it corrects was said to be true. Waits and first contact follow it.
    """

    TOPIC: ClassVar[str] = "contact:OutcomeCorrected"

    attendance: Attendance
    content: Clinical[Content | None] = None


# What is refused


class AppointmentExists(BrokenRule):
    """An appointment of this id is booked already."""


class AppointmentIsUnknown(BrokenRule):
    """No such appointment is known here."""


class AppointmentHasItsOutcome(BrokenRule):
    """The outcome of this appointment is recorded already; correct it if it is wrong."""


class OnlyTheProviderMay(BrokenRule):
    """Only the organisation that gives the appointment may record its outcome."""


class NoTimeIsBooked(BrokenRule):
    """The person has not chosen a time yet, so there is no appointment to speak of."""


class ReasonDoesNotFit(BrokenRule):
    """A reason for calling off is given by who called it off, and for nothing else."""


class AppointmentTookPlace(BrokenRule):
    """The person was seen at this appointment; book another one instead of moving it."""


class SayWhoMovedIt(BrokenRule):
    """Say whether the person or the service could not keep the first time."""


class AppointmentHasNoOutcome(BrokenRule):
    """No outcome is recorded for this appointment, so there is nothing to correct."""


# What is true now and may happen next

BY_SERVICE = frozenset(
    {
        CancelledBecause.STAFF_AWAY,
        CancelledBecause.NO_ROOM,
        CancelledBecause.DOUBLE_BOOKED,
        CancelledBecause.OTHER,
    }
)
BY_PERSON = frozenset(CancelledBecause) - BY_SERVICE | {CancelledBecause.OTHER}
REASONS = {
    Attendance.CANCELLED_BY_PERSON: BY_PERSON,
    Attendance.CANCELLED_BY_SERVICE: BY_SERVICE,
}
"""Which reasons each may give who calls an appointment off."""

ENDED_BY_PERSON = frozenset(
    {
        EndReason.DROPPED_OUT,
        EndReason.PERSON_ENDED,
        EndReason.OFFER_DECLINED,
        EndReason.MOVED_AWAY,
        EndReason.DIED,
    }
)
"""Ends of help after which what lay ahead is called off by, or on behalf of, the person."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an appointment, before it is a fact."""

    attendance: Attendance
    content: Content | None = None
    medium: Medium | None = None
    seen_by: PractitionerId | None = None
    minutes: int | None = None
    reason: CancelledBecause | None = None


@dataclass
class Contact(Aggregate):
    """One appointment, from the times offered to its outcome."""

    NOUN: ClassVar[str] = "contact"

    person: PersonId | None = None
    referral: ReferralId | None = None
    provider: PartnerId | None = None
    label: Label = Label.ORDINARY
    offered: AppointmentOffered | None = None
    booked: AppointmentBooked | None = None
    outcome: Attendance | None = None
    outcome_at: Moment | None = None
    content: Content | None = None

    @property
    def contact(self) -> ContactId:
        return ContactId(self.id)

    @property
    def starts_at(self) -> Moment | None:
        return self.booked.starts_at if self.booked else None

    def offer(
        self, person: PersonId, offering: AppointmentOffered, *, label: Label, asked: Asked
    ) -> Recorded | None:
        """Ask which time suits; asked again with others, those count. Raises `AppointmentExists`,
        `OnlyTheProviderMay`.
        """
        if self.booked is not None or self.person not in (None, person):
            raise AppointmentExists(self.id)
        if self.provider not in (None, asked.organisation):
            raise OnlyTheProviderMay(self.id)
        if self.offered == offering:
            return None
        return self._say(offering, asked, person=person, label=label)

    def choose_time(self, starts_at: Moment, *, asked: Asked) -> Recorded | None:
        """Book one of the times offered, at the person's word.

        Raises `AppointmentIsUnknown`, `OnlyTheProviderMay`, `NoTimeIsOffered`, `TimeWasNotOffered`.
        """
        self._providing(asked)
        if self.booked is not None and self.booked.starts_at == starts_at:
            return None
        if self.booked is not None or self.offered is None:
            raise NoTimeIsOffered(self.id)
        if starts_at not in self.offered.times:
            raise TimeWasNotOffered(self.id)
        told = self.offered.model_dump(exclude={"times"})
        return self._say(AppointmentBooked(**told, starts_at=starts_at), asked)

    def take_no_time(self, reason: NoTimeBecause, *, asked: Asked) -> Recorded | None:
        """Note that the person took none of the times. Asked twice, it is noted once.

        Raises `AppointmentIsUnknown`, `OnlyTheProviderMay`, `NoTimeIsOffered`.
        """
        self._providing(asked)
        if self.booked is not None:
            raise NoTimeIsOffered(self.id)
        return (
            self._say(NoTimeChosen(**self._under(), reason=reason), asked) if self.offered else None
        )

    def book(
        self,
        person: PersonId,
        booking: AppointmentBooked,
        *,
        label: Label,
        asked: Asked,
    ) -> Recorded:
        """Give a person a time. Raises `AppointmentExists`."""
        if self.person is not None:
            raise AppointmentExists(self.id)
        return self._say(booking, asked, person=person, label=label)

    def note_outcome(self, outcome: Outcome, *, asked: Asked) -> Recorded | None:
        """Record whether it took place and, where it was something else than booked, what it was.

        Raises `AppointmentIsUnknown`, `OnlyTheProviderMay`, `NoTimeIsBooked`,
        `AppointmentHasItsOutcome`, `ReasonDoesNotFit`.
        """
        self._providing(asked)
        if self.booked is None:
            raise NoTimeIsBooked(self.id)
        attendance = outcome.attendance
        if self.outcome is attendance:
            return None
        if self.outcome is not None:
            raise AppointmentHasItsOutcome(self.id)
        if outcome.reason is not None and outcome.reason not in REASONS.get(attendance, ()):
            raise ReasonDoesNotFit(self.id)
        return self._say(self._became(outcome), asked)

    def make_way(
        self,
        to: ContactId,
        *,
        moved_by: Attendance | None,
        reason: CancelledBecause | None,
        asked: Asked,
    ) -> Recorded | None:
        """Let another appointment take this one's place; ``None`` if this one was not kept anyway.

        Raises `AppointmentIsUnknown`, `OnlyTheProviderMay`, `NoTimeIsBooked`,
        `AppointmentTookPlace`, `SayWhoMovedIt`, `ReasonDoesNotFit`.
        """
        self._providing(asked)
        if self.booked is None:
            raise NoTimeIsBooked(self.id)
        if self.outcome in SEEN:
            raise AppointmentTookPlace(self.id)
        if self.outcome is not None:
            return None
        if moved_by not in REASONS:
            raise SayWhoMovedIt(self.id)
        if reason is not None and reason not in REASONS[moved_by]:
            raise ReasonDoesNotFit(self.id)
        fact = Cancelled(**self._under(), attendance=moved_by, reason=reason, moved_to=to)
        return self._say(fact, asked)

    def correct_outcome(
        self, attendance: Attendance, *, content: Content | None = None, asked: Asked
    ) -> Recorded | None:
        """Say what became of it when what was recorded is wrong.

        Raises `AppointmentIsUnknown`, `OnlyTheProviderMay`, `AppointmentHasNoOutcome`.
        """
        self._providing(asked)
        if self.outcome is None:
            raise AppointmentHasNoOutcome(self.id)
        was = (content or self.content) if attendance in SEEN else None
        if attendance is self.outcome and was == (self.content if attendance in SEEN else None):
            return None
        fact = OutcomeCorrected(**self._under(), attendance=attendance, content=was)
        return self._say(fact, asked)

    def stand_down(
        self, attendance: Attendance, *, asked: Asked, cause: str | None
    ) -> Recorded | None:
        """Call off what lies ahead, because the help ended; ``None`` if nothing does.

        What had begun by then keeps its place for its outcome. For a person who is gone, the NHS
        code is that of what is cancelled "by, or on behalf of," them (Data Dictionary, code 2).
        """
        if self.offered is not None and self.booked is None:
            fact = NoTimeChosen(**self._under(), reason=NoTimeBecause.TAKEN_BACK)
            return self._say(fact, asked, cause=cause)
        if self.outcome is not None or self.starts_at is None or self.starts_at <= asked.at:
            return None
        return self._say(Cancelled(**self._under(), attendance=attendance), asked, cause=cause)

    def next_actions(self, organisation: PartnerId) -> tuple[str, ...]:
        """What this organisation may say of it next, in the words of the interface."""
        if organisation != self.provider:
            return ()
        if self.booked is None:
            return ("time-choice", "no-time") if self.offered else ()
        if self.outcome is None:
            return ("attendance", "rebooking")
        return ("correction",) if self.outcome in SEEN else ("rebooking", "correction")

    def _providing(self, asked: Asked) -> None:
        if self.person is None:
            raise AppointmentIsUnknown(self.id)
        if asked.organisation != self.provider:
            raise OnlyTheProviderMay(self.id)

    def _under(self) -> dict[str, Any]:
        return {"referral": self.referral, "provider": self.provider}

    def _became(self, outcome: Outcome) -> ContactFact:
        attendance, under = outcome.attendance, self._under()
        if attendance in SEEN:
            return Attended(
                **under,
                attendance=attendance,
                content=outcome.content or self.content,
                medium=outcome.medium,
                seen_by=outcome.seen_by or (self.booked.practitioner if self.booked else None),
                minutes=outcome.minutes,
            )
        if attendance in MISSED:
            return DidNotAttend(**under, attendance=attendance)
        return Cancelled(**under, attendance=attendance, reason=outcome.reason)

    def _say(
        self,
        fact: ContactFact,
        asked: Asked,
        *,
        person: PersonId | None = None,
        label: Label | None = None,
        cause: str | None = None,
    ) -> Recorded:
        """Record under the referral, for whom it was booked."""
        return self.record(
            fact,
            asked,
            person=person or self.person,
            label=label or self.label,
            correlation=fact.referral,
            cause=cause,
        )

    def evolve(self, recorded: Recorded) -> None:
        match recorded.fact:
            case AppointmentOffered() as offering:
                self._begin(recorded, offering)
                self.offered = offering
            case NoTimeChosen():
                self.offered = None
            case AppointmentBooked() as booked:
                self._begin(recorded, booked)
                self.booked, self.content = booked, booked.content
            case Attended(content=content) as seen:
                self.outcome, self.outcome_at = seen.attendance, recorded.effective_at
                self.content = content or self.content
            case DidNotAttend() | Cancelled() as outcome:
                self.outcome, self.outcome_at = outcome.attendance, recorded.effective_at
            case OutcomeCorrected() as corrected:
                self.outcome, self.outcome_at = corrected.attendance, recorded.effective_at
                self.content = corrected.content or self.content
            case other:
                raise AssertionError(f"{other.TOPIC} is not a fact about a contact")

    def _begin(self, recorded: Recorded, first: ContactFact) -> None:
        self.person, self.label = recorded.person, recorded.label
        self.referral, self.provider = first.referral, first.provider


FACTS: tuple[type[Fact], ...] = (
    *OFFERED_FACTS,
    AppointmentBooked,
    Attended,
    DidNotAttend,
    Cancelled,
    OutcomeCorrected,
)
