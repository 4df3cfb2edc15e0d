"""Lists to learn from over HTTP: each names what somebody can act on.

It refuses to show a person to whoever sees totals alone.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Depends, Response

from api.access import Caring, counting
from api.parts import Here
from api.reads import Now
from domain.policies.days import local_date
from domain.policies.learning import RULES
from projections.learning import Outgrown, Signal

router = APIRouter(prefix="/v1/learning", tags=["services"])


@router.get("", response_model=dict[str, Any], dependencies=[Depends(counting)])
async def published_lists(here: Here, now: Now) -> Response:
    """By published figures: which measure's last month is more than chance, and where demand
    outgrows capacity. Counts are rounded to 5; null is hidden.
    """
    signals, outgrown = await here.reading.published_lists(local_date(here.clock()))
    return now.answer(
        {
            "rules": {name: RULES[name] for name in PUBLISHED},
            "signals": [_signal(each) for each in signals],
            "outgrown": [_outgrown(each) for each in outgrown],
        }
    )


PUBLISHED = ("signals", "outgrown")


def _signal(each: Signal) -> dict[str, Any]:
    return each._asdict() | {"month": f"{each.month:%Y-%m}"}


def _outgrown(each: Outgrown) -> dict[str, Any]:
    months = [{"month": f"{month:%Y-%m}", **asdict(demand)} for month, demand in each.months]
    return each._asdict() | {"months": months}


@router.get("/own", response_model=dict[str, Any])
async def own_lists(caller: Caring, here: Here, now: Now) -> Response:
    """Of your organisation's own people and referrals: who does not improve, what was decided and
    not done, and with whom referrals are turned back as incomplete. At most 50 of each.
    """
    reading, me, at = here.reading, caller.organisation, here.clock()
    unimproved, undone, incomplete, meeting = await asyncio.gather(
        reading.unimproved(me, at),
        reading.undone(me, at),
        reading.incomplete(me, at),
        reading.listing_next(me, at),
    )
    return now.answer(
        {
            "rules": {name: said for name, said in RULES.items() if name not in PUBLISHED},
            "unimproved": unimproved,
            "list_at": meeting and {name: meeting[name] for name in ("id", "name", "starts_at")},
            "undone": undone,
            "incomplete": [each._asdict() for each in incomplete],
        }
    )
