"""How the place runs, on a page: what somebody has to see to, views, and how partners are told.

Which of it is an alarm is `projections.operating`'s to say. It names nobody who is helped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api import operations
from api.operations import Told
from api.pages.problem import PageRoute
from api.pages.streams import COLOURS, WHY
from api.pages.visit import SomebodysVisit
from api.pages.words import WAYS, Tag, behind, moment, sentence
from api.readers import may_operate
from domain.vocabulary import Way
from projections.operating import FAILS, CasesWait, EndpointStands
from projections.progress import State, ViewStands
from projections.witnesses import alarm as unwitnessed

router = APIRouter(route_class=PageRoute)

WHERE = {Way.KAFKA: "in Kafka", Way.FEED: "when its systems ask"}
"""Where a partner goes without the entries of a case that waits."""


@router.get("/operations", response_class=HTMLResponse)
async def how_the_place_runs(visit: SomebodysVisit) -> Response:
    """What to see to first, then each view, and each partner with how it is told."""
    may_operate(visit.caller, visit.here)
    views, partners = await operations.views(visit.here), await operations.partners(visit.here)
    witnesses = await visit.here.reading.witnesses()
    seen = unwitnessed(witnesses, visit.now)
    return await visit.page(
        "operations.html",
        title="Operations",
        section="/operations",
        alarms=[*([f"The log: {seen}."] if seen else []), *_alarms(views, partners, visit.now)],
        witnesses=witnesses,
        views=[(view, behind(view.seconds)) for view in views],
        partners=[(told, stands(told, visit.now)) for told in partners],
        way=lambda way: WAYS[way][0],
        where=lambda case: WHERE[case.way],
        endpoint=endpoint_stands,
        why=lambda each: WHY.get(each.why, ""),
    )


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
