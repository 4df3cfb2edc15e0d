"""MDT meetings: the list, the board of one, and recording what is listed, heard and decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api import meetings
from api.asking import Activity
from api.pages import choosing, sheets, ways, words
from api.pages.agreed import overdue
from api.pages.caseload import Line, line
from api.pages.forms import Form, Question, choices, new_key, shown
from api.pages.opened import Shown
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit, Visit
from api.problems import NothingIsHere
from domain.policies import listing
from domain.vocabulary import MeetingKind, Role
from projections.meetings import changed
from projections.record.referral import ENDED_STATES
from projections.suggestions import Why

router = APIRouter(route_class=PageRoute)


@dataclass(frozen=True, slots=True)
class Case:
    """One person on the board."""

    person: str
    line: Line | None
    told: Mapping[str, Any]
    room: list[str]
    leaving: list[str]
    agreed: list[Mapping[str, Any]]

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
        sheet_link=visit.at_its_moment("/mdt.csv"),
    )


@router.get("/mdt.csv")
async def meetings_sheet(visit: CaringVisit) -> Response:
    """All of them, the latest first. Raises `ListIsTooLong`."""
    rows = await visit.here.reading.meetings(visit.caller.organisation, visit.when)
    return await sheets.sheet(visit, "meetings", [_as_a_row(visit, row) for row in rows])


def _as_a_row(visit: Visit, row: Mapping[str, Any]) -> dict[str, object]:
    cases = row["cases"].values()
    return {
        "Meeting": row["name"],
        "Kind": words.sentence(row["kind"]),
        "When": words.moment(row["starts_at"]),
        "Chair": visit.names.practitioner(row["chair"]),
        "Listed": len(cases),
        "Decided": sum(bool(each.get("outcome")) for each in cases),
        "Closed": "Yes" if row["closed"] else "No",
        "Address": f"/mdt/{row['id']}",
    }


@router.get("/mdt/new", response_class=HTMLResponse)
async def schedule_question(visit: CaringVisit, kind: MeetingKind | None = None) -> Response:
    """What is asked about a new meeting; of a kind the place's way suggests, if one was chosen."""
    way = ways.in_force(visit)
    meets = next((m for m in way.meetings if m.kind is kind), None) if way and kind else None
    given = {"kind": meets.kind.value, "name": meets.name} if meets else {}
    own = {"invited": str(visit.caller.organisation)}
    return await _schedule(visit).show(visit, values=given | own if given else None)


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
        present = told.get("present")
        leaving = [
            visit.names.organisation(partner)
            for partner in row["invited"]
            if present and partner not in present and not row["closed"]
        ]
        agreed = sorted(told.get("agreed", {}).values(), key=lambda a: str(a.get("due_on")))
        shown = line(known, visit) if known else None
        cases.append(Case(person, shown, told, room, leaving, agreed))
    suggested = await reading.suggestions(me, row, visit.now) if visit.when.now else []
    starts = words.instant(row["starts_at"])
    rule = listing.in_force(visit.now) if "cases" in row.get("actions", ()) else None
    due_round = rule.due(starts) if rule else None
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
        may=row.get("actions", ()),
        rule=rule,
        due_round=due_round,
        round_overdue=due_round is not None and visit.now > due_round,
        changed=changed(row),
        absent=[visit.names.organisation(one["partner"]) for one in row.get("absent", ())],
        overdue=lambda action: overdue(action, visit),
        suggested=suggested,
        reasons=Counter(why for each in suggested for why in each.why).most_common(),
        complexity=words.COMPLEXITY,
        late=rule is not None and rule.late(visit.now, starts, circulated="circulated_at" in row),
        seen=stands(row).version,
        chairs=str(visit.caller.practitioner) == row["chair"],
        key=new_key(),
    )


QUESTIONS = {
    Why.CONCERN: "What is needed now, and who sees to it?",
    Why.NOT_IMPROVING: "Is the present help enough, and what should change?",
    Why.OVER_LIMIT: "Who can see the person sooner?",
    Why.NEW: "New case: what is needed, and who sees to it?",
    Why.NEVER: "New case: what is needed, and who sees to it?",
    Why.AGAIN: "Existing case: is what we do still right?",
    Why.OVERDUE: "Existing case: is what we do still right?",
}
"""What the meeting is asked about somebody suggested, by the first reason that holds.

Who hears the case reads it, and may know of no concern and no score: it tells neither.
"""


@router.post("/mdt/{meeting}/suggestions/{person}", response_class=HTMLResponse)
async def list_suggested(visit: CaringVisit, meeting: UUID, person: UUID) -> Response:
    """Put somebody suggested on the list, before those who help them already; show the board."""
    row = await meeting_of(visit, meeting)
    found = await visit.here.reading.suggestions(visit.caller.organisation, row, visit.now)
    each = next((one for one in found if one.row["person"] == str(person)), None)
    if each is None:
        raise NothingIsHere
    listing_them = {
        "person": str(person),
        "question": _question(each.why),
        "present": _helping(each.row, row["invited"]),
    }
    form = replace(plain("List a case", "Put on the list", visit, row), model=meetings.Listing)
    return await form.sent(
        visit,
        lambda body, asks: meetings.list_case(meeting, body, asks),
        done="listed",
        then=f"/mdt/{meeting}",
        shape=lambda _values: listing_them,
    )


