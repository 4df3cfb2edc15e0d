"""What an organisation was told since somebody last said that they had seen it, for their day.

It refuses to call news what they did themselves, and what is about nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Annotated
from uuid import UUID

from anyio.to_thread import run_sync as to_thread
from fastapi import APIRouter, Form, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.pages import telling
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit, Visit
from projections.entries import Entry

router = APIRouter(route_class=PageRoute)

LINES = 20
"""How many lines there are at most; the stream has the rest."""
LOOKED_THROUGH = 40
"""How many of the newest entries are looked through for them: whoever is in them is looked at."""
AT_FIRST = timedelta(days=1)
"""How far back is looked for somebody who has never said that they had seen anything."""


@dataclass(frozen=True, slots=True)
class Line:
    """What happened to somebody in one go, and who did it."""

    title: str
    name: str
    href: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class News:
    """The newest first. ``number`` is up to where it goes; ``more`` says there is older news."""

    lines: list[Line]
    number: int
    since: datetime
    more: bool


async def news(visit: Visit) -> News:
    """What is new to the visitor."""
    here, me, somebody = visit.here, visit.caller.organisation, visit.caller.practitioner
    mark = await to_thread(here.marks.of, somebody) if somebody else None
    newest = await here.reading.newest(me)
    since = mark.at if mark else visit.now - AT_FIRST
    after = max(mark.number if mark else 0, newest - LOOKED_THROUGH)
    entries = await here.reading.entries(
        me, after=after, limit=LOOKED_THROUGH, sight=visit.caller.sight
    )
    found = [
        entry
        for entry in reversed(entries)
        if entry.subject
        and entry.data.get("by_practitioner") != str(somebody)
        and (mark or entry.recorded_at >= since)
    ]
    names = await here.reading.names(me, {entry.subject for entry in found if entry.subject})
    lines = [
        _line(person, names.get(person, ""), list(at_once), visit)
        for (person, _), at_once in groupby(found, lambda entry: (entry.subject, entry.recorded_at))
        if person
    ]
    more = len(lines) > LINES or bool(mark and mark.number < after)
    return News(lines[:LINES], newest, since, more)


@router.post("/news", response_class=HTMLResponse)
async def seen(visit: CaringVisit, number: Annotated[int, Form(ge=0, le=2**62)]) -> Response:
    """What the page showed was seen; what was told meanwhile stays new."""
    newest = await visit.here.reading.newest(visit.caller.organisation)
    if somebody := visit.caller.practitioner:
        await to_thread(visit.here.marks.move, somebody, min(number, newest))
    return RedirectResponse("/", 303)


def _line(person: UUID, name: str, at_once: Sequence[Entry], visit: Visit) -> Line:
    """What was recorded of somebody in one go, as it came."""
    said = [telling.happened(each.type, each.data, visit.names) for each in reversed(at_once)]
    return Line(
        "; ".join(said),
        name or "No longer shared with us",
        f"/people/{person}/history",
        at_once[0].recorded_at,
        visit.names.by(at_once[0].data),
    )
