"""Outcomes of a course of treatment from its first and last scores, by the published rules.

It counts nobody who was no case at the start among the recovered. Source: NHS Talking Therapies
outcome metrics (OHID, Fingertips, common mental health disorders; measures M191 to M195).
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.policies.instruments import change, value
from domain.policies.scales import SCALES, Change
from domain.vocabulary import Instrument


@dataclass(frozen=True, slots=True)
class Pair:
    """One instrument's first and last total."""

    instrument: Instrument
    first: int
    last: int

    @property
    def case_at_start(self) -> bool:
        return self._case(self.first)

    @property
    def case_at_end(self) -> bool:
        return self._case(self.last)

    @property
    def change(self) -> Change:
        return change(self.instrument, self.first, self.last)

    def _case(self, total: int) -> bool:
        return bool(SCALES[self.instrument].case(value(self.instrument, total)))


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a course of treatment went, on a measure of depression and one of anxiety.

    ``depression`` is of the PHQ-9; ``anxiety`` of the GAD-7, or of the measure of the condition
    that takes its place.
    """

    depression: Pair
    anxiety: Pair

    @property
    def case_at_start(self) -> bool:
        """A case is above the cut-off on either measure."""
        return self.depression.case_at_start or self.anxiety.case_at_start

    @property
    def recovered(self) -> bool:
        """A case at the start, and no case on both measures at the end."""
        return self.case_at_start and not (self.depression.case_at_end or self.anxiety.case_at_end)

    @property
    def reliably_improved(self) -> bool:
        """Reliably better on one measure, and not reliably worse on the other."""
        return Change.IMPROVEMENT in self._changes and Change.DETERIORATION not in self._changes

    @property
    def reliably_deteriorated(self) -> bool:
        """Reliably worse on one measure, and not reliably better on the other."""
        return Change.DETERIORATION in self._changes and Change.IMPROVEMENT not in self._changes

    @property
    def reliably_recovered(self) -> bool:
        return self.recovered and self.reliably_improved

    @property
    def _changes(self) -> tuple[Change, Change]:
        return self.depression.change, self.anxiety.change
