"""Outcomes of a course of treatment from its first and last scores, by the published rules.

It counts nobody who was no case at the start among the recovered. Source: NHS Talking Therapies
outcome metrics (OHID, Fingertips, common mental health disorders; measures M191 to M195).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.policies.scales import SCALES, Change
from domain.vocabulary import Content, Instrument

TREATED = frozenset({Content.TREATMENT, Content.ASSESSMENT_AND_TREATMENT})
FEWEST_CONTACTS = 2
"""A course of treatment is two attended treatment contacts or more (measure M076)."""

DEPRESSION = Instrument.PHQ_9
ANXIETY = Instrument.GAD_7
"""The measure of the condition may take its place; none of those is an instrument here yet."""


class Lacking(StrEnum):
    """Why there is no outcome."""

    CONTACTS = "fewer than two treatment contacts"
    DEPRESSION = "no two PHQ-9 scores"
    ANXIETY = "no two GAD-7 scores"


@dataclass(frozen=True, slots=True)
class Pair:
    """One instrument's first and last score, as they are compared."""

    instrument: Instrument
    first: float
    last: float

    @property
    def case_at_start(self) -> bool:
        return bool(SCALES[self.instrument].case(self.first))

    @property
    def case_at_end(self) -> bool:
        return bool(SCALES[self.instrument].case(self.last))

    @property
    def change(self) -> Change:
        return SCALES[self.instrument].change(self.first, self.last)

    @property
    def why(self) -> str:
        """What this measure says, in one sentence."""
        scale = SCALES[self.instrument]
        moved = {
            Change.IMPROVEMENT: f"better by {scale.reliable_change} points or more",
            Change.DETERIORATION: f"worse by {scale.reliable_change} points or more",
            Change.NONE: f"changed by fewer than {scale.reliable_change} points",
        }
        was = "a case" if self.case_at_start else "no case"
        now = "a case" if self.case_at_end else "no case"
        return (
            f"{self.instrument} {self.first:g} to {self.last:g}: {moved[self.change]}, "
            f"{was} at the start and {now} at the end (a case from {scale.caseness})."
        )


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
    def words(self) -> str:
        """The outcome in the words of the field, the most that holds."""
        if self.reliably_recovered:
            return "reliably recovered"
        if self.recovered:
            return "recovered, without reliable improvement"
        if self.reliably_improved:
            return "reliably improved"
        if self.reliably_deteriorated:
            return "reliably deteriorated"
        return "no reliable change"

    @property
    def why(self) -> tuple[str, ...]:
        """Each measure's part in it, and what the rule makes of both."""
        if not self.case_at_start:
            rule = "No case on either measure at the start, so recovery is not asked about."
        elif self.recovered:
            rule = "A case on one measure at least at the start, and on neither at the end."
        else:
            rule = "A case at the start, and still on one measure at least at the end."
        return self.depression.why, self.anxiety.why, rule

    @property
    def _changes(self) -> tuple[Change, Change]:
        return self.depression.change, self.anxiety.change


def lacking(contacts: int, depression: Pair | None, anxiety: Pair | None) -> tuple[Lacking, ...]:
    """What a referral lacks to have an outcome; nothing, when it was a course of treatment."""
    found = {
        Lacking.CONTACTS: contacts >= FEWEST_CONTACTS,
        Lacking.DEPRESSION: depression is not None,
        Lacking.ANXIETY: anxiety is not None,
    }
    return tuple(what for what, there in found.items() if not there)
