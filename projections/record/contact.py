"""Appointments in a record, and what became of them."""

from __future__ import annotations

from typing import Any


def fold(seen: dict[str, Any], fact: str, data: dict[str, Any], at: str) -> None:
    """Follow one fact about an appointment."""
    if fact == "AppointmentBooked":
        seen.update(
            {
                name: data[name]
                for name in ("referral", "provider", "starts_at", "medium", "activity", "content")
                if name in data
            }
        )
    else:
        seen.update(outcome=data["attendance"], outcome_at=at)
        if "content" in data:
            seen["content"] = data["content"]
        seen.setdefault("provider", data["provider"])
