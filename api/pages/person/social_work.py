"""Social workers' work on a person's page, and saying what became of a piece of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.pages.person.doing import Row
from api.pages.visit import Visit


async def shown(_visit: Visit, row: Row) -> Mapping[str, Any]:
    """What was taken up, the newest first; who took it up is asked what became of it."""
    work = sorted(
        row.get("work", {}).items(), key=lambda pair: str(pair[1].get("begun_at")), reverse=True
    )
    return {"work": work} if work else {}
