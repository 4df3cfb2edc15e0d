"""Unmet need: a service was wanted for somebody and could not be chosen.

It refuses to know who wanted what in words: it is counted, and told to those who already know.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from domain.kernel import (
    Aggregate,
    Asked,
    BrokenRule,
    Category,
    Clinical,
    Demographic,
    Fact,
    Recorded,
    Recorder,
)
from domain.vocabulary import (
    Label,
    Need,
    PartnerId,
    PersonId,
    ServiceId,
    Step,
    WhyUnmet,
)

# What happened


class UnmetNeedRecorded(Fact):
    """A service was wanted and could not be chosen, for a person who is named or for nobody named.

    ``service`` is absent when there is none of that kind here. ``practice`` is whose patient it was
    for, if that is known.
    """

    TOPIC: ClassVar[str] = "unmet:UnmetNeedRecorded"
    CATEGORY: ClassVar[Category] = Category.REFERRAL
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.PARTNER,)

    why: WhyUnmet
    step: Step
    need: Clinical[Need]
    service: ServiceId | None = None
    practice: Demographic[PartnerId | None] = None


# What is refused


class UnmetNeedExists(BrokenRule):
    """This unmet need is recorded already."""


class WhichServiceIsMissing(BrokenRule):
    """Say which service was wanted, or that there is none of that kind here."""


class WhichStepIsMissing(BrokenRule):
    """Say at which step help was wanted, since no service is named."""


# What is true now


@dataclass
class UnmetNeed(Aggregate):
    """One time that somebody wanted a service and could not have it."""

    NOUN: ClassVar[str] = "unmet"

    person: PersonId | None = None

    def write(
        self,
        unmet: UnmetNeedRecorded,
        *,
        person: PersonId | None,
        label: Label,
        asked: Asked,
    ) -> Recorded:
        """Note it. Raises `UnmetNeedExists`, `WhichServiceIsMissing`."""
        if self.version:
            raise UnmetNeedExists(self.id)
        if (unmet.service is None) != (unmet.why is WhyUnmet.NONE_HERE):
            raise WhichServiceIsMissing(self.id)
        return self.record(unmet, asked, person=person, label=label)

    def evolve(self, recorded: Recorded) -> None:
        match recorded.fact:
            case UnmetNeedRecorded():
                self.person = recorded.person
            case other:
                raise AssertionError(f"{other.TOPIC} is not a fact about an unmet need")


FACTS: tuple[type[Fact], ...] = (UnmetNeedRecorded,)
