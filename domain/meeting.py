"""Meeting: organisations deciding together; its day, its list, who came, and what it may decide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict

from domain import case as cases
from domain import pen as pens
from domain.case import (
    MOVES,
    AttendanceRecorded,
    Attendee,
    Case,
    CaseCalled,
    CaseIsBeingHeard,
    CaseIsDecided,
    CaseIsListedOnly,
    CaseIsNotDecided,
    CaseIsNotListed,
    CaseListed,
    CaseNoted,
    CaseNotReached,
    DestinationIsMissing,
    Dissent,
    DissentRecorded,
    DissentStands,
    LateAdditionMustBeUrgent,
    MdtDecisionRecorded,
    MustLeaveTheRoom,
    NobodyAttended,
    NoQuorum,
    WasNotInTheRoom,
)
from domain.kernel import Aggregate, Asked, BrokenRule, Category, Fact, Recorded, Recorder
from domain.pen import (
    DidNotAskForThePen,
    ItemCalled,
    NobodyIsASystem,
    OnlyTheHolderOfThePenMay,
    Pen,
    PenAsked,
    PenIsHeld,
    PenTaken,
    SayWhyThePenIsTaken,
)
from domain.policies import listing, quorum, rhythm
from domain.policies import pen as silence
from domain.policies.days import local_date
from domain.vocabulary import (
    Decision,
    DecisionId,
    ItemId,
    Label,
    MeetingId,
    MeetingKind,
    Moment,
    PartnerId,
    PenReason,
    PersonId,
    PractitionerId,
    SeriesId,
    ServiceId,
    ViewObtained,
)


def meeting_of(series: SeriesId, slot: date) -> MeetingId:
    """A series has one meeting a slot; its id follows from both, so two can never be scheduled."""
    return MeetingId(uuid5(series, slot.isoformat()))


# What happened


class Absence(BaseModel):
    """An organisation that was expected and not there; ``apologies`` says that it sent word."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    partner: PartnerId
    practitioner: PractitionerId | None = None
    apologies: bool = True


class MeetingFact(Fact):
    """What became of a meeting as a whole; it names nobody who is helped."""

    TOPIC: ClassVar[str] = "meeting:"
    CATEGORY: ClassVar[Category] = Category.COORDINATION
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.INVITED,)


class MeetingScheduled(MeetingFact):
    """A meeting has its day and the organisations that come.

    ``series`` are the meetings it comes round with, ``slot`` the day its rhythm gives, which is
    another than that of ``starts_at`` when it would have been a holiday.
    """

    TOPIC: ClassVar[str] = "meeting:MeetingScheduled"

    kind: MeetingKind
    name: str
    starts_at: Moment
    chair: PractitionerId
    invited: tuple[PartnerId, ...]
    series: SeriesId | None = None
    slot: date | None = None


class ListCirculated(MeetingFact):
    """The list went round to the organisations invited: what comes later is a late addition."""

    TOPIC: ClassVar[str] = "meeting:ListCirculated"

    invited: tuple[PartnerId, ...]


class ApologiesRecorded(MeetingFact):
    """Which organisations were expected and not there, and whether they sent word."""

    TOPIC: ClassVar[str] = "meeting:ApologiesRecorded"

    absent: tuple[Absence, ...]
    invited: tuple[PartnerId, ...]


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


class OnlyTheConvenerMay(BrokenRule):
    """Only the organisation that called the meeting sends its list round."""


class ThisKindListsNobody(BrokenRule):
    """A meeting of this kind speaks of the work and of no person; list the case for another."""


class SomebodyNeededIsNotInvited(BrokenRule):
    """A meeting of this kind needs the mental-health trust; invite it."""


# What is true now and may happen next


