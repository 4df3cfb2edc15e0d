"""What a partner is to do for a person, in the person's record."""

from __future__ import annotations

from typing import Any

OPEN, DONE, DROPPED = "to do", "done", "dropped"


def fold(action: dict[str, Any], fact: str, data: dict[str, Any], at: str) -> None:
    """Follow one fact about an action."""
    match fact:
        case "ActionAgreed":
            action.update(
                {
                    name: data[name]
                    for name in (
                        "what",
                        "owner",
                        "practitioner",
                        "due_on",
                        "priority",
                        "meeting",
                        "plan",
                    )
                    if name in data
                },
                state=OPEN,
                agreed_at=at,
                agreed_by=data.get("by_organisation"),
            )
        case "ActionDone":
            action.update(state=DONE, ended_at=at, note=data.get("note"))
        case "ActionDropped":
            action.update(state=DROPPED, ended_at=at, reason=data.get("reason"))


def actions(action: dict[str, Any], partner: str) -> list[str]:
    """What the partner may say of it next, in the words of the interface."""
    if action.get("state") != OPEN:
        return []
    if action["owner"] == partner:
        return ["completion", "drop"]
    return ["drop"] if action.get("agreed_by") == partner else []
