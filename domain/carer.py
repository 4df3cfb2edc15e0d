"""Carer: somebody who cares for a person; what they may be told, and whom to ring in an emergency.

What is recorded of the carer themself is the carer's: `domain.registered_carer`. It refuses to know
who the carer is, but for their name where they agreed to that.
"""

from __future__ import annotations

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
    Unknown,
)
from domain.vocabulary import CarerId, CaringEnd, MayBeTold, PartnerId, PersonId, Relation

# What happened


class CarerFact(Fact):
    """Somebody cares for the person without being paid for it."""

    TOPIC: ClassVar[str] = "carer:"
    CATEGORY: ClassVar[Category] = Category.COORDINATION
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.KNOWING,)
    THIRD_PARTY: ClassVar[bool] = True


class CarerIdentified(CarerFact):
    """Somebody cares for the person, and agreed that this is recorded.

    ``name`` and ``phone`` are as the carer gave them. ``known_here`` says that the carer has a
    record of their own, which is theirs: which one it is, is told to nobody. ``young`` is a carer
    under 18.
    """

    TOPIC: ClassVar[str] = "carer:CarerIdentified"

    name: PersonalText
    phone: PersonalText | None = None
    relation: Relation
    young: bool = False
    known_here: bool = False
    carer_person: PersonId | None = None
    emergency_contact: bool = False


class CarerMayBeTold(CarerFact):
    """The person said what the carer may be told of their care; it is theirs to say."""

    TOPIC: ClassVar[str] = "carer:CarerMayBeTold"
    THIRD_PARTY: ClassVar[bool] = False

    may: MayBeTold
    what: PersonalText | None = None


class EmergencyContactChosen(CarerFact):
    """The person said whether the carer is to be rung in an emergency."""

    TOPIC: ClassVar[str] = "carer:EmergencyContactChosen"
    THIRD_PARTY: ClassVar[bool] = False

    chosen: bool


class CarerNoLonger(CarerFact):
    """They no longer care for the person."""

    TOPIC: ClassVar[str] = "carer:CarerNoLonger"

    reason: CaringEnd


# What is refused


class CarerExists(BrokenRule):
    """A carer of this id is recorded already."""


class CarerIsUnknown(Unknown):
    """No such carer is known here."""


class CarerHasNotAgreed(BrokenRule):
    """Ask the carer first: somebody is recorded as a carer with their own agreement alone."""


class NobodyCaresForThemselves(BrokenRule):
    """The carer is the same person; name who cares for them."""


class CarerIsOver(BrokenRule):
    """They no longer care for the person; identify them again if they do."""


class SayWhatTheyMayBeTold(BrokenRule):
    """Say what of their care the person wishes the carer to be told."""


class NoNumberToRing(BrokenRule):
    """An emergency contact needs a telephone number; add it where the carer is identified."""


# What is true now and may happen next


@dataclass
class Carer(Aggregate):
    """One person's carer."""

    NOUN: ClassVar[str] = "carer"

    person: PersonId | None = None
    carer_person: PersonId | None = None
    name: str = ""
    phone: str | None = None
    relation: Relation = Relation.FRIEND
    young: bool = False
    may: tuple[MayBeTold, str | None] | None = None
    emergency_contact: bool = False
    over: bool = False

    @property
    def carer(self) -> CarerId:
        return CarerId(self.id)

    @property
    def about(self) -> PersonId:
        """Whose record holds what is the carer's own: theirs, or the person's if they have none."""
        about = self.carer_person or self.person
        assert about is not None, "a carer who was identified cares for somebody"
        return about

    def identify(
        self, person: PersonId, identified: CarerIdentified, *, agreed: bool, asked: Asked
    ) -> Recorded:
        """Record who cares for the person.

        Raises `CarerExists`, `CarerHasNotAgreed`, `NobodyCaresForThemselves`, `NoNumberToRing`.
        """
        if self.person is not None:
            raise CarerExists(self.id)
        if not agreed:
            raise CarerHasNotAgreed(self.id)
        if identified.carer_person == person:
            raise NobodyCaresForThemselves(self.id)
        if identified.emergency_contact and not identified.phone:
            raise NoNumberToRing(self.id)
        return self.record(identified, asked, person=person)

    def may_be_told(self, may: MayBeTold, what: str | None, *, asked: Asked) -> Recorded | None:
        """Record what the person wishes the carer to be told. The newest word counts.

        Raises `CarerIsOver`, `SayWhatTheyMayBeTold`.
        """
        self._caring()
        if may is MayBeTold.SOME and not what:
            raise SayWhatTheyMayBeTold(self.id)
        if self.may == (may, what):
            return None
        return self.record(CarerMayBeTold(may=may, what=what), asked, person=self.person)

    def choose_emergency_contact(self, chosen: bool, *, asked: Asked) -> Recorded | None:
        """Record whether to ring the carer in an emergency.

        Raises `CarerIsOver`, `NoNumberToRing`.
        """
        self._caring()
        if chosen == self.emergency_contact:
            return None
        if chosen and not self.phone:
            raise NoNumberToRing(self.id)
        return self.record(EmergencyContactChosen(chosen=chosen), asked, person=self.person)

    def end(self, reason: CaringEnd, *, asked: Asked) -> Recorded | None:
        """Say that they no longer care for the person. Asked twice, it answers once."""
        if self.over:
            return None
        return self.record(CarerNoLonger(reason=reason), asked, person=self.person)

    def _caring(self) -> None:
        if self.over:
            raise CarerIsOver(self.id)

    def next_actions(self, organisation: PartnerId) -> tuple[str, ...]:
        """What an organisation that knows of the carer may say next."""
        return () if self.over else ("may-be-told", "emergency-contact", "end")

    def evolve(self, recorded: Recorded) -> None:
        match recorded.fact:
            case CarerIdentified() as fact:
                self.person, self.carer_person = recorded.person, fact.carer_person
                self.name, self.phone, self.relation = fact.name, fact.phone, fact.relation
                self.young, self.emergency_contact = fact.young, fact.emergency_contact
            case CarerMayBeTold(may=may, what=what):
                self.may = (may, what)
            case EmergencyContactChosen(chosen=chosen):
                self.emergency_contact = chosen
            case CarerNoLonger():
                self.over, self.emergency_contact = True, False
            case other:
                raise AssertionError(f"{other.TOPIC} is not a fact about a carer")


FACTS: tuple[type[Fact], ...] = (
    CarerIdentified,
    CarerMayBeTold,
    EmergencyContactChosen,
    CarerNoLonger,
)
