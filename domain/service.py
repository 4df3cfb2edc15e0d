"""Service: what a partner offers at a step, who may come, and whether there is room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from domain.kernel import Aggregate, Asked, BrokenRule, Category, Fact, Recorded, Recorder
from domain.vocabulary import Label, PartnerId, ServiceId, Source, Step

# What happened


class ServiceOpened(Fact):
    """A partner offers a service. ``identifiers`` are e.g. its Directory of Services id."""

    TOPIC: ClassVar[str] = "service:ServiceOpened"
    CATEGORY: ClassVar[Category] = Category.DIRECTORY
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.OFFERING, Recorder.HOST)

    partner: PartnerId
    name: str
    step: Step
    ways_in: tuple[Source, ...]
    eligibility: str
    group: bool = False
    label: Label = Label.ORDINARY
    identifiers: dict[str, str] = {}


class ServicePaused(Fact):
    """The service takes nobody new for now."""

    TOPIC: ClassVar[str] = "service:ServicePaused"
    CATEGORY: ClassVar[Category] = Category.DIRECTORY
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.OFFERING, Recorder.HOST)

    reason: str


class ServiceClosed(Fact):
    """The service is no longer offered."""

    TOPIC: ClassVar[str] = "service:ServiceClosed"
    CATEGORY: ClassVar[Category] = Category.DIRECTORY
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.OFFERING, Recorder.HOST)

    reason: str


# What is refused


class ServiceIsOpen(BrokenRule):
    """This service is open already."""


class ServiceIsNotOpen(BrokenRule):
    """This service takes nobody new; choose another."""


class ServiceDoesNotTakeSuchReferrals(BrokenRule):
    """This service does not take referrals from this source; choose another service or way in."""


# What is true now and may happen next


@dataclass
class Service(Aggregate):
    """One service of one partner."""

    NOUN: ClassVar[str] = "service"

    partner: PartnerId | None = None
    name: str = ""
    step: Step = Step.COMMUNITY_PREVENTION
    ways_in: tuple[Source, ...] = ()
    label: Label = Label.ORDINARY
    taking: bool = False

    @property
    def service(self) -> ServiceId:
        return ServiceId(self.id)

    def open(self, opening: ServiceOpened, *, asked: Asked) -> Recorded:
        """Offer the service."""
        if self.taking:
            raise ServiceIsOpen(self.id)
        return self.record(opening, asked)

    def pause(self, reason: str, *, asked: Asked) -> Recorded | None:
        """Take nobody new for now."""
        return self.record(ServicePaused(reason=reason), asked) if self.taking else None

    def close(self, reason: str, *, asked: Asked) -> Recorded | None:
        """Stop offering the service."""
        return self.record(ServiceClosed(reason=reason), asked) if self.partner else None

    def receiver(self, source: Source) -> PartnerId:
        """Who receives a referral from this source.

        Raises `ServiceIsNotOpen`, `ServiceDoesNotTakeSuchReferrals`.
        """
        if not self.taking or self.partner is None:
            raise ServiceIsNotOpen(self.id)
        if source not in self.ways_in:
            raise ServiceDoesNotTakeSuchReferrals(self.id, source)
        return self.partner

    def evolve(self, recorded: Recorded) -> None:
        match recorded.fact:
            case ServiceOpened() as opened:
                self.partner, self.name, self.step = opened.partner, opened.name, opened.step
                self.ways_in, self.label, self.taking = opened.ways_in, opened.label, True
            case ServicePaused() | ServiceClosed():
                self.taking = False
            case other:
                raise AssertionError(f"{other.TOPIC} is not a fact about a service")


FACTS: tuple[type[Fact], ...] = (ServiceOpened, ServicePaused, ServiceClosed)
