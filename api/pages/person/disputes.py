"""Where people wrote different things of a person, and what the person does not agree with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from api.pages import corrections
from api.pages.person.doing import Row
from api.pages.visit import Visit
from projections.entries import Entry


async def conflicts(visit: Visit, row: Row) -> Mapping[str, Any]:
    """Different entries of one detail, side by side."""
    found = corrections.conflicts(row, visit)
    return {"conflicts": found} if found else {}


async def disagreements(visit: Visit, row: Row) -> Mapping[str, Any]:
    """What the person disputes, in their words."""
    told: list[Entry] = []
    if row.get("disagreements"):
        told = await visit.here.reading.history(
            visit.caller.organisation, UUID(row["person"]), visit.when
        )
    found = corrections.disagreements(row, told, visit)
    return {"disagreements": found} if found else {}
