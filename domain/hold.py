"""Hold: a person is watched over without a change of step until a day when it is looked at again.

Its facts belong to the person's pathway, which decides (`domain.pathway`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from domain.kernel import BrokenRule, Clinical, Fact, PersonalText
from domain.steps import PathwayFact

# What happened


class PutOnHold(PathwayFact):
    """Nothing changes for now and somebody keeps an eye on the person, until ``review_on``.

    For example active monitoring (NICE CG123, step 1). It ends when it is said to, and with a step,
    a discharge that is proposed, another organisation that holds the person, and the pathway.
    """

    TOPIC: ClassVar[str] = "pathway:PutOnHold"

    reason: Clinical[PersonalText]
    review_on: date


class HoldEnded(PathwayFact):
    """The person is on hold no more: what was waited for has been looked at."""

    TOPIC: ClassVar[str] = "pathway:HoldEnded"


# What is refused


class ReviewLiesBehind(BrokenRule):
    """A hold is reviewed on a later day than it begins; choose a day ahead."""


# What is true now


@dataclass(frozen=True, slots=True)
class Hold:
    """Why nothing changes for now, and when it is looked at again."""

    reason: str
    review_on: date


FACTS: tuple[type[Fact], ...] = (PutOnHold, HoldEnded)
