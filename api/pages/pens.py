"""A meeting's pen on pages: who holds it, from when on another may take it, and who asks to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api import meetings
from api.asking import Asking
from api.pages import words
from api.pages.calling import comes, next_one
from api.pages.forms import Form, Question, choices
from api.pages.meetings import meeting_of, plain
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit, Visit
from domain.policies import pen as silence
from domain.vocabulary import PenReason

router = APIRouter(route_class=PageRoute)


@dataclass(frozen=True, slots=True)
class Pen:
    """Who runs the meeting, since when, and who asks to.

    ``ends`` is when another may take it at the earliest: whoever holds it may have recorded since
    what is not shared with the visitor.
    """

    holder: str
    since: str
    mine: bool
    asking: list[tuple[str, str]]
    asked: bool
    silence: str
    ends: datetime
    over: bool


def pen_of(visit: Visit, row: Mapping[str, Any]) -> Pen | None:
    """Whoever holds it; ``None`` when nobody does."""
    held, me = row.get("pen"), str(visit.caller.practitioner)
    if held is None:
        return None
    asking = row.get("asking") or []
    rule = silence.in_force(visit.now)
    ends = words.instant(held.get("seen") or held["since"]) + rule.after
    return Pen(
        holder=visit.names.practitioner(held["practitioner"]),
        since=held["since"],
        mine=held["practitioner"] == me,
        asking=[(who, visit.names.practitioner(who)) for who in asking],
        asked=me in asking,
        silence=rule.name,
        ends=ends,
        over=ends <= visit.now,
    )


@router.post("/mdt/{meeting}/run/pen", response_class=HTMLResponse)
async def take(visit: CaringVisit, meeting: UUID) -> Response:
    """Run the meeting from now on; the first person comes with it."""
    row = await meeting_of(visit, meeting)
    first = None if row.get("called") else next_one(row)

    async def ask(body: meetings.TakingThePen, asks: Asking) -> Response:
        answer = await meetings.take_pen(meeting, asks, body)
        return await comes(visit, row, first, asks.key) if first else answer

    return await taking(visit, row).sent(visit, ask, done="pen", then=f"/mdt/{meeting}/run")


@router.post("/mdt/{meeting}/run/pen/request", response_class=HTMLResponse)
async def ask_for(visit: CaringVisit, meeting: UUID) -> Response:
    """Ask whoever runs the meeting to let one run it."""
    row = await meeting_of(visit, meeting)
    return await plain("Ask for the pen", "Ask for the pen", visit, row, whatever=True).sent(
        visit,
        lambda body, asks: meetings.ask_for_pen(meeting, asks, body),
        done="pen-asked",
        then=f"/mdt/{meeting}/run",
    )


@router.post("/mdt/{meeting}/run/pen/gift", response_class=HTMLResponse)
async def give(visit: CaringVisit, meeting: UUID) -> Response:
    """Let somebody run the meeting who asked to."""
    row = await meeting_of(visit, meeting)
    form = replace(
        plain("Give the pen", "Give the pen", visit, row, whatever=True),
        model=meetings.GivingThePen,
    )
    return await form.sent(
        visit,
        lambda body, asks: meetings.give_pen(meeting, body, asks),
        done="pen-given",
        then=f"/mdt/{meeting}/run",
    )


def taking(visit: Visit, row: Mapping[str, Any]) -> Form[meetings.TakingThePen]:
    offered = [c for c in choices(PenReason) if c[0] not in (PenReason.FREE, PenReason.GIVEN)]
    return replace(
        plain("Take the pen", "Take the pen", visit, row, whatever=True),
        model=meetings.TakingThePen,
        groups=(("", (Question("reason", "Why?", "radios", choices=offered, optional=True),)),),
    )
