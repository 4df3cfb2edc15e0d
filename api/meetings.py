"""Meetings over HTTP: scheduled, cases listed, attendance, decisions, the end."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID, uuid5

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import Caring
from api.asking import Activity, Answered, Asks, Creating, answered, example, in_time, person_of
from api.parts import Caller, Here, Parts
from api.reads import At, Now
from domain.action import ActionAgreed
from domain.case import Attendee, Dissent
from domain.kernel import Asked
from domain.meeting import Absence, MeetingIsUnknown, MeetingScheduled
from domain.texts import Instant, Line, Text
from domain.vocabulary import (
    ActionId,
    Decision,
    DecisionId,
    ItemId,
    MeetingId,
    MeetingKind,
    PartnerId,
    PenReason,
    PractitionerId,
    Priority,
    SeriesId,
    ServiceId,
    ViewObtained,
)
from projections import suggestions

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
    series: UUID | None = None


class Listing(Activity):
    """A person for the list, and the question the meeting should answer.

    ``present`` are the organisations that will hear this case. Once the list has gone round, or
    should have, ``urgent`` says why the case cannot wait.
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
    urgent: Text | None = None


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


class TakingThePen(Activity):
    """Running the meeting from now on; ``reason`` says why it is taken from whoever holds it."""

    model_config = example(reason="the holder has left the meeting")

    reason: PenReason | None = None


class GivingThePen(Activity):
    """Who is to run the meeting: somebody who asked."""

    model_config = example(to="0b9f4c1e-77a1-4b6e-8c6e-2d1f0f3a9c55")

    to: UUID


class Dissenting(BaseModel):
    """Who saw it otherwise, and why."""

    model_config = ConfigDict(extra="forbid")

    practitioner: UUID
    reason: Text


class Absent(BaseModel):
    """An organisation that was expected and is not there; ``apologies`` says it sent word."""

    model_config = ConfigDict(extra="forbid")

    partner: UUID
    practitioner: UUID | None = None
    apologies: bool = True


class Apologising(Activity):
    """Who was expected at the meeting and is not there."""

    model_config = example(
        absent=[{"partner": "6f1c1e0e-5d3b-4f0e-9f0a-2f6f7f4b8b11", "apologies": True}]
    )

    absent: Annotated[list[Absent], Field(min_length=1, max_length=MOST)]


class DissentingLater(Activity):
    """What somebody who was in the room says against a decision that was taken."""

    model_config = example(
        practitioner="0b9f4c1e-77a1-4b6e-8c6e-2d1f0f3a9c55", reason="Two more weeks."
    )

    practitioner: UUID
    reason: Text


class Agreeing(Creating):
    """What an organisation is to do for the person, in words for it alone, and by when."""

    model_config = example(
        what="Write to the landlord about the damp.",
        owner="6f1c1e0e-5d3b-4f0e-9f0a-2f6f7f4b8b11",
        due_on="2026-03-16",
    )

    what: Text
    owner: UUID
    practitioner: UUID | None = None
    due_on: date
    priority: Priority = Priority.ROUTINE


class AgreeingWith(BaseModel):
    """What an organisation is to do because of a decision, in words for it alone, and by when."""

    model_config = ConfigDict(extra="forbid")

    what: Text
    owner: UUID
    practitioner: UUID | None = None
    due_on: date
    priority: Priority = Priority.ROUTINE


class Deciding(Creating):
    """What the meeting decided, why, what the person wants, and who dissented.

    ``actions`` are what was agreed with it: all of it is recorded, or nothing.
    """

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
    options: Text | None = None
    rationale: Text
    persons_view: Text
    view_obtained: ViewObtained | None = None
    informs: InTheRoom | None = None
    dissent: Annotated[list[Dissenting], Field(max_length=MOST)] = []
    review_on: date | None = None
    actions: Annotated[list[AgreeingWith], Field(max_length=MOST)] = []


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
        series=None if body.series is None else SeriesId(body.series),
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
            urgent=body.urgent,
            asked=asked,
        ),
    )
    return answered(answer, 201, person=body.person)


