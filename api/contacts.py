"""Appointments' outcomes and outcome measures over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from api.asking import Activity, Answered, Asks, Creating, answered, example
from domain.contact import AppointmentIsUnknown, OnlyTheProviderMay
from domain.intentions.deciding import Answer
from domain.kernel import Asked
from domain.vocabulary import Attendance, ContactId, Content, Instrument, MeasureId, ReferralId

router = APIRouter(prefix="/v1", tags=["contacts"])


class NotingAttendance(Activity):
    """Whether an appointment took place, and what it was, if not what it was booked for."""

    model_config = example(attendance="attended on time", content="treatment")

    attendance: Attendance
    content: Content | None = None


class CompletingMeasure(Creating):
    """A score, and the items it is the sum of where they are known."""

    model_config = example(
        referral="0b9f4c1e-77a1-4b6e-8c6e-2d1f0f3a9c55", instrument="PHQ-9", total=14
    )

    referral: UUID
    instrument: Instrument
    total: Annotated[int, Field(ge=0, le=1000)]
    items: Annotated[list[Annotated[int, Field(ge=0, le=100)]], Field(max_length=100)] = []


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


@router.post("/measures", status_code=201, response_model=Answered)
async def complete_measure(body: CompletingMeasure, asks: Asks) -> Response:
    """Record a score under a referral your organisation has taken on."""
    await asks.referral(body.referral)
    measure, care = MeasureId(asks.new("measure", body.id)), asks.here.care
    answer = await asks.ask(
        body,
        lambda asked: care.complete_measure(
            measure,
            ReferralId(body.referral),
            instrument=body.instrument,
            total=body.total,
            items=tuple(body.items),
            asked=asked,
        ),
        actions=lambda: asks.actions_on_referral(body.referral),
    )
    return answered(answer, 201)