@dataclass
class Meeting(Aggregate):
    """One meeting and its cases."""

    NOUN: ClassVar[str] = "meeting"

    scheduled: MeetingScheduled | None = None
    convener: PartnerId | None = None
    circulated: bool = False
    changed: bool = False  # since the list went round
    closed: bool = False
    cases: dict[PersonId, Case] = field(default_factory=dict)
    pen: Pen = field(default_factory=Pen)
    called: PersonId | None = None

    @property
    def meeting(self) -> MeetingId:
        return MeetingId(self.id)

    @property
    def series(self) -> SeriesId:
        """What the meeting comes round with; one that stands alone begins its own."""
        assert self.scheduled is not None
        return self.scheduled.series or SeriesId(self.id)

    @property
    def slot(self) -> date:
        """The day the meeting's rhythm goes on from."""
        assert self.scheduled is not None
        return self.scheduled.slot or local_date(self.scheduled.starts_at)

    @property
    def left_undecided(self) -> dict[PersonId, Case]:
        """The cases for discussion that the meeting did not reach."""
        return {person: case for person, case in self.cases.items() if case.left_undecided}

    def schedule(self, scheduled: MeetingScheduled, *, asked: Asked) -> Recorded:
        """Give the meeting its day and its organisations. Raises `MeetingIsScheduled`."""
        if self.scheduled is not None:
            raise MeetingIsScheduled(self.id)
        return self.record(scheduled, asked)

    def next_one(self, at: Moment) -> MeetingScheduled:
        """The meeting that comes after this one by the rhythm of its kind."""
        assert self.scheduled is not None
        this = self.scheduled
        then = rhythm.following(rhythm.in_force(this.kind, at), self.slot, this.starts_at)
        return this.model_copy(
            update={"starts_at": then.starts_at, "series": self.series, "slot": then.slot}
        )

    def following(self, at: Moment) -> MeetingId:
        """The id of the meeting that comes after this one, scheduled or not."""
        then = self.next_one(at)
        assert then.slot is not None
        return meeting_of(self.series, then.slot)

    def present_for(self, person: PersonId, *, asked: Asked) -> tuple[PartnerId, ...]:
        """The organisations that were asked to hear a case. Raises `NotInvited`."""
        if asked.organisation not in self.invited:
            raise NotInvited(asked.organisation)
        return self._case(person).present

    def circulate(self, *, asked: Asked) -> Recorded | None:
        """Send the list round, again if it has changed since. Raises `OnlyTheConvenerMay`."""
        self._taking_part(asked)
        if asked.organisation != self.convener:
            raise OnlyTheConvenerMay(self.id)
        if self.circulated and not self.changed:
            return None
        return self.record(ListCirculated(invited=self.invited), asked)

    def record_apologies(self, absent: tuple[Absence, ...], *, asked: Asked) -> Recorded | None:
        """Record who was expected and is not there. Raises `MeetingIsOver`, `NotInvited`."""
        self._taking_part(asked)
        self._all_invited(absence.partner for absence in absent)
        return self.record(ApologiesRecorded(absent=absent, invited=self.invited), asked)

    def list_case(
        self,
        person: PersonId,
        *,
        question: str,
        present: tuple[PartnerId, ...],
        listed_only: bool = False,
        urgent: str | None = None,
        carried_over_from: MeetingId | None = None,
        label: Label = Label.ORDINARY,
        asked: Asked,
    ) -> Recorded | None:
        """Put a person on the list, under the label of their pathway; or to the list's other part.

        What another meeting did not reach was on a list in time. Raises `MeetingIsOver`,
        `NotInvited`, `ThisKindListsNobody`, `CaseIsBeingHeard`, `LateAdditionMustBeUrgent`.
        """
        self._taking_part(asked)
        assert self.scheduled is not None
        if not rhythm.in_force(self.scheduled.kind, asked.at).lists_persons:
            raise ThisKindListsNobody(self.id)
        listed = self.cases.get(person)
        if listed and listed.listed_only is listed_only:
            return None
        if listed and (listed.attendees or listed.decision):
            raise CaseIsBeingHeard(self.id)
        self._all_invited(present)
        rule = listing.in_force(asked.at)
        late = (
            rule is not None
            and carried_over_from is None
            and not listed_only
            and rule.late(asked.at, self.scheduled.starts_at, circulated=self.circulated)
        )
        if late and not urgent:
            raise LateAdditionMustBeUrgent(self.id)
        fact = CaseListed(
            question=question,
            present=present,
            listed_only=listed_only,
            late=late,
            urgent=urgent if late else None,
            carried_over_from=carried_over_from,
        )
        return self.record(fact, asked, person=person, label=label)

    def record_attendance(
        self,
        person: PersonId,
        attendees: tuple[Attendee, ...],
        *,
        may_hear: frozenset[PartnerId],
        asked: Asked,
    ) -> Recorded:
        """Record who is in the room for this case.

        ``may_hear`` are the organisations that may be told of the person. Raises `NotInvited`,
        `CaseIsNotListed`, `CaseIsListedOnly`, `CaseIsDecided`, `MustLeaveTheRoom`.
        """
        self._taking_part(asked)
        case = self._discussed(person)
        if case.decision is not None:
            raise CaseIsDecided(case.decision)
        stray = [a.partner for a in attendees if a.partner not in case.present]
        if stray:
            raise NotInvited(*stray)
        leaving = [a.partner for a in attendees if a.partner not in may_hear]
        if leaving:
            raise MustLeaveTheRoom(*leaving)
        fact = AttendanceRecorded(attendees=attendees)
        return self.record(fact, asked, person=person, label=case.label)

    def come_in(self, person: PersonId, *, may_hear: bool, asked: Asked) -> Recorded | None:
        """Be in the room for this case, beside those who are: who comes late says so alone.

        ``may_hear``: one's organisation may be told of the person. What was decided before was
        decided without. Raises `NotInvited`, `NobodyIsASystem`, `CaseIsNotListed`,
        `CaseIsListedOnly`, `CaseIsDecided`, `MustLeaveTheRoom`.
        """
        self._taking_part(asked)
        me = Attendee(practitioner=self._practitioner(asked), partner=asked.organisation)
        there = self._discussed(person).attendees
        if me in there:
            return None
        heard = {a.partner for a in there} | ({me.partner} if may_hear else set())
        return self.record_attendance(person, (*there, me), may_hear=frozenset(heard), asked=asked)

    def take_pen(self, reason: PenReason | None, *, asked: Asked) -> Recorded | None:
        """Run the meeting from now on: at once if nobody does, else after the holder's silence.

        Raises `MeetingIsOver`, `NotInvited`, `NobodyIsASystem`, `PenIsHeld`,
        `SayWhyThePenIsTaken`.
        """
        self._taking_part(asked)
        mine, holder, seen = self._practitioner(asked), self.pen.holder, self.pen.seen
        if holder == mine:
            return None
        if holder is None or seen is None:
            return self._pen_goes_to(mine, PenReason.FREE, asked)
        if not silence.in_force(asked.at).over(seen, asked.at):
            raise PenIsHeld(holder)
        if reason is None:
            raise SayWhyThePenIsTaken(self.id)
        return self._pen_goes_to(mine, reason, asked)

    def ask_for_pen(self, *, asked: Asked) -> Recorded | None:
        """Ask the holder for it. Raises `MeetingIsOver`, `NotInvited`, `NobodyIsASystem`."""
        self._taking_part(asked)
        mine = self._practitioner(asked)
        if self.pen.holder in (None, mine) or mine in self.pen.asking:
            return None
        return self.record(PenAsked(practitioner=mine, invited=self.invited), asked)

    def give_pen(self, to: PractitionerId, *, asked: Asked) -> Recorded | None:
        """Give it to who asked. Raises `OnlyTheHolderOfThePenMay`, `DidNotAskForThePen`."""
        self._taking_part(asked)
        if self.pen.holder == to:
            return None
        self._holding_the_pen(asked)
        if to not in self.pen.asking:
            raise DidNotAskForThePen(to)
        return self._pen_goes_to(to, PenReason.GIVEN, asked)

    def call(self, person: PersonId, item: ItemId, *, asked: Asked) -> Recorded | None:
        """Come to a case. Raises `OnlyTheHolderOfThePenMay`, `CaseIsNotListed`."""
        self._taking_part(asked)
        self._holding_the_pen(asked)
        case = self._discussed(person)
        if self.called == person:
            return None
        # The person first: whoever is told of the item can be told at once of whom it is.
        self.record(CaseCalled(item=item), asked, person=person, label=case.label)
        return self.record(ItemCalled(item=item, invited=self.invited), asked)

    def _holding_the_pen(self, asked: Asked) -> None:
        if self.pen.holder is None or self.pen.holder != asked.practitioner:
            raise OnlyTheHolderOfThePenMay(self.id)

    def _pen_goes_to(self, to: PractitionerId, reason: PenReason, asked: Asked) -> Recorded:
        fact = PenTaken(
            practitioner=to, before=self.pen.holder, reason=reason, invited=self.invited
        )
        return self.record(fact, asked)

    @staticmethod
    def _practitioner(asked: Asked) -> PractitionerId:
        if asked.practitioner is None:
            raise NobodyIsASystem
        return asked.practitioner

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
        view_obtained: ViewObtained | None = None,
        options: str | None = None,
        dissent: tuple[Dissent, ...],
        informs: Attendee | None = None,
        responsible: PartnerId | None,
        clinicians: frozenset[PractitionerId] = frozenset(),
        review_on: date | None,
        label: Label = Label.ORDINARY,
        asked: Asked,
    ) -> Recorded | None:
        """Record what the meeting decided about a person, under the label of the service it chose.

        ``clinicians`` are the person's key worker and whoever may stand in. Raises
        `MeetingIsOver`, `CaseIsNotListed`, `CaseIsListedOnly`, `CaseIsDecided`, `NobodyAttended`,
        `NoQuorum`, `WasNotInTheRoom`, `DestinationIsMissing`, `OnlyTheHolderOfThePenMay`.
        """
        self._taking_part(asked)
        if self.pen.holder is not None:
            self._holding_the_pen(asked)
        case = self._discussed(person)
        if case.decision == decision:
            return None
        if case.decision is not None:
            raise CaseIsDecided(case.decision)
        if not case.attendees:
            raise NobodyAttended(self.id)
        there = {a.practitioner for a in case.attendees if a.partner == responsible}
        rule = quorum.in_force(asked.at)
        met = rule.met(
            {a.partner for a in case.attendees}, responsible, clinician=bool(there & clinicians)
        )
        if rule.needed(outcome) and not met:
            raise NoQuorum(self.id, rule.name)
        if outcome in MOVES and service is None:
            raise DestinationIsMissing(self.id)
        for against in dissent:
            self._was_in_the_room(case, against.practitioner)
        fact = MdtDecisionRecorded(
            decision=decision,
            outcome=outcome,
            service=service,
            receiver=receiver,
            options=options,
            rationale=rationale,
            persons_view=persons_view,
            view_obtained=view_obtained,
            dissent=dissent,
            informs=informs,
            quorum_rule=rule.name,
            quorum_met=met,
            review_on=review_on,
        )
        return self.record(
            fact,
            asked,
            person=person,
            label=label if case.label is Label.ORDINARY else case.label,
            correlation=UUID(str(decision)),
        )

    def record_dissent(
        self, person: PersonId, dissent: Dissent, *, label: Label, asked: Asked
    ) -> Recorded:
        """Keep what somebody in the room says against a decision, until the meeting is over.

        Raises `MeetingIsOver`, `CaseIsNotListed`, `CaseIsNotDecided`, `WasNotInTheRoom`,
        `DissentStands`.
        """
        self._taking_part(asked)
        case = self._case(person)
        if case.decision is None:
            raise CaseIsNotDecided(self.id)
        self._was_in_the_room(case, dissent.practitioner)
        if dissent.practitioner in case.dissented:
            raise DissentStands(dissent.practitioner)
        fact = DissentRecorded(
            decision=case.decision, practitioner=dissent.practitioner, reason=dissent.reason
        )
        return self.record(
            fact,
            asked,
            person=person,
            label=label if case.label is Label.ORDINARY else case.label,
            correlation=UUID(str(case.decision)),
        )

    def heard(self, person: PersonId, *, asked: Asked) -> Case:
        """The case, when it has been heard here, so that something may be agreed about it.

        Raises `MeetingIsOver`, `NotInvited`, `CaseIsNotListed`, `NobodyAttended`.
        """
        self._taking_part(asked)
        case = self._case(person)
        if not case.attendees:
            raise NobodyAttended(self.id)
        return case

    def close(self, *, asked: Asked) -> Recorded | None:
        """End the meeting, and say whom it noted and whom it did not reach."""
        if self.closed:
            return None
        self._taking_part(asked)
        for person, case in self.cases.items():
            if case.decision is None:
                fact = CaseNoted() if case.listed_only else CaseNotReached()
                self.record(fact, asked, person=person, label=case.label)
        return self.record(MeetingClosed(invited=self.invited), asked)

    def next_actions(self, organisation: PartnerId) -> tuple[str, ...]:
        """What this organisation may ask next, in the words of the interface."""
        if self.scheduled is None or organisation not in self.invited:
            return ()
        if self.closed:
            return ("next",)
        actions = ["apologies", "closure", "next"]
        if rhythm.in_force(self.scheduled.kind, self.scheduled.starts_at).lists_persons:
            actions.insert(0, "cases")
        if organisation == self.convener and (self.changed or not self.circulated):
            actions.append("circulation")
        return tuple(actions)

    @property
    def invited(self) -> tuple[PartnerId, ...]:
        return self.scheduled.invited if self.scheduled else ()

    def _taking_part(self, asked: Asked) -> None:
        if self.closed:
            raise MeetingIsOver(self.id)
        if asked.organisation not in self.invited:
            raise NotInvited(asked.organisation)

    def _all_invited(self, partners: Iterable[PartnerId]) -> None:
        stray = [partner for partner in partners if partner not in self.invited]
        if stray:
            raise NotInvited(*stray)

    def _case(self, person: PersonId) -> Case:
        if person not in self.cases:
            raise CaseIsNotListed(self.id)
        return self.cases[person]

    def _discussed(self, person: PersonId) -> Case:
        case = self._case(person)
        if case.listed_only:
            raise CaseIsListedOnly(self.id)
        return case

    @staticmethod
    def _was_in_the_room(case: Case, practitioner: PractitionerId) -> None:
        if practitioner not in {a.practitioner for a in case.attendees}:
            raise WasNotInTheRoom(practitioner)

    def evolve(self, recorded: Recorded) -> None:
        if self.pen.seen is not None and recorded.practitioner == self.pen.holder:
            self.pen.seen = max(self.pen.seen, recorded.effective_at)
        match recorded.fact:
            case PenTaken(practitioner=holder):
                self.pen = Pen(holder, recorded.effective_at)
            case PenAsked(practitioner=asking):
                self.pen.asking.append(asking)
            case ItemCalled():
                pass
            case CaseCalled():
                self.called = recorded.person
            case MeetingScheduled() as scheduled:
                self.scheduled, self.convener = scheduled, recorded.organisation
            case ListCirculated():
                self.circulated, self.changed = True, False
            case CaseListed() as listed:
                assert recorded.person is not None
                self.changed = self.circulated
                self.cases[recorded.person] = Case(
                    question=listed.question,
                    present=listed.present,
                    listed_only=listed.listed_only,
                    label=recorded.label,
                )
            case MeetingClosed():
                self.closed = True
            case ApologiesRecorded():
                pass
            case _:
                assert recorded.person is not None, f"{recorded.fact.TOPIC} needs its person"
                self._follow_case(self.cases[recorded.person], recorded.fact)

    @staticmethod
    def _follow_case(of: Case, fact: Fact) -> None:
        match fact:
            case AttendanceRecorded(attendees=attendees):
                of.attendees = attendees
            case MdtDecisionRecorded(decision=decision, dissent=dissent):
                of.decision = decision
                of.dissented = {against.practitioner for against in dissent}
            case DissentRecorded(practitioner=practitioner):
                of.dissented.add(practitioner)
            case CaseNotReached():
                of.left_undecided = not of.listed_only
            case CaseNoted():
                pass
            case other:
                raise AssertionError(f"{other.TOPIC} is not a fact about a meeting")


OF_THE_WHOLE = (
    MeetingScheduled,
    ListCirculated,
    ApologiesRecorded,
    PenTaken,
    PenAsked,
    ItemCalled,
    MeetingClosed,
)
"""Facts about nobody who is helped; told to the organisations invited."""

FACTS: tuple[type[Fact], ...] = (
    MeetingScheduled,
    ListCirculated,
    ApologiesRecorded,
    *cases.FACTS,
    *pens.FACTS,
    MeetingClosed,
)
