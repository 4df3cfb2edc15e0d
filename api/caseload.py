"""The caller's caseload over HTTP: filtered, sorted and paged by the view, never here."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import Seeing
from api.asking import example
from api.parts import Here, Parts
from api.reads import At
from api.viewpoint import AtFrom, View
from domain.policies.days import local_date
from domain.texts import Line
from domain.vocabulary import Complexity
from projections.directory import meant
from projections.record import STATUSES

router = APIRouter(prefix="/v1/caseload", tags=["caseload"])


@router.get("", response_model=dict[str, Any])
async def caseload(
    request: Request,
    view: View,
    here: Here,
    at: AtFrom,
    status: Annotated[list[str] | None, Query(description=", ".join(STATUSES))] = None,
    complexity: Annotated[list[Complexity] | None, Query()] = None,
    sort: Annotated[str, Query(pattern="^(urgency|name|complexity)$")] = "urgency",
    after: Annotated[str | None, Query(max_length=400, description="From `next`.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """The people your organisation is involved with, and what waits for it."""
    if at.when.now and view.sight.whole:
        written = await here.reading.written_caseload(
            view.organisation,
            status=tuple(status or ()),
            complexity=tuple(complexity or ()),
            sort=sort,
            after=after,
            limit=limit,
            coded=request.scope["glance"].directory.codes(local_date(here.clock())),
        )
        return at.page(request, written)
    page = await here.reading.caseload(
        view.organisation,
        status=tuple(status or ()),
        complexity=tuple(complexity or ()),
        sort=sort,
        after=after,
        limit=limit,
        when=at.when,
        sight=view.sight,
    )
    _only_meant(here, request, page.rows)
    return at.page(request, page)


def _only_meant(here: Parts, request: Request, rows: list[dict[str, Any]]) -> None:
    """Leave out what the way this place works in gives no meaning to."""
    coded = request.scope["glance"].directory.codes(local_date(here.clock()))
    for row in rows:
        if "actions" in row:
            row["actions"] = meant(row["actions"], coded)


class Search(BaseModel):
    """Whom to look for. A name belongs in a body: addresses are kept in histories and logs."""

    model_config = ConfigDict(extra="forbid") | example(name="Hill", status=["waiting"])

    name: Line
    status: list[str] = []
    limit: Annotated[int, Field(ge=1, le=200)] = 50


@router.post("/search", response_model=dict[str, Any])
async def search_caseload(
    body: Search, request: Request, caller: Seeing, here: Here, at: At
) -> Response:
    """The people of your caseload whose name has this in it, the most urgent first."""
    page = await here.reading.caseload(
        caller.organisation,
        status=tuple(body.status),
        query=body.name,
        limit=body.limit,
        when=at.when,
        sight=caller.sight,
    )
    _only_meant(here, request, page.rows)
    return at.answer({"rows": page.rows, "counts": page.counts})
