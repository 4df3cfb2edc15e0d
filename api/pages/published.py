"""What each month is said to have been, as charts: how people got help, and what came of it.

Every figure was hidden or rounded before it came here. It refuses to count anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse

from api.pages.of_a_month import first_and_last, moves, waits
from api.pages.over_time import Chart, over_time
from api.pages.problem import PageRoute
from api.pages.visit import CountingVisit, Visit
from api.problems import NothingIsHere
from domain.policies.characteristics import CHARACTERISTICS
from domain.policies.counted import Of
from domain.policies.directions import STANDARDS
from domain.policies.measures import MEASURES
from domain.policies.outcomes import ANXIETY, DEPRESSION
from domain.texts import Line
from projections import monthly
from projections.measured import Said, percent
from projections.monthly import EVERY, SAID

router = APIRouter(route_class=PageRoute)

Month = Annotated[str, Query(max_length=7, pattern=r"^(\d{4}-(0[1-9]|1[0-2]))?$")]

OUTCOMES = ("recovery", "reliable improvement", "reliable recovery", "reliable deterioration")
FLOW = tuple(
    measure.name
    for measure in MEASURES
    if measure.name not in OUTCOMES
    and measure.of not in (Of.RATED, Of.STARTED, Of.KEPT_OUT, Of.HALF_A_YEAR_ON)
)
CHARTED = (*STANDARDS, "accepted", "appointments not attended")
"""Of which the page of flow has a chart over time."""

OF_THE_PLACE = {measure.name for measure in SAID if measure.of in monthly.OF_THE_PLACE}
"""What is said of all services alone, whichever is chosen."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The month and service that a page is about, and all there are."""

    months: Sequence[date]
    services: Sequence[str]
    month: date | None
    service: str


async def asked_for(visit: Visit, month: str, service: str) -> Asked:
    """What the address says, or else the last month and all services. Raises `NothingIsHere`."""
    reading = visit.here.reading
    months, services = await reading.months_said(), await reading.services_said()
    wanted = date.fromisoformat(f"{month}-01") if month else None
    if (wanted and wanted not in months) or service not in (EVERY, *services):
        raise NothingIsHere
    return Asked(months, services, wanted or (months[-1] if months else None), service)


@router.get("/flow", response_class=HTMLResponse)
async def flow(visit: CountingVisit, month: Month = "", service: Line = EVERY) -> Response:
    """How people got help: how long they waited, what became of referrals, how steps changed."""
    asked = await asked_for(visit, month, service)
    said = await series(visit, asked)
    now = {each.measure: each for each in said if each.month == asked.month}
    drawn = [waits(now)] if now else []
    drawn += [over_time(said, name) for name in STANDARDS]
    drawn += [moves(now)] if now else []
    drawn += [over_time(said, name) for name in CHARTED if name not in STANDARDS]
    return await page(visit, asked, "flow.html", "Flow and waits", drawn, now, FLOW)


@router.get("/outcomes", response_class=HTMLResponse)
async def outcomes(
    visit: CountingVisit, month: Month = "", service: Line = EVERY, by: Line = "deprivation"
) -> Response:
    """What came of treatment: over time, first against last score, and for whom."""
    asked = await asked_for(visit, month, service)
    said = await series(visit, asked)
    now = {each.measure: each for each in said if each.month == asked.month}
    chosen = by if by in CHARACTERISTICS else CHARACTERISTICS[0]
    groups = await of_groups(visit, asked, chosen, OUTCOMES)
    drawn = [over_time(said, name) for name in OUTCOMES]
    drawn += [first_and_last(now, each) for each in (DEPRESSION, ANXIETY)] if now else []
    return await page(
        visit,
        asked,
        "outcomes.html",
        "Outcomes",
        drawn,
        now,
        OUTCOMES,
        by=chosen,
        characteristics=CHARACTERISTICS,
        groups=groups,
        columns=OUTCOMES,
    )


def known_by(visit: Visit) -> datetime | None:
    """The time at which what was published is asked for; ``None`` is now."""
    return visit.when.as_at if isinstance(visit.when.as_at, datetime) else None


async def series(visit: Visit, asked: Asked, names: Sequence[str] | None = None) -> list[Said]:
    """Every month of these measures; of what belongs to no one service, for all services."""
    found = await visit.here.reading.said(
        service=asked.service, measures=names, as_at=known_by(visit)
    )
    if asked.service != EVERY:
        ours = OF_THE_PLACE if names is None else OF_THE_PLACE.intersection(names)
        found += await visit.here.reading.said(measures=sorted(ours), as_at=known_by(visit))
    return found


async def page(
    visit: Visit,
    asked: Asked,
    template: str,
    title: str,
    drawn: Sequence[Chart],
    now: Mapping[str, Said],
    measures: Sequence[str],
    **more: Any,
) -> Response:
    """A page of charts, with these measures of the month as figures and what they mean."""
    return await visit.page(
        template,
        title=title,
        section=visit.path,
        asked=asked,
        charts=[chart for chart in drawn if chart.rows and chart.shown],
        unshown=[chart.title for chart in drawn if chart.rows and not chart.shown],
        rows=[now[name] for name in measures if name in now],
        one=next(iter(now.values()), None),
        percent=percent,
        defined=[measure for measure in SAID if measure.name in measures],
        sheet_link=f"{visit.path}.csv?{visit.request.url.query}".rstrip("?"),
        **more,
    )


async def of_groups(
    visit: Visit, asked: Asked, characteristic: str, names: Sequence[str]
) -> list[tuple[str, list[Said | None]]]:
    """Each group of people with these measures of the month, in their order."""
    if asked.month is None:
        return []
    said = await visit.here.reading.said(
        service=asked.service,
        characteristic=characteristic,
        measures=names,
        since=asked.month,
        until=asked.month,
        as_at=known_by(visit),
    )
    groups = dict.fromkeys(each.value for each in said)
    found = {(each.value, each.measure): each for each in said}
    return [(group, [found.get((group, name)) for name in names]) for group in groups]
