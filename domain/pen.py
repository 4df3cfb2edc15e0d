"""Pen: who runs a meeting, and what has come before it; one person holds it, and it can be taken.

Its facts belong to the meeting, which decides (`domain.meeting`), and name nobody who is helped.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from domain.kernel import BrokenRule, Category, Fact, Recorder
from domain.vocabulary import ItemId, Moment, PartnerId, PenReason, PractitionerId

# What happened


class PenFact(Fact):
    """Who runs a meeting, and that it goes on to another case."""

    TOPIC: ClassVar[str] = "meeting:"
    CATEGORY: ClassVar[Category] = Category.COORDINATION
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.INVITED,)


class PenTaken(PenFact):
    """Somebody runs the meeting from now on; ``before`` held the pen until then."""

    TOPIC: ClassVar[str] = "meeting:PenTaken"

    practitioner: PractitionerId
    before: PractitionerId | None = None
    reason: PenReason
    invited: tuple[PartnerId, ...]


class PenAsked(PenFact):
    """Somebody asks whoever holds the pen to give it to them."""

    TOPIC: ClassVar[str] = "meeting:PenAsked"

    practitioner: PractitionerId
    invited: tuple[PartnerId, ...]


class ItemCalled(PenFact):
    """The meeting goes on to another case. Whoever may not know of whom sees that it does."""

    TOPIC: ClassVar[str] = "meeting:ItemCalled"

    item: ItemId
    invited: tuple[PartnerId, ...]


# What is refused


class PenIsHeld(BrokenRule):
    """Somebody else holds the pen; ask them for it, or take it once they have been silent for ten
    minutes.
    """


class SayWhyThePenIsTaken(BrokenRule):
    """Say why the pen is taken from whoever holds it."""


class OnlyTheHolderOfThePenMay(BrokenRule):
    """Only whoever holds the pen runs the meeting and records what it decides; ask for the pen."""


class DidNotAskForThePen(BrokenRule):
    """The pen is given to somebody who asked for it, and they did not."""


class NobodyIsASystem(BrokenRule):
    """A meeting is run by a practitioner, not by a system."""


# What is true now


@dataclass
class Pen:
    """Who holds it, when they last recorded something, and who has asked for it since."""

    holder: PractitionerId | None = None
    seen: Moment | None = None
    asking: list[PractitionerId] = field(default_factory=list)


FACTS: tuple[type[Fact], ...] = (PenTaken, PenAsked, ItemCalled)
