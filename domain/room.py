"""Room: how many places a service says it has, and how many were taken since it said so.

Its facts belong to the service, which decides (`domain.service`). A service that never said is
never full.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar
from uuid import UUID

from domain.kernel import BrokenRule, Category, Fact, Recorder

# What happened


class CapacityDeclared(Fact):
    """A service said how many more it can take now, of how many at most, and until when it holds.

    Places taken are counted from here on; what was declared before no longer counts. Named as in
    Open Referral HSDS 3.0, service_capacity.
    """

    TOPIC: ClassVar[str] = "service:CapacityDeclared"
    CATEGORY: ClassVar[Category] = Category.DIRECTORY
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.OFFERING, Recorder.HOST)

    available: int
    maximum: int | None = None
    until: date | None = None  # the last day on which it holds


class PlaceTaken(Fact):
    """A referral holds a place at the service from the moment it is asked for."""

    TOPIC: ClassVar[str] = "service:PlaceTaken"
    CATEGORY: ClassVar[Category] = Category.DIRECTORY
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.OFFERING, Recorder.PARTNER)

    by: UUID  # the referral


class PlaceFreed(Fact):
    """A referral holds its place no longer: it was not taken on, or the help has ended."""

    TOPIC: ClassVar[str] = "service:PlaceFreed"
    CATEGORY: ClassVar[Category] = Category.DIRECTORY
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.OFFERING, Recorder.PARTNER)

    by: UUID


# What is refused


class CapacityIsNotPossible(BrokenRule):
    """There cannot be fewer than no places, more free than there are, or an end in the past."""


# What is true now


@dataclass(frozen=True, slots=True)
class Room:
    """What was declared last, and which referrals took a place since."""

    available: int
    maximum: int | None
    until: date | None
    taken: frozenset[UUID] = frozenset()

    def left(self, day: date) -> int | None:
        """How many more may come; ``None`` when what was declared no longer holds."""
        if self.until is not None and day > self.until:
            return None
        return max(self.available - len(self.taken), 0)

    def full(self, day: date) -> bool:
        return self.left(day) == 0

    def after(self, fact: PlaceTaken | PlaceFreed) -> Room:
        """The room once a place was taken or freed."""
        if isinstance(fact, PlaceTaken):
            return replace(self, taken=self.taken | {fact.by})
        return replace(self, taken=self.taken - {fact.by})


FACTS: tuple[type[Fact], ...] = (CapacityDeclared, PlaceTaken, PlaceFreed)
