"""Courses: one for each referral, folded from facts in the log's order, and what a month counts.

Folded from facts and not from a share: counts are of all services of the place. Whoever wants to be
in no total is in none (DCB3058). It refuses to give any count that may tell of fewer than five.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from uuid import UUID

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
from domain.kernel import Recorded
from domain.measure import MeasureCompleted, MeasureFact, ScoreCorrected
from domain.needs import AdjustmentAgreed
from domain.outcome import ReferralClosed
from domain.person import PersonRegistered
from domain.policies import characteristics
from domain.policies.characteristics import CHARACTERISTICS
from domain.policies.days import local_date
from domain.policies.disclosure_control import Sum, published
from domain.policies.friends_and_family import month_of
from domain.policies.measures import COUNTED, MEASURES, Contact, Course, Of, Scored
from domain.referral import ReferralAccepted, ReferralDeclined, ReferralMade, ReferralRedirected
from domain.request import ReferralFact
from domain.service import ServiceDescribed, ServiceOpened
from domain.vocabulary import Purpose, ServiceId
from domain.wishes import UseObjectedTo, UseObjectionLifted

About = tuple[tuple[str, str], ...]
"""Characteristics of somebody and their groups, in order."""

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
    left_out: set[UUID] = field(default_factory=set)  # persons
    changed: set[UUID] = field(default_factory=set)  # referrals
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
                person = self._people.get(recorded.person, _Person())
                course = Course(service, at, person.on(local_date(at)))
                self.add(stream, recorded.person, course)
                self.changed.add(stream)
            case _ if (about := referral_of(recorded)) in self.courses:
                self._follow(self.courses[about], recorded)
                self.changed.add(about)
            case _:
                pass

    def add(self, referral: UUID, person: UUID, course: Course) -> None:
        """A course that began, or was kept."""
        self.courses[referral], self.persons[referral] = course, person
        self._theirs[person].append(referral)

    def counted(self) -> Iterator[Course]:
        """The courses of everybody who may be counted."""
        return (
            course
            for referral, course in self.courses.items()
            if self.persons[referral] not in self.left_out
        )

    def month(self, month: date) -> list[Line]:
        """What may be said of a month, of each service and of all, by each characteristic."""
        alike = Counter(
            (course.service, tuple(course.about.items()), names)
            for course in self.counted()
            if (names := _counts(course, month))
        )
        counts: Counter[Cell] = Counter()
        for (service, about, names), many in alike.items():
            for cell in self._cells(service, about, names):
                counts[cell] += many
        return _lines(counts)

    def _cells(self, service: ServiceId, about: About, names: frozenset[str]) -> Iterator[Cell]:
        for name in names:
            for where in (self.services.get(service, str(service)), EVERY):
                yield Cell(name, where)
                for characteristic, value in about:
                    yield Cell(name, where, characteristic, value)

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
        for referral in self._theirs[person]:
            self.courses[referral].about = dict.fromkeys(CHARACTERISTICS, characteristics.NOT_KNOWN)
            self.changed.add(referral)

    def _follow(self, course: Course, recorded: Recorded) -> None:
        fact, stream, at = recorded.fact, recorded.originator_id, recorded.effective_at
        match fact:
            case ReferralRedirected(service=service):
                course.service = service
            case ReferralAccepted():
                course.accepted_at = at
            case ReferralDeclined():
                course.declined_at = at
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


def months(course: Course) -> set[date]:
    """In which months a course counts for anything."""
    return {month_of(local_date(at)) for when in COUNTED.values() if (at := when(course))}


def _counts(course: Course, month: date) -> frozenset[str]:
    """What a course counts as in a month."""
    of = {
        each
        for each, when in COUNTED.items()
        if (at := when(course)) and month_of(local_date(at)) == month
    }
    names = {each.value for each in of}
    names |= {measure.name for measure in MEASURES if measure.of in of and measure.holds(course)}
    names |= {_rest(*pair) for pair in WITHIN if pair[0] in names and pair[1] not in names}
    return frozenset(names)


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
