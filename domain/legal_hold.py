"""Legal hold: what keeps a person's record beyond its time, and from being erased.

It refuses to know how long anything is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import uuid5

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
from domain.vocabulary import LegalHoldId, LegalHoldReason, PersonId

# What happened


class LegalHoldFact(Fact):
    """The law wants a person's record kept, or no longer; it is told to nobody.

    ``order`` is the reference of what asks for it, and names nobody.
    """

    TOPIC: ClassVar[str] = "legal_hold:"
    CATEGORY: ClassVar[Category] = Category.COORDINATION
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.RECORDS,)

    order: str


class LegalHoldPlaced(LegalHoldFact):
    """From now on nothing of this person goes: an inquiry, a court or a claim asks for it."""

    TOPIC: ClassVar[str] = "legal_hold:LegalHoldPlaced"

    reason: LegalHoldReason
    words: PersonalText | None = None


class LegalHoldLifted(LegalHoldFact):
    """What asked for the record asks for it no more."""

    TOPIC: ClassVar[str] = "legal_hold:LegalHoldLifted"


# What is refused


class OnlyTheHostHolds(BrokenRule):
    """Only the host holds a record for the law, or lets it go."""


class ALegalHoldKeepsThem(BrokenRule):
    """A legal hold keeps this person's record: it is lifted first."""


class LegalHoldIsUnknown(Unknown):
    """Nothing of this person is held under this reference."""


# What is true now and may happen next


@dataclass
class LegalHold(Aggregate):
    """One order that keeps one person's record; it may be lifted, and placed again."""

    NOUN: ClassVar[str] = "legal_hold"

    person: PersonId | None = None
    stands: bool = False

    def place(
        self,
        person: PersonId,
        order: str,
        reason: LegalHoldReason,
        words: str | None,
        *,
        asked: Asked,
    ) -> Recorded | None:
        """Keep the record under this order. Asked twice, it answers once."""
        if self.stands:
            return None
        fact = LegalHoldPlaced(order=order, reason=reason, words=words)
        return self.record(fact, asked, person=person)

    def lift(self, order: str, *, asked: Asked) -> Recorded:
        """Keep it no more under this order. Raises `LegalHoldIsUnknown`."""
        if not self.stands:
            raise LegalHoldIsUnknown(self.id)
        return self.record(LegalHoldLifted(order=order), asked, person=self.person)

    def evolve(self, recorded: Recorded) -> None:
        match recorded.fact:
            case LegalHoldPlaced():
                self.person, self.stands = recorded.person, True
            case LegalHoldLifted():
                self.stands = False
            case other:
                raise AssertionError(f"{other.TOPIC} is not a fact about a legal hold")


def legal_hold_of(person: PersonId, order: str) -> LegalHoldId:
    """One order holds one person once."""
    return LegalHoldId(uuid5(person, f"legal hold {order}"))


FACTS: tuple[type[Fact], ...] = (LegalHoldPlaced, LegalHoldLifted)
