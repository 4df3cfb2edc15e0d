"""What a record tells of a person themselves, and what became of them."""

from __future__ import annotations

from typing import Any

from projections.record import details, needs, wishes


def fold(row: dict[str, Any], fact: str, data: dict[str, Any], at: str) -> None:
    """Follow one fact about the person."""
    match fact:
        case "PersonDied":
            row["died"] = {"on": data["died_on"], "known_by": data["known_by"], "told_at": at}
        case "DeathRecordedInError":
            row.update(died=None, not_dead_at=at)
        case "PersonErased":
            row["erased"] = {"order": data["order"], "at": at}
        case "PersonMovedAway":
            row["moved_away"] = {
                name: data[name] for name in ("since", "where_to", "new_place_told")
            }
        case "PersonsLinked":
            link = {"kept": data["kept"], "at": at, "reason": data.get("reason")}
            row.setdefault("linked", {})[data["other"]] = link
        case "PersonsUnlinked":
            row.setdefault("linked", {}).pop(data["other"], None)
        case _ if fact in wishes.SAID:
            wishes.fold(row, fact, data, at)
        case _ if data.get("need") or fact in ("NeedMet", "NeedNotMet", "NeedsReviewed"):
            needs.fold(row, fact, data, at)
        case _:
            details.fold(row, fact, data, at)
