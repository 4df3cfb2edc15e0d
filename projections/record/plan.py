"""The plan in a person's record: what they want, what was agreed, when it is looked at next.

A drug service's own plan stands beside it, for those who may know of that care.
"""

from __future__ import annotations

from typing import Any

WANTED = "wanted"
ENDS = {"GoalReached": "reached", "GoalDropped": "dropped"}
AGREED = (
    "provider",
    "how",
    "person_does",
    "carers_do",
    "crisis",
    "key_worker",
    "copy_given",
    "review_on",
)


def fold(plan: dict[str, Any], fact: str, data: dict[str, Any], at: str) -> None:
    """Follow one fact about a plan."""
    goals = plan.setdefault("goals", {})
    match fact:
        case "GoalSet":
            told = {n: data[n] for n in ("words", "difference", "helps") if n in data}
            goals[data["goal"]] = told | {"state": WANTED, "at": at}
        case "GoalReached" | "GoalDropped":
            ended = {"state": ENDS[fact], "ended_at": at, "said": data.get("words")}
            goals.setdefault(data["goal"], {}).update(ended)
        case "PlanAgreed":
            plan["versions"] = plan.get("versions", 0) + 1
            plan["agreed"] = {n: data[n] for n in AGREED if n in data} | {"at": at}
            plan["reviews"] = []
        case "PlanReviewed":
            plan.setdefault("reviews", []).append({"at": at, "changed": data.get("changed")})
            plan.setdefault("agreed", {})["review_on"] = data["review_on"]
