"""Lists to learn from: who does not improve, what was decided and not done, what came incomplete.

Read off an organisation's own rows. It refuses to know another's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from domain.policies import discussing
from domain.policies.days import local_date
from domain.policies.learning import DECISION_WAITS, LATELY
from domain.request import State
from domain.sharing import RECEIVED, SENT
from domain.vocabulary import DeclineReason, PartnerId
from projections import suggestions
from projections.agreed import ACTION
from projections.directory import Directory

MOST = 50
"""How many a list shows at most, the oldest first."""


def to_look_for(partner: PartnerId, at: datetime) -> dict[str, Any]:
    """What the statements are asked with."""
    on = local_date(at)
    return {
        "partner": partner,
        "now": at,
        "today": on,
        "before": at - timedelta(days=discussing.improves_within(on) - 1),
        "waited": on - timedelta(days=DECISION_WAITS),
        "since": on - timedelta(days=LATELY),
        "most": MOST,
    }


def unimproved(rows: Iterable[dict[str, Any]], at: datetime) -> list[dict[str, Any]]:
    """Who does not improve, with the figures that say so, the longest first."""
    return [
        {
            "person": row["person"],
            "name": row.get("name"),
            "step": row.get("step"),
            "responsible": row.get("responsible"),
            "because": said,
        }
        for row in rows
        if not row.get("died") and (said := suggestions.not_improving(row, at))
    ]


def undone(found: Iterable[tuple[dict[str, Any], str | None]]) -> list[dict[str, Any]]:
    """What was agreed and is not done, with whom it waits for, the longest first."""
    return [
        {
            "id": row["id"],
            "kind": row["kind"],
            "person": row["person"],
            "name": name,
            "what": row["what"] if row["kind"] == ACTION else row["outcome"],
            "state": row["state"],
            "owner": row.get("owner"),
            "since": row.get("ended_at") or row.get("since"),
            "due_on": row.get("due_on"),
            "reason": row.get("reason"),
            "meeting": row.get("meeting"),
        }
        for row, name in found
    ]


class Incomplete(NamedTuple):
    """How many referrals between two organisations were turned back as incomplete."""

    part: str  # received by who asks, or sent
    organisation: str | None  # the other; ``None`` where it is not shared, or is none
    service: str
    declined: int
    asked: int


def incomplete(
    found: Iterable[tuple[str, dict[str, Any]]], directory: Directory
) -> list[Incomplete]:
    """By the other organisation and by service, the most first."""
    offering = {str(each.id): str(each.partner) for each in directory.services.values()}
    declined: Counter[tuple[str, str | None, str]] = Counter()
    asked: Counter[tuple[str, str | None, str]] = Counter()
    for part, row in found:
        if part not in (RECEIVED, SENT):
            continue
        other = row.get("sender") if part == RECEIVED else offering.get(row["service"])
        if row["state"] == State.INFORMATION_ASKED:
            asked[part, other, row["service"]] += 1
        elif row.get("decline_reason") == DeclineReason.INCOMPLETE:
            declined[part, other, row["service"]] += 1
    lines = [Incomplete(*key, declined[key], asked[key]) for key in declined.keys() | asked.keys()]
    return sorted(lines, key=lambda line: (-line.declined, -line.asked, *map(str, line[:3])))
