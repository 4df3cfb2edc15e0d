"""Erasures on the privacy officer's desk: what waits for a second person, or for its day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api import erasures
from api.pages.visit import Visit
from projections.erasures import State

GOING_ON = (State.ORDERED, State.CONFIRMED, State.ERASED)


async def shown(visit: Visit) -> Mapping[str, Any]:
    """What is not over, for the host's officer; nothing when nothing is."""
    if visit.caller.organisation != visit.here.care.host:
        return {}
    rows = await visit.here.reading.erasures(visit.caller.organisation)
    waiting = [erasures.shown(row) for row in rows if row.state in GOING_ON]
    return {"rows": waiting} if waiting else {}
