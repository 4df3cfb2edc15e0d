"""Agreements that end soon, or have ended, with nothing to follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api import agreements
from api.pages.visit import Visit
from domain.policies.agreements import ENDS_SOON
from domain.policies.days import local_date


async def shown(visit: Visit) -> Mapping[str, Any]:
    """Whose agreement ends within the days that are warned of, the first that does first."""
    if visit.caller.organisation != visit.here.care.host:
        return {}
    return warnings(visit)


def warnings(visit: Visit) -> Mapping[str, Any]:
    """Each organisation, its last day, and how pressing that is: the warning that holds."""
    today = local_date(visit.now)
    rows = [
        {
            "partner": partner,
            "ends": ends,
            "days": (ends - today).days if ends else 0,
            "within": min(d for d in ENDS_SOON if (ends - today).days <= d) if ends else 0,
        }
        for partner, ends in agreements.ending_soon(visit.names.directory, today)
    ]
    return {"agreements": rows} if rows else {}
