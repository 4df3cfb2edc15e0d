"""Acknowledging withdrawals: an organisation says that it removed what it may no longer know.

Its fact belongs to the partner's stream; it refuses to know whom anything was about.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from domain.kernel import Aggregate, Asked, BrokenRule, Category, Fact, Recorded, Recorder

# What happened


class WithdrawalsAcknowledged(Fact):
    """The organisation removed what it was told, as far as anything was withdrawn by a position.

    ``up_to`` is a position of the log: every withdrawal from it until then is acknowledged.
    """

    TOPIC: ClassVar[str] = "partner:WithdrawalsAcknowledged"
    CATEGORY: ClassVar[Category] = Category.COORDINATION
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.ITSELF,)

    up_to: int


# What is refused


class NothingWasWithdrawnThen(BrokenRule):
    """Your organisation was not told so much yet: acknowledge up to a position it was shown."""


# What is true now and may happen next


@dataclass
class Acknowledging(Aggregate):
    """Up to where an organisation said that it removed what was withdrawn from it."""

    acknowledged: int = 0

    def acknowledge_withdrawals(self, up_to: int, *, asked: Asked) -> Recorded | None:
        """Say that all that was withdrawn until a position is removed. Asked twice, once."""
        if up_to <= self.acknowledged:
            return None
        return self.record(WithdrawalsAcknowledged(up_to=up_to), asked)


FACTS: tuple[type[Fact], ...] = (WithdrawalsAcknowledged,)
