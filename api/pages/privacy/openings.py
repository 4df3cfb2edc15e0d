"""Sealed items that were opened, on the privacy officer's desk: what waits for a review, and it.

What was sealed is shown to nobody here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api import emergencies, openings
from api.pages.forms import Form
from api.pages.privacy.emergency import laid, reviewing, said
from api.pages.privacy.officer import OfficersVisit
from api.pages.problem import PageRoute
from api.pages.visit import Visit

router = APIRouter(route_class=PageRoute)


async def shown(visit: Visit) -> Mapping[str, Any]:
    """What waits for a review, the longest first; who opened many; and what was reviewed."""
    opened = await openings.openings(visit.here, visit.caller)
    return laid(visit, opened, "sealed items")


@router.get("/privacy/openings/{opening}", response_class=HTMLResponse)
async def review_question(visit: OfficersVisit, opening: UUID) -> Response:
    """Whose item was opened, by whom and why; and, if nobody has, whether it was justified."""
    return await (await _form(visit, opening)).show(visit)


@router.post("/privacy/openings/{opening}", response_class=HTMLResponse)
async def review_answer(visit: OfficersVisit, opening: UUID) -> Response:
    """Say so, and go back to the desk."""
    return await (await _form(visit, opening)).sent(
        visit,
        partial(openings.review_opening, opening),
        done="emergency-access-review",
        then="/privacy",
    )


async def _form(visit: Visit, opening: UUID) -> Form[Any]:
    told = emergencies.told(await openings.looked_into(visit.here, visit.caller, opening))
    lede = said(visit, told, "sealed item")
    return reviewing(visit, told, "Review the opening of something sealed", opening, lede)
