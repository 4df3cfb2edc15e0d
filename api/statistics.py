"""Published statistics over HTTP: what each month is said to have been, for whoever sees totals.

It refuses to count: figures are read as they were published, hidden where they are of too few.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from api.access import counting
from api.parts import Here
from api.problems import not_valid
from api.reads import Now, moment_of
from domain.texts import Line
from projections.measured import Said
from projections.monthly import EVERY, EVERYBODY

router = APIRouter(prefix="/v1", tags=["services"])

Month = Annotated[str | None, Query(max_length=7, description="A month, as 2026-03.")]


@router.get("/statistics", response_model=dict[str, Any], dependencies=[Depends(counting)])
async def statistics(
    here: Here,
    now: Now,
    service: Line = EVERY,
    characteristic: Line = EVERYBODY,
    measure: Annotated[list[Line] | None, Query(max_length=50)] = None,
    since: Month = None,
    until: Month = None,
    known_at: Annotated[
        str | None, Query(alias="known-at", max_length=40, description="What was published then.")
    ] = None,
) -> Response:
    """The figures of each month: how many were counted of how many, rounded to 5; null is hidden.

    Those of all services and of everybody, unless `service` or `characteristic` says otherwise;
    `*` is each of them. `known-at` a time gives what was current then.
    """
    said = await here.reading.said(
        service=None if service == "*" else service,
        characteristic=None if characteristic == "*" else characteristic,
        measures=measure,
        since=_month("since", since),
        until=_month("until", until),
        as_at=None if known_at is None else moment_of("known-at", known_at),
    )
    services = await here.reading.services_said()
    return now.answer({"rows": [_row(each) for each in said], "services": services})


def _row(said: Said) -> dict[str, Any]:
    row = said._asdict()
    group = row.pop("value")
    return row | {"month": f"{said.month:%Y-%m}", "group": group or None}


def _month(name: str, text: str | None) -> date | None:
    if text is None:
        return None
    if re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", text) and not text.startswith("0000"):
        return date.fromisoformat(f"{text}-01")
    raise not_valid({"parameter": name}, "Is no month, as in 2026-03.")
