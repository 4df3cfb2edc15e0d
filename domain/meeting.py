"""Meeting: an MDT where organisations decide together; who was there, and who dissented."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from domain.kernel import (
    Aggregate,
    Asked,
    BrokenRule,
    Category,
    Clinical,
    Fact,
    Personal,
    PersonalText,
    Recorded,
    Recorder,
)
from domain.policies import quorum
from domain.vocabulary import (
    Decision,
    DecisionId,
    Label,
    MeetingId,
    MeetingKind,
    Moment,
    PartnerId,
    PersonId,
    PractitionerId,
    ServiceId,
)

# What happened


class Attendee(BaseModel):
    """Somebody in the room for one case."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    practitioner: PractitionerId
    partner: PartnerId


class Dissent(BaseModel):
    """Who saw it otherwise, and why: kept apart from the decision and never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    practitioner: PractitionerId
    reason: str


class MeetingFact(Fact):
    """What a meeting planned, heard and decided."""

    TOPIC: ClassVar[str] = "meeting:"
    CATEGORY: ClassVar[Category] = Category.COORDINATION
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.INVITED,)


class MeetingScheduled(MeetingFact):
    """A meeting has its day and the organisations that come."""

    TOPIC: ClassVar[str] = "meeting:MeetingScheduled"

    kind: MeetingKind
    name: str
    starts_at: Moment
    chair: PractitionerId
    invited: tuple[PartnerId, ...]


class CaseListed(MeetingFact):
    """A person is on the list, with the question the meeting should answer."""

    TOPIC: ClassVar[str] = "meeting:CaseListed"

    question: Clinical[PersonalText]
    present: tuple[PartnerId, ...]
    listed_only: bool = False


class AttendanceRecorded(MeetingFact):
    """Who was in the room while this person was discussed."""

    TOPIC: ClassVar[str] = "meeting:AttendanceRecorded"

    attendees: tuple[Attendee, ...]


class MdtDecisionRecorded(MeetingFact):
    """What the meeting decided about a person, why, what the person wants, and who dissented."""

    TOPIC: ClassVar[str] = "meeting:MdtDecisionRecorded"

    decision: DecisionId
    outcome: Decision
    service: ServiceId | None = None
    receiver: PartnerId | None = None
    rationale: Clinical[PersonalText]
    persons_view: Clinical[PersonalText]
    dissent: Annotated[tuple[Dissent, ...], Personal(), Category.CLINICAL] = ()
    quorum_rule: str
    review_on: date | None = None


class CaseNotReached(MeetingFact):
    """The meeting ended before it decided about this person."""

    TOPIC: ClassVar[str] = "meeting:CaseNotReached"


class MeetingClosed(MeetingFact):
    """The meeting is over; its record stands."""

    TOPIC: ClassVar[str] = "meeting:MeetingClosed"

    invited: tuple[PartnerId, ...]


# What is refused


class MeetingIsScheduled(BrokenRule):
    """This meeting has been scheduled already."""


class MeetingIsUnknown(BrokenRule):
    """No such meeting is known here."""


class MeetingIsOver(BrokenRule):
    """The meeting is closed; list the person for the next one."""


class NotInvited(BrokenRule):
    """Only organisations invited to the meeting take part in it."""


class CaseIsNotListed(BrokenRule):
    """The person is not on this meeting's list; list the case first."""


class NobodyAttended(BrokenRule):
    """No attendance is recorded for this case; record who was in the room first."""


class NoQuorum(BrokenRule):
    """Somebody of the responsible organisation must be in the room for this decision."""


class CaseIsDecided(BrokenRule):
    """The meeting has decided about this person already; its decision stands."""


class DestinationIsMissing(BrokenRule):
    """This decision moves the person: say to which service."""


# What is true now and may happen next

MOVES = frozenset({Decision.STEP_UP, Decision.STEP_DOWN, Decision.HAND_OVER})


@dataclass
class Case:
    """One person on the list."""

    present: tuple[PartnerId, ...]
    label: Label = Label.ORDINARY
    attendees: tuple[Attendee, ...] = ()
    decision: DecisionId | None = None


