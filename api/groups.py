"""Groups over HTTP: programmes, who is in them, their sessions and who was there.

Everybody reads the programmes; a register is read by the organisation that keeps it.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import Caring
from api.asking import Activity, Answered, Asking, Asks, Creating, answered, caught_up, example
from api.parts import Here, Parts
from api.reads import At
from domain.group import GroupIsUnknown, ProgrammePlanned
from domain.policies.days import local_date
from domain.texts import Instant, Line
from domain.vocabulary import (
    Attendance,
    GroupId,
    LeftBecause,
    PartnerId,
    PersonId,
    ReferralId,
    ServiceId,
    SessionOff,
)
from projections import groups
from projections.directory import GroupEntry
from projections.moments import When
from projections.record.group import LEFT, MEMBER, WAITING

router = APIRouter(prefix="/v1/groups", tags=["groups"])

MOST = 200


class Planning(Creating):
    """When and where a group meets, for how many, and whose patients may come.

    It meets every so many weeks at the hour of its first session. Where no practice is named,
    anybody's patients may come.
    """

    model_config = example(
        service="0b9f4c1e-77a1-4b6e-8c6e-2d1f0f3a9c55",
        name="Wednesday gardening",
        first_at="2026-03-04T14:30:00Z",
        minutes=90,
        place="The allotment, Leighton Road",
        capacity=8,
    )

    service: UUID
    name: Line
    first_at: Instant
    every_weeks: Annotated[int, Field(ge=1, le=52)] = 1
    minutes: Annotated[int, Field(ge=1, le=24 * 60)]
    place: Line
    last_on: date | None = None
    capacity: Annotated[int, Field(ge=1, le=1000)]
    practices: Annotated[list[UUID], Field(max_length=MOST)] = []


class Joining(Activity):
    """The accepted referral under which a person comes; it may be their own."""

    model_config = example(referral="0b9f4c1e-77a1-4b6e-8c6e-2d1f0f3a9c55")

    referral: UUID


class Leaving(Activity):
    """Who is in the group no longer, and why."""

    model_config = example(person="6f1c1e0e-5d3b-4f0e-9f0a-2f6f7f4b8b11", reason="finished")

    person: UUID
    reason: LeftBecause


class Came(BaseModel):
    """What became of one member at a session."""

    model_config = ConfigDict(extra="forbid")

    person: UUID
    attendance: Attendance


class Meeting(Activity):
    """A session that was held, and what became of each member."""

    model_config = example(
        on="2026-03-04",
        attendance=[
            {"person": "6f1c1e0e-5d3b-4f0e-9f0a-2f6f7f4b8b11", "attendance": "attended on time"}
        ],
    )

    on: date
    attendance: Annotated[list[Came], Field(max_length=MOST)] = []


class CallingOff(Activity):
    """A session that is not held, and why."""

    model_config = example(on="2026-03-11", reason="weather")

    on: date
    reason: SessionOff


class Ending(Activity):
    """Why a group meets no more; everybody reads it."""

    model_config = example(reason="The grant ended.")

    reason: Line


@router.get("", response_model=dict[str, Any])
async def list_groups(caller: Caring, here: Here, at: At) -> Response:
    """Every group's programme; of your own, how many are in it and wait, and what you may ask."""
    directory = await here.reading.directory()
    rows = [
        await shown(here, caller.organisation, planned, at.when)
        for planned in sorted(directory.groups.values(), key=lambda g: (g.ended or "", g.name))
    ]
    return at.answer({"rows": rows})


@router.get("/{group}", response_model=dict[str, Any])
async def read_group(group: UUID, caller: Caring, here: Here, at: At) -> Response:
    """One group's programme; of your own, its register with each member's sessions."""
    planned = await _planned(here, group)
    return at.answer(await shown(here, caller.organisation, planned, at.when, register=True))


async def shown(
    here: Parts, organisation: PartnerId, planned: GroupEntry, when: When, *, register: bool = False
) -> dict[str, Any]:
    """A group as this organisation may know it; its register is its own organisation's."""
    today = local_date(here.clock())
    row: dict[str, Any] = {
        "id": planned.id,
        "partner": planned.partner,
        "service": planned.service,
        "name": planned.name,
        "first_at": planned.first_at,
        "every_weeks": planned.every_weeks,
        "minutes": planned.minutes,
        "place": planned.place,
        "last_on": planned.last_on,
        "capacity": planned.capacity,
        "practices": planned.practices,
        "ended": planned.ended,
        "next_on": planned.next_on(today),
        "cancelled": {on.isoformat(): why for on, why in planned.cancelled.items() if on >= today},
        "actions": [],
    }
    if planned.partner != organisation:
        return row
    places = await here.reading.register(organisation, planned.id, when)
    members = [place for place in places if place.get("state") == MEMBER]
    waiting = [place for place in places if place.get("state") == WAITING]
    room = planned.capacity - len(members)
    row |= {
        "members": len(members),
        "waiting": len(waiting),
        "room": room,
        "unrecorded": planned.unrecorded(today),
    }
    row["actions"] = groups.actions(planned, members, waiting)
    if register:
        row["register"] = {
            "members": members,
            "waiting": sorted(waiting, key=lambda place: str(place["since"])),
            "left": [place for place in places if place.get("state") == LEFT],
        }
    return row


