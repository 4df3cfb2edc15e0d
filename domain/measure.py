"""Measure: a completed outcome measure and its score; never a risk (NICE NG225, 2022)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from domain.kernel import Aggregate, Asked, BrokenRule, Category, Fact, Recorded, Recorder
from domain.policies import instruments
from domain.vocabulary import Instrument, Label, MeasureId, PartnerId, PersonId, ReferralId

# What happened


class MeasureCompleted(Fact):
    """A person completed an outcome measure at a session."""

    TOPIC: ClassVar[str] = "measure:MeasureCompleted"
    CATEGORY: ClassVar[Category] = Category.CLINICAL
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.RECEIVER,)

    referral: ReferralId
    provider: PartnerId
    instrument: Instrument
    total: int
    items: tuple[int | None, ...] = ()


# What is refused


class MeasureIsComplete(BrokenRule):
    """This measure is recorded already."""


class NoSuchMeasure(BrokenRule):
    """No such measure of this person is recorded."""


class ScoreIsNotPossible(BrokenRule):
    """The score lies outside the instrument's range, or does not match its items."""


# What is true now and may happen next


@dataclass
class Measure(Aggregate):
    """One completed measure."""

    NOUN: ClassVar[str] = "measure"

    completed: bool = False
    person: PersonId | None = None

    @property
    def measure(self) -> MeasureId:
        return MeasureId(self.id)

    def complete(
        self, person: PersonId, completed: MeasureCompleted, *, label: Label, asked: Asked
    ) -> Recorded:
        """Record a score. Raises `MeasureIsComplete`, `ScoreIsNotPossible`."""
        if self.completed:
            raise MeasureIsComplete(self.id)
        if instruments.possible(completed.instrument, completed.total, completed.items):
            raise ScoreIsNotPossible(completed.instrument, completed.total)
        return self.record(
            completed, asked, person=person, label=label, correlation=completed.referral
        )

    def evolve(self, recorded: Recorded) -> None:
        match recorded.fact:
            case MeasureCompleted():
                self.completed, self.person = True, recorded.person
            case other:
                raise AssertionError(f"{other.TOPIC} is not a fact about a measure")


FACTS: tuple[type[Fact], ...] = (MeasureCompleted,)
