"""How the place runs, on a page: what somebody has to see to, views, and how partners are told.

Which of it is an alarm is `projections.operating`'s to say. It names nobody who is helped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api import operations
from api.operations import AskedOfView, Told, ask_of_view
from api.pages.forms import Form, Question
from api.pages.problem import PageRoute
from api.pages.streams import COLOURS, WHY
from api.pages.visit import SomebodysVisit, Visit
from api.pages.words import WAYS, Tag, behind, moment, sentence
from api.problems import NothingIsHere
from api.readers import may_operate
from domain.vocabulary import Way
from projections.operating import FAILS, CasesWait, EndpointStands
from projections.progress import State, ViewStands
from projections.tending import Beside, Outcome, What
from projections.witnesses import alarm as unwitnessed

router = APIRouter(route_class=PageRoute)

WHERE = {Way.KAFKA: "in Kafka", Way.FEED: "when its systems ask"}
"""Where a partner goes without the entries of a case that waits."""

ASKS = {
    What.REBUILD: (
        "Build it anew",
        "It is folded once more out of what everybody was told, beside the one that is served. "
        "Nobody is served from it until you switch to it.",
    ),
    What.COMPARE: (
        "Compare it",
        "What was built beside is brought to where the one that is served is, and each of their "
        "rows is compared. The engine is held up for a moment.",
    ),
    What.SWITCH: (
        "Switch to it",
        "What was built beside is served from then on, and what was served stands beside, so that "
        "you can roll back. Readers wait for a moment at most and miss nothing.",
    ),
    What.ROLL_BACK: (
        "Roll back",
        "What was served before is served again, with all that was told since.",
    ),
    What.REMOVAL: (
        "Take it away",
        "What stands beside is taken away. What is served stays as it is.",
    ),
}
"""What is asked of a view, and what it does."""

BUSY = {
    What.REBUILD: "Is being built anew",
    What.COMPARE: "Is being compared",
    What.SWITCH: "Is being switched",
    What.ROLL_BACK: "Is being rolled back",
    What.REMOVAL: "Is being taken away",
}
STANDS = {
    State.OK: Tag("Follows", "green"),
    State.BEHIND: Tag("Behind", "orange"),
    State.STUCK: Tag("Stands still", "red"),
}
CAME_OF_IT = {
    Outcome.DONE: Tag("Done", "green"),
    Outcome.DIFFERS: Tag("Not the same", "red"),
    Outcome.REFUSED: Tag("Refused", "red"),
}


@router.get("/operations", response_class=HTMLResponse)
async def how_the_place_runs(visit: SomebodysVisit) -> Response:
    """What to see to first, then each view, and each partner with how it is told."""
    may_operate(visit.caller, visit.here)
    views, partners = await operations.views(visit.here), await operations.partners(visit.here)
    witnesses = await visit.here.reading.witnesses()
    seen = unwitnessed(witnesses, visit.now)
    tended = visit.here.tended
    beside = await tended.beside() if tended else []
    return await visit.page(
        "operations.html",
        title="Operations",
        section="/operations",
        alarms=[
            *([f"The log: {seen}."] if seen else []),
            *_alarms(views, partners, visit.now),
            *_untended(beside, visit.now),
        ],
        witnesses=witnesses,
        views=[(view, STANDS[view.state], behind(view.seconds)) for view in views],
        beside=[(each, stands_beside(each)) for each in beside],
        asks={what.value: text for what, (text, _) in ASKS.items()},
        asked=[
            (each, CAME_OF_IT[each.outcome] if each.outcome else Tag("Asked", "yellow"))
            for each in (await tended.last() if tended else [])
        ],
        partners=[(told, stands(told, visit.now)) for told in partners],
        way=lambda way: WAYS[way][0],
        where=lambda case: WHERE[case.way],
        endpoint=endpoint_stands,
        why=lambda each: WHY.get(each.why, ""),
    )


@router.get("/operations/views/{view}/{what}", response_class=HTMLResponse)
async def question_of_view(visit: SomebodysVisit, view: str, what: str) -> Response:
    """Whether it is really to be asked of a view, and why."""
    return await (await _form(visit, view, what)).show(visit)


@router.post("/operations/views/{view}/{what}", response_class=HTMLResponse)
async def ask_view(visit: SomebodysVisit, view: str, what: str) -> Response:
    """Ask it of a view."""
    form = await _form(visit, view, what)
    return await form.sent(
        visit,
        lambda body, asks: ask_of_view(view, What(what), body, asks),
        done="view-asked",
        then="/operations",
    )


async def _form(visit: Visit, view: str, what: str) -> Form[AskedOfView]:
    """Raises `NotForThisRole`, `NothingIsHere`."""
    may_operate(visit.caller, visit.here)
    tended = visit.here.tended
    known = {each.view for each in await tended.beside()} if tended else set()
    if view not in known or what not in set(What):
        raise NothingIsHere
    button, lede = ASKS[What(what)]
    return Form(
        title=f"{button}: {view}",
        caption="View",
        lede=(lede, "This page only asks: a process that folds the views carries it out."),
        button=button,
        model=AskedOfView,
        groups=(
            (
                "",
                (
                    Question(
                        "why",
                        "Why",
                        hint="Kept with who asked. Name nobody who is helped.",
                        missing="Enter why",
                        autocomplete="off",
                    ),
                ),
            ),
        ),
        warning=What(what) in (What.SWITCH, What.ROLL_BACK, What.REMOVAL),
        action=visit.path,
        section="/operations",
        back_to=("/operations", "Operations"),
    )


def stands_beside(each: Beside) -> str:
    """What stands beside a view, or happens to it, in words."""
    newest = each.newest
    if newest is not None and newest.ended_at is None:
        if newest.begun_at is None:
            return f"{ASKS[newest.what][0]}: asked, not begun"
        if newest.what is What.REBUILD and newest.of:
            return f"{BUSY[newest.what]}: {newest.done:,} of {newest.of:,} entries{_left(each)}"
        return BUSY[newest.what]
    if not each.built:
        return "Nothing"
    if each.switched_at is not None:
        return f"What was served until {moment(each.switched_at)}"
    if each.unfinished:
        return f"Begun and not finished: {each.entries:,} of {each.of:,} entries"
    if newest is not None and (newest.what, newest.outcome) == (What.COMPARE, Outcome.DONE):
        return f"One built anew. {newest.said}"
    return "One built anew, not compared"


def _left(each: Beside) -> str:
    if each.left is None:
        return ""
    seconds = max(round(each.left), 1)
    many, unit = (seconds, "second") if seconds < 120 else (round(seconds / 60), "minute")
    return f", about {many:,} {unit}{'' if many == 1 else 's'} more"


def _untended(beside: Sequence[Beside], now: datetime) -> Iterator[str]:
    for each in beside:
        newest = each.newest
        if newest is None:
            continue
        called = f"{ASKS[newest.what][0]}, asked of the view {each.view}"
        if newest.untended(now):
            yield f"{called}: nobody begins it since {moment(newest.asked_at)}. Does `work` run?"
        elif newest.outcome is Outcome.DIFFERS:
            yield f"The view {each.view} is not what was built anew. {newest.said}."
        elif newest.outcome is Outcome.REFUSED:
            yield f"{called}: refused, for {newest.said}."


def stands(told: Told, now: datetime) -> Tag:
    """How a partner stands, in a word."""
    if told.silent:
        return Tag("Silent", "red")
    if told.alarms(now):
        return Tag("Look", "red")
    if not (told.reads or told.topic or told.mailbox or told.endpoints):
        return Tag("Reads pages", "grey")
    return Tag("Well", "green")


def endpoint_stands(each: EndpointStands) -> Tag:
    """How an endpoint stands, in a word."""
    colour = "yellow" if each.stands == FAILS else COLOURS[each.state]
    return Tag(sentence(each.stands), colour)


def _alarms(views: Sequence[ViewStands], partners: Sequence[Told], now: datetime) -> Iterator[str]:
    for view in views:
        if view.state is State.STUCK:
            yield f"The view {view.name} stands still, {behind(view.seconds)}."
        elif view.state is State.BEHIND:
            yield f"The view {view.name} is {behind(view.seconds)}."
    for told in partners:
        if told.silent:
            waits = min(each.waits_since for each in told.reads if each.waits_since)
            yield f"{told.name} is silent: an entry waits unread since {moment(waits)}."
        if told.topic is not None and told.topic.late(now):
            waits = told.topic.waits_since or now
            yield f"The topic of {told.name} is behind: an entry waits since {moment(waits)}."
        if told.mailbox is not None and told.mailbox.late(now):
            failure = told.mailbox.failure or "the next entry was not put there"
            yield f"The mailbox of {told.name} stands still: {failure}."
        for case in told.waiting:
            yield _waits(told, case)
        for each in told.endpoints:
            if each.alarms(now):
                yield _fails(told, each)


def _waits(told: Told, case: CasesWait) -> str:
    many = "One case" if case.cases == 1 else f"{case.cases:,} cases"
    verb = "waits" if case.cases == 1 else "wait"
    return (
        f"{many} of {told.name} {verb} since {moment(case.since)}, {WHERE[case.way]}: "
        "an entry cannot be read or sent."
    )


def _fails(told: Told, each: EndpointStands) -> str:
    named = f"The endpoint {each.name} of {told.name}"
    if each.state == "disabled":
        why = WHY.get(each.why, "")
        return f"{named} is disabled since {moment(each.state_at)}{f': {why}' if why else ''}."
    return f"{named} takes nothing since {moment(each.failing_since or each.state_at)}."
