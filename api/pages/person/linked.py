"""The other records of the same person, above their record; it decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from api.pages.person.doing import Row
from api.pages.visit import Visit
from projections.matching import match_of


async def shown(visit: Visit, row: Row) -> Mapping[str, Any]:
    """Each other record, who holds the person by it, and what to do where two do."""
    reading, me = visit.here.reading, visit.caller.organisation
    here = await reading.person_of(me, UUID(row["person"]))
    others = []
    for subject, link in row.get("linked", {}).items():
        other = await reading.record(me, UUID(subject), visit.when)
        there = await reading.person_of(me, UUID(subject))
        if other is None or here is None or there is None:
            continue
        open_both = bool(row["open"] and other["open"])
        others.append(
            {
                "person": subject,
                "name": other.get("name") or "A record without a name",
                "standing": visit.standing(other["status"]),
                "holder": other.get("responsible") if other["open"] else None,
                "held_twice": open_both and row.get("responsible") != other.get("responsible"),
                "died": (other.get("died") or {}).get("on"),
                "kept": link["kept"] == subject,
                "reason": link.get("reason"),
                "since": link["at"],
                "match": match_of(here, there),
            }
        )
    return {"others": others} if others else {}
