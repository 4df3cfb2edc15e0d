"""Courses, one for each referral, and what happened else, folded from facts to be counted.

Folded from facts and not from a share: counts are of all services of the place. Whoever wants to be
in no total is in none (DCB3058). It refuses to count: `projections.monthly` does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from uuid import UUID, uuid5

from domain.contact import (
    AppointmentBooked,
    Attended,
    Cancelled,
    ContactFact,
    DidNotAttend,
    OutcomeCorrected,
)
from domain.corrections import DetailsCorrected
from domain.erased import PersonErased
from domain.feedback import FeedbackFact
from domain.first_contact import FirstContactCorrected, FirstContactMade
from domain.handover import HandoverAccepted, HandoverDeclined, HandoverLapsed, HandoverOffered
from domain.handover_offer import HandoverFact
from domain.implementation import (
    DecisionImplemented,
    DecisionNotImplemented,
    DecisionSuperseded,
    ImplementationAwaited,
    ImplementationFact,
)
from domain.kernel import Fact, Recorded
from domain.measure import MeasureCompleted, MeasureFact, ScoreCorrected
from domain.needs import AdjustmentAgreed
from domain.outcome import ReferralClosed
from domain.person import PersonRegistered
from domain.policies import characteristics
from domain.policies.characteristics import CHARACTERISTICS
from domain.policies.counted import (
    ACCEPTED,
    DECLINED,
    IMPLEMENTED,
    LAPSED,
    NOT_IMPLEMENTED,
    SUPERSEDED,
    Between,
    Contact,
    Course,
    Happening,
    Of,
    Scored,
)
from domain.policies.days import local_date
from domain.policies.measures import unmet
from domain.policies.training import WORKING
from domain.practitioner import PractitionerAdded
from domain.referral import ReferralAccepted, ReferralDeclined, ReferralMade, ReferralRedirected
from domain.request import ReferralFact
from domain.service import ServiceDescribed, ServiceOpened
from domain.social_work import WorkDone
from domain.steps import SteppedDown, SteppedUp
from domain.training import TrainingAttended
from domain.unmet import UnmetNeedRecorded
from domain.vocabulary import Moment, Purpose, ServiceId
from domain.wishes import UseObjectedTo, UseObjectionLifted

BEGINNING = (
    ReferralMade,
    HandoverOffered,
    ImplementationAwaited,
    SteppedUp,
    SteppedDown,
    WorkDone,
)
"""Facts with which something begins that is counted: the groups of its person are as known then."""


@dataclass
class _Person:
    """What is counted of somebody, as it is known now."""

    born: str | None = None
    sex: str | None = None
    ethnicity: str | None = None
    decile: int | None = None
    language: str | None = None
    adjusted: bool = False

    def on(self, day: date) -> dict[str, str]:
        return {
            "age": characteristics.age_band(self.born, day),
            "sex": self.sex or characteristics.NOT_KNOWN,
            "ethnicity": characteristics.ethnic_group(self.ethnicity),
            "deprivation": characteristics.deprivation(self.decile),
            "language": characteristics.language(self.language),
            "adjustment": "agreed" if self.adjusted else "none recorded",
        }


Countable = Course | Contact | Happening | Between
ANSWERS: Mapping[type[Fact], str] = {
    HandoverAccepted: ACCEPTED,
    HandoverDeclined: DECLINED,
    HandoverLapsed: LAPSED,
    DecisionImplemented: IMPLEMENTED,
    DecisionNotImplemented: NOT_IMPLEMENTED,
    DecisionSuperseded: SUPERSEDED,
}
"""What a fact says came of a hand-over or a decision."""


class Thing(NamedTuple):
    """What can be counted, of which referral or happening, with its person's groups and service."""

    which: UUID
    of: Countable
    about: dict[str, str]
    service: ServiceId | None


