"""Outcome instruments: ranges, cut-offs, reliable change and polarity, with their sources."""

from __future__ import annotations

from dataclasses import dataclass

from domain.vocabulary import Instrument


@dataclass(frozen=True, slots=True)
class Scale:
    """One instrument. ``caseness`` and ``reliable_change`` are in points of the total.

    Source: NHS Talking Therapies manual and outcome metrics (PHQ-9 caseness 10, reliable change 6;
    GAD-7 caseness 8, reliable change 4); WSAS: Mundt et al., 2002.
    """

    items: int
    item_maximum: int
    caseness: int
    reliable_change: int
    lower_is_better: bool = True

    @property
    def maximum(self) -> int:
        return self.items * self.item_maximum


SCALES = {
    Instrument.PHQ_9: Scale(items=9, item_maximum=3, caseness=10, reliable_change=6),
    Instrument.GAD_7: Scale(items=7, item_maximum=3, caseness=8, reliable_change=4),
    Instrument.WSAS: Scale(items=5, item_maximum=8, caseness=11, reliable_change=8),
}


def possible(instrument: Instrument, total: int, items: tuple[int, ...]) -> bool:
    """Whether a total can come from the instrument, and from these items where given."""
    scale = SCALES[instrument]
    if not 0 <= total <= scale.maximum:
        return False
    if not items:
        return True
    return (
        len(items) == scale.items
        and all(0 <= item <= scale.item_maximum for item in items)
        and sum(items) == total
    )


def change(instrument: Instrument, first: int, last: int) -> str:
    """First against last score in words: reliable improvement, deterioration, or no change."""
    scale = SCALES[instrument]
    better = first - last if scale.lower_is_better else last - first
    if better >= scale.reliable_change:
        return "Reliable improvement"
    if -better >= scale.reliable_change:
        return "Reliable deterioration"
    return "No reliable change"
