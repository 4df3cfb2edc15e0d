"""The messages by which partners answer, each with the intention it asks; one way for all ways in.

It refuses to know how a message came, who may send it, and whether its moment has come: an answer
asks exactly what the address for people asks, in the same words and within the same limits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from domain.application import CareCoordination
from domain.intentions.answers import Answer
from domain.kernel import Asked
from domain.texts import Instant, Minutes, Text
from domain.vocabulary import (
    Attendance,
    CancelledBecause,
    ContactId,
    Content,
    DeclineReason,
    EndReason,
    Medium,
    PractitionerId,
    ReferralId,
    ServiceId,
)

REFERRAL = "6b1f7c0e-5d0b-4c0e-8a0f-6d2f4a1b9c33"
APPOINTMENT = "1f0e7d2c-4b3a-4c5d-9e8f-7a6b5c4d3e2f"
TOLD = "Its id, as your share tells it."


def example(**content: Any) -> ConfigDict:
    """A message's data as an example that its schema publishes and the tests send."""
    return ConfigDict(json_schema_extra={"examples": [content]})


class Message(BaseModel):
    """The data of one answer. ``at`` is when it was true, if that was not the message's time.

    ``TYPE`` is what the CloudEvent says it is: it outlives the class's name, and a field may only
    be added with a default; anything else is a new version.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    TYPE: ClassVar[str]

    at: Instant | None = None

    def ask(self, care: CareCoordination, asked: Asked) -> Answer:
        """Ask what the message asks. Raises what the rules raise."""
        raise NotImplementedError


class OfReferral(Message):
    """An answer to a referral your organisation was told of."""

    referral: Annotated[UUID, Field(description=TOLD)]

    @property
    def of(self) -> ReferralId:
        return ReferralId(self.referral)


class OfAppointment(Message):
    """What became of an appointment that your organisation gives."""

    appointment: Annotated[UUID, Field(description=TOLD)]

    @property
    def of(self) -> ContactId:
        return ContactId(self.appointment)


class AcceptReferral(OfReferral):
    """Take a referral on; with it comes responsibility, if that was asked."""

    TYPE = "answer.AcceptReferral.v1"
    model_config = example(referral=REFERRAL, at="2026-03-02T09:00:00Z")

    def ask(self, care: CareCoordination, asked: Asked) -> Answer:
        return care.accept_referral(self.of, asked=asked)


class DeclineReferral(OfReferral):
    """Not take a referral on, and say why; with another service needed comes ``instead``."""

    TYPE = "answer.DeclineReferral.v1"
    model_config = example(referral=REFERRAL, reason="full", note="A place is free in May.")

    reason: DeclineReason
    instead: UUID | None = None
    note: Text | None = None

    def ask(self, care: CareCoordination, asked: Asked) -> Answer:
        instead = None if self.instead is None else ServiceId(self.instead)
        return care.decline_referral(
            self.of, self.reason, instead=instead, note=self.note, asked=asked
        )


class AskInformation(OfReferral):
    """Ask the sender for what is missing."""

    TYPE = "answer.AskInformation.v1"
    model_config = example(referral=REFERRAL, question="Does she take medication?")

    question: Text

    def ask(self, care: CareCoordination, asked: Asked) -> Answer:
        return care.ask_information(self.of, self.question, asked=asked)


class NoteFirstContact(OfReferral):
    """The person was seen or spoken with for the first time, without an appointment."""

    TYPE = "answer.NoteFirstContact.v1"
    model_config = example(referral=REFERRAL, at="2026-03-09T10:00:00Z")

    def ask(self, care: CareCoordination, asked: Asked) -> Answer:
        return care.note_first_contact(self.of, asked=asked)


class RecordAttendance(OfAppointment):
    """The person was seen at their appointment; the first one kept is the first contact."""

    TYPE = "answer.RecordAttendance.v1"
    model_config = example(
        appointment=APPOINTMENT, attendance="attended on time", content="treatment"
    )

    attendance: Literal[Attendance.ON_TIME, Attendance.LATE]
    content: Content | None = None
    medium: Medium | None = None
    seen_by: UUID | None = None
    minutes: Minutes | None = None

    def ask(self, care: CareCoordination, asked: Asked) -> Answer:
        return care.note_attendance(
            self.of,
            self.attendance,
            content=self.content,
            medium=self.medium,
            seen_by=None if self.seen_by is None else PractitionerId(self.seen_by),
            minutes=self.minutes,
            asked=asked,
        )


class RecordNonAttendance(OfAppointment):
    """The person was not seen at their appointment; ``reason`` is why it was called off."""

    TYPE = "answer.RecordNonAttendance.v1"
    model_config = example(appointment=APPOINTMENT, attendance="did not attend")

    attendance: Literal[
        Attendance.DID_NOT_ATTEND,
        Attendance.TOO_LATE,
        Attendance.CANCELLED_BY_PERSON,
        Attendance.CANCELLED_BY_SERVICE,
    ]
    reason: CancelledBecause | None = None

    def ask(self, care: CareCoordination, asked: Asked) -> Answer:
        return care.note_attendance(self.of, self.attendance, reason=self.reason, asked=asked)


class CloseReferral(OfReferral):
    """End the help a referral asked for; ``elsewhere`` is where the person goes on to, in words."""

    TYPE = "answer.CloseReferral.v1"
    model_config = example(
        referral=REFERRAL, reason="completed by agreement", summary="PHQ-9 from 18 to 6."
    )

    reason: EndReason
    elsewhere: Text | None = None
    summary: Text | None = None

    def ask(self, care: CareCoordination, asked: Asked) -> Answer:
        return care.close_referral(
            self.of, self.reason, elsewhere=self.elsewhere, summary=self.summary, asked=asked
        )


class AcknowledgeOutcome(OfReferral):
    """Say that your organisation read how a referral that it made ended."""

    TYPE = "answer.AcknowledgeOutcome.v1"
    model_config = example(referral=REFERRAL)

    def ask(self, care: CareCoordination, asked: Asked) -> Answer:
        return care.acknowledge_outcome(self.of, asked=asked)


class AcknowledgeWithdrawals(Message):
    """Say that your organisation removed all that was withdrawn from it until a position."""

    TYPE = "answer.AcknowledgeWithdrawals.v1"
    model_config = example(up_to=4711)

    up_to: int = Field(ge=1, le=2**62)

    def ask(self, care: CareCoordination, asked: Asked) -> Answer:
        return care.acknowledge_withdrawals(self.up_to, asked=asked)


ANSWERS: Mapping[str, type[Message]] = {
    each.TYPE: each
    for each in (
        AcceptReferral,
        DeclineReferral,
        AskInformation,
        NoteFirstContact,
        RecordAttendance,
        RecordNonAttendance,
        CloseReferral,
        AcknowledgeOutcome,
        AcknowledgeWithdrawals,
    )
}
"""Every message that is taken, by its type."""
