"""MDT meetings: the list, the board of one, and recording what is listed, heard and decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api import meetings
from api.asking import Activity
from api.pages import choosing, words
from api.pages.caseload import Line, line
from api.pages.forms import Form, Question, choices, new_key
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit, Visit
from api.problems import NothingIsHere
from domain.vocabulary import MeetingKind, Role

router = APIRouter(route_class=PageRoute)


@dataclass(frozen=True, slots=True)
class Case:
    """One person on the board."""

    person: str
    line: Line | None
    told: Mapping[str, Any]
    room: list[str]

    @property
    def name(self) -> str:
        return self.line.name if self.line else "No longer shared with us"


async def meeting_of(visit: Visit, meeting: UUID) -> dict[str, Any]:
    row = await visit.here.reading.meeting(visit.caller.organisation, meeting, visit.when)
    if row is None:
        raise NothingIsHere
    return row


@router.get("/mdt", response_class=HTMLResponse)
async def list_of_meetings(visit: CaringVisit) -> Response:
    """The meetings the organisation is invited to."""
    rows = await visit.here.reading.meetings(visit.caller.organisation, visit.when)
    today = words.instant(visit.now).date()
    ahead = [
        row for row in rows if not row["closed"] and words.instant(row["starts_at"]).date() >= today
    ]
    return await visit.page(
        "meetings.html",
        title="MDT meetings",
        section="/mdt",
        ahead=list(reversed(ahead)),
        past=[row for row in rows if row not in ahead][:30],
        may_schedule=visit.caller.role is Role.CHAIR,
    )


@router.get("/mdt/new", response_class=HTMLResponse)
async def schedule_question(visit: CaringVisit) -> Response:
    """What is asked about a new meeting."""
    return await _schedule(visit).show(visit)


@router.post("/mdt/new", response_class=HTMLResponse)
async def schedule_answer(visit: CaringVisit) -> Response:
    """Schedule it, and show its board."""

    def shape(values: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**values, "chair": str(visit.caller.practitioner)}

    return await _schedule(visit).sent(
        visit,
        meetings.schedule_meeting,
        done="scheduled",
        then=lambda answer: f"/mdt/{answer['id']}",
        shape=shape,
    )


def _schedule(visit: Visit) -> Form[meetings.Scheduling]:
    me = str(visit.caller.organisation)
    offered = choosing.organisations(visit.names)
    return Form(
        title="Schedule a meeting",
        lede=(f"{visit.caller.name} chairs it.",),
        button="Schedule the meeting",
        model=meetings.Scheduling,
        groups=(
            (
                "",
                (
                    Question(
                        "kind",
                        "What kind of meeting?",
                        "radios",
                        choices=choices(MeetingKind),
                        value=MeetingKind.WEEKLY_MDT.value,
                        missing="Select a kind",
                    ),
                    Question("name", "Name", missing="Enter a name for the meeting"),
                    Question(
                        "starts_at",
                        "When does it start?",
                        "datetime-local",
                        missing="Enter when it starts",
                    ),
                    Question(
                        "invited",
                        "Which organisations come?",
                        "checkboxes",
                        choices=offered,
                        value=me,
                        missing="Select at least one organisation",
                    ),
                ),
            ),
        ),
        action="/mdt/new",
        section="/mdt",
        back_to=("/mdt", "MDT meetings"),
    )


@router.get("/mdt/{meeting}", response_class=HTMLResponse)
async def board(visit: CaringVisit, meeting: UUID) -> Response:
    """One meeting's board."""
    row = await meeting_of(visit, meeting)
    reading, me = visit.here.reading, visit.caller.organisation
    cases = []
    for person, told in row["cases"].items():
        known = await reading.record(me, UUID(person), visit.when)
        room = [visit.names.practitioner(a["practitioner"]) for a in told.get("attendees", ())]
        cases.append(Case(person, line(known, visit) if known else None, told, room))
    return await visit.page(
        "meeting.html",
        title=row["name"],
        section="/mdt",
        meeting=row,
        chair=visit.names.practitioner(row["chair"]),
        invited=[visit.names.organisation(partner) for partner in row["invited"]],
        discussed=[case for case in cases if not case.told.get("listed_only")],
        listed=[case for case in cases if case.told.get("listed_only")],
        open=not row["closed"] and visit.when.now,
        chairs=str(visit.caller.practitioner) == row["chair"],
        key=new_key(),
    )


@router.post("/mdt/{meeting}/closure", response_class=HTMLResponse)
async def end_meeting(visit: CaringVisit, meeting: UUID) -> Response:
    """End the meeting; its record stands."""
    row = await meeting_of(visit, meeting)
    form = Form(
        title="Close the meeting",
        button="Close the meeting",
        model=Activity,
        groups=(),
        action=visit.path,
        section="/mdt",
        back_to=(f"/mdt/{meeting}", str(row["name"])),
    )
    return await form.sent(
        visit,
        lambda body, asks: meetings.close_meeting(meeting, asks, body),
        done="closed",
        then=f"/mdt/{meeting}",
    )
