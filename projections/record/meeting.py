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
            )
        case "AttendanceRecorded":
            case["attendees"] = data["attendees"]
        case "CaseNotReached":
            case["not_reached_at"] = at
        case "MdtDecisionRecorded":
            case.update(
                {
                    name: data[name]
                    for name in (
                        "decision",
                        "outcome",
                        "service",
                        "receiver",
                        "rationale",
                        "persons_view",
                        "dissent",
                        "quorum_rule",
                        "review_on",
                    )
                    if name in data
                },
                decided_at=at,
            )
