"""When a meeting may decide: dated rules on who must be in the room."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from domain.vocabulary import Decision, Moment, PartnerId

KEY_DECISIONS = frozenset(
    {Decision.STEP_UP, Decision.STEP_DOWN, Decision.HAND_OVER, Decision.DISCHARGE}
)

SOURCE = "Redesigned MDT forum, PMC6201820 table 1 (2018)"


@dataclass(frozen=True, slots=True)
class Quorum:
    """Without the responsible clinician a meeting runs but takes no key decision.

    ``clinician`` asks for that clinician by name or role: the person's key worker, or a clinician
    of the responsible organisation who stands in. A rule without it asks for anybody of the
    responsible organisation.
    """

    name: str
    source: str
    effective_from: Moment
    key_decisions: frozenset[Decision] = KEY_DECISIONS
    clinician: bool = True

    def met(
        self, present: Collection[PartnerId], responsible: PartnerId | None, *, clinician: bool
    ) -> bool:
        """Whether those in the room may take a key decision.

        ``clinician`` says that somebody there is the responsible clinician, or stands in.
        """
        return responsible in present and (clinician or not self.clinician)

    def needed(self, outcome: Decision) -> bool:
        return outcome in self.key_decisions


RULES = (
    Quorum(
        "responsible organisation present",
        SOURCE,
        datetime(2018, 10, 1, tzinfo=UTC),
        clinician=False,
    ),
    Quorum(
        "responsible clinician present",
        f"{SOURCE}; cross-cover: PMC7910033 table (2021)",
        datetime(2026, 3, 31, 23, 0, tzinfo=UTC),  # 1 April in London
    ),
)


def in_force(at: Moment, rules: Collection[Quorum] = RULES) -> Quorum:
    """The rule that held at a moment; before the first, the first."""
    held = [rule for rule in rules if rule.effective_from <= at]
    first = min(rules, key=lambda rule: rule.effective_from)
    return max(held, key=lambda rule: rule.effective_from, default=first)
