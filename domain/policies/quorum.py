"""When a meeting may decide: dated rules on who must be in the room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from domain.vocabulary import Decision, Moment, PartnerId

KEY_DECISIONS = frozenset(
    {Decision.STEP_UP, Decision.STEP_DOWN, Decision.HAND_OVER, Decision.DISCHARGE}
)


@dataclass(frozen=True, slots=True)
class Quorum:
    """Without the responsible clinician a meeting runs but takes no key decision.

    Source: redesigned MDT forum, PMC6201820 table 1 (2018).
    """

    name: str
    effective_from: Moment
    key_decisions: frozenset[Decision]

    def met(
        self, outcome: Decision, present: set[PartnerId], responsible: PartnerId | None
    ) -> bool:
        return outcome not in self.key_decisions or responsible in present


RULES = (
    Quorum("responsible organisation present", datetime(2018, 10, 1, tzinfo=UTC), KEY_DECISIONS),
)


def in_force(at: Moment) -> Quorum:
    """The rule that held at a moment; before the first, the first."""
    held = [rule for rule in RULES if rule.effective_from <= at]
    return max(held, key=lambda rule: rule.effective_from) if held else RULES[0]
