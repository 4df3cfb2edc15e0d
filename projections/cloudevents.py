"""A share entry in CloudEvents 1.0 clothes, the same for the feed, SSE, Kafka and MESH."""

from __future__ import annotations

from typing import Any

from projections.entries import Entry

SOURCE = "/v1/share"
"""Where every entry comes from, whichever way out it takes."""


def cloudevent(entry: Entry, source: str = SOURCE) -> dict[str, Any]:
    """The entry in structured JSON. ``sharenumber`` runs 1, 2, 3 … within the partner's share."""
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
        "datacontenttype": "application/json",
        "data": {"effective_at": entry.effective_at.isoformat()} | entry.data,
    }


def headers(entry: Entry, source: str = SOURCE) -> list[tuple[str, bytes]]:
    """The entry's attributes as Kafka headers, binary mode; the value is its ``data``."""
    event = cloudevent(entry, source)
    del event["data"]
    named = {"content-type": event.pop("datacontenttype")} | {
        f"ce_{name}": _text(value) for name, value in event.items()
    }
    return [(name, value.encode()) for name, value in named.items()]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
