"""When a meeting's list goes round, and from when on a case is a late addition: dated data."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from domain.policies.days import local_date
from domain.vocabulary import Moment


@dataclass(frozen=True, slots=True)
class Listing:
    """The list goes round this long before the meeting; what comes later must be urgent."""

    name: str
    source: str
    notice: timedelta
    effective_from: date
    effective_to: date | None = None  # the first day it no longer holds

    def due(self, starts_at: Moment) -> Moment:
        """By when the list has gone round."""
        return starts_at - self.notice

    def late(self, at: Moment, starts_at: Moment, *, circulated: bool) -> bool:
        """Whether a case listed now comes after the list went round, or should have."""
        return circulated or at > self.due(starts_at)


RULES: tuple[Listing, ...] = (
    Listing(
        "the list goes round 24 hours before",
        "Good practice for MDT meetings: the case list at least 24 hours ahead, and no late "
        "additions unless clinically urgent; PMC7910033 table (2021)",
        timedelta(hours=24),
        date(2021, 3, 1),
    ),
)


def in_force(at: Moment, rules: Collection[Listing] = RULES) -> Listing | None:
    """The rule that held at a moment; ``None`` before there was one."""
    on = local_date(at)
    held = [
        rule
        for rule in rules
        if rule.effective_from <= on and (rule.effective_to is None or on < rule.effective_to)
    ]
    return max(held, key=lambda rule: rule.effective_from, default=None)
