"""What an organisation has to remove, as a page with one press."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Response
from fastapi.responses import HTMLResponse

from api import withdrawals
from api.pages.forms import new_key
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit

router = APIRouter(route_class=PageRoute)


@router.get("/withdrawals", response_class=HTMLResponse)
async def to_remove(visit: CaringVisit) -> Response:
    """What is to be removed, oldest first."""
    rows = await visit.here.reading.to_remove(visit.caller.organisation)
    return await visit.page(
        "withdrawals.html",
        title="To remove",
        section="/partners",
        rows=[withdrawals.shown(row, visit.here) for row in rows],
        up_to=max((row.position for row in rows), default=0),
        key=new_key(),
    )


@router.post("/withdrawals", response_class=HTMLResponse)
async def removed(
    visit: CaringVisit, key: Annotated[UUID, Form()], up_to: Annotated[int, Form(ge=1)]
) -> Response:
    """Say that all of it is removed."""
    body = withdrawals.Removed(up_to=up_to)
    answer = await withdrawals.acknowledge_withdrawals(body, visit.asking(key))
    return visit.see("/withdrawals", answer, "removed")
