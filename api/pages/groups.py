"""Groups on pages: the programmes, one group's register, and taking attendance for all at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api import groups
from api.asking import Activity, Asking
from api.pages import choosing, sheets, words
from api.pages.forms import Choice, Form, Question, choices, fields_alone, new_key, shown
from api.pages.opened import Shown
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit, Visit
from api.problems import NothingIsHere
from domain.request import State
from domain.sharing import RECEIVED
from domain.vocabulary import Attendance, GroupId, LeftBecause, PartnerKind, SessionOff
from projections.directory import GroupEntry

router = APIRouter(route_class=PageRoute)

Row = Mapping[str, Any]

CAME = "came-"
"""What a member's question begins with; their id follows."""

AT_A_SESSION = tuple(each for each in Attendance if each is not Attendance.CANCELLED_BY_SERVICE)


@dataclass(frozen=True, slots=True)
class Doing:
    """One thing that may be asked of a group. Without questions it is one button."""

    text: str
    model: type[Activity]
    ask: Callable[[UUID, Any, Asking], Awaitable[Response]]
    questions: Callable[[Visit, GroupEntry, Row], Awaitable[Sequence[Question]]] | None = None
    button: str = ""
    lede: str = ""
    shape: Callable[[Mapping[str, Any]], Mapping[str, Any]] = fields_alone
    warning: bool = False


async def _joining(visit: Visit, planned: GroupEntry, row: Row) -> Sequence[Question]:
    return (
        Question(
            "referral",
            "Who?",
            "select",
            choices=await to_join(visit, planned, row),
            hint="People whose referral to this group you have accepted.",
            missing="Select who joins",
        ),
    )


async def _session(visit: Visit, planned: GroupEntry, row: Row) -> Sequence[Question]:
    days = _days(visit, planned)
    members = row["register"]["members"]
    on = str(row["unrecorded"] or (days[-1][0] if days else ""))
    return (
        Question("on", "Which session?", "select", choices=days, value=on, missing="Select a day"),
        *(
            Question(
                f"{CAME}{member['person']}",
                member.get("name", "No longer shared with us"),
                "radios",
                choices=tuple((c.value, words.sentence(c.value), "") for c in AT_A_SESSION),
                optional=True,
            )
            for member in members
        ),
    )


