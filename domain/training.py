"""Training: a session that was held, for whom, and who attended; about nobody who is helped.

The primary mental-health team teaches GPs, and receptionists learn of mental health (Camden CCG,
*Integrated mental health care*). Who needs which is dated policy (`domain.policies.training`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from domain.kernel import Aggregate, Asked, BrokenRule, Category, Fact, Recorded, Recorder, Unknown
from domain.policies.days import local_date
from domain.vocabulary import PartnerId, PractitionerId, Role, Topic, TrainingId

# What happened


class TrainingHeld(Fact):
    """A session was held: what was taught, for whom, how long, and by whom."""

    TOPIC: ClassVar[str] = "training:TrainingHeld"
    CATEGORY: ClassVar[Category] = Category.STAFF
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.PARTNER,)

    topic: Topic
    title: str
    held_on: date
    minutes: int
    holder: PartnerId
    trainer: PractitionerId | None = None
    roles: tuple[Role, ...] = ()


class TrainingAttended(Fact):
    """Somebody who works for an organisation was there."""

    TOPIC: ClassVar[str] = "training:TrainingAttended"
    CATEGORY: ClassVar[Category] = Category.STAFF
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.PARTNER,)

    practitioner: PractitionerId
    partner: PartnerId


# What is refused


class TrainingExists(BrokenRule):
    """A session of this id is recorded already."""


class TrainingIsUnknown(Unknown):
    """No such session is known here."""


class TrainingLiesAhead(BrokenRule):
    """The day of this session has not come; record it once it was held."""


class TrainingHadNoLength(BrokenRule):
    """Say how many minutes the session took."""


class OnlyTheirOrganisationMay(BrokenRule):
    """Only who held the session, or the organisation somebody works for, says they attended."""


# What is true now


@dataclass
class Training(Aggregate):
    """One session."""

    NOUN: ClassVar[str] = "training"

    holder: PartnerId | None = None
    attended: set[PractitionerId] = field(default_factory=set)

    @property
    def training(self) -> TrainingId:
        return TrainingId(self.id)

    def hold(self, held: TrainingHeld, *, asked: Asked) -> Recorded:
        """Record a session. Raises `TrainingExists`, `TrainingLiesAhead`, `TrainingHadNoLength`."""
        if self.holder is not None:
            raise TrainingExists(self.id)
        if held.held_on > local_date(asked.at):
            raise TrainingLiesAhead(self.id)
        if held.minutes < 1:
            raise TrainingHadNoLength(self.id)
        return self.record(held, asked)

    def attend(
        self, practitioner: PractitionerId, partner: PartnerId, *, asked: Asked
    ) -> Recorded | None:
        """Say that somebody was there. Raises `TrainingIsUnknown`, `OnlyTheirOrganisationMay`."""
        if self.holder is None:
            raise TrainingIsUnknown(self.id)
        if asked.organisation not in (self.holder, partner):
            raise OnlyTheirOrganisationMay(self.id)
        if practitioner in self.attended:
            return None
        return self.record(TrainingAttended(practitioner=practitioner, partner=partner), asked)

    def evolve(self, recorded: Recorded) -> None:
        match recorded.fact:
            case TrainingHeld(holder=holder):
                self.holder = holder
            case TrainingAttended(practitioner=practitioner):
                self.attended.add(practitioner)
            case other:
                raise AssertionError(f"{other.TOPIC} is not a fact about training")


FACTS: tuple[type[Fact], ...] = (TrainingHeld, TrainingAttended)
