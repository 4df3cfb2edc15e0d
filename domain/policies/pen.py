"""For how long whoever holds a meeting's pen may be silent before another takes it: dated data."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.vocabulary import Moment


@dataclass(frozen=True, slots=True)
class Silence:
    """Who recorded nothing in the meeting for this long has lost its pen to whoever takes it."""

    name: str
    source: str
    after: timedelta
    effective_from: Moment

    def over(self, seen: Moment, at: Moment) -> bool:
        """Whether the holder, last heard of at ``seen``, has been silent for long enough."""
        return at - seen >= self.after


RULES: tuple[Silence, ...] = (
    Silence(
        "ten minutes of silence",
        "Our own: twice the five minutes of a case, so that nobody loses the pen by thinking",
        timedelta(minutes=10),
        datetime(2018, 10, 1, tzinfo=UTC),
    ),
)


def in_force(at: Moment, rules: Collection[Silence] = RULES) -> Silence:
    """The rule that held at a moment; before the first, the first."""
    held = [rule for rule in rules if rule.effective_from <= at]
    first = min(rules, key=lambda rule: rule.effective_from)
    return max(held, key=lambda rule: rule.effective_from, default=first)
