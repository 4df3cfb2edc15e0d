"""A meeting being run: one person fills the page, what is decided is recorded, then the next one.

It refuses to know whom to show: a person who is not shared with the visitor is not named here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api import meetings
from api.asking import Asking
from api.pages import cases, choosing, words
from api.pages.calling import NOT_SHARED, called, comes, items, next_one
from api.pages.caseload import Line, Score, line, score
from api.pages.forms import Choice, Form, Question, choices
from api.pages.meetings import meeting_of, plain
from api.pages.pens import pen_of, taking
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit, Visit
from api.problems import NothingIsHere
from domain.action import DueDateHasPassed
from domain.intentions.meetings import OwnerMayNotBeTold
from domain.intentions.persons import ThePersonObjects
from domain.kernel import BrokenRule
from domain.policies import quorum
from domain.vocabulary import Decision, Instrument, Role, Source, ViewObtained
from projections.record import concern

router = APIRouter(route_class=PageRoute)

ACTIONS = 2
"""How many actions are asked for beside a decision; more are agreed one by one."""

DRAWN = (Instrument.PHQ_9, Instrument.GAD_7)


@dataclass(frozen=True, slots=True)
class Before:
    """The person before the meeting, as far as the visitor may know."""

    person: str
    told: Mapping[str, Any]
    line: Line | None
    scores: list[Score]
    worries: int
    listed: int
    presents: str
    room: list[str]
    may_come_in: bool
    leaving: list[str]
    ticks: list[tuple[Choice, bool]]
    quorum: str
    met: bool | None
    actions: list[Mapping[str, Any]]

    @property
    def name(self) -> str:
        return self.line.name if self.line else NOT_SHARED


@router.get("/mdt/{meeting}/run", response_class=HTMLResponse)
async def run(visit: CaringVisit, meeting: UUID) -> Response:
    """The person before the meeting; for whoever holds the pen, what may be recorded about them."""
    row = await meeting_of(visit, meeting)
    return await (await _page(visit, row, called(row))).show(visit)


@router.post("/mdt/{meeting}/run/{person}/decision", response_class=HTMLResponse)
async def decide(visit: CaringVisit, meeting: UUID, person: UUID) -> Response:
    """Record what was decided and agreed, all of it or nothing; then come to the next person."""
    row = await meeting_of(visit, meeting)
    if str(person) not in row["cases"]:
        raise NothingIsHere
    given = await visit.request.form()
    filled = [n for n in range(ACTIONS) if any(given.get(f) for f in _fields(n))]

    def shape(values: Mapping[str, Any]) -> Mapping[str, Any]:
        agreed = [
            {name: values[f"actions-{n}-{name}"] for name in ("what", "owner", "due_on")}
            for n in filled
        ]
        return {**cases.decided(values, visit.names), "actions": agreed}

    following = next_one(row, str(person))

    async def ask(body: meetings.Deciding, asks: Asking) -> Response:
        answer = await meetings.record_decision(meeting, person, body, asks)
        return await comes(visit, row, following, asks.key) if following else answer

    def about(rule: BrokenRule, asks: Asking) -> str:
        """The question of the one action that a rule refuses."""
        for number, n in enumerate(filled):
            due = isinstance(rule, DueDateHasPassed) and asks.new(f"action {number}")
            refuses_owner = isinstance(rule, (OwnerMayNotBeTold, ThePersonObjects))
            owner = refuses_owner and given.get(f"actions-{n}-owner")
            if str(due) in rule.args:
                return f"actions-{n}-due_on"
            if str(owner) in rule.args:
                return f"actions-{n}-owner"
        return ""

    return await (await _page(visit, row, str(person), filled=filled)).sent(
        visit,
        ask,
        done="decision",
        then=f"/mdt/{meeting}/run",
        shape=shape,
        about=about,
    )


@router.post("/mdt/{meeting}/run/{person}/room", response_class=HTMLResponse)
async def arrive(visit: CaringVisit, meeting: UUID, person: UUID) -> Response:
    """Record who is in the room now, and go on with the case."""
    return await cases.record_about(visit, meeting, person, "room", f"/mdt/{meeting}/run")


@router.post("/mdt/{meeting}/run/{person}/presence", response_class=HTMLResponse)
async def come_in(visit: CaringVisit, meeting: UUID, person: UUID) -> Response:
    """Be in the room for the case from now on, as whoever follows says of themselves."""
    row = await meeting_of(visit, meeting)
    return await plain("I am here", "I am here", visit, row, whatever=True).sent(
        visit,
        lambda body, asks: meetings.come_in(meeting, person, asks, body),
        done="presence",
        then=f"/mdt/{meeting}/run",
    )


def _fields(number: int) -> list[str]:
    parts = ("day", "month", "year")
    action = f"actions-{number}"
    return [f"{action}-what", f"{action}-owner", *(f"{action}-due_on-{part}" for part in parts)]


async def _page(
    visit: Visit, row: Mapping[str, Any], now: str | None, *, filled: Sequence[int] = ()
) -> Form[meetings.Deciding]:
    """The whole page; its form records the decision about the person who is before the meeting."""
    before = await _before(visit, row, now) if now else None
    there = cases.those_there(visit, before.told) if before else []
    pen = pen_of(visit, row)
    mine = pen is not None and pen.mine and not row["closed"] and visit.when.now
    deciding = mine and before is not None and bool(before.room) and not before.told.get("outcome")
    return Form(
        opened=cases.stands(visit, before.told) if before else None,
        title=str(row["name"]),
        button="Record",
        model=meetings.Deciding,
        groups=_questions(visit, there, filled) if deciding else (),
        action=f"/mdt/{row['id']}/run/{now}/decision",
        section="/mdt",
        back_to=(f"/mdt/{row['id']}", "The whole list"),
        template="run.html",
        beside={
            "meeting": row,
            "before": before,
            "deciding": deciding,
            "outcomes": choices(Decision),
            "open": not row["closed"] and visit.when.now,
            "pen": pen,
            "mine": mine,
            "began": (row.get("called") or {}).get("at"),
            "taking": taking(visit, row).questions,
            "items": await items(visit, row, now),
            "following": next_one(row, now or ""),
            "chair": visit.names.practitioner(row["chair"]),
        },
    )


async def _before(visit: Visit, row: Mapping[str, Any], now: str) -> Before:
    told, me = row["cases"][now], visit.caller.organisation
    record = await visit.here.reading.record(me, UUID(now), visit.when)
    leaving: set[str] = set()
    mine, open_still = str(visit.caller.practitioner), not row["closed"] and visit.when.now
    if record and open_still:
        gone = await meetings.who_leaves(visit.here, visit.caller, UUID(row["id"]), UUID(now))
        leaving = {str(partner) for partner in gone}
    there = [a["practitioner"] for a in told.get("attendees", ())]
    said, met = _quorum(visit, record, told)
    listed = words.instant(told["listed_at"]).date() if told.get("listed_at") else visit.today
    agreed = sorted(told.get("agreed", {}).values(), key=lambda each: str(each.get("due_on")))
    return Before(
        person=now,
        told=told,
        line=line(record, visit) if record else None,
        scores=[found for each in DRAWN if record and (found := score(record, each))],
        worries=sum(map(concern.open_to, concern.of(record))) if record else 0,
        listed=(visit.today - listed).days,
        presents=_presents(visit, record),
        room=[visit.names.practitioner(each) for each in there],
        may_come_in=open_still
        and not told.get("outcome")
        and mine not in there
        and str(me) in (told.get("present") or ())
        and str(me) not in leaving,
        leaving=[visit.names.organisation(partner) for partner in sorted(leaving)],
        ticks=_ticks(visit, row, told, leaving),
        quorum=said,
        met=met,
        actions=agreed,
    )


def _presents(visit: Visit, record: Mapping[str, Any] | None) -> str:
    """The key worker, or whoever is responsible: they know the person."""
    known = record or {}
    parts = []
    if worker := known.get("key_worker"):
        parts.append(visit.names.practitioner(worker))
    if responsible := known.get("responsible"):
        parts.append(visit.names.organisation(responsible))
    return ", ".join(parts)


def _ticks(
    visit: Visit, row: Mapping[str, Any], told: Mapping[str, Any], leaving: set[str]
) -> list[tuple[Choice, bool]]:
    """Who may be in the room; ticked are those who are, or who heard the case before this one."""
    staying = [partner for partner in told.get("present") or () if partner not in leaving]
    heard = [case for case in row["cases"].values() if case.get("attendees")]
    last: Mapping[str, Any] = max(
        heard, key=lambda case: str(case.get("decided_at", "")), default={}
    )
    known = told if told.get("attendees") else last
    there = {a["practitioner"] for a in known.get("attendees", ())}
    offered = choosing.practitioners(visit.names, staying)
    return [((value, text, of), value in there) for value, text, of in offered]


def _quorum(
    visit: Visit, record: Mapping[str, Any] | None, told: Mapping[str, Any]
) -> tuple[str, bool | None]:
    """Whether those in the room may take a key decision, in words; nothing where it is not known.

    What is recorded is judged again when it is asked.
    """
    responsible = (record or {}).get("responsible")
    if responsible is None or record is None:
        return "", None
    name = visit.names.organisation(responsible)
    acting = visit.names.directory.partners[UUID(responsible)].here
    clinicians = {str(one.id) for one in acting if one.role is Role.CLINICIAN}
    clinicians |= {str(record["key_worker"])} if record.get("key_worker") else set()
    there = told.get("attendees") or ()
    theirs = {a["practitioner"] for a in there if a["partner"] == responsible}
    rule = quorum.in_force(visit.now)
    present = {UUID(a["partner"]) for a in there}
    met = rule.met(present, UUID(responsible), clinician=bool(theirs & clinicians))  # type: ignore[arg-type]
    if met:
        return f"Quorum: {rule.name}, for {name}.", True
    return (
        f"No quorum yet: a clinician of {name} is needed to step up, step down, hand over or "
        "discharge.",
        False,
    )


def _questions(
    visit: Visit, there: list[Choice], filled: Sequence[int]
) -> list[tuple[str, list[Question]]]:
    """What every decision needs, and under a heading each what some need."""
    decision = [
        Question(
            "rationale", "Why?", "textarea", missing="Enter why the meeting decided so", rows=2
        ),
        Question(
            "persons_view",
            "What does the person want?",
            "textarea",
            missing="Enter what the person wants, or that they were not asked",
            rows=2,
        ),
        Question(
            "service",
            "To which service?",
            "select",
            choices=choosing.services(visit.names, Source.PROFESSIONAL, visit.today, holding=True),
            optional=True,
            nothing="None: the person stays",
        ),
        Question(
            "informs",
            "Who tells the person?",
            "select",
            choices=there,
            optional=True,
            nothing="Nobody yet",
        ),
    ]
    more = [
        Question(
            "view_obtained",
            "How is it known what they want?",
            "select",
            choices=[(value, text, "") for value, text, _ in choices(ViewObtained)],
            optional=True,
            nothing="Not said",
        ),
        Question("review_on", "Review on", "date", optional=True),
    ]
    against = [
        Question(
            "practitioner",
            "Who saw it otherwise?",
            "select",
            choices=there,
            optional=True,
            nothing="Nobody",
        ),
        Question("reason", "Their reason", "textarea", optional=True, rows=2),
    ]
    actions = [question for n in range(ACTIONS) for question in _action(visit, n, filled)]
    return [
        ("", decision),
        ("Actions", actions),
        ("Review and wish", more),
        ("Dissent", against),
    ]


def _action(visit: Visit, number: int, filled: Sequence[int]) -> list[Question]:
    """An action's questions; once one of them is answered, all must be.

    What is asked has no gaps: an action alone in the second row is the first one.
    """
    begun, row = number in filled, f"actions-{number}"
    place = f"actions-{filled.index(number)}" if begun else row

    def must(text: str) -> str:
        return text if begun else ""

    return [
        Question(
            f"{row}-what",
            f"Action {number + 1}: what is to be done?",
            missing=must(f"Enter what is to be done as action {number + 1}"),
            place=f"{place}-what",
        ),
        Question(
            f"{row}-owner",
            "Which organisation does it?",
            "select",
            choices=choosing.organisations(visit.names),
            missing=must(f"Select which organisation does action {number + 1}"),
            place=f"{place}-owner",
        ),
        Question(
            f"{row}-due_on",
            "By when?",
            "date",
            missing=must(f"Enter the day action {number + 1} is due"),
            place=f"{place}-due_on",
        ),
    ]
