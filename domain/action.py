"""Action: one thing a meeting or a plan agreed that somebody does, by a day; whether it was done.

Its owner learns what is asked in practical words, and nothing of why.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from domain.kernel import (
    Aggregate,
    Asked,
    BrokenRule,
    Category,
    Coordination,
    Fact,
    PersonalText,
    Planned,
    Recorded,
    Recorder,
    Unknown,
)
from domain.policies.days import local_date
from domain.vocabulary import (
    Label,
    MeetingId,
    PartnerId,
    PersonId,
    PlanId,
    PractitionerId,
    Priority,
)

# What happened


class ActionFact(Fact):
    """What was agreed that an organisation does for a person, and what became of it."""

    TOPIC: ClassVar[str] = "action:"
    CATEGORY: ClassVar[Category] = Category.ASK
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.OWNER,)

    owner: PartnerId
    meeting: Coordination[MeetingId | None] = None
    plan: Planned[PlanId | None] = None


class ActionAgreed(ActionFact):
    """A meeting or a plan says that an organisation does something by a day, in practical words."""

    TOPIC: ClassVar[str] = "action:ActionAgreed"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.INVITED, Recorder.KNOWING)

    what: PersonalText
    practitioner: PractitionerId | None = None
    due_on: date
    priority: Priority = Priority.ROUTINE


class ActionDone(ActionFact):
    """What was agreed is done."""

    TOPIC: ClassVar[str] = "action:ActionDone"

    note: PersonalText | None = None


class ActionDropped(ActionFact):
    """What was agreed will not be done, and why."""

    TOPIC: ClassVar[str] = "action:ActionDropped"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (
        Recorder.OWNER,
        Recorder.INVITED,
        Recorder.KNOWING,
    )

    reason: PersonalText


# What is refused


class ActionExists(BrokenRule):
    """An action of this id is agreed already."""


class ActionIsUnknown(Unknown):
    """No such action is known here."""


class ActionIsOver(BrokenRule):
    """The action is done or dropped already; that stands."""


class OnlyTheOwnerMay(BrokenRule):
    """Only the organisation that is to do it may say that it is done."""


class OnlyTheOwnerOrWhoAgreedMay(BrokenRule):
    """Only the organisation that is to do it, or the one that recorded it, may drop an action."""


class DueDateHasPassed(BrokenRule):
    """The day by which it is to be done has passed; choose one to come."""


# What is true now and may happen next


@dataclass
class Action(Aggregate):
    """One thing to do."""

    NOUN: ClassVar[str] = "action"

    person: PersonId | None = None
    owner: PartnerId | None = None
    agreed_by: PartnerId | None = None
    meeting: MeetingId | None = None
    plan: PlanId | None = None
    label: Label = Label.ORDINARY
    ended: type[Fact] | None = None

    def agree(
        self, person: PersonId, agreed: ActionAgreed, *, label: Label, asked: Asked
    ) -> Recorded:
        """Record what is to be done. Raises `ActionExists`, `DueDateHasPassed`."""
        if self.person is not None:
            raise ActionExists(self.id)
        if agreed.due_on < local_date(asked.at):
            raise DueDateHasPassed(self.id)
        return self.record(agreed, asked, person=person, label=label)

    def complete(self, *, note: str | None, asked: Asked) -> Recorded | None:
        """Say that it is done. Raises `OnlyTheOwnerMay`, `ActionIsOver`."""
        if asked.organisation != self.owner:
            raise OnlyTheOwnerMay(self.id)
        if self.ended is ActionDone:
            return None
        return self._end(asked, ActionDone, note=note)

    def drop(self, reason: str, *, asked: Asked) -> Recorded | None:
        """Say that it will not be done. Raises `OnlyTheOwnerOrWhoAgreedMay`, `ActionIsOver`."""
        if asked.organisation not in (self.owner, self.agreed_by):
            raise OnlyTheOwnerOrWhoAgreedMay(self.id)
        if self.ended is ActionDropped:
            return None
        return self._end(asked, ActionDropped, reason=reason)

    def fall_away(self, reason: str, *, asked: Asked) -> Recorded | None:
        """End it with the plan it was of, whoever agrees the next one; what is over stays so."""
        return None if self.ended else self._end(asked, ActionDropped, reason=reason)

    def next_actions(self, organisation: PartnerId) -> tuple[str, ...]:
        """What this organisation may say of it next, in the words of the interface."""
        if self.ended is not None:
            return ()
        if organisation == self.owner:
            return ("completion", "drop")
        return ("drop",) if organisation == self.agreed_by else ()

    def _end(self, asked: Asked, ending: type[ActionFact], **said: str | None) -> Recorded:
        if self.ended is not None:
            raise ActionIsOver(self.id)
        assert self.owner is not None, "an action that was agreed has its owner"
        fact = ending.model_validate(
            {"owner": self.owner, "meeting": self.meeting, "plan": self.plan} | said
        )
        return self.record(fact, asked, person=self.person, label=self.label)

    def evolve(self, recorded: Recorded) -> None:
        match recorded.fact:
            case ActionAgreed() as agreed:
                self.person, self.label = recorded.person, recorded.label
                self.owner, self.meeting, self.plan = agreed.owner, agreed.meeting, agreed.plan
                self.agreed_by = recorded.organisation
            case ActionDone() | ActionDropped() as end:
                self.ended = type(end)
            case other:
                raise AssertionError(f"{other.TOPIC} is not a fact about an action")


FACTS: tuple[type[Fact], ...] = (ActionAgreed, ActionDone, ActionDropped)
