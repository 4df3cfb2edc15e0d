"""A person's case at a meeting, in their record."""

from __future__ import annotations

from typing import Any


def fold(case: dict[str, Any], fact: str, data: dict[str, Any], at: str) -> None:
    """Follow one fact about a case."""
    match fact:
        case "CaseListed":
            case.update(
                question=data.get("question"),
                present=data.get("present"),
                listed_only=data.get("listed_only", False),
                listed_at=at,
                late=data.get("late", False),
                urgent=data.get("urgent"),
                carried_over_from=data.get("carried_over_from"),
            )
        case "AttendanceRecorded":
            case["attendees"] = data["attendees"]
        case "CaseCalled":
            case.update(item=data["item"], called_at=at)
        case "CaseNotReached":
            case["not_reached_at"] = at
        case "CaseNoted":
            case["noted_at"] = at
        case "DissentRecorded":
            case.setdefault("dissent_since", []).append(
                {"practitioner": data["practitioner"], "reason": data["reason"], "at": at}
            )
        case "MdtDecisionRecorded":
            case.update(
                {
                    name: data[name]
                    for name in (
                        "decision",
                        "outcome",
                        "service",
                        "receiver",
                        "options",
                        "rationale",
                        "persons_view",
                        "view_obtained",
                        "dissent",
                        "informs",
                        "quorum_rule",
                        "quorum_met",
                        "review_on",
                    )
                    if name in data
                },
                decided_at=at,
            )


AWAITED = "awaited"
ENDS = {
    "DecisionImplemented": "implemented",
    "DecisionNotImplemented": "not implemented",
    "DecisionSuperseded": "superseded",
}
"""What becomes of a decision."""


def follow_up(case: dict[str, Any], fact: str, data: dict[str, Any], at: str) -> None:
    """Follow one fact about what became of a case's decision."""
    if fact == "ImplementationAwaited":
        case["implementation"] = {"state": AWAITED, "owner": data["owner"], "since": at}
        return
    ended = {name: data[name] for name in ("reason", "note", "by") if name in data}
    case["implementation"] = {
        **case.get("implementation", {}),
        "state": ENDS[fact],
        "ended_at": at,
        **ended,
    }
