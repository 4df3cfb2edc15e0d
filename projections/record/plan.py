"""The plan in a person's record: what they want, what was agreed, when it is looked at next.

A drug service's own plan stands beside it, for those who may know of that care.
"""

from __future__ import annotations

from typing import Any

from domain.request import State

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


def actions(row: dict[str, Any]) -> list[str]:
    """What this partner may ask of a person's plan, by what it is told of where they stand.

    Who is told that gives care; whether its agreement speaks of plans is for the rule to say.
    """
    if row.get("died") or row["withdrawn"] or row["ended"] or "step" not in row:
        return []
    plans = row.get("plans", {}).values()
    wanted = any(g.get("state") == WANTED for p in plans for g in p.get("goals", {}).values())
    allowed = ["goal", *(("goal-reached", "goal-dropped") if wanted else ())]
    me = row["partner"]
    helps = row.get("responsible") == me or any(
        r.get("receiver") == me and r["state"] == State.ACCEPTED for r in row["referrals"].values()
    )
    if row["open"] and helps:
        allowed.append("plan")
        allowed += ["plan-review"] if any(p.get("agreed") for p in plans) else []
    return allowed


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
