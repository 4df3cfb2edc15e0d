"""A meeting's cases on pages: who is listed, who was in the room, what was decided."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi import Form as Field
from fastapi.responses import HTMLResponse

from api import meetings
from api.asking import Activity
from api.pages import choosing, words
from api.pages.caseload import line, look_again
from api.pages.forms import Choice, Form, Question, choices, fields_alone, shown
from api.pages.meetings import meeting_of, plain
from api.pages.opened import Shown
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit, Visit
from api.problems import NothingIsHere
from domain.vocabulary import Decision, Priority, Source, ViewObtained

router = APIRouter(route_class=PageRoute)

FOUND = 12
LOOKED, SUGGESTED = 100, 5
"""How many who are in treatment are looked through, and how many of them suggested."""
Shape = Callable[[Mapping[str, Any]], Mapping[str, Any]]

OUTCOME_HINTS = {
    Decision.STEP_UP.value: "To a service at a higher step; a hand-over is offered",
    Decision.STEP_DOWN.value: "To a service at a lower step; a hand-over is offered",
    Decision.HAND_OVER.value: "To another organisation at the same step",
    Decision.STAY.value: "Nothing changes for now",
}


@router.get("/mdt/{meeting}/list", response_class=HTMLResponse)
async def listing_question(
    visit: CaringVisit,
    meeting: UUID,
    person: UUID | None = None,
) -> Response:
    """Whom to list; then the question the meeting should answer."""
    if person is None:
        return await _whom(visit, meeting, "")
    row = await meeting_of(visit, meeting)
    case = row["cases"].get(str(person), {})
    known = {name: case[name] for name in ("question", "present") if case.get(name)}
    return await (await _listing(visit, row, person)).show(visit, values=known)


@router.post("/mdt/{meeting}/find", response_class=HTMLResponse)
async def found(
    visit: CaringVisit, meeting: UUID, q: Annotated[str, Field(max_length=100)] = ""
) -> Response:
    """Those with this in their name; a name is sent in a body and stands in no address."""
    return await _whom(visit, meeting, q)


async def _whom(visit: Visit, meeting: UUID, q: str) -> Response:
    row = await meeting_of(visit, meeting)
    found = await visit.here.reading.caseload(
        visit.caller.organisation, query=q, sort="name" if q else "urgency", limit=FOUND
    )
    treated = await visit.here.reading.caseload(
        visit.caller.organisation, status=("in treatment",), limit=LOOKED
    )
    return await visit.page(
        "list_case.html",
        title="List a case",
        section="/mdt",
        meeting=row,
        q=q,
        silent=[
            (line(r, visit), again)
            for r in treated.rows
            if r["person"] not in row["cases"] and (again := look_again(r, visit))
        ][:SUGGESTED],
        lines=[line(r, visit) for r in found.rows if r["person"] not in row["cases"]],
    )


@router.post("/mdt/{meeting}/list", response_class=HTMLResponse)
async def listing_answer(visit: CaringVisit, meeting: UUID, person: UUID) -> Response:
    """Put the person on the list, and show the board."""
    row = await meeting_of(visit, meeting)

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


@router.post("/mdt/{meeting}/listed-only/{person}", response_class=HTMLResponse)
async def listed_only(visit: CaringVisit, meeting: UUID, person: UUID) -> Response:
    """Put somebody who was to be discussed in the list's other part, and show the board."""
    row = await meeting_of(visit, meeting)
    case = row["cases"].get(str(person), {})
    if not case.get("question"):
        raise NothingIsHere
    moved = {
        "person": str(person),
        "question": case["question"],
        "present": case["present"],
        "listed_only": True,
    }
    form = plain("Move to listed only", "Move to listed only", visit, row)
    return await replace(form, model=meetings.Listing).sent(
        visit,
        lambda body, asks: meetings.list_case(meeting, body, asks),
        done="listed",
        then=f"/mdt/{meeting}",
        shape=lambda _values: moved,
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
                        "urgent",
                        "Why can it not wait for the next meeting?",
                        "textarea",
                        optional=True,
                        rows=3,
                        hint="Needed once the list has gone round, or less than 24 hours before.",
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
    return await record_about(visit, meeting, person, activity, f"/mdt/{meeting}")


async def record_about(
    visit: Visit, meeting: UUID, person: UUID, activity: str, then: str
) -> Response:
    """Record what was heard, decided or agreed about somebody, and go on."""
    form = await _case_form(visit, meeting, person, activity)
    asks_of: dict[str, tuple[Callable[..., Awaitable[Response]], Shape]] = {
        "room": (meetings.record_attendance, lambda values: _in_the_room(values, visit.names)),
        "decision": (meetings.record_decision, lambda values: decided(values, visit.names)),
        "dissent": (meetings.record_dissent, fields_alone),
        "action": (meetings.agree_action, fields_alone),
    }
    ask, shape = asks_of[activity]
    return await form.sent(
        visit,
        lambda body, asks: ask(meeting, person, body, asks),
        done=activity,
        then=then,
        shape=shape,
    )


def _in_the_room(values: Mapping[str, Any], names: words.Names) -> Mapping[str, Any]:
    chosen = [names.practitioners.get(UUID(given)) for given in values.get("attendees", [])]
    return {
        "attendees": [
            {"practitioner": str(p.id), "partner": str(p.partner)} for p in chosen if p is not None
        ]
    }


def decided(values: Mapping[str, Any], names: words.Names) -> Mapping[str, Any]:
    """A decision as it is asked: dissent and who tells the person stand on their own."""
    against = {k: values[k] for k in ("practitioner", "reason") if values.get(k)}
    told = {**values, "dissent": [against] if against else []}
    informs = values.get("informs")
    known = names.practitioners.get(UUID(str(informs))) if informs else None
    if known is None:
        return {name: value for name, value in told.items() if name != "informs"}
    return told | {"informs": {"practitioner": str(known.id), "partner": str(known.partner)}}


FORMS: dict[str, tuple[str, type[Activity]]] = {
    "room": ("Who is in the room?", meetings.Attending),
    "decision": ("Record the decision", meetings.Deciding),
    "dissent": ("Record dissent", meetings.DissentingLater),
    "action": ("Agree an action", meetings.Agreeing),
}
"""What may be recorded about a case, by the last part of its address."""


async def _case_form(visit: Visit, meeting: UUID, person: UUID, activity: str) -> Form[Any]:
    row = await meeting_of(visit, meeting)
    case = row["cases"].get(str(person))
    if case is None or activity not in FORMS:
        raise NothingIsHere
    record = await visit.here.reading.record(visit.caller.organisation, person)
    title, model = FORMS[activity]
    lede = [f"The question: {case['question']}"] if case.get("question") else []
    if activity == "room":
        leaving = await meetings.who_leaves(visit.here, visit.caller, meeting, person)
        out = ", ".join(visit.names.organisation(partner) for partner in leaving)
        lede = [f"Leave the room for this case: {out}."] if out else []
        groups = _room(visit, case, {str(partner) for partner in leaving})
    else:
        groups = {"decision": _decision, "dissent": _dissent, "action": _action}[activity](
            visit, case
        )
    return Form(
        opened=stands(visit, case),
        title=title,
        caption=str((record or {}).get("name", "")),
        lede=lede,
        button="Confirm and save",
        model=model,
        groups=groups,
        action=visit.path,
        section="/mdt",
        back_to=(f"/mdt/{meeting}", str(row["name"])),
    )


def stands(visit: Visit, case: Mapping[str, Any]) -> Shown:
    """How far a case is: whoever records something about it goes by this."""
    there = [visit.names.practitioner(a["practitioner"]) for a in case.get("attendees", ())]
    return shown(
        {
            "What was decided": words.sentence(case.get("outcome") or "nothing yet"),
            "In the room": ", ".join(sorted(there)) or "Nobody yet",
        }
    )


def those_there(visit: Visit, case: Mapping[str, Any]) -> list[Choice]:
    """Who is in the room for a case, as choices."""
    attendees = {a["practitioner"] for a in case.get("attendees", ())}
    return [
        choice
        for choice in choosing.practitioners(visit.names, case.get("present") or ())
        if choice[0] in attendees
    ]


def _dissent(visit: Visit, case: Mapping[str, Any]) -> list[tuple[str, list[Question]]]:
    there = those_there(visit, case)
    return [
        (
            "",
            [
                Question(
                    "practitioner",
                    "Who sees it otherwise?",
                    "select",
                    choices=there,
                    missing="Select who",
                ),
                Question(
                    "reason",
                    "Their reason",
                    "textarea",
                    hint="It is kept as it is said, beside the decision, which stays as it was.",
                    missing="Enter their reason",
                ),
            ],
        )
    ]


def _action(visit: Visit, _case: Mapping[str, Any]) -> list[tuple[str, list[Question]]]:
    return [
        (
            "",
            [
                Question(
                    "owner",
                    "Which organisation does it?",
                    "select",
                    choices=choosing.organisations(visit.names),
                    missing="Select an organisation",
                ),
                Question(
                    "what",
                    "What is to be done?",
                    "textarea",
                    hint="They read this and nothing of why: say it in practical words.",
                    missing="Enter what is to be done",
                    rows=3,
                ),
                Question("due_on", "By when?", "date", missing="Enter the day"),
                Question(
                    "priority",
                    "How soon?",
                    "radios",
                    choices=choices(Priority),
                    value=Priority.ROUTINE.value,
                ),
            ],
        )
    ]


def _room(
    visit: Visit, case: Mapping[str, Any], leaving: set[str]
) -> list[tuple[str, list[Question]]]:
    groups = []
    staying = [partner for partner in case.get("present") or () if partner not in leaving]
    offered = choosing.practitioners(visit.names, staying)
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
    there = those_there(visit, case)
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
                    choices=choosing.services(
                        visit.names, Source.PROFESSIONAL, visit.today, holding=True
                    ),
                    optional=True,
                    nothing="None: the person stays",
                    hint="Needed for step up, step down and hand over. "
                    "Responsibility moves when that organisation accepts, not before.",
                ),
                Question("options", "Which options were considered?", "textarea", optional=True),
                Question(
                    "rationale", "Why?", "textarea", missing="Enter why the meeting decided so"
                ),
                Question(
                    "persons_view",
                    "What does the person want?",
                    "textarea",
                    missing="Enter what the person wants, or that they were not asked",
                ),
                Question(
                    "view_obtained",
                    "How is that known?",
                    "radios",
                    choices=choices(ViewObtained),
                    optional=True,
                ),
                Question(
                    "informs",
                    "Who tells the person?",
                    "select",
                    choices=there,
                    optional=True,
                    nothing="Nobody yet",
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
