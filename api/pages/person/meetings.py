"""What was agreed, discussed and decided about a person, on their page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.pages import words
from api.pages.person.doing import Row
from api.pages.visit import Visit
from projections.record import agreed_of


async def shown(visit: Visit, row: Row) -> Mapping[str, Any]:
    """Actions, case discussions and meetings, the newest first."""
    today = words.instant(visit.moment or visit.now).date()
    return {
        "agreed": [act | {"mine": act["owner"] == row["partner"]} for act in agreed_of(row)],
        "overdue": lambda action: words.overdue(action, today),
        "discussions": sorted(
            row.get("discussions", {}).values(), key=lambda talk: str(talk["at"]), reverse=True
        ),
        "meetings": sorted(
            row["meetings"].items(), key=lambda pair: str(pair[1].get("listed_at")), reverse=True
        ),
    }
