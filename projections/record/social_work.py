"""Social workers' work for a person, in their record."""

from __future__ import annotations

from typing import Any


def fold(work: dict[str, Any], fact: str, data: dict[str, Any], at: str) -> None:
    """Follow one fact about a piece of work."""
    named: tuple[str, ...]
    match fact:
        case "WorkBegun":
            named = ("referral", "provider", "kind", "what")
            work.update({name: data[name] for name in named if name in data}, begun_at=at)
        case "WorkDone":
            named = ("referral", "provider", "kind", "outcome", "admission_avoided", "note")
            work.update({name: data[name] for name in named if name in data}, done_at=at)
