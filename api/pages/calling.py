"""A meeting's running order: whom it discusses, who is before it, and who comes next.

It refuses to know whom to show: a person who is not shared with the visitor is not named here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api import meetings
from api.pages import words
from api.pages.meetings import meeting_of, plain
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit, Visit

router = APIRouter(route_class=PageRoute)

NOT_SHARED = "A person not shared with you"


@dataclass(frozen=True, slots=True)
class Item:
    """One case of the running order."""

    person: str
    name: str
    said: str
    here: bool


def called(row: Mapping[str, Any]) -> str | None:
    """The person before the meeting, if the visitor may know of them."""
    item = (row.get("called") or {}).get("item")
    return next(
        (who for who, told in row["cases"].items() if item and told.get("item") == item), None
    )


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


async def items(visit: Visit, row: Mapping[str, Any], now: str | None) -> list[Item]:
    items = []
    for person in order(row):
        record = await visit.here.reading.record(visit.caller.organisation, UUID(person))
        name = str((record or {}).get("name") or NOT_SHARED)
        said = words.sentence(row["cases"][person].get("outcome") or "")
        items.append(Item(person, name, said, person == now))
    return items


@router.post("/mdt/{meeting}/run/{person}/call", response_class=HTMLResponse)
async def come_to(visit: CaringVisit, meeting: UUID, person: UUID) -> Response:
    """Come to a case; everybody who follows comes along."""
    row = await meeting_of(visit, meeting)
    return await plain("Come to this case", "Come to this case", visit, row, whatever=True).sent(
        visit,
        lambda body, asks: meetings.call_case(meeting, person, asks, body),
        done="",
        then=f"/mdt/{meeting}/run",
    )


async def comes(visit: Visit, row: Mapping[str, Any], person: str, key: UUID) -> Response:
    """The next case comes by the same press of a button: asked once, however often it is sent."""
    asks = visit.asking(uuid5(key, "the case that comes next"))
    return await meetings.call_case(UUID(row["id"]), UUID(person), asks, None)
