"""MDT meetings: the list, the board of one, and recording what is listed, heard and decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse

from api import meetings
from api.asking import Activity
from api.pages import choosing, words
from api.pages.caseload import Line, line
from api.pages.forms import Form, Question, choices, new_key
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit, Visit
from api.problems import NothingIsHere
from domain.vocabulary import Decision, MeetingKind, Role, Source

router = APIRouter(route_class=PageRoute)

FOUND = 12

OUTCOME_HINTS = {
    Decision.STEP_UP.value: "To a service at a higher step; a hand-over is offered",
    Decision.STEP_DOWN.value: "To a service at a lower step; a hand-over is offered",
    Decision.HAND_OVER.value: "To another organisation at the same step",
    Decision.STAY.value: "Nothing changes for now",
}


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


async def _meeting(visit: Visit, meeting: UUID) -> dict[str, Any]:
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
    row = await _meeting(visit, meeting)
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


@router.get("/mdt/{meeting}/list", response_class=HTMLResponse)
async def listing_question(
    visit: CaringVisit,
    meeting: UUID,
    person: UUID | None = None,
    q: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """Whom to list; then the question the meeting should answer."""
    row = await _meeting(visit, meeting)
    if person is not None:
        return await (await _listing(visit, row, person)).show(visit)
    found = await visit.here.reading.caseload(
        visit.caller.organisation, query=q, sort="name" if q else "urgency", limit=FOUND
    )
    return await visit.page(
        "list_case.html",
        title="List a case",
        section="/mdt",
        meeting=row,
        q=q,
        lines=[line(r, visit) for r in found.rows if r["person"] not in row["cases"]],
    )


@router.post("/mdt/{meeting}/list", response_class=HTMLResponse)
async def listing_answer(visit: CaringVisit, meeting: UUID, person: UUID) -> Response:
    """Put the person on the list, and show the board."""
    row = await _meeting(visit, meeting)

    def shape(values: Mapping[str, Any]) -> Mapping[str, Any]:
        return {
            **values,
            "person": str(person),
            "listed_only": values.get("listed_only") == "yes",
        }

    return await (await _listing(visit, row, person)).sent(
        visit,
        lambda body, asks: meetings.list_case(meeting, body, asks),
        done="listed",
        then=f"/mdt/{meeting}",
        shape=shape,
    )


async def _listing(visit: Visit, row: Mapping[str, Any], person: UUID) -> Form[meetings.Listing]:
    record = await visit.here.reading.record(visit.caller.organisation, person)
    if record is None:
        raise NothingIsHere
    return Form(
        title="List a case",
        caption=str(record.get("name", "")),
        button="Put on the list",
        model=meetings.Listing,
        groups=(
            (
                "",
                (
                    Question(
                        "question",
                        "Which question should the meeting answer?",
                        "textarea",
                        missing="Enter the question",
                    ),
                    Question(
                        "present",
                        "Which organisations hear this case?",
                        "checkboxes",
                        choices=choosing.organisations(visit.names, row["invited"]),
                        hint="They learn of the person as far as their agreement allows.",
                        missing="Select who hears this case",
                    ),
                    Question(
                        "listed_only",
                        "Should it be discussed?",
                        "radios",
                        choices=(
                            ("no", "Yes, for discussion", ""),
                            ("yes", "No, listed only", "Standard care applies; it is noted"),
                        ),
                        value="no",
                    ),
                ),
            ),
        ),
        action=f"{visit.path}?person={person}",
        section="/mdt",
        back_to=(f"/mdt/{row['id']}", str(row["name"])),
    )


@router.get("/mdt/{meeting}/cases/{person}/{activity}", response_class=HTMLResponse)
async def case_question(visit: CaringVisit, meeting: UUID, person: UUID, activity: str) -> Response:
    """Who is in the room, or what was decided."""
    return await (await _case_form(visit, meeting, person, activity)).show(visit)


@router.post("/mdt/{meeting}/cases/{person}/{activity}", response_class=HTMLResponse)
async def case_answer(visit: CaringVisit, meeting: UUID, person: UUID, activity: str) -> Response:
    """Record it, and show the board."""
    form = await _case_form(visit, meeting, person, activity)
    if activity == "room":
        return await form.sent(
            visit,
            lambda body, asks: meetings.record_attendance(meeting, person, body, asks),
            done="room",
            then=f"/mdt/{meeting}",
            shape=lambda values: _in_the_room(values, visit.names),
        )
    return await form.sent(
        visit,
        lambda body, asks: meetings.record_decision(meeting, person, body, asks),
        done="decision",
        then=f"/mdt/{meeting}",
        shape=_decided,
    )


def _in_the_room(values: Mapping[str, Any], names: words.Names) -> Mapping[str, Any]:
    chosen = [names.practitioners.get(UUID(given)) for given in values.get("attendees", [])]
    return {
        "attendees": [
            {"practitioner": str(p.id), "partner": str(p.partner)} for p in chosen if p is not None
        ]
    }


def _decided(values: Mapping[str, Any]) -> Mapping[str, Any]:
    against = {k: values[k] for k in ("practitioner", "reason") if values.get(k)}
    return {**values, "dissent": [against] if against else []}


async def _case_form(visit: Visit, meeting: UUID, person: UUID, activity: str) -> Form[Any]:
    row = await _meeting(visit, meeting)
    case = row["cases"].get(str(person))
    if case is None or activity not in ("room", "decision"):
        raise NothingIsHere
    record = await visit.here.reading.record(visit.caller.organisation, person)
    room = activity == "room"
    return Form(
        title="Who is in the room?" if room else "Record the decision",
        caption=str((record or {}).get("name", "")),
        lede=() if room else (f"The question: {case['question']}",) if case.get("question") else (),
        button="Confirm and save",
        model=meetings.Attending if room else meetings.Deciding,
        groups=_room(visit, case) if room else _decision(visit, case),
        action=visit.path,
        section="/mdt",
        back_to=(f"/mdt/{meeting}", str(row["name"])),
    )


def _room(visit: Visit, case: Mapping[str, Any]) -> list[tuple[str, list[Question]]]:
    groups = []
    offered = choosing.practitioners(visit.names, case.get("present", ()))
    shown = [(value, f"{text} ({organisation})", "") for value, text, organisation in offered]
    groups.append(
        (
            "",
            [
                Question(
                    "attendees",
                    "Those present for this case",
                    "checkboxes",
                    choices=shown,
                    missing="Select who is in the room",
                )
            ],
        )
    )
    return groups


def _decision(visit: Visit, case: Mapping[str, Any]) -> list[tuple[str, list[Question]]]:
    attendees = {a["practitioner"] for a in case.get("attendees", ())}
    there = [
        choice
        for choice in choosing.practitioners(visit.names, case.get("present", ()))
        if choice[0] in attendees
    ]
    return [
        (
            "",
            [
                Question(
                    "outcome",
                    "What was decided?",
                    "radios",
                    choices=choices(Decision, OUTCOME_HINTS),
                    missing="Select what was decided",
                ),
                Question(
                    "service",
                    "To which service?",
                    "select",
                    choices=choosing.services(visit.names, Source.PROFESSIONAL, holding=True),
                    optional=True,
                    nothing="None: the person stays",
                    hint="Needed for step up, step down and hand over. "
                    "Responsibility moves when that organisation accepts, not before.",
                ),
                Question(
                    "rationale", "Why?", "textarea", missing="Enter why the meeting decided so"
                ),
                Question(
                    "persons_view",
                    "What does the person want?",
                    "textarea",
                    missing="Enter what the person wants, or that they were not asked",
                ),
                Question("review_on", "Review on", "date", optional=True),
            ],
        ),
        (
            "Did somebody see it otherwise?",
            [
                Question(
                    "practitioner",
                    "Who?",
                    "select",
                    choices=there,
                    optional=True,
                    nothing="Nobody",
                ),
                Question("reason", "Their reason", "textarea", optional=True, rows=3),
            ],
        ),
    ]


@router.post("/mdt/{meeting}/closure", response_class=HTMLResponse)
async def end_meeting(visit: CaringVisit, meeting: UUID) -> Response:
    """End the meeting; its record stands."""
    row = await _meeting(visit, meeting)
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
