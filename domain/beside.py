"""Beside: whoever was told of something wrong is told what is right, involved or no longer.

It refuses to know how anything is put right.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from domain.contact import OutcomeCorrected
from domain.kernel import Category, Fact, Recorded
from domain.measure import ScoreCorrected
from domain.rectification import RectificationFact
from domain.sharing import Backfill, Disclosure, message_type, unless_sealed
from domain.vocabulary import PartnerId

PUTTING_RIGHT: tuple[type[Fact], ...] = (RectificationFact, ScoreCorrected, OutcomeCorrected)
"""What is told to whoever was told of what it is about (UK GDPR art. 19)."""

TOLD_BESIDE = frozenset({"rectification", "about", "outcome", "due_on"})
"""What of a rectification is told to everybody who was told of what is wrong."""

IN_WORDS = frozenset({"words", "disagreement"})
"""What of it is told besides to those who may know of clinical matters."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What one partner is told of what was put right, if it was told of what was wrong.

    ``earlier`` is what it was told, and until when. That something it knows is disputed, or was put
    right, is told as it was; in which words, to those who may know of clinical matters.
    """

    earlier: Backfill
    recorded: Recorded

    @property
    def partner(self) -> PartnerId:
        return self.earlier.partner

    def of(self, history: Iterable[Recorded]) -> list[Disclosure]:
        """The correction, as far as the partner may know it."""
        if not list(self.earlier.of(each for each in history if self._is_about(each))):
            return []
        fact, knew = self.recorded.fact, self.earlier
        if not isinstance(fact, RectificationFact):
            told = unless_sealed(self.recorded, self.partner, knew.agreement, knew.own, knew.sealed)
            return [told] if told else []
        clinical = Category.CLINICAL in knew.agreement.categories
        fields = set(TOLD_BESIDE | IN_WORDS if clinical else TOLD_BESIDE)
        return [
            Disclosure(
                partner=self.partner,
                type=message_type(type(fact)),
                data=fact.model_dump(mode="json", include=fields, exclude_none=True),
                personal=fact.PERSONAL_FIELDS,
                recorded=self.recorded,
            )
        ]

    def _is_about(self, earlier: Recorded) -> bool:
        fact = self.recorded.fact
        if isinstance(fact, RectificationFact):
            return earlier.id == fact.about
        return earlier.originator_id == self.recorded.originator_id
