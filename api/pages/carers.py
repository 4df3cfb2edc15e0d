"""The carers' register on a page: of the people an organisation may know, the first due first."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api.carers import ON
from api.pages import words
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit
from projections.agreed import CARER
from projections.record.carer import ASKED

router = APIRouter(route_class=PageRoute)


@router.get("/carers", response_class=HTMLResponse)
async def carers_register(visit: CaringVisit) -> Response:
    """Who is on the register, whose assessment is asked for, of whom and by when."""
    reading, me = visit.here.reading, visit.caller.organisation
    today = words.instant(visit.moment or visit.now).date()
    rows = await reading.agreed(me, CARER, ON, when=visit.when)
    return await visit.page(
        "carers.html",
        title="Carers’ register",
        section="/caseload",
        rows=rows,
        overdue=lambda row: words.overdue(row, today) if row["state"] == ASKED else "",
    )
