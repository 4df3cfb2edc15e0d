"""What was withdrawn, and who has not said yet that they forgot it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api import withdrawals
from api.pages.visit import Visit


async def shown(visit: Visit) -> Mapping[str, Any]:
    """Of the whole place for the host's officer, of their own organisation for any other."""
    here, organisation = visit.here, visit.caller.organisation
    if organisation == here.care.host:
        rows = await here.reading.not_acknowledged(organisation)
    else:
        rows = await here.reading.to_remove(organisation)
    return (
        {
            "rows": [
                withdrawals.shown(row, here)
                | {"organisation": visit.names.organisation(row.partner)}
                for row in rows
            ]
        }
        if rows
        else {}
    )
