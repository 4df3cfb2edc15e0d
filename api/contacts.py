"""Appointments over HTTP: a time chosen, or none; moved; outcomes, and wrong ones put right."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from fastapi import APIRouter, Response

from api.asking import Activity, Answered, Asks, Creating, answered, example
from domain.contact import AppointmentIsUnknown, OnlyTheProviderMay
from domain.intentions.answers import Answer
from domain.kernel import Asked
from domain.texts import Instant, Minutes
from domain.vocabulary import (
    Attendance,
    CancelledBecause,
    ContactId,
    Content,
    Medium,
    NoTimeBecause,
    PractitionerId,
)

router = APIRouter(prefix="/v1/appointments", tags=["contacts"])


class NotingAttendance(Activity):
    """Whether an appointment took place, and what it was, if not what it was booked for.

    ``reason`` is why it was called off.
    """

    model_config = example(attendance="attended on time", content="treatment")

    attendance: Attendance
    content: Content | None = None
    medium: Medium | None = None
    seen_by: UUID | None = None
    minutes: Minutes | None = None
    reason: CancelledBecause | None = None


class ChoosingTime(Activity):
    """The time the person chose of those offered."""

    model_config = example(starts_at="2026-03-09T10:00:00Z")

    starts_at: Instant


class TakingNone(Activity):
    """Why the person took none of the times."""

    model_config = example(reason="none of the times suits")

    reason: NoTimeBecause


class Rebooking(Creating):
    """Another time; ``moved_by`` is who could not keep the first, if it has no outcome yet."""

    model_config = example(
        starts_at="2026-03-16T10:00:00Z",
        moved_by="cancelled by the person",
        reason="another time suits better",
    )

    starts_at: Instant
    moved_by: Attendance | None = None
    reason: CancelledBecause | None = None


class CorrectingAttendance(Activity):
    """What became of an appointment, when what was recorded is wrong."""

    model_config = example(attendance="did not attend")

    attendance: Attendance
    content: Content | None = None


@router.post("/{appointment}/attendance", response_model=Answered)
async def note_attendance(appointment: UUID, body: NotingAttendance, asks: Asks) -> Response:
    """Record whether an appointment took place; the first one kept is the first contact."""
    care = asks.here.care
    intention = _theirs(
        appointment,
        lambda asked: care.note_attendance(
            ContactId(appointment),
            body.attendance,
            content=body.content,
            medium=body.medium,
            seen_by=PractitionerId(body.seen_by) if body.seen_by else None,
            minutes=body.minutes,
            reason=body.reason,
            asked=asked,
        ),
    )
    return answered(await asks.ask(body, intention), 200)


@router.post("/{appointment}/time-choice", response_model=Answered)
async def choose_time(appointment: UUID, body: ChoosingTime, asks: Asks) -> Response:
    """Book the time the person chose of those offered."""
    care = asks.here.care
    intention = _theirs(
        appointment,
        lambda asked: care.choose_time(ContactId(appointment), body.starts_at, asked=asked),
    )
    return answered(await asks.ask(body, intention), 200)


@router.post("/{appointment}/no-time", response_model=Answered)
async def take_no_time(appointment: UUID, body: TakingNone, asks: Asks) -> Response:
    """Record that the person took none of the times offered; others may be offered."""
    care = asks.here.care
    intention = _theirs(
        appointment,
        lambda asked: care.take_no_time(ContactId(appointment), body.reason, asked=asked),
    )
    return answered(await asks.ask(body, intention), 200)


@router.post("/{appointment}/rebooking", status_code=201, response_model=Answered)
async def rebook_appointment(appointment: UUID, body: Rebooking, asks: Asks) -> Response:
    """Move an appointment, or book again what was missed; answers with the new one's id."""
    contact, care = ContactId(asks.new("contact", body.id)), asks.here.care
    intention = _theirs(
        appointment,
        lambda asked: care.rebook_appointment(
            contact,
            ContactId(appointment),
            starts_at=body.starts_at,
            moved_by=body.moved_by,
            reason=body.reason,
            asked=asked,
        ),
    )
    return answered(await asks.ask(body, intention), 201, location="/v1/appointments")


@router.post("/{appointment}/correction", response_model=Answered)
async def correct_attendance(appointment: UUID, body: CorrectingAttendance, asks: Asks) -> Response:
    """Put a wrong outcome right; the first contact and every clock follow."""
    care = asks.here.care
    intention = _theirs(
        appointment,
        lambda asked: care.correct_attendance(
            ContactId(appointment), body.attendance, content=body.content, asked=asked
        ),
    )
    return answered(await asks.ask(body, intention), 200)


def _theirs(appointment: UUID, intention: Callable[[Asked], Answer]) -> Callable[[Asked], Answer]:
    """Not theirs is said in the words used for an appointment that was never booked."""

    def asking(asked: Asked) -> Answer:
        try:
            return intention(asked)
        except OnlyTheProviderMay:
            raise AppointmentIsUnknown(appointment) from None

    return asking
