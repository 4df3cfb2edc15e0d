"""A person's request to see what is held of them: when it is due, what is withheld and why.

It refuses to know what the items say; a health professional reads them and decides.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from domain.kernel import Aggregate, Asked, BrokenRule, Category, Fact, Recorded, Recorder, Unknown
from domain.policies.days import local_date
from domain.policies.subject_access import due
from domain.vocabulary import Label, PartnerId, PersonId, Retention, WithheldGround

# What happened


class SubjectAccessFact(Fact):
    """What happened to a person's request to see what is held of them."""

    TOPIC: ClassVar[str] = "subject_access:"
    CATEGORY: ClassVar[Category] = Category.COORDINATION
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.KNOWING,)
    RETENTION: ClassVar[Retention] = Retention.CORRESPONDENCE


class SubjectAccessRequested(SubjectAccessFact):
    """A person asked to see what is held of them. It is answered by ``due_on``."""

    TOPIC: ClassVar[str] = "subject_access:SubjectAccessRequested"

    received_on: date
    due_on: date


class SubjectAccessItemsDecided(SubjectAccessFact):
    """A health professional decided of ``items`` whether the person is shown them.

    Items are named by the id of the fact that they tell of. ``ground`` is why they are withheld.
    """

    TOPIC: ClassVar[str] = "subject_access:SubjectAccessItemsDecided"

    items: tuple[str, ...]
    shown: bool
    ground: WithheldGround | None = None


class SubjectAccessAnswered(SubjectAccessFact):
    """The export was made: so many items were shown, and so many withheld."""

    TOPIC: ClassVar[str] = "subject_access:SubjectAccessAnswered"

    shown: int
    withheld: int


# What is refused


class SubjectAccessIsUnknown(Unknown):
    """No such request is known here."""


class SubjectAccessIsRequested(BrokenRule):
    """This request is recorded already."""


class RequestWasReceivedLater(BrokenRule):
    """The day it was received lies ahead."""


class SayWhyItIsWithheld(BrokenRule):
    """Say why it is withheld: it is about somebody else, or seeing it would do serious harm."""


class ItemsAreUndecided(BrokenRule):
    """A health professional has still to decide whether some items are shown."""


# What is true now and may happen next


@dataclass
class SubjectAccess(Aggregate):
    """One request of one person to one organisation."""

    NOUN: ClassVar[str] = "subject_access"

    person: PersonId | None = None
    organisation: PartnerId | None = None
    received_on: date | None = None
    due_on: date | None = None
    decided: dict[str, WithheldGround | None] = field(default_factory=dict)
    answered: tuple[int, int] | None = None

    def request(self, person: PersonId, received_on: date, *, asked: Asked) -> Recorded:
        """Note a request. Raises `SubjectAccessIsRequested`, `RequestWasReceivedLater`."""
        if self.person is not None:
            raise SubjectAccessIsRequested(self.id)
        if received_on > local_date(asked.at):
            raise RequestWasReceivedLater(self.id)
        fact = SubjectAccessRequested(received_on=received_on, due_on=due(received_on))
        return self.record(fact, asked, person=person, label=Label.ORDINARY)

    def decide(
        self, items: Collection[str], ground: WithheldGround | None, *, shown: bool, asked: Asked
    ) -> Recorded | None:
        """Show these, or withhold them on a ground. Raises `SayWhyItIsWithheld`."""
        self._must_be_ours(asked)
        if not shown and ground is None:
            raise SayWhyItIsWithheld(self.id)
        because = None if shown else ground
        new = [item for item in items if (item, because) not in self.decided.items()]
        if not new:
            return None
        fact = SubjectAccessItemsDecided(items=tuple(sorted(new)), shown=shown, ground=because)
        return self.record(fact, asked, person=self.person, label=Label.ORDINARY)

    def answer(
        self, items: Collection[str], to_decide: Collection[str], *, asked: Asked
    ) -> Recorded | None:
        """Make the export of these items. Raises `ItemsAreUndecided`."""
        self._must_be_ours(asked)
        if set(to_decide) - self.decided.keys():
            raise ItemsAreUndecided(self.id)
        withheld = sum(self.decided.get(item) is not None for item in items)
        if self.answered == (len(items) - withheld, withheld):
            return None
        fact = SubjectAccessAnswered(shown=len(items) - withheld, withheld=withheld)
        return self.record(fact, asked, person=self.person, label=Label.ORDINARY)

    def evolve(self, recorded: Recorded) -> None:
        match recorded.fact:
            case SubjectAccessRequested(received_on=received_on, due_on=due_on):
                self.person, self.organisation = recorded.person, recorded.organisation
                self.received_on, self.due_on = received_on, due_on
            case SubjectAccessItemsDecided(items=items, ground=ground):
                self.decided.update(dict.fromkeys(items, ground))
            case SubjectAccessAnswered(shown=shown, withheld=withheld):
                self.answered = shown, withheld
            case other:
                raise AssertionError(f"{other.TOPIC} is not a fact about subject access")

    def _must_be_ours(self, asked: Asked) -> None:
        if self.person is None or self.organisation != asked.organisation:
            raise SubjectAccessIsUnknown(self.id)


FACTS: tuple[type[Fact], ...] = (
    SubjectAccessRequested,
    SubjectAccessItemsDecided,
    SubjectAccessAnswered,
)