def _question(why: Sequence[Why]) -> str:
    return next(question for reason, question in QUESTIONS.items() if reason in why)


def _helping(row: Mapping[str, Any], invited: Sequence[str]) -> list[str]:
    """Those invited who help the person already: nobody new is told of them by one button."""
    helping = {row["partner"], row.get("responsible")}
    helping |= {asked.get("receiver") for asked in row["referrals"].values() if _open(asked)}
    return [partner for partner in invited if partner in helping]


def _open(asked: Mapping[str, Any]) -> bool:
    return asked["state"] not in ENDED_STATES


def stands(row: Mapping[str, Any]) -> Shown:
    """How far a meeting is: whoever acts on it goes by this."""
    round_at = row.get("circulated_at")
    return shown(
        {
            "The meeting": "closed" if row["closed"] else "open",
            "The list went round": words.moment(round_at) if round_at else "",
            "On the list": f"{len(row['cases'])} cases",
        }
    )


def plain(
    title: str, button: str, visit: Visit, row: Mapping[str, Any], *, whatever: bool = False
) -> Form[Any]:
    """One button, and nothing to answer; ``whatever``: it holds however the meeting stands."""
    return Form(
        title=title,
        opened=None if whatever else stands(row),
        button=button,
        model=Activity,
        groups=(),
        action=visit.path,
        section="/mdt",
        back_to=(f"/mdt/{row['id']}", str(row["name"])),
    )


@router.post("/mdt/{meeting}/circulation", response_class=HTMLResponse)
async def send_list_round(visit: CaringVisit, meeting: UUID) -> Response:
    """Send the list round, and show the board."""
    row = await meeting_of(visit, meeting)
    return await plain("Send the list round", "Send the list round", visit, row).sent(
        visit,
        lambda body, asks: meetings.circulate_list(meeting, asks, body),
        done="circulated",
        then=f"/mdt/{meeting}",
    )


@router.post("/mdt/{meeting}/next", response_class=HTMLResponse)
async def schedule_next(visit: CaringVisit, meeting: UUID) -> Response:
    """Schedule the one after it, and show its board."""
    row = await meeting_of(visit, meeting)
    return await plain("Schedule the next one", "Schedule the next one", visit, row).sent(
        visit,
        lambda body, asks: meetings.schedule_next_meeting(meeting, asks, body),
        done="scheduled",
        then=lambda answer: f"/mdt/{answer['id']}",
    )


@router.get("/mdt/{meeting}/apologies", response_class=HTMLResponse)
async def absent_question(visit: CaringVisit, meeting: UUID) -> Response:
    """Who was expected and is not there."""
    return await _absent(visit, await meeting_of(visit, meeting)).show(visit)


@router.post("/mdt/{meeting}/apologies", response_class=HTMLResponse)
async def absent_answer(visit: CaringVisit, meeting: UUID) -> Response:
    """Record it, and show the board."""

    def shape(values: Mapping[str, Any]) -> Mapping[str, Any]:
        sent_word = values.get("sent_word", [])
        return {
            **values,
            "absent": [
                {"partner": partner, "apologies": partner in sent_word}
                for partner in values.get("absent", [])
            ],
        }

    return await _absent(visit, await meeting_of(visit, meeting)).sent(
        visit,
        lambda body, asks: meetings.record_apologies(meeting, body, asks),
        done="apologies",
        then=f"/mdt/{meeting}",
        shape=shape,
    )


def _absent(visit: Visit, row: Mapping[str, Any]) -> Form[meetings.Apologising]:
    invited = choosing.organisations(visit.names, row["invited"])
    return Form(
        title="Who is absent?",
        caption=str(row["name"]),
        button="Confirm and save",
        model=meetings.Apologising,
        groups=(
            (
                "",
                (
                    Question(
                        "absent",
                        "Expected and not there",
                        "checkboxes",
                        choices=invited,
                        missing="Select who is absent",
                    ),
                    Question(
                        "sent_word",
                        "Of these, who sent word?",
                        "checkboxes",
                        choices=invited,
                        optional=True,
                    ),
                ),
            ),
        ),
        action=visit.path,
        section="/mdt",
        back_to=(f"/mdt/{row['id']}", str(row["name"])),
    )


@router.post("/mdt/{meeting}/closure", response_class=HTMLResponse)
async def end_meeting(visit: CaringVisit, meeting: UUID) -> Response:
    """End the meeting; its record stands."""
    row = await meeting_of(visit, meeting)
    return await plain("Close the meeting", "Close the meeting", visit, row).sent(
        visit,
        lambda body, asks: meetings.close_meeting(meeting, asks, body),
        done="closed",
        then=f"/mdt/{meeting}",
    )
