"""Group: a programme of sessions that people join; when it meets, who is in it, who waits.

What becomes of each member at a session is an appointment of theirs (`domain.contact`). What one
member's facts say names no other member.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import ClassVar
from uuid import uuid5

from domain.kernel import Aggregate, Asked, BrokenRule, Category, Fact, Recorded, Recorder
from domain.membership import FACTS as MEMBERSHIP_FACTS
from domain.membership import (
    GroupIsFull,
    GroupJoined,
    GroupLeft,
    NotForThisPractice,
    NotInTheGroup,
    Place,
    PlaceAwaited,
    ThereIsRoom,
)
from domain.policies.days import local_date
from domain.policies.timetable import Timetable
from domain.vocabulary import (
    ContactId,
    GroupId,
    Label,
    LeftBecause,
    Moment,
    PartnerId,
    PersonId,
    ReferralId,
    ServiceId,
    SessionOff,
)


def contact_of(group: GroupId, person: PersonId, on: date) -> ContactId:
    """A member has one appointment a session; its id follows, so two can never be recorded."""
    return ContactId(uuid5(group, f"{person} {on.isoformat()}"))


# What happened


class ProgrammeFact(Fact):
    """What is open to whoever may come; it names nobody who does."""

    TOPIC: ClassVar[str] = "group:"
    CATEGORY: ClassVar[Category] = Category.DIRECTORY
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.OFFERING,)


class ProgrammePlanned(ProgrammeFact):
    """A group has its day, its place and room for so many.

    It meets every so many weeks from ``first_at`` on, ``minutes`` long. ``practices`` are those
    whose patients may come; where none is named, anybody's may.
    """

    TOPIC: ClassVar[str] = "group:ProgrammePlanned"

    partner: PartnerId
    service: ServiceId
    name: str
    first_at: Moment
    every_weeks: int = 1
    minutes: int
    place: str
    last_on: date | None = None
    capacity: int
    practices: tuple[PartnerId, ...] = ()


class SessionHeld(ProgrammeFact):
    """The group met that day; who was there is said to nobody but those who may know of each."""

    TOPIC: ClassVar[str] = "group:SessionHeld"

    on: date


class SessionCancelled(ProgrammeFact):
    """The group does not meet that day, and why."""

    TOPIC: ClassVar[str] = "group:SessionCancelled"

    on: date
    reason: SessionOff


class ProgrammeEnded(ProgrammeFact):
    """The group meets no more."""

    TOPIC: ClassVar[str] = "group:ProgrammeEnded"

    reason: str


# What is refused


class GroupIsPlanned(BrokenRule):
    """A group of this id is planned already."""


class GroupIsUnknown(BrokenRule):
    """No such group is known here."""


class ServiceIsNotForGroups(BrokenRule):
    """A group is planned for a group service of your own organisation."""


class ProgrammeIsNotPossible(BrokenRule):
    """A group has room for at least one, lasts at least a minute, and ends after it begins."""


class OnlyTheGroupMay(BrokenRule):
    """Only the organisation that runs the group keeps its register."""


class GroupHasEnded(BrokenRule):
    """The group meets no more; choose another."""


class NoSuchSession(BrokenRule):
    """The group does not meet on that day."""


class SessionHasNotBegun(BrokenRule):
    """The session has not begun, so nobody can have been there."""


class SessionWasCancelled(BrokenRule):
    """This session was called off; nobody was there."""


class SessionWasHeld(BrokenRule):
    """This session was held; it cannot be called off."""


# What is true now and may happen next


@dataclass
class Group(Aggregate):
    """One programme, its members and its sessions."""

    NOUN: ClassVar[str] = "group"

    planned: ProgrammePlanned | None = None
    ended: bool = False
    members: dict[PersonId, Place] = field(default_factory=dict)
    waiting: dict[PersonId, Place] = field(default_factory=dict)
    past: list[Place] = field(default_factory=list)
    held: set[date] = field(default_factory=set)
    cancelled: set[date] = field(default_factory=set)

    @property
    def group(self) -> GroupId:
        return GroupId(self.id)

    @property
    def timetable(self) -> Timetable:
        assert self.planned is not None
        return Timetable(self.planned.first_at, self.planned.every_weeks, self.planned.last_on)

    @property
    def room(self) -> int:
        """How many more may join."""
        return self.planned.capacity - len(self.members) if self.planned else 0

    def plan(self, planned: ProgrammePlanned, *, group_service: bool, asked: Asked) -> Recorded:
        """Begin a group. Raises `GroupIsPlanned`, `ServiceIsNotForGroups`,
        `ProgrammeIsNotPossible`.
        """
        if self.planned is not None:
            raise GroupIsPlanned(self.id)
        if not group_service or planned.partner != asked.organisation:
            raise ServiceIsNotForGroups(planned.service)
        ends_first = planned.last_on is not None and planned.last_on < local_date(planned.first_at)
        if ends_first or min(planned.capacity, planned.minutes, planned.every_weeks) < 1:
            raise ProgrammeIsNotPossible(self.id)
        return self.record(planned, asked)

    def join(
        self,
        person: PersonId,
        referral: ReferralId,
        *,
        practice: PartnerId | None,
        label: Label,
        asked: Asked,
    ) -> Recorded | None:
        """Give a person a place. Asked twice, they have one.

        Raises `GroupIsUnknown`, `OnlyTheGroupMay`, `GroupHasEnded`, `NotForThisPractice`,
        `GroupIsFull`.
        """
        self._open_to(practice, asked)
        if person in self.members:
            return None
        if self.room < 1:
            raise GroupIsFull(self.id, needs=("waiting-place",))
        return self._give(Place(person, referral, label, local_date(asked.at)), asked)

    def await_place(
        self,
        person: PersonId,
        referral: ReferralId,
        *,
        practice: PartnerId | None,
        label: Label,
        asked: Asked,
    ) -> Recorded | None:
        """Let a person wait for a place. Raises what `join` raises, and `ThereIsRoom`."""
        self._open_to(practice, asked)
        if person in self.members or person in self.waiting:
            return None
        if self.room > 0:
            raise ThereIsRoom(self.id, needs=("member",))
        fact = PlaceAwaited(referral=referral, provider=asked.organisation)
        return self.record(fact, asked, person=person, label=label, correlation=referral)

    def leave(
        self, person: PersonId, reason: LeftBecause, *, asked: Asked, cause: str | None = None
    ) -> Recorded | None:
        """End somebody's place, or their waiting; ``None`` if they have neither."""
        place = self.members.get(person) or self.waiting.get(person)
        if place is None or self.planned is None:
            return None
        return self.record(
            GroupLeft(referral=place.referral, provider=self.planned.partner, reason=reason),
            asked,
            person=person,
            label=place.label,
            correlation=place.referral,
            cause=cause,
        )

    def give_free_places(
        self, still_wanting: frozenset[PersonId], *, asked: Asked
    ) -> tuple[Recorded, ...]:
        """Give what is free to those who wait, the longest waiting first."""
        self.keeping(asked)
        given = []
        for place in list(self.waiting.values()):
            if not self.ended and self.room > 0 and place.person in still_wanting:
                given.append(self._give(place, asked))
        return tuple(given)

    def hold_session(self, on: date, *, asked: Asked) -> Recorded | None:
        """Note that the group met. Asked again, for somebody left out, it is noted once.

        Raises `GroupIsUnknown`, `OnlyTheGroupMay`, `NoSuchSession`, `SessionWasCancelled`,
        `SessionHasNotBegun`.
        """
        self.keeping(asked)
        self._meets(on)
        if on in self.cancelled:
            raise SessionWasCancelled(self.id)
        if asked.at < self.timetable.starts_at(on):
            raise SessionHasNotBegun(self.id)
        return None if on in self.held else self.record(SessionHeld(on=on), asked)

    def cancel_session(self, on: date, reason: SessionOff, *, asked: Asked) -> Recorded | None:
        """Call a session off. Raises `GroupIsUnknown`, `OnlyTheGroupMay`, `NoSuchSession`,
        `SessionWasHeld`.
        """
        self.keeping(asked)
        self._meets(on)
        if on in self.held:
            raise SessionWasHeld(self.id)
        if on in self.cancelled:
            return None
        return self.record(SessionCancelled(on=on, reason=reason), asked)

    def end(self, reason: str, *, asked: Asked) -> Recorded | None:
        """End the programme; everybody in it leaves it. Raises `GroupIsUnknown`,
        `OnlyTheGroupMay`.
        """
        self.keeping(asked)
        if self.ended:
            return None
        ended = self.record(ProgrammeEnded(reason=reason), asked)
        for person in [*self.members, *self.waiting]:
            self.leave(person, LeftBecause.PROGRAMME_ENDED, asked=asked, cause=ended.id)
        return ended

    def place_on(self, person: PersonId, on: date) -> Place:
        """The place somebody had that day. Raises `NotInTheGroup`."""
        places = [*self.past, *([self.members[person]] if person in self.members else [])]
        had = next((p for p in places if p.person == person and p.held(on)), None)
        if had is None:
            raise NotInTheGroup(self.id)
        return had

    def expected(self, on: date) -> tuple[Place, ...]:
        """Whose place it is on a day."""
        return tuple(p for p in (*self.past, *self.members.values()) if p.held(on))

    def keeping(self, asked: Asked) -> None:
        """Raises `GroupIsUnknown`, `OnlyTheGroupMay`."""
        if self.planned is None:
            raise GroupIsUnknown(self.id)
        if asked.organisation != self.planned.partner:
            raise OnlyTheGroupMay(self.id)

    def next_actions(self, organisation: PartnerId) -> tuple[str, ...]:
        """What this organisation may do next, in the words of the interface."""
        if self.planned is None or self.ended or organisation != self.planned.partner:
            return ()
        actions = [
            "member" if self.room > 0 else "waiting-place",
            "session",
            "session-cancellation",
        ]
        if self.members or self.waiting:
            actions.append("departure")
        if self.waiting and self.room > 0:
            actions.append("free-places")
        return (*actions, "ending")

    def _give(self, place: Place, asked: Asked) -> Recorded:
        return self.record(
            GroupJoined(referral=place.referral, provider=asked.organisation),
            asked,
            person=place.person,
            label=place.label,
            correlation=place.referral,
        )

    def _open_to(self, practice: PartnerId | None, asked: Asked) -> None:
        self.keeping(asked)
        assert self.planned is not None
        if self.ended:
            raise GroupHasEnded(self.id)
        if self.planned.practices and practice not in self.planned.practices:
            raise NotForThisPractice(self.id)

    def _meets(self, on: date) -> None:
        if not self.timetable.meets(on):
            raise NoSuchSession(self.id)

    def evolve(self, recorded: Recorded) -> None:
        match recorded.fact:
            case ProgrammePlanned() as planned:
                self.planned = planned
            case SessionHeld(on=on):
                self.held.add(on)
            case SessionCancelled(on=on):
                self.cancelled.add(on)
            case ProgrammeEnded():
                self.ended = True
            case GroupJoined(referral=referral):
                person, place = self._place(recorded, referral)
                self.waiting.pop(person, None)
                self.members[person] = place
            case PlaceAwaited(referral=referral):
                person, place = self._place(recorded, referral)
                self.waiting[person] = place
            case GroupLeft():
                assert recorded.person is not None
                self.waiting.pop(recorded.person, None)
                if recorded.person in self.members:
                    place = self.members.pop(recorded.person)
                    until = local_date(recorded.effective_at)
                    self.past.append(replace(place, until=until))
            case other:
                raise AssertionError(f"{other.TOPIC} is not a fact about a group")

    def _place(self, recorded: Recorded, referral: ReferralId) -> tuple[PersonId, Place]:
        assert recorded.person is not None
        since = local_date(recorded.effective_at)
        return recorded.person, Place(recorded.person, referral, recorded.label, since)


FACTS: tuple[type[Fact], ...] = (
    ProgrammePlanned,
    *MEMBERSHIP_FACTS,
    SessionHeld,
    SessionCancelled,
    ProgrammeEnded,
)
