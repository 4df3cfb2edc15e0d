"""The organisation's own stream on a page: what it was told, newest first, and how to follow it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api.pages import telling, words
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit
from projections.entries import Entry

router = APIRouter(route_class=PageRoute)

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of the share."""

    number: int
    type: str
    title: str
    person: str
    at: datetime
    recorded_at: datetime
    backfill: bool


def told(entry: Entry, names: words.Names) -> Told:
    return Told(
        entry.number,
        entry.type,
        telling.happened(entry.type, entry.data, names),
        str(entry.subject) if entry.subject else "",
        entry.effective_at,
        entry.recorded_at,
        entry.backfill,
    )


@router.get("/stream", response_class=HTMLResponse)
async def stream(visit: CaringVisit) -> Response:
    """The newest entries, and how to subscribe."""
    reading, me = visit.here.reading, visit.caller.organisation
    newest = await reading.newest(me)
    entries = await reading.entries(me, after=max(0, newest - SHOWN), limit=SHOWN)
    return await visit.page(
        "stream.html",
        title="Stream",
        section="/stream",
        newest=newest,
        entries=[told(entry, visit.names) for entry in reversed(entries)],
        address=str(visit.request.base_url).rstrip("/"),
        topic=f"throughcare.share.{me}",
    )