@router.post("/{meeting}/cases/{person}/attendance", response_model=Answered)
async def record_attendance(meeting: UUID, person: UUID, body: Attending, asks: Asks) -> Response:
    """Record who is in the room for one case."""
    known, discussed = await asks.meeting(meeting), await asks.person(person)
    attendees = tuple(_attendee(one) for one in body.attendees)
    care = asks.here.care
    answer = await asks.ask(
        body, lambda asked: care.record_attendance(known, discussed, attendees, asked=asked)
    )
    return answered(answer, 200, person=person)


@router.post("/{meeting}/cases/{person}/presence", response_model=Answered)
async def come_in(
    meeting: UUID, person: UUID, asks: Asks, body: Activity | None = None
) -> Response:
    """Say that you are in the room for one case, beside whoever is there already."""
    known, discussed = await asks.meeting(meeting), await asks.person(person)
    care = asks.here.care
    answer = await asks.ask(
        body or Activity(), lambda asked: care.come_in(known, discussed, asked=asked)
    )
    return answered(answer, 200, person=person)


@router.post("/{meeting}/pen", response_model=Answered)
async def take_pen(meeting: UUID, asks: Asks, body: TakingThePen | None = None) -> Response:
    """Run the meeting from now on: at once if nobody does, else after the holder's silence."""
    known, care, taking = await asks.meeting(meeting), asks.here.care, body or TakingThePen()
    answer = await asks.ask(taking, lambda asked: care.take_pen(known, taking.reason, asked=asked))
    return answered(answer, 200)


@router.post("/{meeting}/pen/request", response_model=Answered)
async def ask_for_pen(meeting: UUID, asks: Asks, body: Activity | None = None) -> Response:
    """Ask whoever runs the meeting to let you run it."""
    known, care = await asks.meeting(meeting), asks.here.care
    answer = await asks.ask(body or Activity(), lambda asked: care.ask_for_pen(known, asked=asked))
    return answered(answer, 200)


@router.post("/{meeting}/pen/gift", response_model=Answered)
async def give_pen(meeting: UUID, body: GivingThePen, asks: Asks) -> Response:
    """Let somebody run the meeting who asked to."""
    known, care = await asks.meeting(meeting), asks.here.care
    answer = await asks.ask(
        body, lambda asked: care.give_pen(known, PractitionerId(body.to), asked=asked)
    )
    return answered(answer, 200)


@router.post("/{meeting}/cases/{person}/call", response_model=Answered)
async def call_case(
    meeting: UUID, person: UUID, asks: Asks, body: Activity | None = None
) -> Response:
    """Come to a case; whoever holds the pen may."""
    known, discussed = await asks.meeting(meeting), await asks.person(person)
    care, item = asks.here.care, ItemId(asks.new("item"))
    answer = await asks.ask(
        body or Activity(), lambda asked: care.call_case(known, discussed, item, asked=asked)
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
            options=body.options,
            rationale=body.rationale,
            persons_view=body.persons_view,
            view_obtained=body.view_obtained,
            informs=_attendee(body.informs) if body.informs else None,
            dissent=tuple(
                Dissent(practitioner=PractitionerId(d.practitioner), reason=d.reason)
                for d in body.dissent
            ),
            review_on=body.review_on,
            actions={
                ActionId(asks.new(f"action {number}")): ActionAgreed(
                    what=one.what,
                    owner=PartnerId(one.owner),
                    practitioner=(
                        None if one.practitioner is None else PractitionerId(one.practitioner)
                    ),
                    due_on=one.due_on,
                    priority=one.priority,
                    meeting=known,
                )
                for number, one in enumerate(body.actions)
            },
            asked=asked,
        ),
    )
    return answered(answer, 201, person=person, decision=decision)


@router.post("/{meeting}/cases/{person}/dissent", status_code=201, response_model=Answered)
async def record_dissent(
    meeting: UUID, person: UUID, body: DissentingLater, asks: Asks
) -> Response:
    """Keep what somebody in the room says against a decision, until the meeting is over."""
    known, discussed = await asks.meeting(meeting), await asks.person(person)
    dissent = Dissent(practitioner=PractitionerId(body.practitioner), reason=body.reason)
    care = asks.here.care
    answer = await asks.ask(
        body, lambda asked: care.record_dissent(known, discussed, dissent, asked=asked)
    )
    return answered(answer, 201, person=person)