@router.post("", status_code=201, response_model=Answered)
async def plan_group(body: Planning, asks: Asks) -> Response:
    """Begin a group under a group service of your organisation."""
    group, care = GroupId(asks.new("group", body.id)), asks.here.care
    planned = ProgrammePlanned(
        partner=asks.caller.organisation,
        service=ServiceId(body.service),
        name=body.name,
        first_at=body.first_at,
        every_weeks=body.every_weeks,
        minutes=body.minutes,
        place=body.place,
        last_on=body.last_on,
        capacity=body.capacity,
        practices=tuple(PartnerId(practice) for practice in body.practices),
    )
    answer = await asks.ask(body, lambda asked: care.plan_group(group, planned, asked=asked))
    return answered(answer, 201, location="/v1/groups")


@router.post("/{group}/member", response_model=Answered)
async def join_group(group: UUID, body: Joining, asks: Asks) -> Response:
    """Give a person a place, under a referral to the group that you accepted."""
    own, care = await _own(group, asks), asks.here.care
    await asks.referral(body.referral)
    answer = await asks.ask(
        body, lambda asked: care.join_group(own, ReferralId(body.referral), asked=asked)
    )
    return answered(answer, 200)


@router.post("/{group}/waiting-place", response_model=Answered)
async def await_place(group: UUID, body: Joining, asks: Asks) -> Response:
    """Let a person wait for a place in a group that is full."""
    own, care = await _own(group, asks), asks.here.care
    await asks.referral(body.referral)
    answer = await asks.ask(
        body, lambda asked: care.await_place(own, ReferralId(body.referral), asked=asked)
    )
    return answered(answer, 200)


@router.post("/{group}/departure", response_model=Answered)
async def leave_group(group: UUID, body: Leaving, asks: Asks) -> Response:
    """End somebody's place, or their waiting; who waits longest gets the place."""
    own, person = await _own(group, asks), await asks.person(body.person)
    care = asks.here.care
    answer = await asks.ask(
        body, lambda asked: care.leave_group(own, person, body.reason, asked=asked)
    )
    return answered(answer, 200)


@router.post("/{group}/free-places", response_model=Answered)
async def give_free_places(group: UUID, asks: Asks, body: Activity | None = None) -> Response:
    """Give what is free to those who wait, the longest waiting first."""
    own, care = await _own(group, asks), asks.here.care
    answer = await asks.ask(
        body or Activity(), lambda asked: care.give_free_places(own, asked=asked)
    )
    return answered(answer, 200)


@router.post("/{group}/session", response_model=Answered)
async def hold_session(group: UUID, body: Meeting, asks: Asks) -> Response:
    """Record that the group met and what became of each member, in one go."""
    own, care = await _own(group, asks), asks.here.care
    came: dict[PersonId, Attendance] = {}
    for each in body.attendance:
        came[await asks.person(each.person)] = each.attendance
    answer = await asks.ask(body, lambda asked: care.hold_session(own, body.on, came, asked=asked))
    return answered(answer, 200)


@router.post("/{group}/session-cancellation", response_model=Answered)
async def cancel_session(group: UUID, body: CallingOff, asks: Asks) -> Response:
    """Call a session off; it is cancelled by the service for each who had a place then."""
    own, care = await _own(group, asks), asks.here.care
    answer = await asks.ask(
        body, lambda asked: care.cancel_session(own, body.on, body.reason, asked=asked)
    )
    return answered(answer, 200)


@router.post("/{group}/ending", response_model=Answered)
async def end_group(group: UUID, body: Ending, asks: Asks) -> Response:
    """End a programme; everybody in it leaves it. Their help is closed apart."""
    own, care = await _own(group, asks), asks.here.care
    answer = await asks.ask(body, lambda asked: care.end_group(own, body.reason, asked=asked))
    return answered(answer, 200)


async def _planned(here: Parts, group: UUID) -> GroupEntry:
    """Raises `GroupIsUnknown`."""
    known = (await here.reading.directory()).groups.get(GroupId(group))
    if known is None and await caught_up(here):
        known = (await here.reading.directory()).groups.get(GroupId(group))
    if known is None:
        raise GroupIsUnknown(group)
    return known


async def _own(group: UUID, asks: Asking) -> GroupId:
    """A group of the caller's own organisation; another's register is not here.

    Raises `GroupIsUnknown`.
    """
    planned = await _planned(asks.here, group)
    if planned.partner != asks.caller.organisation:
        raise GroupIsUnknown(group)
    return planned.id
