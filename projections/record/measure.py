"""Scores in a record: each with its answers, and what each instrument's came to over time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from domain.policies.instruments import item_nine
from domain.vocabulary import Instrument

TOLD = ("instrument", "provider", "referral", "total", "items", "goals")


def fold(row: dict[str, Any], fact: str, data: dict[str, Any], at: str) -> None:
    """Follow one fact about a measure. A corrected score stands where the first one stood."""
    which, total = data["stream"], data["total"]
    score = row.setdefault("scores", {}).setdefault(which, {})
    score.update({name: data.get(name) for name in TOLD})
    ninth = item_nine(Instrument(data["instrument"]), data.get("items") or ())
    if ninth is not None:
        score["item_9"] = ninth.value
    scores = row["measures"].setdefault(data["instrument"], [])
    latest = row.get("latest_measure")
    if fact == "ScoreCorrected":
        completed = datetime.fromisoformat(data["completed_at"]).isoformat()
        score |= {"at": completed, "corrected_at": at, "was": data["was"]}
        score["reason"] = data.get("reason")
        if [completed, data["was"]] in scores:
            scores.remove([completed, data["was"]])
        scores.append([completed, total])
        if latest and latest["id"] == which:
            row["latest_measure"] = latest | {"total": total}
    else:
        score["at"] = at
        scores.append([at, total])
        if latest is None or latest["at"] <= at:
            told = {name: data[name] for name in ("instrument", "total")}
            row["latest_measure"] = {"id": which, "at": at} | told
    scores.sort()
