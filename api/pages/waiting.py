"""The waiting clock of a row: how long a person has waited, and against which standard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from api.pages import drawing, words
from domain.vocabulary import Step

STANDARD_DAYS = {Step.TALKING_THERAPIES: 42, Step.COLLABORATIVE_CARE: 28, Step.HOSPITAL_CARE: 28}
"""Days from referral to help. NHS Talking Therapies: 75% within 6 weeks; community mental-health
teams: 4 weeks (NHS England, mental-health access and waiting time standards)."""

NEAR_DAYS = 7


@dataclass(frozen=True, slots=True)
class Clock:
    """A waiting clock in words, with its bar."""

    text: str
    tone: str  # over, near, running or plain
    bar: Markup | None = None


def clock(row: Mapping[str, Any], step: Step | None, now: datetime) -> Clock | None:
    """The clock of somebody who waits for this organisation; ``None`` for those who do not."""
    since = row.get("waiting_since")
    if not since:
        return None
    days = max(0, (now - words.instant(since)).days)
    limit = STANDARD_DAYS.get(step) if step else None
    if limit is None:
        return Clock(f"Waiting {days} day{'' if days == 1 else 's'}", "plain")
    if days > limit:
        over = days - limit
        text = f"{over} day{'' if over == 1 else 's'} over {limit // 7} weeks"
        return Clock(text, "over", drawing.bar(1, "over"))
    tone = "near" if days >= limit - NEAR_DAYS else "running"
    return Clock(f"Day {days} of {limit}", tone, drawing.bar(days / limit, tone))
