"""The carers' register on a page: of the people an organisation may know, the first due first."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api.carers import ON
from api.pages import words
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit, Visit
from projections.agreed import CARER
from projections.record.carer import ASKED

router = APIRouter(route_class=PageRoute)

SHOWN = 200
"""How many carers a page shows at most."""


@router.get("/carers", response_class=HTMLResponse)
async def carers_register(visit: CaringVisit) -> Response:
    """Who is on the register, whose assessment is asked for, of whom and by when."""
    today = words.instant(visit.moment or visit.now).date()
    return await visit.page(
        "carers.html",
        title="Carers’ register",
        section="/caseload",
        sheet_link=visit.at_its_moment("/carers.csv"),
        rows=await on_the_register(visit),
        overdue=lambda row: words.overdue(row, today) if row["state"] == ASKED else "",
    )


async def on_the_register(visit: Visit, limit: int = SHOWN) -> list[dict[str, Any]]:
    """Carers of whom the visitor's organisation may know, the first due first."""
    reading, me = visit.here.reading, visit.caller.organisation
    return await reading.agreed(me, CARER, ON, limit=limit, when=visit.when)
