"""First contact: when the receiver of a referral first saw or spoke with the person.

Its facts belong to the referral, which decides (`domain.referral`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar

from domain.kernel import Asked, Category, Fact, Recorded
from domain.request import HELPED, ReferralFact, ReferralWasNotAccepted, Request
from domain.vocabulary import Moment

# What happened


class FirstContactMade(ReferralFact):
    """The receiver saw or spoke with the person for the first time; the earliest one counts."""

    TOPIC: ClassVar[str] = "referral:FirstContactMade"
    CATEGORY: ClassVar[Category] = Category.ENGAGEMENT


class FirstContactCorrected(ReferralFact):
    """The first contact did not take place after all; the first is another one, or none yet."""

    TOPIC: ClassVar[str] = "referral:FirstContactCorrected"
    CATEGORY: ClassVar[Category] = Category.ENGAGEMENT

    first_at: Moment | None = None


# What is true now and may happen next


@dataclass
class Seeing(Request):
    """When a person was seen or spoken with under a referral."""

    first_contacts: list[Moment] = field(default_factory=list)

    @property
    def first_contact_at(self) -> Moment | None:
        """When the person was first seen or spoken with, by what is known now."""
        return min(self.first_contacts, default=None)

    def note_first_contact(self, *, asked: Asked) -> Recorded | None:
        """Record that the person was seen or spoken with. Raises `ReferralWasNotAccepted`.

        A contact that is recorded late, and was earlier than the first one known, is the first one.
        """
        if self.state not in HELPED or asked.organisation != self.receiver:
            raise ReferralWasNotAccepted(self.id)
        if self.first_contact_at is not None and self.first_contact_at <= asked.at:
            return None
        return self._record(FirstContactMade(), asked)

    def correct_first_contact(
        self, was: Moment, others: Iterable[Moment], *, asked: Asked
    ) -> Recorded | None:
        """Take back the contact of that moment; the first of ``others`` that took place counts.

        Raises `ReferralWasNotAccepted`.
        """
        if self.state not in HELPED or asked.organisation != self.receiver:
            raise ReferralWasNotAccepted(self.id)
        left = list(self.first_contacts)
        if was in left:
            left.remove(was)
        first = min((*left, *others), default=None)
        if first == self.first_contact_at:
            return None
        return self._record(FirstContactCorrected(first_at=first), asked)


FACTS: tuple[type[Fact], ...] = (FirstContactMade, FirstContactCorrected)
