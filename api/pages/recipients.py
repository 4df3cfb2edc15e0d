"""The list of who was told what of a person, to print and to give to them.

It refuses to show anything that was told.
"""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api import recipients
from api.pages.problem import PageRoute
from api.pages.visit import SomebodysVisit
from api.pages.words import KINDS

router = APIRouter(route_class=PageRoute)


@router.get("/people/{person}/recipients", response_class=HTMLResponse)
async def who_was_told(visit: SomebodysVisit, person: UUID) -> Response:
    """Who was told what kind of thing, when and why."""
    await recipients.answers_persons(visit.caller, visit.here)
    found = await recipients.recipients(visit.here, visit.caller, person)
    return await visit.page(
        "recipients.html",
        title="Who was told what",
        section="/privacy",
        person=str(person),
        rows=[
            (each, [text for kind, text in KINDS.items() if kind in each.kinds]) for each in found
        ],
    )
