"""That something sealed is open, by whom and until when; in the row of who opened it."""

from __future__ import annotations

from typing import Any


def fold(row: dict[str, Any], stream: str, fact: str, data: dict[str, Any]) -> None:
    """Follow one fact about an opening: it stands in the row until somebody said it is closed."""
    opened = row.setdefault("openings", {})
    match fact:
        case "SealedItemOpened":
            named = ("seal", "reason", "until", "by_practitioner")
            opened[stream] = {name: data[name] for name in named if name in data}
        case "SealedItemClosed":
            opened.pop(stream, None)