@dataclass
class Meeting(Aggregate):
    """One meeting and its cases."""

    NOUN: ClassVar[str] = "meeting"

    kind: MeetingKind | None = None
    chair: PractitionerId | None = None
    invited: tuple[PartnerId, ...] = ()
    starts_at: Moment | None = None
    closed: bool = False
    cases: dict[PersonId, Case] = field(default_factory=dict)

    @property
    def meeting(self) -> MeetingId:
        return MeetingId(self.id)

    def schedule(self, scheduled: MeetingScheduled, *, asked: Asked) -> Recorded:
        """Give the meeting its day and its organisations. Raises `MeetingIsScheduled`."""
        if self.kind is not None:
            raise MeetingIsScheduled(self.id)
        return self.record(scheduled, asked)

    def list_case(
        self,
        person: PersonId,
        *,
        question: str,
        present: tuple[PartnerId, ...],
        listed_only: bool = False,
        label: Label = Label.ORDINARY,
        asked: Asked,
    ) -> Recorded | None:
        """Put a person on the list, under the label of their pathway.

        Raises `MeetingIsOver`, `NotInvited`.
        """
        self._taking_part(asked)
        if person in self.cases:
            return None
        stray = [partner for partner in present if partner not in self.invited]
        if stray:
            raise NotInvited(*stray)
        fact = CaseListed(question=question, present=present, listed_only=listed_only)
        return self.record(fact, asked, person=person, label=label)

    def record_attendance(
        self, person: PersonId, attendees: tuple[Attendee, ...], *, asked: Asked
    ) -> Recorded:
        """Record who is in the room for this case. Raises `NotInvited`, `CaseIsNotListed`."""
        self._taking_part(asked)
        case = self._case(person)
        stray = [a.partner for a in attendees if a.partner not in case.present]
        if stray:
            raise NotInvited(*stray)
        fact = AttendanceRecorded(attendees=attendees)
        return self.record(fact, asked, person=person, label=case.label)

    def decide(
        self,
        person: PersonId,
        decision: DecisionId,
        *,
        outcome: Decision,
        service: ServiceId | None,
        receiver: PartnerId | None,
        rationale: str,
        persons_view: str,
        dissent: tuple[Dissent, ...],
        responsible: PartnerId | None,
        review_on: date | None,
        label: Label = Label.ORDINARY,
        asked: Asked,
    ) -> Recorded | None:
        """Record what the meeting decided about a person, under the label of the service it chose.

        Raises `MeetingIsOver`, `CaseIsNotListed`, `CaseIsDecided`, `NobodyAttended`, `NoQuorum`,
        `DestinationIsMissing`.
        """
        self._taking_part(asked)
        case = self._case(person)
        if case.decision == decision:
            return None
        if case.decision is not None:
            raise CaseIsDecided(case.decision)
        if not case.attendees:
            raise NobodyAttended(self.id)
        rule = quorum.in_force(asked.at)
        if not rule.met(outcome, {a.partner for a in case.attendees}, responsible):
            raise NoQuorum(self.id, rule.name)
        if outcome in MOVES and service is None:
            raise DestinationIsMissing(self.id)
        fact = MdtDecisionRecorded(
            decision=decision,
            outcome=outcome,
            service=service,
            receiver=receiver,
            rationale=rationale,
            persons_view=persons_view,
            dissent=dissent,
            quorum_rule=rule.name,
            review_on=review_on,
        )
        return self.record(
            fact,
            asked,
            person=person,
            label=label if case.label is Label.ORDINARY else case.label,
            correlation=UUID(str(decision)),
        )

    def close(self, *, asked: Asked) -> Recorded | None:
        """End the meeting, and say whom it did not reach."""
        if self.closed:
            return None
        self._taking_part(asked)
        for person, case in self.cases.items():
            if case.decision is None:
                self.record(CaseNotReached(), asked, person=person, label=case.label)
        return self.record(MeetingClosed(invited=self.invited), asked)

    def _taking_part(self, asked: Asked) -> None:
        if self.closed:
            raise MeetingIsOver(self.id)
        if asked.organisation not in self.invited:
            raise NotInvited(asked.organisation)

    def _case(self, person: PersonId) -> Case:
        if person not in self.cases:
            raise CaseIsNotListed(self.id)
        return self.cases[person]

    def evolve(self, recorded: Recorded) -> None:
        match recorded.fact:
            case MeetingScheduled() as scheduled:
                self.kind, self.chair = scheduled.kind, scheduled.chair
                self.invited, self.starts_at = scheduled.invited, scheduled.starts_at
            case CaseListed(present=present):
                assert recorded.person is not None
                self.cases[recorded.person] = Case(present=present, label=recorded.label)
            case AttendanceRecorded(attendees=attendees):
                assert recorded.person is not None
                self.cases[recorded.person].attendees = attendees
            case MdtDecisionRecorded(decision=decision):
                assert recorded.person is not None
                self.cases[recorded.person].decision = decision
            case CaseNotReached():
                pass
            case MeetingClosed():
                self.closed = True
            case other:
                raise AssertionError(f"{other.TOPIC} is not a fact about a meeting")


FACTS: tuple[type[Fact], ...] = (
    MeetingScheduled,
    CaseListed,
    AttendanceRecorded,
    MdtDecisionRecorded,
    CaseNotReached,
    MeetingClosed,
)
