"""Feedback: what somebody says of a service, by the Friends and Family Test, by name or by nobody.

A complaint is none: who wants to complain is told where. It refuses to know who gave an anonymous
answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from domain.kept_no_longer import KeptNoLonger, LettingGo
from domain.kernel import (
    Asked,
    BrokenRule,
    Category,
    Fact,
    PersonalText,
    Recorded,
    Recorder,
)
from domain.vocabulary import (
    Collected,
    Experience,
    FeedbackId,
    GivenBy,
    Label,
    PartnerId,
    PersonId,
    Retention,
    ServiceId,
)

# What happened


class FeedbackFact(Fact):
    """What somebody said of a service.

    ``may_publish`` is their consent that their words are published, without a name.
    """

    TOPIC: ClassVar[str] = "feedback:"
    CATEGORY: ClassVar[Category] = Category.ENGAGEMENT
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.OF_THE_SERVICE,)
    RETENTION: ClassVar[Retention] = Retention.FEEDBACK

    service: ServiceId
    provider: PartnerId
    experience: Experience
    given_by: GivenBy = GivenBy.PERSON
    collected: Collected
    words: PersonalText | None = None
    may_publish: bool = False


class FeedbackGiven(FeedbackFact):
    """A person said by name how a service was; told to the organisation that offers it alone."""

    TOPIC: ClassVar[str] = "feedback:FeedbackGiven"


class AnonymousFeedbackGiven(FeedbackFact):
    """Somebody said how a service was, and nobody knows who: it is counted, and told to nobody.

    Words rest under a key of their own, which is nobody's.
    """

    TOPIC: ClassVar[str] = "feedback:AnonymousFeedbackGiven"


# What is refused


class FeedbackExists(BrokenRule):
    """This answer is recorded already."""


class NotYourService(BrokenRule):
    """Another organisation offers this service; it records what is said of it."""


# What is true now


@dataclass
class Feedback(LettingGo):
    """One answer."""

    NOUN: ClassVar[str] = "feedback"

    given: bool = False

    @property
    def feedback(self) -> FeedbackId:
        return FeedbackId(self.id)

    def give(
        self, said: FeedbackFact, *, person: PersonId | None, label: Label, asked: Asked
    ) -> Recorded:
        """Record an answer. Raises `FeedbackExists`, `NotYourService`.

        An anonymous one is about nobody; its own id stands where the person's would.
        """
        if self.given:
            raise FeedbackExists(self.id)
        if asked.organisation != said.provider:
            raise NotYourService(said.service)
        nobody = PersonId(self.id)
        return self.record(said, asked, person=person or nobody, label=label)

    def evolve(self, recorded: Recorded) -> None:
        match recorded.fact:
            case FeedbackGiven() | AnonymousFeedbackGiven():
                self.given = True
            case KeptNoLonger() as gone:
                self.follow_letting_go(gone)
            case other:
                raise AssertionError(f"{other.TOPIC} is not a fact about feedback")


def code_of(service: ServiceId) -> str:
    """What stands on a poster or a card for a service: the beginning of its id."""
    return service.hex[:8]


FACTS: tuple[type[Fact], ...] = (FeedbackGiven, AnonymousFeedbackGiven)