@dataclass
class Courses:
    """Every course there was, as far as the facts were followed."""

    courses: dict[UUID, Course] = field(default_factory=dict)
    happenings: dict[UUID, Happening] = field(default_factory=dict)
    persons: dict[UUID, UUID] = field(default_factory=dict)  # of each of both
    services: dict[ServiceId, str] = field(default_factory=dict)
    left_out: set[UUID] = field(default_factory=set)  # persons
    changed: set[UUID] = field(default_factory=set)  # courses and happenings
    _people: dict[UUID, _Person] = field(default_factory=dict)
    _theirs: defaultdict[UUID, list[UUID]] = field(default_factory=lambda: defaultdict(list))

    def follow(self, recorded: Recorded) -> None:
        """Follow one fact."""
        fact, stream, at = recorded.fact, recorded.originator_id, recorded.effective_at
        match fact:
            case ServiceOpened(name=name) | ServiceDescribed(name=name):
                self.services[ServiceId(stream)] = name
            case PersonRegistered() | DetailsCorrected() | AdjustmentAgreed():
                self.learn(recorded)
            case UseObjectedTo(use=Purpose.PLANNING) if recorded.person:
                self.left_out.add(recorded.person)
                self.changed.update(self._theirs[recorded.person])
            case UseObjectionLifted(use=Purpose.PLANNING) if recorded.person:
                self.left_out.discard(recorded.person)
                self.changed.update(self._theirs[recorded.person])
            case PersonErased() if recorded.person:
                self._forget(recorded.person)
            case ReferralMade(service=service) if recorded.person:
                self._come_again(recorded.person, service, at)
                course = Course(service, at, self._about(recorded), mode=fact.mode)
                self.add(stream, recorded.person, course)
                self.changed.add(stream)
            case _ if happening_of(recorded):
                self._happen(recorded)
            case _ if (about := referral_of(recorded)) in self.courses:
                self._follow(self.courses[about], recorded)
                self.changed.add(about)
            case _:
                pass

    def add(self, which: UUID, person: UUID, thing: Course | Happening) -> None:
        """A course or a happening that began, or was kept."""
        if isinstance(thing, Course):
            self.courses[which] = thing
        else:
            self.happenings[which] = thing
        self.persons[which] = person
        self._theirs[person].append(which)

    def counted(self) -> Iterator[Course]:
        """The courses of everybody who may be counted."""
        return (
            course
            for referral, course in self.courses.items()
            if self.persons[referral] not in self.left_out
        )

    def things(self) -> Iterator[tuple[Thing, UUID]]:
        """All that can be counted, and of whom each is."""
        for referral, course in self.courses.items():
            person = self.persons[referral]
            yield Thing(referral, course, course.about, course.service), person
            for contact in course.contacts.values():
                yield Thing(referral, contact, course.about, course.service), person
        for which, happening in self.happenings.items():
            person = self.persons[which]
            yield Thing(which, happening, happening.about, happening.service), person
            for between in happening.between:
                yield Thing(which, between, happening.about, None), person

    def learn(self, recorded: Recorded) -> None:
        """Follow a fact that says something of a person."""
        if recorded.person is None:
            return
        person, fact = self._people.setdefault(recorded.person, _Person()), recorded.fact
        match fact:
            case PersonRegistered():
                person.decile = fact.deprivation_decile
            case AdjustmentAgreed():
                person.adjusted = True
            case _:
                pass
        if isinstance(fact, (PersonRegistered, DetailsCorrected)):
            person.born = fact.date_of_birth or person.born
            person.sex = fact.sex or person.sex
            person.ethnicity = fact.ethnicity or person.ethnicity
            person.language = fact.language or person.language

    def _forget(self, person: UUID) -> None:
        """Whoever is erased is counted still, and nothing is known of them."""
        self._people.pop(person, None)
        for which in self._theirs[person]:
            thing = self.courses.get(which) or self.happenings[which]
            thing.about = dict.fromkeys(CHARACTERISTICS, characteristics.NOT_KNOWN)
            self.changed.add(which)

    def _about(self, recorded: Recorded) -> dict[str, str]:
        assert recorded.person is not None, "what is counted is somebody's"
        person = self._people.get(recorded.person, _Person())
        return person.on(local_date(recorded.effective_at))

    def _come_again(self, person: UUID, service: ServiceId, at: Moment) -> None:
        """Say of each course that had ended there that the person was referred again."""
        for which in self._theirs[person]:
            course = self.courses.get(which)
            if course and course.service == service and course.ended_at and not course.again_at:
                course.again_at = at
                self.changed.add(which)

    def _happen(self, recorded: Recorded) -> None:
        which, at = happening_of(recorded), recorded.effective_at
        if which is None:
            return
        known = self.happenings.get(which)
        match recorded.fact:
            case HandoverOffered():
                known = Happening(Of.HANDED_OVER, at, self._about(recorded))
            case ImplementationAwaited() if known is None:
                known = Happening(Of.DECIDED, at, self._about(recorded))
            case SteppedUp(from_step=a, to_step=b) | SteppedDown(from_step=a, to_step=b):
                moved = f"{int(a)} to {int(b)}"
                known = Happening(Of.MOVED, at, self._about(recorded), said=moved)
            case WorkDone(admission_avoided=avoided) if avoided:
                known = Happening(Of.KEPT_OUT, at, self._about(recorded), said=avoided.value)
            case PractitionerAdded(role=role) if role in WORKING:
                known = Happening(Of.STARTED, at)
            case TrainingAttended() if known is not None:
                known.answered_at = known.answered_at or at
            case UnmetNeedRecorded(step=step, why=why):
                known = Happening(Of.UNMET, at, said=unmet(step, why))
            case FeedbackFact(service=service, experience=experience):
                known = Happening(Of.RATED, at, said=experience.value, service=service)
            case fact if known is not None and type(fact) in ANSWERS:
                known.answered_at, known.said = at, ANSWERS[type(fact)]
            case _:
                return
        if known is not None:
            if which not in self.happenings:
                self.add(which, recorded.person or which, known)  # or of nobody who is named
            self.changed.add(which)

    def _follow(self, course: Course, recorded: Recorded) -> None:
        fact, stream, at = recorded.fact, recorded.originator_id, recorded.effective_at
        match fact:
            case ReferralRedirected(service=service):
                course.service = service
            case ReferralAccepted():
                course.accepted_at = at
            case FirstContactMade():
                course.first_contact_at = at
            case FirstContactCorrected(first_at=first_at):
                course.first_contact_at = first_at
            case ReferralDeclined(reason=reason):
                course.declined_at, course.declined = at, reason
            case ReferralClosed(reason=reason):
                course.ended_at, course.end = at, reason
            case AppointmentBooked(starts_at=starts_at, content=content):
                course.contacts[stream] = Contact(starts_at, content)
            case DidNotAttend(attendance=attendance) | Cancelled(attendance=attendance):
                contact = course.contacts.setdefault(stream, Contact())
                contact.attendance, contact.at = attendance, at
            case Attended(attendance=attendance) | OutcomeCorrected(attendance=attendance):
                contact = course.contacts.setdefault(stream, Contact())
                contact.attendance, contact.at = attendance, at
                contact.content = fact.content or contact.content
            case MeasureCompleted(instrument=instrument, total=total):
                course.scores.setdefault(instrument, {})[stream] = Scored(at, total)
            case ScoreCorrected(instrument=instrument, total=total, completed_at=completed_at):
                course.scores.setdefault(instrument, {})[stream] = Scored(completed_at, total)
            case _:
                pass


def referral_of(recorded: Recorded) -> UUID | None:
    """The referral that a fact tells of, if it tells of one."""
    match recorded.fact:
        case ReferralFact():
            return recorded.originator_id
        case ContactFact(referral=referral) | MeasureFact(referral=referral):
            return referral
        case _:
            return None


def happening_of(recorded: Recorded) -> UUID | None:
    """The hand-over, the move, the decision or what else a fact tells of, if it tells of one."""
    match recorded.fact:
        case HandoverFact(handover=handover, receiver=receiver):
            # Its id is its referral's or decision's, and the same for who is offered it next.
            return uuid5(handover, f"hand-over to {receiver}")
        case ImplementationFact(decision=decision):
            return uuid5(decision, "decision")
        case SteppedUp() | SteppedDown():
            return uuid5(recorded.originator_id, f"move {recorded.originator_version}")
        case PractitionerAdded(practitioner=who) | TrainingAttended(practitioner=who):
            return uuid5(who, "induction")
        case WorkDone() | UnmetNeedRecorded() | FeedbackFact():
            return recorded.originator_id
        case _:
            return None
