"""Membership: one person's place in a group, or among those who wait for one.

Its facts belong to the group, which decides (`domain.group`). They name no other member.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from domain.kernel import Ask, BrokenRule, Category, Fact, Recorder
from domain.vocabulary import Label, LeftBecause, PartnerId, PersonId, ReferralId

# What happened


class MembershipFact(Fact):
    """That one person is in a group, or waits for a place in it."""

    TOPIC: ClassVar[str] = "group:"
    CATEGORY: ClassVar[Category] = Category.ENGAGEMENT
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.RECEIVER,)

    referral: ReferralId
    provider: PartnerId


class GroupJoined(MembershipFact):
    """The person has a place in the group."""

    TOPIC: ClassVar[str] = "group:GroupJoined"


class PlaceAwaited(MembershipFact):
    """The group is full; the person waits for the next place."""

    TOPIC: ClassVar[str] = "group:PlaceAwaited"


class GroupLeft(MembershipFact):
    """The person is in the group no longer, or waits for it no longer."""

    TOPIC: ClassVar[str] = "group:GroupLeft"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (
        Recorder.RECEIVER,
        Recorder.REPORTING,
        Recorder.HOSTS_TIMER,
    )

    reason: Ask[LeftBecause]


# What is refused


class NotReferredToThisGroup(BrokenRule):
    """Joining needs an accepted referral to this group's service; it may be the person's own."""


class NotForThisPractice(BrokenRule):
    """The group is for patients of other practices; choose one that is open to everybody."""


class GroupIsFull(BrokenRule):
    """The group is full; let the person wait for a place, or choose another group."""


class ThereIsRoom(BrokenRule):
    """The group has room; the person need not wait, let them join."""


class NotInTheGroup(BrokenRule):
    """This person is not in the group, and was not in it that day."""


# What is true now


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody's place, or their place among those who wait: under which referral, since when."""

    person: PersonId
    referral: ReferralId
    label: Label
    since: date
    until: date | None = None

    def held(self, on: date) -> bool:
        """Whether it was theirs on a day."""
        return self.since <= on and (self.until is None or on <= self.until)


FACTS: tuple[type[Fact], ...] = (GroupJoined, PlaceAwaited, GroupLeft)
