"""Who holds how many people over HTTP; counts only, to who sees totals."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Response

from api.access import counting
from api.parts import Here
from api.reads import Now

router = APIRouter(prefix="/v1/custody", tags=["custody"])


@router.get("", response_model=dict[str, Any], dependencies=[Depends(counting)])
async def custody(here: Here, now: Now) -> Response:
    """Open pathways by responsible organisation, and how many are held by nobody."""
    return now.answer(await here.reading.custody())
