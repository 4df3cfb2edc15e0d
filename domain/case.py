"""Case: one person on a meeting's list; who heard it, what was decided, and who saw it otherwise.

Its facts belong to the meeting, which decides (`domain.meeting`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict

from domain.kernel import BrokenRule, Category, Clinical, Fact, Personal, PersonalText, Recorder
from domain.vocabulary import (
    Decision,
    DecisionId,
    ItemId,
    Label,
    MeetingId,
    PartnerId,
    PractitionerId,
    ServiceId,
    ViewObtained,
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


class CaseFact(Fact):
    """What a meeting listed, heard and decided about one person."""

    TOPIC: ClassVar[str] = "meeting:"
    CATEGORY: ClassVar[Category] = Category.COORDINATION
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.INVITED,)


class CaseListed(CaseFact):
    """A person is on the list, with the question the meeting should answer, or listed only.

    ``urgent`` says why a late addition could not wait for the next meeting; ``carried_over_from``
    is the meeting that did not reach the case.
    """

    TOPIC: ClassVar[str] = "meeting:CaseListed"

    question: Clinical[PersonalText]
    present: tuple[PartnerId, ...]
    listed_only: bool = False
    late: bool = False
    urgent: Clinical[PersonalText | None] = None
    carried_over_from: MeetingId | None = None


class AttendanceRecorded(CaseFact):
    """Who was in the room while this person was discussed."""

    TOPIC: ClassVar[str] = "meeting:AttendanceRecorded"

    attendees: tuple[Attendee, ...]


class CaseCalled(CaseFact):
    """The meeting has come to this person; ``item`` is what all who are invited see of it."""

    TOPIC: ClassVar[str] = "meeting:CaseCalled"

    item: ItemId


class MdtDecisionRecorded(CaseFact):
    """What the meeting decided about a person, why, what the person wants, and who dissented.

    ``informs`` tells the person; ``quorum_met`` is what ``quorum_rule`` found when it was asked.
    """

    TOPIC: ClassVar[str] = "meeting:MdtDecisionRecorded"

    decision: DecisionId
    outcome: Decision
    service: ServiceId | None = None
    receiver: PartnerId | None = None
    options: Clinical[PersonalText | None] = None
    rationale: Clinical[PersonalText]
    persons_view: Clinical[PersonalText]
    view_obtained: Clinical[ViewObtained | None] = None
    dissent: Annotated[tuple[Dissent, ...], Personal(), Category.CLINICAL] = ()
    informs: Attendee | None = None
    quorum_rule: str
    quorum_met: bool | None = None
    review_on: date | None = None


class DissentRecorded(CaseFact):
    """Somebody who was in the room sees the decision otherwise; the decision stays as it was."""

    TOPIC: ClassVar[str] = "meeting:DissentRecorded"
    CATEGORY: ClassVar[Category] = Category.CLINICAL

    decision: DecisionId
    practitioner: PractitionerId
    reason: PersonalText


class CaseNoted(CaseFact):
    """The case was listed only: the meeting noted it, and standard care goes on."""

    TOPIC: ClassVar[str] = "meeting:CaseNoted"


class CaseNotReached(CaseFact):
    """The meeting ended before it decided about this person."""

    TOPIC: ClassVar[str] = "meeting:CaseNotReached"


# What is refused


class CaseIsNotListed(BrokenRule):
    """The person is not on this meeting's list; list the case first."""


class CaseIsListedOnly(BrokenRule):
    """The case is listed only; list it for discussion first."""


class CaseIsBeingHeard(BrokenRule):
    """The meeting hears this case already; it can no longer be listed only."""


class LateAdditionMustBeUrgent(BrokenRule):
    """The list has gone round, or should have; say why this case cannot wait for the next one."""


class MustLeaveTheRoom(BrokenRule):
    """Somebody there may not hear this case; they leave the room for it, and no reason is given."""


class NobodyAttended(BrokenRule):
    """No attendance is recorded for this case; record who was in the room first."""


class NoQuorum(BrokenRule):
    """The responsible clinician, or who stands in, must be in the room for this decision."""


class CaseIsDecided(BrokenRule):
    """The meeting has decided about this person already; its decision stands."""


class CaseIsNotDecided(BrokenRule):
    """The meeting has not decided about this person yet; dissent is recorded with the decision."""


class WasNotInTheRoom(BrokenRule):
    """Only somebody who was in the room for this case can see its decision otherwise."""


class DissentStands(BrokenRule):
    """This practitioner's dissent is recorded; it is kept as it was said."""


class DestinationIsMissing(BrokenRule):
    """This decision moves the person: say to which service."""


# What is true now

MOVES = frozenset({Decision.STEP_UP, Decision.STEP_DOWN, Decision.HAND_OVER})


@dataclass
class Case:
    """One person on the list."""

    question: str
    present: tuple[PartnerId, ...]
    listed_only: bool = False
    label: Label = Label.ORDINARY
    attendees: tuple[Attendee, ...] = ()
    decision: DecisionId | None = None
    dissented: set[PractitionerId] = field(default_factory=set)
    left_undecided: bool = False


FACTS: tuple[type[Fact], ...] = (
    CaseListed,
    AttendanceRecorded,
    CaseCalled,
    MdtDecisionRecorded,
    DissentRecorded,
    CaseNoted,
    CaseNotReached,
)
