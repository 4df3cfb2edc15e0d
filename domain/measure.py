"""Measure: a completed outcome measure and its score; never a risk (NICE NG225, 2022)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from domain.kernel import (
    Aggregate,
    Asked,
    BrokenRule,
    Category,
    Fact,
    PersonalText,
    Recorded,
    Recorder,
)
from domain.policies import instruments
from domain.policies.instruments import Answers, Fault, Flaw
from domain.vocabulary import (
    GoalId,
    Instrument,
    Label,
    MeasureId,
    Moment,
    PartnerId,
    PersonId,
    ReferralId,
)

# What happened


class MeasureFact(Fact):
    """What a person answered, and what it comes to by the instrument's published rule.

    ``items`` are in the instrument's order; one that was not answered is empty. ``goals`` are the
    goals that goal-based answers are about, where those are in the person's plan.
    """

    TOPIC: ClassVar[str] = "measure:"
    CATEGORY: ClassVar[Category] = Category.CLINICAL

    referral: ReferralId | None = None
    provider: PartnerId
    instrument: Instrument
    total: int
    items: tuple[int | None, ...] = ()
    goals: tuple[GoalId, ...] = ()


class MeasureCompleted(MeasureFact):
    """A person completed an outcome measure, at a session or before it on paper or online."""

    TOPIC: ClassVar[str] = "measure:MeasureCompleted"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.RECEIVER, Recorder.RESPONSIBLE)


class ScoreCorrected(MeasureFact):
    """A score had been entered wrongly, and this is what the person answered.

    ``was`` is the total that was entered and ``completed_at`` when the person completed it. The
    first entry stays in the history; no concern that it raised is taken back by it.
    """

    TOPIC: ClassVar[str] = "measure:ScoreCorrected"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.PROVIDER,)

    was: int
    completed_at: Moment
    reason: PersonalText | None = None


# What is refused


class MeasureIsComplete(BrokenRule):
    """This measure is recorded already."""


class MeasureIsUnknown(BrokenRule):
    """No such measure is known here."""


class NoSuchMeasure(BrokenRule):
    """No such measure of this person is recorded."""


class OnlyWhoScoredItMay(BrokenRule):
    """Only the organisation that recorded a score may correct it."""


class ScoreIsNotPossible(BrokenRule):
    """The instrument cannot have this score."""

    def __init__(self, *ids: object, faults: Sequence[Fault] = ()) -> None:
        super().__init__(*ids, needs=tuple(fault.words for fault in faults))
        self.faults = tuple(faults)


# What is true now and may happen next


def total_of(
    instrument: Instrument, total: int | None, items: Answers, goals: Sequence[GoalId] = ()
) -> int:
    """The total that is recorded: of the answers where there are some.

    Raises `ScoreIsNotPossible`, which says of each answer what would do.
    """
    faults = instruments.faults(instrument, total, items)
    if goals and (instrument is not Instrument.GBO or len(set(goals)) != len(items)):
        faults = (*faults, Fault(Flaw.GOALS, "a goal of its own for each answer, of goals only"))
    if faults:
        raise ScoreIsNotPossible(instrument, faults=faults)
    if items:
        return instruments.scored(instrument, items).total
    assert total is not None
    return total


@dataclass
class Measure(Aggregate):
    """One completed measure."""

    NOUN: ClassVar[str] = "measure"

    person: PersonId | None = None
    label: Label = Label.ORDINARY
    completed_at: Moment | None = None
    stands: MeasureFact | None = None

    @property
    def measure(self) -> MeasureId:
        return MeasureId(self.id)

    @property
    def completed(self) -> bool:
        return self.stands is not None

    def complete(
        self, person: PersonId, completed: MeasureCompleted, *, label: Label, asked: Asked
    ) -> Recorded:
        """Record a score. Raises `MeasureIsComplete`, `ScoreIsNotPossible`."""
        if self.completed:
            raise MeasureIsComplete(self.id)
        total_of(completed.instrument, completed.total, completed.items, completed.goals)
        return self.record(
            completed,
            asked,
            person=person,
            label=label,
            correlation=completed.referral or self.id,
        )

    def correct(
        self,
        *,
        total: int | None,
        items: Answers = (),
        goals: Sequence[GoalId] = (),
        reason: str | None = None,
        asked: Asked,
    ) -> Recorded | None:
        """Put a score right that was entered wrongly; ``None`` when it stands so already.

        Raises `MeasureIsUnknown`, `OnlyWhoScoredItMay`, `ScoreIsNotPossible`.
        """
        stands = self.stands
        if stands is None or self.completed_at is None:
            raise MeasureIsUnknown(self.id)
        if asked.organisation != stands.provider:
            raise OnlyWhoScoredItMay(self.id)
        right = total_of(stands.instrument, total, items, goals)
        if (right, tuple(items), tuple(goals)) == (stands.total, stands.items, stands.goals):
            return None
        fact = ScoreCorrected(
            referral=stands.referral,
            provider=stands.provider,
            instrument=stands.instrument,
            total=right,
            items=tuple(items),
            goals=tuple(goals),
            was=stands.total,
            completed_at=self.completed_at,
            reason=reason,
        )
        return self.record(
            fact,
            asked,
            person=self.person,
            label=self.label,
            correlation=stands.referral or self.id,
        )

    def evolve(self, recorded: Recorded) -> None:
        match recorded.fact:
            case MeasureCompleted() as completed:
                self.person, self.label = recorded.person, recorded.label
                self.completed_at, self.stands = recorded.effective_at, completed
            case ScoreCorrected() as corrected:
                self.stands = corrected
            case other:
                raise AssertionError(f"{other.TOPIC} is not a fact about a measure")


FACTS: tuple[type[Fact], ...] = (MeasureCompleted, ScoreCorrected)