@router.post("/{meeting}/cases/{person}/actions", status_code=201, response_model=Answered)
async def agree_action(meeting: UUID, person: UUID, body: Agreeing, asks: Asks) -> Response:
    """Record what an organisation is to do for somebody whose case was heard, and by when."""
    known, discussed = await asks.meeting(meeting), await asks.person(person)
    action, care = ActionId(asks.new("action", body.id)), asks.here.care
    answer = await asks.ask(
        body,
        lambda asked: care.agree_action(
            known,
            discussed,
            action,
            what=body.what,
            owner=PartnerId(body.owner),
            practitioner=None if body.practitioner is None else PractitionerId(body.practitioner),
            due_on=body.due_on,
            priority=body.priority,
            asked=asked,
        ),
    )
    return answered(answer, 201, person=person, location="/v1/actions")


@router.get("/{meeting}/cases/{person}/room", response_model=dict[str, Any])
async def room(meeting: UUID, person: UUID, caller: Caring, here: Here, now: Now) -> Response:
    """The organisations invited that leave the room for this case; no reason is given."""
    leaving = await who_leaves(here, caller, meeting, person)
    return now.answer({"must_leave": [str(partner) for partner in leaving]})


async def who_leaves(
    here: Parts, caller: Caller, meeting: UUID, person: UUID
) -> tuple[PartnerId, ...]:
    """Who may not hear a case, for whatever reason. Raises `MeetingIsUnknown`."""
    row = await here.reading.meeting(caller.organisation, meeting)
    if row is None or str(person) not in row["cases"]:
        raise MeetingIsUnknown(meeting)
    discussed = await person_of(here, caller, person)
    asked = Asked(caller.organisation, here.clock(), uuid5(meeting, str(person)))
    return await in_time(
        lambda: here.care.who_must_leave(MeetingId(meeting), discussed, asked=asked)
    )


@router.get("/{meeting}/suggestions", response_model=dict[str, Any])
async def meeting_suggestions(meeting: UUID, caller: Caring, here: Here, now: Now) -> Response:
    """New and existing cases your organisation holds that the meeting might look at, and why."""
    row = await here.reading.meeting(caller.organisation, meeting)
    if row is None:
        raise MeetingIsUnknown(meeting)
    found = await here.reading.suggestions(caller.organisation, row, here.clock())
    return now.answer({"rows": [suggestions.answer(each) for each in found]})


@router.post("/{meeting}/circulation", response_model=Answered)
async def circulate_list(meeting: UUID, asks: Asks, body: Activity | None = None) -> Response:
    """Send the list round to the organisations invited; again, when it has changed since."""
    known, care = await asks.meeting(meeting), asks.here.care
    answer = await asks.ask(
        body or Activity(), lambda asked: care.circulate_list(known, asked=asked)
    )
    return answered(answer, 200)


@router.post("/{meeting}/apologies", response_model=Answered)
async def record_apologies(meeting: UUID, body: Apologising, asks: Asks) -> Response:
    """Record who was expected at the meeting and is not there."""
    known, care = await asks.meeting(meeting), asks.here.care
    absent = tuple(
        Absence(
            partner=PartnerId(one.partner),
            practitioner=None if one.practitioner is None else PractitionerId(one.practitioner),
            apologies=one.apologies,
        )
        for one in body.absent
    )
    answer = await asks.ask(body, lambda asked: care.record_apologies(known, absent, asked=asked))
    return answered(answer, 200)


@router.post("/{meeting}/next", status_code=201, response_model=Answered)
async def schedule_next_meeting(
    meeting: UUID, asks: Asks, body: Activity | None = None
) -> Response:
    """Schedule the one after it by its kind's rhythm; it lists what this one did not reach."""
    known, care = await asks.meeting(meeting), asks.here.care
    answer = await asks.ask(
        body or Activity(), lambda asked: care.schedule_next_meeting(known, asked=asked)
    )
    return answered(answer, 201, location="/v1/meetings")


@router.post("/{meeting}/closure", response_model=Answered)
async def close_meeting(meeting: UUID, asks: Asks, body: Activity | None = None) -> Response:
    """End a meeting; what it did not reach is listed for the next one, if that is scheduled."""
    known, care = await asks.meeting(meeting), asks.here.care
    answer = await asks.ask(
        body or Activity(), lambda asked: care.close_meeting(known, asked=asked)
    )
    return answered(answer, 200)


def _attendee(one: InTheRoom) -> Attendee:
    return Attendee(practitioner=PractitionerId(one.practitioner), partner=PartnerId(one.partner))
