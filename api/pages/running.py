"""A meeting being run: one person fills the page, what is decided is recorded, then the next one.

It refuses to know whom to show: a person who is not shared with the visitor is not named here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid5

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api import meetings
from api.asking import Asking, caught_up
from api.pages import cases, choosing, words
from api.pages.caseload import Line, Score, line, score
from api.pages.forms import Choice, Form, Question, choices
from api.pages.meetings import meeting_of, plain
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit, Visit
from api.problems import NothingIsHere
from domain.policies import pen as silence
from domain.policies import quorum
from domain.vocabulary import Decision, Instrument, PenReason, Role, Source, ViewObtained
from projections.record import concern

router = APIRouter(route_class=PageRoute)

ACTIONS = 2
"""How many actions are asked for beside a decision; more are agreed one by one."""

NOT_SHARED = "A person not shared with you"

DRAWN = (Instrument.PHQ_9, Instrument.GAD_7)


@dataclass(frozen=True, slots=True)
class Item:
    """One case of the running order."""

    person: str
    name: str
    said: str
    here: bool


@dataclass(frozen=True, slots=True)
class Pen:
    """Who runs the meeting, since when, and who asks to."""

    holder: str
    since: str
    mine: bool
    asking: list[tuple[str, str]]
    asked: bool


def pen_of(visit: Visit, row: Mapping[str, Any]) -> Pen | None:
    """Whoever holds it; ``None`` when nobody does."""
    held, me = row.get("pen"), str(visit.caller.practitioner)
    if held is None:
        return None
    asking = row.get("asking") or []
    return Pen(
        holder=visit.names.practitioner(held["practitioner"]),
        since=held["since"],
        mine=held["practitioner"] == me,
        asking=[(who, visit.names.practitioner(who)) for who in asking],
        asked=me in asking,
    )


def called(row: Mapping[str, Any]) -> str | None:
    """The person before the meeting, if the visitor may know of them."""
    item = (row.get("called") or {}).get("item")
    return next(
        (who for who, told in row["cases"].items() if item and told.get("item") == item), None
    )


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
    leaving: list[str]
    ticks: list[tuple[Choice, bool]]
    quorum: str
    met: bool | None
    actions: list[Mapping[str, Any]]

    @property
    def name(self) -> str:
        return self.line.name if self.line else NOT_SHARED


def order(row: Mapping[str, Any]) -> list[str]:
    """Whom the meeting discusses, in the order they were listed."""
    to_discuss = [(who, told) for who, told in row["cases"].items() if not told.get("listed_only")]
    return [who for who, _ in sorted(to_discuss, key=lambda one: str(one[1].get("listed_at")))]


def next_one(row: Mapping[str, Any], after: str = "") -> str | None:
    """The first who waits for a decision, of those after this one before those passed over."""
    people = order(row)
    turn = people.index(after) + 1 if after in people else 0
    waiting = [who for who in people[turn:] + people[:turn] if not row["cases"][who].get("outcome")]
    return next((who for who in waiting if who != after), None)


@router.get("/mdt/{meeting}/run", response_class=HTMLResponse)
async def run(visit: CaringVisit, meeting: UUID) -> Response:
    """The person before the meeting; for whoever holds the pen, what may be recorded about them."""
    if visit.request.headers.get("HX-Request"):  # word came of something new: show it
        await caught_up(visit.here)
    row = await meeting_of(visit, meeting)
    return await (await _page(visit, row, called(row))).show(visit)


@router.post("/mdt/{meeting}/run/pen", response_class=HTMLResponse)
async def take(visit: CaringVisit, meeting: UUID) -> Response:
    """Run the meeting from now on; the first person comes with it."""
    row = await meeting_of(visit, meeting)
    first = None if row.get("called") else next_one(row)

    async def ask(body: meetings.TakingThePen, asks: Asking) -> Response:
        answer = await meetings.take_pen(meeting, asks, body)
        return await _comes(visit, row, first, asks.key) if first else answer

    return await _taking(visit, row).sent(visit, ask, done="pen", then=f"/mdt/{meeting}/run")


@router.post("/mdt/{meeting}/run/pen/request", response_class=HTMLResponse)
async def ask_for(visit: CaringVisit, meeting: UUID) -> Response:
    """Ask whoever runs the meeting to let one run it."""
    row = await meeting_of(visit, meeting)
    return await plain("Ask for the pen", "Ask for the pen", visit, row).sent(
        visit,
        lambda body, asks: meetings.ask_for_pen(meeting, asks, body),
        done="pen-asked",
        then=f"/mdt/{meeting}/run",
    )


@router.post("/mdt/{meeting}/run/pen/gift", response_class=HTMLResponse)
async def give(visit: CaringVisit, meeting: UUID) -> Response:
    """Let somebody run the meeting who asked to."""
    row = await meeting_of(visit, meeting)
    form = replace(plain("Give the pen", "Give the pen", visit, row), model=meetings.GivingThePen)
    return await form.sent(
        visit,
        lambda body, asks: meetings.give_pen(meeting, body, asks),
        done="pen-given",
        then=f"/mdt/{meeting}/run",
    )


@router.post("/mdt/{meeting}/run/{person}/call", response_class=HTMLResponse)
async def come_to(visit: CaringVisit, meeting: UUID, person: UUID) -> Response:
    """Come to a case; everybody who follows comes along."""
    row = await meeting_of(visit, meeting)
    return await plain("Come to this case", "Come to this case", visit, row).sent(
        visit,
        lambda body, asks: meetings.call_case(meeting, person, asks, body),
        done="",
        then=f"/mdt/{meeting}/run",
    )


async def _comes(visit: Visit, row: Mapping[str, Any], person: str, key: UUID) -> Response:
    """The next case comes by the same press of a button: asked once, however often it is sent."""
    asks = visit.asking(uuid5(key, "the case that comes next"))
    return await meetings.call_case(UUID(row["id"]), UUID(person), asks, None)


def _taking(visit: Visit, row: Mapping[str, Any]) -> Form[meetings.TakingThePen]:
    offered = [c for c in choices(PenReason) if c[0] not in (PenReason.FREE, PenReason.GIVEN)]
    return replace(
        plain("Take the pen", "Take the pen", visit, row),
        model=meetings.TakingThePen,
        groups=(("", (Question("reason", "Why?", "radios", choices=offered, optional=True),)),),
    )


@router.post("/mdt/{meeting}/run/{person}/decision", response_class=HTMLResponse)
async def decide(visit: CaringVisit, meeting: UUID, person: UUID) -> Response:
    """Record what was decided and agreed, all of it or nothing; then come to the next person."""
    row = await meeting_of(visit, meeting)
    if str(person) not in row["cases"]:
        raise NothingIsHere
    given = await visit.request.form()
    filled = {n for n in range(ACTIONS) if any(given.get(f) for f in _fields(n))}

    def shape(values: Mapping[str, Any]) -> Mapping[str, Any]:
        agreed = [
            {name: values[f"actions-{n}-{name}"] for name in ("what", "owner", "due_on")}
            for n in sorted(filled)
        ]
        return {**cases.decided(values, visit.names), "actions": agreed}

    following = next_one(row, str(person))

    async def ask(body: meetings.Deciding, asks: Asking) -> Response:
        answer = await meetings.record_decision(meeting, person, body, asks)
        return await _comes(visit, row, following, asks.key) if following else answer

    return await (await _page(visit, row, str(person), filled=filled)).sent(
        visit,
        ask,
        done="decision",
        then=f"/mdt/{meeting}/run",
        shape=shape,
    )


@router.post("/mdt/{meeting}/run/{person}/room", response_class=HTMLResponse)
async def arrive(visit: CaringVisit, meeting: UUID, person: UUID) -> Response:
    """Record who is in the room now, and go on with the case."""
    return await cases.record_about(visit, meeting, person, "room", f"/mdt/{meeting}/run")


def _fields(number: int) -> list[str]:
    parts = ("day", "month", "year")
    action = f"actions-{number}"
    return [f"{action}-what", f"{action}-owner", *(f"{action}-due_on-{part}" for part in parts)]


async def _page(
    visit: Visit, row: Mapping[str, Any], now: str | None, *, filled: set[int] | None = None
) -> Form[meetings.Deciding]:
    """The whole page; its form records the decision about the person who is before the meeting."""
    before = await _before(visit, row, now) if now else None
    there = cases.those_there(visit, before.told) if before else []
    pen = pen_of(visit, row)
    mine = pen is not None and pen.mine and not row["closed"] and visit.when.now
    deciding = mine and before is not None and bool(before.room) and not before.told.get("outcome")
    return Form(
        title=str(row["name"]),
        button="Record",
        model=meetings.Deciding,
        groups=_questions(visit, there, filled or set()) if deciding else (),
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
            "taking": _taking(visit, row).questions,
            "silence": silence.in_force(visit.now),
            "newest": await visit.here.reading.newest(visit.caller.organisation),
            "items": await _items(visit, row, now),
            "following": next_one(row, now or ""),
            "chair": visit.names.practitioner(row["chair"]),
        },
    )


async def _items(visit: Visit, row: Mapping[str, Any], now: str | None) -> list[Item]:
    items = []
    for person in order(row):
        record = await visit.here.reading.record(visit.caller.organisation, UUID(person))
        name = str((record or {}).get("name") or NOT_SHARED)
        said = words.sentence(row["cases"][person].get("outcome") or "")
        items.append(Item(person, name, said, person == now))
    return items


async def _before(visit: Visit, row: Mapping[str, Any], now: str) -> Before:
    told, me = row["cases"][now], visit.caller.organisation
    record = await visit.here.reading.record(me, UUID(now), visit.when)
    leaving: set[str] = set()
    if record and not row["closed"] and visit.when.now:
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
    visit: Visit, there: list[Choice], filled: set[int]
) -> list[tuple[str, list[Question]]]:
    decision = [
        Question(
            "service",
            "To which service?",
            "select",
            choices=choosing.services(visit.names, Source.PROFESSIONAL, visit.today, holding=True),
            optional=True,
            nothing="None: the person stays",
            hint="Needed to step up, step down or hand over; the hand-over is offered at once.",
        ),
        Question(
            "rationale", "Why?", "textarea", missing="Enter why the meeting decided so", rows=3
        ),
        Question(
            "persons_view",
            "What does the person want?",
            "textarea",
            missing="Enter what the person wants, or that they were not asked",
            rows=2,
        ),
        Question(
            "view_obtained",
            "How is that known?",
            "select",
            choices=[(value, text, "") for value, text, _ in choices(ViewObtained)],
            optional=True,
            nothing="Not said",
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
    ]
    against = [
        Question("practitioner", "Who?", "select", choices=there, optional=True, nothing="Nobody"),
        Question("reason", "Their reason", "textarea", optional=True, rows=2),
    ]
    return [
        ("", decision),
        *((f"Action {n + 1} (optional)", _action(visit, n, n in filled)) for n in range(ACTIONS)),
        ("Did somebody see it otherwise?", against),
    ]


def _action(visit: Visit, number: int, begun: bool) -> list[Question]:
    """An action's questions; once one of them is answered, all must be."""

    def must(text: str) -> str:
        return text if begun else ""

    return [
        Question(
            f"actions-{number}-what",
            "What is to be done?",
            hint="They read this and nothing of why.",
            missing=must("Enter what is to be done"),
        ),
        Question(
            f"actions-{number}-owner",
            "Which organisation does it?",
            "select",
            choices=choosing.organisations(visit.names),
            missing=must("Select which organisation does it"),
        ),
        Question(
            f"actions-{number}-due_on", "By when?", "date", missing=must("Enter the day it is due")
        ),
    ]
