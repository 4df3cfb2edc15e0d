"""What to look at: short lists on one page, each with its rule, each row leading to where one acts.

It refuses to show a person to whoever sees totals alone.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api.pages.problem import PageRoute
from api.pages.published import CHARTED, OUTCOMES, known_by
from api.pages.visit import CountingVisit, Visit
from domain.policies.aims import AIMS
from domain.policies.learning import RULES
from projections.learning import Signal

router = APIRouter(route_class=PageRoute)

FEW = 10
"""How many rows of a list are shown at first."""


@router.get("/learning", response_class=HTMLResponse)
async def what_to_look_at(visit: CountingVisit, whole: bool = False) -> Response:
    """The lists that the visitor is entitled to; a few rows of each, or all."""
    own = await _own(visit) if visit.sees_persons and visit.caller.agreed else {}
    signals, outgrown = await visit.here.reading.published_lists(visit.today, known_by(visit))
    return await visit.page(
        "learning.html",
        title="What to look at",
        section="/caseload" if own else visit.path,
        rules=RULES,
        signals=signals,
        outgrown=outgrown,
        where=where,
        own=own,
        most=None if whole else FEW,
    )


def where(signal: Signal) -> str:
    """The page that has the chart of a signal."""
    of_service = urlencode({"service": signal.service})
    if signal.measure in OUTCOMES:
        return f"/outcomes?{of_service}"
    aim = next((aim.key for aim in AIMS if signal.measure in aim.measures), None)
    path = "/flow" if signal.measure in CHARTED or aim is None else f"/aims/{aim}"
    return f"{path}?{of_service}"


async def _own(visit: Visit) -> dict[str, Any]:
    """The lists of the organisation's own people and referrals, as they are now."""
    if not visit.when.now:
        return {}
    reading, me = visit.here.reading, visit.caller.organisation
    return {
        "unimproved": await reading.unimproved(me, visit.now),
        "meeting": await reading.listing_next(me, visit.now),
        "undone": await reading.undone(me, visit.now),
        "incomplete": await reading.incomplete(me, visit.now),
    }
