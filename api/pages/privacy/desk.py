"""The privacy officer's desk on a page: what each noun lays on it, put together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api.pages.privacy import (
    agreements,
    emergency,
    erasures,
    looks,
    openings,
    requests,
    withdrawals,
)
from api.pages.privacy.officer import OfficersVisit
from api.pages.problem import PageRoute
from api.pages.visit import Visit

router = APIRouter(route_class=PageRoute)

Shown = Callable[[Visit], Awaitable[Mapping[str, Any]]]

PARTS: tuple[tuple[str, Shown], ...] = (
    ("emergency", emergency.shown),
    ("openings", openings.shown),
    ("requests", requests.shown),
    ("erasures", erasures.shown),
    ("withdrawals", withdrawals.shown),
    ("looks", looks.shown),
    ("agreements", agreements.shown),
)
"""What lies on the desk, most pressing first, and the partial in ``templates/privacy`` for it.

A part answers nothing when nothing of it waits.
"""


@router.get("/privacy", response_class=HTMLResponse)
async def privacy_desk(visit: OfficersVisit) -> Response:
    """What waits for the privacy officer of the organisation."""
    shown = [(f"privacy/{name}.html", await show(visit)) for name, show in PARTS]
    return await visit.page(
        "privacy.html",
        title="Privacy desk",
        section="/privacy",
        parts=[(partial, part) for partial, part in shown if part],
    )
