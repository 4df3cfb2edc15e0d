"""Meetings over HTTP: scheduled, cases listed, attendance, decisions, the end."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import Caring
from api.asking import Activity, Answered, Asks, Creating, answered, example
from api.parts import Here
from api.reads import At
from api.texts import Instant, Line, Text
from domain.case import Attendee, Dissent
from domain.meeting import MeetingIsUnknown, MeetingScheduled
from domain.vocabulary import (
    Decision,
    DecisionId,
    MeetingId,
    MeetingKind,
    PartnerId,
    PractitionerId,
    ServiceId,
)

router = APIRouter(prefix="/v1/meetings", tags=["meetings"])

MOST = 200


class Scheduling(Creating):
    """A meeting's day, and the organisations that come."""

    model_config = example(
        kind="weekly MDT",
        name="Monday MDT",
        starts_at="2026-03-09T12:30:00Z",
        chair="0b9f4c1e-77a1-4b6e-8c6e-2d1f0f3a9c55",
        invited=["6f1c1e0e-5d3b-4f0e-9f0a-2f6f7f4b8b11"],
    )

    kind: MeetingKind
    name: Line
    starts_at: Instant
    chair: UUID
    invited: Annotated[list[UUID], Field(min_length=1, max_length=MOST)]


class Listing(Activity):
    """A person for the list, and the question the meeting should answer.

    ``present`` are the organisations that will hear this case.
    """

    model_config = example(
        person="0b9f4c1e-77a1-4b6e-8c6e-2d1f0f3a9c55",
        question="Is guided self-help enough?",
        present=["6f1c1e0e-5d3b-4f0e-9f0a-2f6f7f4b8b11"],
    )

    person: UUID
    question: Text
    present: Annotated[list[UUID], Field(min_length=1, max_length=MOST)]
    listed_only: bool = False


class InTheRoom(BaseModel):
    """Somebody in the room, for an organisation."""

    model_config = ConfigDict(extra="forbid")

    practitioner: UUID
    partner: UUID


class Attending(Activity):
    """Who is in the room for one case."""

    model_config = example(
        attendees=[
            {
                "practitioner": "0b9f4c1e-77a1-4b6e-8c6e-2d1f0f3a9c55",
                "partner": "6f1c1e0e-5d3b-4f0e-9f0a-2f6f7f4b8b11",
            }
        ]
    )

    attendees: Annotated[list[InTheRoom], Field(min_length=1, max_length=MOST)]


class Dissenting(BaseModel):
    """Who saw it otherwise, and why."""

    model_config = ConfigDict(extra="forbid")

    practitioner: UUID
    reason: Text


class Deciding(Creating):
    """What the meeting decided, why, what the person wants, and who dissented."""

    model_config = example(
        outcome="step up",
        service="6f1c1e0e-5d3b-4f0e-9f0a-2f6f7f4b8b11",
        rationale="No better after six sessions.",
        persons_view="She wants to try medication.",
        dissent=[
            {"practitioner": "0b9f4c1e-77a1-4b6e-8c6e-2d1f0f3a9c55", "reason": "Two more weeks."}
        ],
    )

    outcome: Decision
    service: UUID | None = None
    rationale: Text
    persons_view: Text
    dissent: Annotated[list[Dissenting], Field(max_length=MOST)] = []
    review_on: date | None = None


@router.post("", status_code=201, response_model=Answered)
async def schedule_meeting(body: Scheduling, asks: Asks) -> Response:
    """Give a meeting its day and its organisations."""
    meeting, care = MeetingId(asks.new("meeting", body.id)), asks.here.care
    scheduled = MeetingScheduled(
        kind=body.kind,
        name=body.name,
        starts_at=body.starts_at,
        chair=PractitionerId(body.chair),
        invited=tuple(PartnerId(partner) for partner in body.invited),
    )
    answer = await asks.ask(
        body, lambda asked: care.schedule_meeting(meeting, scheduled, asked=asked)
    )
    return answered(answer, 201, location="/v1/meetings")


@router.get("", response_model=dict[str, Any])
async def list_meetings(caller: Caring, here: Here, at: At) -> Response:
    """The meetings your organisation is invited to."""
    return at.answer({"rows": await here.reading.meetings(caller.organisation, at.when)})


@router.get("/{meeting}", response_model=dict[str, Any])
async def meeting_record(meeting: UUID, caller: Caring, here: Here, at: At) -> Response:
    """A meeting and its cases, as your organisation may know them."""
    row = await here.reading.meeting(caller.organisation, meeting, at.when)
    if row is None:
        raise MeetingIsUnknown(meeting)
    return at.answer(row)


@router.post("/{meeting}/cases", status_code=201, response_model=Answered)
async def list_case(meeting: UUID, body: Listing, asks: Asks) -> Response:
    """Put a person on a meeting's list."""
    known, listed = await asks.meeting(meeting), await asks.person(body.person)
    care = asks.here.care
    answer = await asks.ask(
        body,
        lambda asked: care.list_case(
            known,
            listed,
            question=body.question,
            present=tuple(PartnerId(partner) for partner in body.present),
            listed_only=body.listed_only,
            asked=asked,
        ),
    )
    return answered(answer, 201, person=body.person)


@router.post("/{meeting}/cases/{person}/attendance", response_model=Answered)
async def record_attendance(meeting: UUID, person: UUID, body: Attending, asks: Asks) -> Response:
    """Record who is in the room for one case."""
    known, discussed = await asks.meeting(meeting), await asks.person(person)
    attendees = tuple(
        Attendee(practitioner=PractitionerId(a.practitioner), partner=PartnerId(a.partner))
        for a in body.attendees
    )
    care = asks.here.care
    answer = await asks.ask(
        body, lambda asked: care.record_attendance(known, discussed, attendees, asked=asked)
    )
    return answered(answer, 200, person=person)


@router.post("/{meeting}/cases/{person}/decision", status_code=201, response_model=Answered)
async def record_decision(meeting: UUID, person: UUID, body: Deciding, asks: Asks) -> Response:
    """Record what the meeting decided; a decision that moves the person offers a hand-over."""
    known, discussed = await asks.meeting(meeting), await asks.person(person)
    decision, care = DecisionId(asks.new("decision", body.id)), asks.here.care
    answer = await asks.ask(
        body,
        lambda asked: care.record_decision(
            known,
            discussed,
            decision,
            outcome=body.outcome,
            service_id=None if body.service is None else ServiceId(body.service),
            rationale=body.rationale,
            persons_view=body.persons_view,
            dissent=tuple(
                Dissent(practitioner=PractitionerId(d.practitioner), reason=d.reason)
                for d in body.dissent
            ),
            review_on=body.review_on,
            asked=asked,
        ),
    )
    return answered(answer, 201, person=person, decision=decision)


@router.post("/{meeting}/closure", response_model=Answered)
async def close_meeting(meeting: UUID, asks: Asks, body: Activity | None = None) -> Response:
    """End a meeting."""
    known, care = await asks.meeting(meeting), asks.here.care
    answer = await asks.ask(
        body or Activity(), lambda asked: care.close_meeting(known, asked=asked)
    )
    return answered(answer, 200)
