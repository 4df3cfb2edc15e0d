"""Lists to learn from over HTTP: each names what somebody can act on.

It refuses to show a person to whoever sees totals alone.
"""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Response

from api.access import Caring
from api.parts import Here
from api.reads import Now
from domain.policies.learning import RULES

router = APIRouter(prefix="/v1/learning", tags=["services"])


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
            "rules": RULES,
            "unimproved": unimproved,
            "list_at": meeting and {name: meeting[name] for name in ("id", "name", "starts_at")},
            "undone": undone,
            "incomplete": [each._asdict() for each in incomplete],
        }
    )
