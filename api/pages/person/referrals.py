"""A person's referrals on their page, and the clocks that wait for what they asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from api.pages import choosing, waiting
from api.pages.person.doing import Row
from api.pages.visit import Visit


async def shown(visit: Visit, row: Row) -> Mapping[str, Any]:
    """The referrals, newest first, and who asked for each."""
    asked = [{**asked, "id": key} for key, asked in row["referrals"].items()]
    return {
        "referrals": sorted(asked, key=lambda r: str(r["made_at"]), reverse=True),
        "who": lambda referral: choosing.said(referral, visit.names),
    }


async def clocks(visit: Visit, row: Row) -> Mapping[str, Any]:
    """Where each waiting-time clock stands."""
    told = await visit.here.reading.clocks(
        visit.caller.organisation, UUID(row["person"]), visit.when, now=visit.now
    )
    return {"clocks": waiting.standings(told, visit.names)} if told else {}
