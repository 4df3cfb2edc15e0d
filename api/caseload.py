"""The caller's caseload over HTTP: filtered, sorted and paged by the view, never here."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.access import Caring
from api.parts import Here
from api.reads import At
from api.texts import Line
from projections.record import STATUSES

router = APIRouter(prefix="/v1/caseload", tags=["caseload"])


@router.get("", response_model=dict[str, Any])
async def caseload(
    request: Request,
    caller: Caring,
    here: Here,
    at: At,
    status: Annotated[list[str] | None, Query(description=", ".join(STATUSES))] = None,
    q: Annotated[Line | None, Query(description="Part of a name.")] = None,
    sort: Annotated[str, Query(pattern="^(urgency|name)$")] = "urgency",
    after: Annotated[str | None, Query(max_length=400, description="From `next`.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """The people your organisation is involved with, and what waits for it."""
    page = await here.reading.caseload(
        caller.organisation,
        status=tuple(status or ()),
        query=q or "",
        sort=sort,
        after=after,
        limit=limit,
        when=at.when,
    )
    return at.page(request, page)
