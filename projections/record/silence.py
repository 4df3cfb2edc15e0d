"""What was escalated of a silence in a record, and who sees to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from domain.policies.escalation import Rung, Silence
from domain.silence import Wait


def wait(silence: dict[str, Any] | None, since: str, about: Silence) -> Wait | None:
    """What was escalated of a silence, and whether somebody has acknowledged it."""
    if silence is None:
        return None
    sent = tuple(Rung(rung) for rung in silence["rungs"])
    since_when = datetime.fromisoformat(since)
    return Wait(about, since_when, sent=sent, acknowledged="acknowledged_at" in silence)


def follow(of: dict[str, Any], data: dict[str, Any], at: str, *, escalated: bool) -> None:
    """Follow the escalation of what waits, and somebody's word that they see to it."""
    silence = of.setdefault("silence", {"rungs": []})
    if escalated:
        silence["rungs"].append(data["rung"])
        silence["escalated_at"] = at
    else:
        silence["acknowledged_at"] = at
