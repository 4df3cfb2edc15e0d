"""Appointments' outcomes over HTTP."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from api.asking import Activity, Answered, Asks, answered, example
from domain.contact import AppointmentIsUnknown, OnlyTheProviderMay
from domain.intentions.deciding import Answer
from domain.kernel import Asked
from domain.vocabulary import Attendance, ContactId, Content

router = APIRouter(prefix="/v1", tags=["contacts"])


class NotingAttendance(Activity):
    """Whether an appointment took place, and what it was, if not what it was booked for."""

    model_config = example(attendance="attended on time", content="treatment")

    attendance: Attendance
    content: Content | None = None


@router.post("/appointments/{appointment}/attendance", response_model=Answered)
async def note_attendance(appointment: UUID, body: NotingAttendance, asks: Asks) -> Response:
    """Record whether an appointment took place; the first one kept is the first contact."""
    care = asks.here.care

    def intention(asked: Asked) -> Answer:
        try:
            return care.note_attendance(
                ContactId(appointment), body.attendance, content=body.content, asked=asked
            )
        except OnlyTheProviderMay:
            # Not theirs: said in the words used for one that was never booked.
            raise AppointmentIsUnknown(appointment) from None

    return answered(await asks.ask(body, intention), 200)
