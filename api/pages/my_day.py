"""My day: what waits for the organisation, and its meetings; totals for those who see no person."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.concerns import STANDING
from api.pages import choosing, words
from api.pages.agreed import overdue, to_do
from api.pages.caseload import line, look_again, tiles
from api.pages.news import news
from api.pages.privacy import emergency
from api.pages.problem import PageRoute
from api.pages.referrals import TO_ANSWER
from api.pages.visit import SomebodysVisit, Visit
from domain.sharing import RECEIVED, SENT

router = APIRouter(route_class=PageRoute)

SHOWN = 8
LOOKED = 100
"""How many who are in treatment are looked through for those it does not help."""


@router.get("/", response_class=HTMLResponse)
async def my_day(visit: SomebodysVisit) -> Response:
    """What needs somebody today."""
    if not visit.sees_persons:
        if visit.caller.sight.categories and not visit.looks_after_privacy:
            return RedirectResponse("/caseload", 303)
        return await _totals(visit)
    reading, me = visit.here.reading, visit.caller.organisation
    counted = await reading.caseload(me, status=("hand-over to accept",), limit=SHOWN)
    worries = await reading.caseload(me, status=STANDING, limit=SHOWN)
    reviews = await reading.caseload(me, status=("review overdue",), limit=SHOWN)
    treated = await reading.caseload(me, status=("in treatment",), limit=LOOKED)
    received = await reading.referrals(me, part=RECEIVED, states=TO_ANSWER, limit=SHOWN)
    asked = await reading.referrals(me, part=SENT, states=("information asked",), limit=SHOWN)
    ended = await reading.referrals(me, part=SENT, states=("closed", "advice given"), limit=SHOWN)
    refused = await reading.referrals(me, part=SENT, states=("declined", "expired"), limit=SHOWN)
    today = words.instant(visit.now).date()
    ahead = [
        meeting
        for meeting in await reading.meetings(me)
        if not meeting["closed"] and words.instant(meeting["starts_at"]).date() >= today
    ]
    return await visit.page(
        "my_day.html",
        title="My day",
        section="/",
        tiles=tiles(counted.counts, visit),
        worries=[line(row, visit) for row in worries.rows],
        handovers=[line(row, visit) for row in counted.rows],
        reviews=[line(row, visit) for row in reviews.rows],
        silent=[
            (line(row, visit), again) for row in treated.rows if (again := look_again(row, visit))
        ][:SHOWN],
        received=received.rows,
        asked=asked.rows,
        ended=ended.rows,
        refused=refused.rows,
        actions=(await to_do(visit))[:SHOWN],
        overdue=lambda row: overdue(row, visit),
        meetings=sorted(ahead, key=lambda meeting: str(meeting["starts_at"]))[:4],
        news=await news(visit),
        who=lambda referral: choosing.said(referral, visit.names),
        is_today=lambda at: words.instant(at).date() == today,
    )


async def _totals(visit: Visit) -> Response:
    custody = await visit.here.reading.custody()
    held = [
        (visit.names.organisation(UUID(str(partner))), count)
        for partner, count in custody["by_organisation"].items()
    ]
    return await visit.page(
        "totals.html",
        title="Who is responsible",
        section="/",
        open=custody["open"],
        nobody=custody["held_by_nobody"],
        to_review=await emergency.to_review(visit) if visit.looks_after_privacy else 0,
        held=sorted(held, key=lambda pair: -pair[1]),
    )
