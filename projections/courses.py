"""Courses: one for each referral, folded from facts in the log's order, and what a month counts.

Folded from facts and not from a share: counts are of all services of the place. Whoever wants to be
in no total is in none (DCB3058). It refuses to give any count that may tell of fewer than five.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from uuid import UUID

from domain.contact import AppointmentBooked, Attended, Cancelled, DidNotAttend, OutcomeCorrected
from domain.corrections import DetailsCorrected
from domain.kernel import Recorded
from domain.measure import MeasureCompleted, ScoreCorrected
from domain.needs import AdjustmentAgreed
from domain.outcome import ReferralClosed
from domain.person import PersonRegistered
from domain.policies import characteristics
from domain.policies.characteristics import CHARACTERISTICS
from domain.policies.days import local_date
from domain.policies.disclosure_control import Sum, published
from domain.policies.friends_and_family import month_of
from domain.policies.measures import COUNTED, MEASURES, Course, Of, Scored
from domain.policies.missed import SEEN
from domain.policies.outcomes import TREATED
from domain.referral import ReferralAccepted, ReferralDeclined, ReferralMade, ReferralRedirected
from domain.service import ServiceDescribed, ServiceOpened
from domain.vocabulary import Attendance, Content, Instrument, Moment, Purpose, ServiceId
from domain.wishes import UseObjectedTo, UseObjectionLifted

EVERY = "all services"
EVERYBODY = "everybody"

WITHIN: tuple[tuple[str, str], ...] = (
    *((measure.of.value, measure.name) for measure in MEASURES),
    (Of.FINISHED.value, Of.SCORED.value),
    (Of.SCORED.value, Of.CASES.value),
    ("first treatment within 18 weeks", "first treatment within 6 weeks"),
    ("recovery", "reliable recovery"),
)
"""Counts of which the second is of some of the first: nobody may be left over between them."""

WHOLES: tuple[str, ...] = (*(each.value for each in Of), *(measure.name for measure in MEASURES))


@dataclass
class _Contact:
    """An appointment: what it was meant for, and what it was."""

    referral: UUID | None = None
    content: Content | None = None
    attendance: Attendance | None = None
    at: Moment | None = None


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


class Cell(NamedTuple):
    """One count: of a denominator, of those a measure counts, or of those that it leaves."""

    what: str
    service: str
    characteristic: str = EVERYBODY
    value: str = ""


class Line(NamedTuple):
    """What a month says of one measure for some people; ``None`` is hidden."""

    measure: str
    service: str
    characteristic: str
    value: str
    counted: int | None
    of: int | None


@dataclass
class Courses:
    """Every course there was, as far as the facts were followed."""

    courses: dict[UUID, Course] = field(default_factory=dict)
    persons: dict[UUID, UUID] = field(default_factory=dict)  # by referral
    services: dict[ServiceId, str] = field(default_factory=dict)
    _people: dict[UUID, _Person] = field(default_factory=dict)
    _contacts: dict[UUID, _Contact] = field(default_factory=dict)
    _measures: dict[UUID, tuple[UUID, Instrument, Moment]] = field(default_factory=dict)
    _left_out: set[UUID] = field(default_factory=set)

    def follow(self, recorded: Recorded) -> None:
        """Follow one fact."""
        fact, stream, at = recorded.fact, recorded.originator_id, recorded.effective_at
        match fact:
            case ServiceOpened(name=name) | ServiceDescribed(name=name):
                self.services[ServiceId(stream)] = name
            case PersonRegistered() | DetailsCorrected() | AdjustmentAgreed():
                self._learn(recorded)
            case UseObjectedTo(use=Purpose.PLANNING) if recorded.person:
                self._left_out.add(recorded.person)
            case UseObjectionLifted(use=Purpose.PLANNING) if recorded.person:
                self._left_out.discard(recorded.person)
            case ReferralMade(service=service) if recorded.person:
                person = self._people.get(recorded.person, _Person())
                self.courses[stream] = Course(service, at, person.on(local_date(at)))
                self.persons[stream] = recorded.person
            case (
                ReferralRedirected() | ReferralAccepted() | ReferralDeclined() | ReferralClosed()
            ) if stream in self.courses:
                self._answered(self.courses[stream], recorded)
            case AppointmentBooked(referral=referral, content=content):
                self._contacts[stream] = _Contact(referral, content)
            case (
                Attended(referral=referral)
                | DidNotAttend(referral=referral)
                | Cancelled(referral=referral)
                | OutcomeCorrected(referral=referral)
            ):
                self._seen(stream, referral, recorded)
            case MeasureCompleted(referral=referral) if referral in self.courses:
                self._measures[stream] = (referral, fact.instrument, at)
                self._score(stream, fact.total)
            case ScoreCorrected() if stream in self._measures:
                self._score(stream, fact.total)
            case _:
                pass

    def counted(self) -> Iterator[Course]:
        """The courses of everybody who may be counted."""
        return (
            course
            for referral, course in self.courses.items()
            if self.persons[referral] not in self._left_out
        )

    def month(self, month: date) -> list[Line]:
        """What may be said of a month, of each service and of all, by each characteristic."""
        counts: Counter[Cell] = Counter()
        for course in self.counted():
            for cell in self._cells(course, month):
                counts[cell] += 1
        return _lines(counts)

    def _cells(self, course: Course, month: date) -> Iterator[Cell]:
        of = {
            each
            for each, when in COUNTED.items()
            if (at := when(course)) and month_of(local_date(at)) == month
        }
        names = {each.value for each in of}
        names |= {
            measure.name for measure in MEASURES if measure.of in of and measure.holds(course)
        }
        names |= {_rest(*pair) for pair in WITHIN if pair[0] in names and pair[1] not in names}
        service = self.services.get(course.service, str(course.service))
        for name in names:
            for where in (service, EVERY):
                yield Cell(name, where)
                for characteristic, value in course.about.items():
                    yield Cell(name, where, characteristic, value)

    def _learn(self, recorded: Recorded) -> None:
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

    def _answered(self, course: Course, recorded: Recorded) -> None:
        match recorded.fact:
            case ReferralRedirected(service=service):
                course.service = service
            case ReferralAccepted():
                course.accepted_at = recorded.effective_at
            case ReferralDeclined():
                course.declined_at = recorded.effective_at
            case ReferralClosed(reason=reason):
                course.ended_at, course.end = recorded.effective_at, reason
            case _:
                pass

    def _seen(self, stream: UUID, referral: UUID, recorded: Recorded) -> None:
        contact, fact = self._contacts.setdefault(stream, _Contact(referral)), recorded.fact
        course = self.courses.get(referral)
        if course is None:
            return
        if _treated(contact):
            assert contact.at is not None
            course.treated.remove(contact.at)
        if isinstance(fact, (Attended, DidNotAttend, Cancelled, OutcomeCorrected)):
            contact.attendance, contact.at = fact.attendance, recorded.effective_at
        if isinstance(fact, (Attended, OutcomeCorrected)):
            contact.content = fact.content or contact.content
        if _treated(contact):
            course.treated.append(recorded.effective_at)

    def _score(self, stream: UUID, total: int) -> None:
        referral, instrument, at = self._measures[stream]
        scores = self.courses[referral].scores.setdefault(instrument, {})
        scores[stream] = Scored(at, total)


def _treated(contact: _Contact) -> bool:
    return contact.attendance in SEEN and contact.content in TREATED


def _rest(whole: str, part: str) -> str:
    return f"{whole}, not {part}"


def _lines(counts: Counter[Cell]) -> list[Line]:
    """The counts as they may be shown, all under one control: they share their denominators."""
    places = sorted({(cell.service, cell.characteristic, cell.value) for cell in counts})
    services = sorted({service for service, _, _ in places if service != EVERY})
    groups = sorted({(characteristic, value) for _, characteristic, value in places})
    rests = [_rest(*pair) for pair in WITHIN]
    names = [*WHOLES, *rests]
    values = {c: [value for each, value in groups if each == c] for c in CHARACTERISTICS}
    whole = {
        Cell(name, service, *group): counts[Cell(name, service, *group)]
        for name in names
        for service in (EVERY, *services)
        for group in groups
    }
    sums = [
        Sum(Cell(name, service), tuple(Cell(name, service, each, value) for value in values[each]))
        for name in names
        for service in (EVERY, *services)
        for each in CHARACTERISTICS
        if values[each]
    ]
    sums += [
        Sum(Cell(name, EVERY, *group), tuple(Cell(name, service, *group) for service in services))
        for name in names
        for group in groups
    ]
    sums += [
        Sum(Cell(big, *place), (Cell(part, *place), Cell(_rest(big, part), *place)))
        for big, part in WITHIN
        for place in ((s, *g) for s in (EVERY, *services) for g in groups)
    ]
    shown = published(whole, sums, {cell for cell in whole if cell.what in rests})
    return [
        Line(
            measure.name,
            *place,
            shown[Cell(measure.name, *place)],
            shown[Cell(measure.of.value, *place)],
        )
        for measure in MEASURES
        for place in ((s, *g) for s in (EVERY, *services) for g in groups)
    ]
