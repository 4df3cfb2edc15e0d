"""Safeguarding: an adult or a child was referred to whoever must make enquiries, and on which duty.

It asks for no consent: whether the person was told is said instead, and why if they were not. It
refuses to know what the enquiry finds.
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
)
from domain.policies.days import local_date
from domain.policies.safeguarding import bases
from domain.vocabulary import (
    ConcernId,
    Label,
    NotTold,
    PartnerId,
    PersonId,
    SafeguardingId,
    SafeguardingOf,
)

# What happened


class SafeguardingFact(Fact):
    """That somebody must be kept safe from others, or from neglect."""

    TOPIC: ClassVar[str] = "safeguarding:"
    CATEGORY: ClassVar[Category] = Category.SAFETY
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.KNOWING,)


class SafeguardingReferred(SafeguardingFact):
    """An adult or a child was referred for safeguarding, to ``body`` or to ``outside_body``.

    ``content`` is what was said, ``shared`` what was given with it; ``told`` says whether the
    person was told, ``not_told`` why they were not. ``alleged`` are organisations it is about.
    """

    TOPIC: ClassVar[str] = "safeguarding:SafeguardingReferred"

    of: SafeguardingOf
    basis: str
    body: PartnerId | None = None
    outside_body: PersonalText | None = None
    content: PersonalText
    shared: PersonalText
    told: bool
    not_told: NotTold | None = None
    concern: ConcernId | None = None
    alleged: tuple[PartnerId, ...] = ()


# What is refused


class SafeguardingIsReferred(BrokenRule):
    """This safeguarding referral is recorded already."""


class BodyIsMissing(BrokenRule):
    """Say to whom it was referred: one organisation of this place, or the name of another one."""


class BasisIsNotInForce(BrokenRule):
    """This duty does not hold on that day for an adult, or not for a child; choose another."""


class SayWhyTheyWereNotTold(BrokenRule):
    """Say why the person was not told; if they were told, leave the reason out."""


class TheAllegedAreNotAsked(BrokenRule):
    """An organisation that it is about cannot be the one it is referred to, or who refers."""


# What is true now


@dataclass
class Safeguarding(Aggregate):
    """One safeguarding referral."""

    NOUN: ClassVar[str] = "safeguarding"

    person: PersonId | None = None

    @property
    def safeguarding(self) -> SafeguardingId:
        return SafeguardingId(self.id)

    def refer(
        self, person: PersonId, referred: SafeguardingReferred, *, label: Label, asked: Asked
    ) -> Recorded:
        """Record it. Raises `SafeguardingIsReferred`, `BodyIsMissing`, `BasisIsNotInForce`,
        `SayWhyTheyWereNotTold`, `TheAllegedAreNotAsked`.
        """
        if self.person is not None:
            raise SafeguardingIsReferred(self.id)
        if (referred.body is None) == (not (referred.outside_body or "").strip()):
            raise BodyIsMissing(self.id)
        holding = {each.code for each in bases(referred.of, local_date(asked.at))}
        if referred.basis not in holding:
            raise BasisIsNotInForce(self.id)
        if referred.told == (referred.not_told is not None):
            raise SayWhyTheyWereNotTold(self.id)
        if {referred.body, asked.organisation} & set(referred.alleged):
            raise TheAllegedAreNotAsked(self.id)
        return self.record(referred, asked, person=person, label=label)

    def evolve(self, recorded: Recorded) -> None:
        match recorded.fact:
            case SafeguardingReferred():
                self.person = recorded.person
            case other:
                raise AssertionError(f"{other.TOPIC} is not a fact about safeguarding")


FACTS: tuple[type[Fact], ...] = (SafeguardingReferred,)
