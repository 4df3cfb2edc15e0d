"""A share entry in CloudEvents 1.0 clothes, the same for the feed, SSE, Kafka and MESH."""

from __future__ import annotations

from typing import Any

from projections.entries import Entry

SOURCE = "/v1/share"
"""Where every entry comes from, whichever way out it takes."""


JSON = "application/json"


def cloudevent(entry: Entry, source: str = SOURCE) -> dict[str, Any]:
    """The entry in structured JSON. ``sharenumber`` runs 1, 2, 3 … within the partner's share."""
    return _attributes(entry, source) | {"datacontenttype": JSON, "data": content(entry)}


def content(entry: Entry) -> dict[str, Any]:
    """The entry's ``data``."""
    return {"effective_at": entry.effective_at.isoformat()} | entry.data


def headers(entry: Entry, source: str = SOURCE) -> list[tuple[str, bytes]]:
    """The entry's attributes as Kafka headers, binary mode; the value is its ``data``."""
    named = _attributes(entry, source).items()
    return [
        ("content-type", JSON.encode()),
        *((f"ce_{name}", _text(value).encode()) for name, value in named),
    ]


def _attributes(entry: Entry, source: str) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"{entry.partner}/{entry.number}",
        "source": source,
        "type": entry.type,
        "time": entry.recorded_at.isoformat(),
        **({"subject": str(entry.subject)} if entry.subject else {}),
        "sharenumber": entry.number,
        "position": entry.position,
        "backfill": entry.backfill,
    }


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)
