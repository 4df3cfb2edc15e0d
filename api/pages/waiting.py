"""The waiting clock of a row: how long a person has waited, and against which standard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from api.pages import drawing, words
from domain.policies import clocks
from domain.policies.days import days_between
from domain.vocabulary import Step

STANDARDS = {
    Step.TALKING_THERAPIES: (clocks.Clock.TALKING_THERAPIES_6_WEEKS, None),
    Step.COLLABORATIVE_CARE: (clocks.Clock.COMMUNITY_4_WEEKS, "A05"),
    Step.HOSPITAL_CARE: (clocks.Clock.COMMUNITY_4_WEEKS, "A06"),
}
"""The clock that runs at a step, and the MHSDS team type it is counted under."""

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
    started = words.instant(since)
    standard = STANDARDS.get(step) if step else None
    if standard is None:
        days = max(0, days_between(started, now))
        return Clock(f"Waiting {days} day{'' if days == 1 else 's'}", "plain")
    which, team = standard
    received = clocks.Happening(clocks.Kind.REFERRAL_RECEIVED, started, started, team=team)
    reading = clocks.read(which, [received], at=now)
    limit = reading.limit.amount
    if reading.breached:
        over = reading.day - limit
        text = f"{over} day{'' if over == 1 else 's'} over {limit // 7} weeks"
        return Clock(text, "over", drawing.bar(1, "over"))
    tone = "near" if reading.day >= limit - NEAR_DAYS else "running"
    return Clock(f"Day {reading.day} of {limit}", tone, drawing.bar(reading.day / limit, tone))
