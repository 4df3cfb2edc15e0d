"""Service: what a partner offers at a step, who may come, and whether anybody new may now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from domain.description import Description, age_on
from domain.kernel import Aggregate, Asked, BrokenRule, Category, Fact, Recorded, Recorder
from domain.policies.days import local_date
from domain.room import FACTS as ROOM_FACTS
from domain.room import CapacityDeclared, CapacityIsNotPossible, PlaceFreed, PlaceTaken, Room
from domain.vocabulary import Label, Moment, PartnerId, ServiceId, Source, Step

# What happened


class ServiceFact(Fact):
    """What an organisation says of a service it offers."""

    TOPIC: ClassVar[str] = "service:"
    CATEGORY: ClassVar[Category] = Category.DIRECTORY
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.OFFERING, Recorder.HOST)


class ServiceOpened(ServiceFact):
    """A partner offers a service. ``identifiers`` are e.g. its Directory of Services id."""

    TOPIC: ClassVar[str] = "service:ServiceOpened"

    partner: PartnerId
    name: str
    step: Step
    ways_in: tuple[Source, ...]
    eligibility: str
    group: bool = False
    label: Label = Label.ORDINARY
    identifiers: dict[str, str] = {}
    description: Description = Description()


class ServiceDescribed(ServiceFact):
    """What the service says of itself was put right; this takes the place of all said before."""

    TOPIC: ClassVar[str] = "service:ServiceDescribed"

    name: str
    ways_in: tuple[Source, ...]
    eligibility: str
    description: Description = Description()


class ServicePaused(ServiceFact):
    """The service takes nobody new for now."""

    TOPIC: ClassVar[str] = "service:ServicePaused"

    reason: str


class ServiceReopened(ServiceFact):
    """The service that was paused takes people again."""

    TOPIC: ClassVar[str] = "service:ServiceReopened"


class ServiceClosed(ServiceFact):
    """The service is no longer offered."""

    TOPIC: ClassVar[str] = "service:ServiceClosed"

    reason: str


# What is refused


class ServiceIsUnknown(BrokenRule):
    """No such service is known here."""


class ServiceIsOpen(BrokenRule):
    """This service is open already."""


class CannotBeChosen(BrokenRule):
    """This service cannot be chosen now; choose another, or record that it was wanted."""


class ServiceIsNotOpen(CannotBeChosen):
    """This service takes nobody new; choose another."""


class ServiceIsFull(CannotBeChosen):
    """This service has no place left; choose another, or record that it was wanted."""


class NotOfTheAgeServed(CannotBeChosen):
    """This service is for people of another age; choose one that is for theirs."""


class ServiceDoesNotTakeSuchReferrals(BrokenRule):
    """This service does not take referrals from this source; choose another service or way in."""


class OnlyWhoOffersItMay(BrokenRule):
    """Only the organisation that offers the service, or the host, may say this of it."""


class ServiceHasClosed(BrokenRule):
    """This service is no longer offered; open it again first."""


# What is true now and may happen next

NOTHING_SAID = Description()


@dataclass
class Service(Aggregate):
    """One service of one partner."""

    NOUN: ClassVar[str] = "service"

    partner: PartnerId | None = None
    name: str = ""
    step: Step = Step.COMMUNITY_PREVENTION
    ways_in: tuple[Source, ...] = ()
    eligibility: str = ""
    description: Description = NOTHING_SAID
    label: Label = Label.ORDINARY
    group: bool = False
    taking: bool = False
    closed: bool = False
    room: Room | None = None

    @property
    def service(self) -> ServiceId:
        return ServiceId(self.id)

    def open(self, opening: ServiceOpened, *, asked: Asked) -> Recorded:
        """Offer the service, or offer it again after it closed. Raises `ServiceIsOpen`."""
        if self.taking:
            raise ServiceIsOpen(self.id)
        return self.record(opening, asked)

    def describe(self, described: ServiceDescribed, *, asked: Asked) -> Recorded | None:
        """Put right what the service says of itself. Raises `ServiceHasClosed`."""
        self._offered()
        stands = ServiceDescribed(
            name=self.name,
            ways_in=self.ways_in,
            eligibility=self.eligibility,
            description=self.description,
        )
        return None if described == stands else self.record(described, asked)

    def pause(self, reason: str, *, asked: Asked) -> Recorded | None:
        """Take nobody new for now."""
        return self.record(ServicePaused(reason=reason), asked) if self.taking else None

    def reopen(self, *, asked: Asked) -> Recorded | None:
        """Take people again. Raises `ServiceHasClosed`."""
        self._offered()
        return None if self.taking else self.record(ServiceReopened(), asked)

    def close(self, reason: str, *, asked: Asked) -> Recorded | None:
        """Stop offering the service: who waits for it goes back to who asked."""
        if self.partner is None or self.closed:
            return None
        return self.record(ServiceClosed(reason=reason), asked)

    def declare_capacity(
        self, available: int, *, maximum: int | None, until: date | None, asked: Asked
    ) -> Recorded | None:
        """Say how many more can come. Raises `ServiceHasClosed`, `CapacityIsNotPossible`."""
        self._offered()
        past = until is not None and until < local_date(asked.at)
        if past or available < 0 or (maximum is not None and available > maximum):
            raise CapacityIsNotPossible(self.id)
        if self.room == Room(available, maximum, until):
            return None
        fact = CapacityDeclared(available=available, maximum=maximum, until=until)
        return self.record(fact, asked)

    def receiver(self, source: Source) -> PartnerId:
        """Who receives a referral from this source, if there is room.

        Raises `ServiceIsNotOpen`, `ServiceDoesNotTakeSuchReferrals`.
        """
        if not self.taking or self.partner is None:
            raise ServiceIsNotOpen(self.id)
        if source not in self.ways_in:
            raise ServiceDoesNotTakeSuchReferrals(self.id, source)
        return self.partner

    def must_have_room(self, at: Moment, *, urgent: bool = False) -> None:
        """Raises `ServiceIsFull`. An urgent need for hospital care is never turned away."""
        if self.room and self.room.full(local_date(at)) and not self._never_full(urgent):
            raise ServiceIsFull(self.id)

    def must_serve(self, born: date | None, at: Moment, *, urgent: bool = False) -> None:
        """Raises `NotOfTheAgeServed`, where it is certain; what is in doubt is not refused."""
        criteria = self.description.criteria
        if born is None or self._never_full(urgent):
            return
        if criteria.outside(age_on(born, local_date(at))):
            raise NotOfTheAgeServed(self.id, needs=(f"aged {criteria.ages}",))

    def take(self, by: UUID, *, urgent: bool, asked: Asked) -> Recorded | None:
        """Hold a place for a referral, if places are counted. Raises `ServiceIsFull`."""
        if self.room is None or by in self.room.taken or self.room.left(_day(asked)) is None:
            return None
        self.must_have_room(asked.at, urgent=urgent)
        return self.record(PlaceTaken(by=by), asked, correlation=by)

    def free(self, by: UUID, *, asked: Asked) -> Recorded | None:
        """Let go of the place a referral holds; ``None`` when it holds none."""
        if self.room is None or by not in self.room.taken:
            return None
        return self.record(PlaceFreed(by=by), asked, correlation=by)

    def next_actions(self, organisation: PartnerId) -> tuple[str, ...]:
        """What its organisation may say of the service next, in the words of the interface."""
        if organisation != self.partner:
            return ()
        return actions(taking=self.taking, closed=self.closed)

    def _offered(self) -> None:
        if self.partner is None:
            raise ServiceIsUnknown(self.id)
        if self.closed:
            raise ServiceHasClosed(self.id)

    def _never_full(self, urgent: bool) -> bool:
        return urgent and self.step is Step.HOSPITAL_CARE

    def evolve(self, recorded: Recorded) -> None:
        match recorded.fact:
            case ServiceOpened() as opened:
                self.partner, self.step, self.label = opened.partner, opened.step, opened.label
                self._say(opened)
                self.group = opened.group
                self.taking, self.closed, self.room = True, False, None
            case ServiceDescribed() as described:
                self._say(described)
            case ServicePaused():
                self.taking = False
            case ServiceReopened():
                self.taking = True
            case ServiceClosed():
                self.taking, self.closed = False, True
            case CapacityDeclared() as said:
                self.room = Room(said.available, said.maximum, said.until)
            case PlaceTaken() | PlaceFreed() as place:
                assert self.room is not None, "places are counted once capacity is declared"
                self.room = self.room.after(place)
            case other:
                raise AssertionError(f"{other.TOPIC} is not a fact about a service")

    def _say(self, said: ServiceOpened | ServiceDescribed) -> None:
        self.name, self.ways_in = said.name, said.ways_in
        self.eligibility, self.description = said.eligibility, said.description


def actions(*, taking: bool, closed: bool) -> tuple[str, ...]:
    """What may be said of a service that stands so."""
    if closed:
        return ()
    return ("capacity", "description", "pause" if taking else "reopening", "closure")


def _day(asked: Asked) -> date:
    return local_date(asked.at)


FACTS: tuple[type[Fact], ...] = (
    ServiceOpened,
    ServiceDescribed,
    ServicePaused,
    ServiceReopened,
    ServiceClosed,
    *ROOM_FACTS,
)
