"""Requests to see what is held, on the privacy officer's desk: what is due, by reference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.pages.visit import Visit

ANSWERED_SHOWN = 20
"""How many that were answered are shown."""


async def shown(visit: Visit) -> Mapping[str, Any]:
    """What is to be answered, the first due first; nothing when nothing is."""
    part = await laid(visit)
    return part if part["waiting"] else {}


async def laid(visit: Visit) -> Mapping[str, Any]:
    """What is to be answered, and what was."""
    rows = await visit.here.reading.subject_access(visit.caller.organisation)
    lines = [
        {
            "id": str(row.request),
            "reference": str(row.request)[:8],
            "received_on": row.received_on,
            "due_on": row.due_on,
            "overdue": row.answered_at is None and row.due_on < visit.today,
            "answered_at": row.answered_at,
        }
        for row in rows
    ]
    return {
        "waiting": [line for line in lines if line["answered_at"] is None],
        "answered": [line for line in lines if line["answered_at"]][:ANSWERED_SHOWN],
    }