def _came(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """A member nobody said anything of is left out, and may be added later."""
    came = [
        {"person": name.removeprefix(CAME), "attendance": value}
        for name, value in values.items()
        if name.startswith(CAME) and value
    ]
    return {"on": values.get("on", ""), "attendance": came}


async def _leaving(_visit: Visit, _planned: GroupEntry, row: Row) -> Sequence[Question]:
    places = [*row["register"]["members"], *row["register"]["waiting"]]
    return (
        Question(
            "person",
            "Who?",
            "select",
            choices=[(place["person"], place.get("name", "Somebody"), "") for place in places],
            missing="Select who leaves",
        ),
        Question(
            "reason", "Why?", "radios", choices=choices(LeftBecause), missing="Select a reason"
        ),
    )


async def _calling_off(visit: Visit, planned: GroupEntry, _row: Row) -> Sequence[Question]:
    ahead = planned.timetable.following(visit.today)
    days = [next(ahead, None) for _ in range(8)]
    left = [day for day in days if day and day not in planned.cancelled and day not in planned.held]
    return (
        Question(
            "on",
            "Which session?",
            "select",
            choices=[(day.isoformat(), words.day(day), "") for day in left],
            missing="Select a session",
        ),
        Question(
            "reason", "Why?", "radios", choices=choices(SessionOff), missing="Select a reason"
        ),
    )


async def _ending(_visit: Visit, _planned: GroupEntry, _row: Row) -> Sequence[Question]:
    return (Question("reason", "Why?", hint="Everybody sees this.", missing="Enter why it ends"),)


async def _free(group: UUID, body: Activity, asks: Asking) -> Response:
    return await groups.give_free_places(group, asks, body)


DOING: dict[str, Doing] = {
    "session": Doing(
        "Take attendance",
        groups.Meeting,
        groups.hold_session,
        _session,
        "Save attendance",
        shape=_came,
    ),
    "member": Doing("Give somebody a place", groups.Joining, groups.join_group, _joining, "Save"),
    "waiting-place": Doing(
        "Let somebody wait for a place",
        groups.Joining,
        groups.await_place,
        _joining,
        "Save",
        "The group is full. Who waits longest gets the next place.",
    ),
    "free-places": Doing("Give free places to those who wait", Activity, _free),
    "departure": Doing(
        "Somebody leaves",
        groups.Leaving,
        groups.leave_group,
        _leaving,
        "Save",
        "Who waits longest gets the place.",
    ),
    "session-cancellation": Doing(
        "Call a session off",
        groups.CallingOff,
        groups.cancel_session,
        _calling_off,
        "Call it off",
        "It shows as cancelled by the service for everybody who has a place.",
    ),
    "ending": Doing(
        "End the group",
        groups.Ending,
        groups.end_group,
        _ending,
        "End the group",
        "Everybody leaves it. Their referrals stay open until you end that help.",
        warning=True,
    ),
}
"""By the last part of their address, in the order they are offered."""


@router.get("/groups", response_class=HTMLResponse)
async def list_of_groups(visit: CaringVisit) -> Response:
    """The organisation's own groups, and what others offer."""
    mine, others = await _ours_and_others(visit)
    return await visit.page(
        "groups.html",
        title="Groups",
        section="/groups",
        mine=mine,
        others=others,
        next_on=lambda planned: planned.next_on(visit.today),
        may_plan=bool(_services(visit)) and visit.when.now,
        sheet_link=visit.at_its_moment("/groups.csv"),
    )


@router.get("/groups.csv")
async def groups_sheet(visit: CaringVisit) -> Response:
    """The same groups, with how many people each of the organisation's own has."""
    mine, others = await _ours_and_others(visit)
    counted = {UUID(str(row["id"])): row for row in mine}
    known = visit.names.directory.groups
    rows = []
    for planned in [*(known[each] for each in counted), *others]:
        row, next_on = counted.get(planned.id, {}), planned.next_on(visit.today)
        rows.append(
            {
                "Group": planned.name,
                "Who runs it": visit.names.organisation(planned.partner),
                "Next session": words.day(next_on) if next_on else "None",
                "Where": planned.place,
                "People": row.get("members", ""),
                "Places": planned.capacity,
                "Waiting": row.get("waiting", ""),
                "Ended": row.get("ended") or "",
                "Address": f"/groups/{planned.id}",
            }
        )
    return await sheets.sheet(visit, "groups", rows)


async def _ours_and_others(visit: Visit) -> tuple[list[dict[str, Any]], list[GroupEntry]]:
    me = visit.caller.organisation
    known = visit.names.directory.groups.values()
    mine = [await _row(visit, planned) for planned in known if planned.partner == me]
    others = [p for p in known if p.partner != me and p.ended is None]
    return (
        sorted(mine, key=lambda row: (row["ended"] is not None, row["name"])),
        sorted(others, key=lambda p: p.name),
    )


@router.get("/groups/new", response_class=HTMLResponse)
async def planning_question(visit: CaringVisit) -> Response:
    """What is asked about a new group."""
    return await _planning(visit).show(visit)


@router.post("/groups/new", response_class=HTMLResponse)
async def planning_answer(visit: CaringVisit) -> Response:
    """Plan it, and show its register."""
    return await _planning(visit).sent(
        visit,
        groups.plan_group,
        done="group-planned",
        then=lambda answer: f"/groups/{answer['id']}",
    )


@router.get("/groups/{group}", response_class=HTMLResponse)
async def group_page(visit: CaringVisit, group: UUID) -> Response:
    """One group: when it meets; for who runs it, who is in it and what became of each session."""
    planned = _planned(visit, group)
    row = await _row(visit, planned)
    days = sorted({str(s["starts_at"])[:10] for m in _members(row) for s in _sessions(m)})[-4:]
    return await visit.page(
        "group.html",
        title=planned.name,
        section="/groups",
        row=row,
        planned=planned,
        days=[date.fromisoformat(day) for day in days],
        outcome=_outcome,
        doing=[
            (name, doing.text, doing.questions is None)
            for name, doing in DOING.items()
            if name in row["actions"] and visit.when.now
        ],
        key=new_key(),
        seen=_stands(row, planned, ()).version,
    )


@router.get("/groups/{group}/{activity}", response_class=HTMLResponse)
async def group_question(visit: CaringVisit, group: UUID, activity: str) -> Response:
    """What goes with one thing asked of a group."""
    form = await _form(visit, group, activity)
    if not form.questions:
        raise NothingIsHere
    return await form.show(visit)


@router.post("/groups/{group}/{activity}", response_class=HTMLResponse)
async def group_answer(visit: CaringVisit, group: UUID, activity: str) -> Response:
    """Ask it, and show the register with it."""
    form = await _form(visit, group, activity)
    doing = DOING[activity]
    return await form.sent(
        visit,
        lambda body, asks: doing.ask(group, body, asks),
        done=f"group-{activity}",
        then=f"/groups/{group}",
        shape=doing.shape,
    )


async def to_join(visit: Visit, planned: GroupEntry, row: Row) -> list[Choice]:
    """Those whose referral to this group was accepted, and who have no place in it."""
    found = await visit.here.reading.referrals(
        visit.caller.organisation, part=RECEIVED, states=(State.ACCEPTED.value,), limit=200
    )
    placed = {place["person"] for place in _members(row)}
    if row["room"] < 1:
        placed |= {place["person"] for place in row["register"]["waiting"]}
    return [
        (asked["id"], asked.get("name", "Somebody"), "")
        for asked in found.rows
        if asked["service"] == str(planned.service) and asked["person"] not in placed
    ]


def _members(row: Row) -> Sequence[Row]:
    found: Sequence[Row] = row.get("register", {}).get("members", ())
    return found


def _sessions(member: Row) -> Sequence[Row]:
    return [each for each in member["sessions"].values() if each.get("starts_at")]


def _outcome(member: Row, day: date) -> str:
    """What became of a member on a day, or nothing."""
    for each in _sessions(member):
        if str(each["starts_at"]).startswith(day.isoformat()):
            return words.sentence(each.get("outcome") or "not recorded yet")
    return ""


def _days(visit: Visit, planned: GroupEntry) -> list[Choice]:
    """The latest sessions up to today that were not called off, the newest last."""
    past = [
        day
        for day in planned.timetable.following(planned.timetable.first_on)
        if day <= visit.today and day not in planned.cancelled
    ]
    return [(day.isoformat(), words.day(day), "") for day in past[-6:]]


def _planned(visit: Visit, group: UUID) -> GroupEntry:
    planned: GroupEntry | None = visit.names.directory.groups.get(GroupId(group))
    if planned is None:
        raise NothingIsHere
    return planned


async def _row(visit: Visit, planned: GroupEntry) -> dict[str, Any]:
    me = visit.caller.organisation
    return await groups.shown(visit.here, me, planned, visit.when, register=True)


def _stands(row: Row, planned: GroupEntry, questions: Sequence[Question]) -> Shown:
    """How far a group is: whoever acts on it goes by this."""
    held, off = planned.held, planned.cancelled
    said = {
        "The group": f"ended: {planned.ended}" if planned.ended else "goes on",
        "Sessions held": words.day(held[-1]) if held else "none yet",
        "Called off": ", ".join(words.day(day) for day in sorted(off)),
        "In the group": str(len(_members(row))),
    }
    return shown(said, questions)


async def _form(visit: Visit, group: UUID, activity: str) -> Form[Any]:
    planned, doing = _planned(visit, group), DOING.get(activity)
    row = await _row(visit, planned)
    if doing is None or planned.partner != visit.caller.organisation:
        raise NothingIsHere
    asked = await doing.questions(visit, planned, row) if doing.questions else ()
    return Form(
        opened=_stands(row, planned, asked),
        title=doing.text,
        caption=planned.name,
        lede=(doing.lede,) if doing.lede else (),
        button=doing.button or doing.text,
        model=doing.model,
        groups=(("", asked),),
        action=f"/groups/{group}/{activity}",
        section="/groups",
        back_to=(f"/groups/{group}", planned.name),
        warning=doing.warning,
    )


def _services(visit: Visit) -> list[Choice]:
    return [
        (str(service.id), service.name, "")
        for service in visit.names.directory.services.values()
        if service.group and service.partner == visit.caller.organisation
    ]


def _planning(visit: Visit) -> Form[groups.Planning]:
    directory = visit.names.directory
    practices = [p.id for p in directory.partners.values() if p.kind is PartnerKind.PRACTICE]
    return Form(
        title="Plan a group",
        button="Plan the group",
        model=groups.Planning,
        groups=(
            (
                "",
                (
                    Question(
                        "service",
                        "Which of your services is it?",
                        "select",
                        choices=_services(visit),
                        missing="Select a service",
                    ),
                    Question("name", "Name", missing="Enter a name for the group"),
                    Question(
                        "first_at",
                        "When is the first session?",
                        "datetime-local",
                        hint="It meets on that weekday at that hour from then on, but for bank "
                        "holidays.",
                        missing="Enter when the first session is",
                    ),
                    Question(
                        "every_weeks",
                        "Every how many weeks?",
                        value="1",
                        width=2,
                        numeric=True,
                        missing="Enter a number of weeks",
                    ),
                    Question(
                        "minutes",
                        "How many minutes long?",
                        value="90",
                        width=3,
                        numeric=True,
                        missing="Enter how long it is",
                    ),
                    Question("place", "Where?", missing="Enter where it meets"),
                    Question(
                        "capacity",
                        "For how many people?",
                        width=3,
                        numeric=True,
                        missing="Enter for how many people there is room",
                    ),
                    Question("last_on", "Until when, if it ends?", "date", optional=True),
                    Question(
                        "practices",
                        "For patients of which practices?",
                        "checkboxes",
                        choices=choosing.organisations(visit.names, practices),
                        hint="Leave empty if it is open to patients of neighbouring practices too.",
                        optional=True,
                    ),
                ),
            ),
        ),
        action="/groups/new",
        section="/groups",
        back_to=("/groups", "Groups"),
    )
