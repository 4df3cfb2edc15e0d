"""That a record is open in an emergency, by whom and until when; in that organisation's row."""

from __future__ import annotations

from typing import Any


def fold(row: dict[str, Any], stream: str, fact: str, data: dict[str, Any], at: str) -> None:
    """Follow one fact about an access: it stands in the row while it is open."""
    opened = row.setdefault("emergencies", {})
    match fact:
        case "EmergencyAccessTaken":
            named = ("reason", "until", "dissent", "by_practitioner")
            opened[stream] = {"taken_at": at} | {n: data[n] for n in named if n in data}
        case "EmergencyAccessEnded":
            opened.pop(stream, None)
