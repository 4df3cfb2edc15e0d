"""RegisteredCarer: a carer on the place's register, and the assessment that they are owed.

It is the carer's own, and lies in their own record where they have one. It refuses to know whom
they care for, but by the id of that caring.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar
from uuid import UUID, uuid5

from domain.kernel import (
    Aggregate,
    Asked,
    BrokenRule,
    Category,
    Fact,
    PersonalText,
    Recorded,
    Recorder,
    Unknown,
)
from domain.policies.caring import Law
from domain.vocabulary import CarerId, PartnerId, PersonId

# What happened


class RegisteredCarerFact(Fact):
    """Something of a carer on the register, told to those who may know that somebody cares."""

    TOPIC: ClassVar[str] = "registered_carer:"
    CATEGORY: ClassVar[Category] = Category.COORDINATION
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.KNOWING,)
    THIRD_PARTY: ClassVar[bool] = True


class CarerRegistered(RegisteredCarerFact):
    """A carer is on the carers' register of the place (Sandwell: King's Fund, *The Esteem Team*).

    ``name`` is given where the carer has no record of their own.
    """

    TOPIC: ClassVar[str] = "registered_carer:CarerRegistered"

    carer: CarerId
    name: PersonalText | None = None
    young: bool = False


class CarersAssessmentAsked(RegisteredCarerFact):
    """The local authority's assessment was asked for, which a carer is owed by ``law``."""

    TOPIC: ClassVar[str] = "registered_carer:CarersAssessmentAsked"

    asked_of: PartnerId
    due_on: date
    law: Law


class CarersAssessmentDone(RegisteredCarerFact):
    """The carer was assessed, and what came of it."""

    TOPIC: ClassVar[str] = "registered_carer:CarersAssessmentDone"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.ASSESSING,)

    asked_of: PartnerId
    outcome: PersonalText | None = None


class CarersAssessmentDeclined(RegisteredCarerFact):
    """The carer does not want to be assessed; they may ask again at any time."""

    TOPIC: ClassVar[str] = "registered_carer:CarersAssessmentDeclined"

    asked_of: PartnerId


class CarerTakenOff(RegisteredCarerFact):
    """The carer is no longer on the register for this caring; another keeps them on it."""

    TOPIC: ClassVar[str] = "registered_carer:CarerTakenOff"

    carer: CarerId


# What is refused


class CarerIsNotRegistered(Unknown):
    """This carer is not on the register; put them on it first."""


class NobodyMayAssess(BrokenRule):
    """A carer's assessment is the local authority's; choose a social work team."""


class NoAssessmentIsAsked(BrokenRule):
    """No assessment of this carer is asked for; ask for one."""


class OnlyWhoAssessesMay(BrokenRule):
    """Only the organisation that was asked for the assessment may say that it is done."""


# What is true now and may happen next


@dataclass
class RegisteredCarer(Aggregate):
    """One carer's entry on the register. ``caring`` are those they still care for."""

    NOUN: ClassVar[str] = "registered_carer"

    person: PersonId | None = None
    caring: set[CarerId] = field(default_factory=set)
    asked_of: PartnerId | None = None

    def register(
        self, person: PersonId, carer: CarerId, *, name: str | None, young: bool, asked: Asked
    ) -> Recorded | None:
        """Put a carer on the register. Asked twice, it answers once."""
        if carer in self.caring:
            return None
        fact = CarerRegistered(carer=carer, name=name, young=young)
        return self.record(fact, asked, person=person)

    def ask_assessment(
        self, asked_of: PartnerId, due_on: date, law: Law, *, asked: Asked
    ) -> Recorded | None:
        """Ask the local authority to assess the carer. Asked twice, it answers once.

        Raises `CarerIsNotRegistered`.
        """
        self._registered()
        if self.asked_of == asked_of:
            return None
        fact = CarersAssessmentAsked(asked_of=asked_of, due_on=due_on, law=law)
        return self.record(fact, asked, person=self.person)

    def complete_assessment(self, outcome: str | None, *, asked: Asked) -> Recorded:
        """Say that the carer was assessed. Raises `NoAssessmentIsAsked`, `OnlyWhoAssessesMay`."""
        if self.asked_of is None:
            raise NoAssessmentIsAsked(self.id)
        if asked.organisation != self.asked_of:
            raise OnlyWhoAssessesMay(self.id)
        fact = CarersAssessmentDone(asked_of=self.asked_of, outcome=outcome)
        return self.record(fact, asked, person=self.person)

    def decline_assessment(self, *, asked: Asked) -> Recorded:
        """Record that the carer does not want it. Raises `NoAssessmentIsAsked`."""
        if self.asked_of is None:
            raise NoAssessmentIsAsked(self.id)
        fact = CarersAssessmentDeclined(asked_of=self.asked_of)
        return self.record(fact, asked, person=self.person)

    def take_off(self, carer: CarerId, *, asked: Asked) -> Recorded | None:
        """Take a carer off for one caring. Asked twice, it answers once."""
        if carer not in self.caring:
            return None
        return self.record(CarerTakenOff(carer=carer), asked, person=self.person)

    def _registered(self) -> None:
        if not self.caring:
            raise CarerIsNotRegistered(self.id)

    def next_actions(self, organisation: PartnerId) -> tuple[str, ...]:
        """What this organisation may say of the carer next, in the words of the interface."""
        if self.asked_of == organisation:
            return ("assessment-completion", "assessment-refusal")
        if self.asked_of is not None:
            return ("assessment-refusal",)
        return ("assessment",) if self.caring else ()

    def evolve(self, recorded: Recorded) -> None:
        match recorded.fact:
            case CarerRegistered(carer=carer):
                self.person = recorded.person
                self.caring.add(carer)
            case CarersAssessmentAsked(asked_of=asked_of):
                self.asked_of = asked_of
            case CarersAssessmentDone() | CarersAssessmentDeclined():
                self.asked_of = None
            case CarerTakenOff(carer=carer):
                self.caring.discard(carer)
                self.asked_of = self.asked_of if self.caring else None
            case other:
                raise AssertionError(f"{other.TOPIC} is not a fact about a registered carer")


FACTS: tuple[type[Fact], ...] = (
    CarerRegistered,
    CarersAssessmentAsked,
    CarersAssessmentDone,
    CarersAssessmentDeclined,
    CarerTakenOff,
)


def registered_of(carer: UUID) -> UUID:
    """The entry of a carer: one for each record of their own, or each caring without one."""
    return uuid5(carer, "carers' register")
