"""What a person needs to be reached, understood and seen, in their record: one beside another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.vocabulary import ReviewOf
from projections.record import details, pathway

TOLD = ("impairment", "shared")


def fold(row: dict[str, Any], fact: str, data: Mapping[str, Any], at: str) -> None:
    """Follow one fact about one need of the list."""
    match fact:
        case "CommunicationNeedsRecorded":
            write(row, data["need"], data.get("needs", ""), fact, data, at)
            if data.get("language"):
                details.write(row, "language", data["language"], fact, data, at)
        case "AdjustmentAgreed":
            write(row, data["need"], data.get("words") or "", fact, data, at)
        case "ConflictSettled":
            write(row, data["need"], data.get("value"), fact, data, at)
        case "NeedEnded":
            write(row, data["need"], None, fact, data, at)
        case "NeedMet" | "NeedNotMet":
            met = row.setdefault("needs_met", {})
            if need := data.get("need"):
                last = met.get(need)
                if last is None or last["at"] <= at:
                    said = {"at": at, "met": fact == "NeedMet"}
                    met[need] = said | {k: data[k] for k in ("what_came_of_it",) if k in data}
        case "NeedsReviewed":
            row["needs_reviewed_at"] = max(at, row.get("needs_reviewed_at") or at)
            pathway.looked_at(row, ReviewOf.NEEDS)


def write(
    row: dict[str, Any], need: str, words: str | None, fact: str, data: Mapping[str, Any], at: str
) -> None:
    """Let one need stand beside the others; what two wrote of it unseen is in conflict."""
    held = {"edits": row["edits"], "conflicts": row["conflicts"]}
    details.write(held, need, words, fact, data, at)
    access = row.setdefault("access", {})
    if need not in held:
        access.pop(need, None)
        return
    kept = {k: v for k, v in access.get(need, {}).items() if k in TOLD}
    told = {name: data[name] for name in TOLD if name in data}
    access[need] = {"words": held[need]} | kept | told
