"""Courses, one for each referral, and what happened else: folded from facts; what a month counts.

Folded from facts and not from a share: counts are of all services of the place. Whoever wants to be
in no total is in none (DCB3058). It refuses to give any count that may tell of fewer than five.
"""

from __future__ import annotations

from collections import Counter, defaultdict
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
from domain.policies import characteristics, distributions
from domain.policies.characteristics import CHARACTERISTICS
from domain.policies.days import local_date
from domain.policies.disclosure_control import FEWEST, Sum, published
from domain.policies.friends_and_family import month_of
from domain.policies.measures import (
    ACCEPTED,
    AGAIN,
    COUNTED,
    COUNTED_CONTACTS,
    COUNTED_HAPPENINGS,
    EIGHTEEN_WEEKS,
    IMPLEMENTED,
    MEASURES,
    NOT_IMPLEMENTED,
    SIX_WEEKS,
    SUPERSEDED,
    Contact,
    Course,
    Happening,
    Measure,
    Of,
    Scored,
    again,
    declined,
)
from domain.referral import ReferralAccepted, ReferralDeclined, ReferralMade, ReferralRedirected
from domain.request import ReferralFact
from domain.service import ServiceDescribed, ServiceOpened
from domain.steps import SteppedDown, SteppedUp
from domain.vocabulary import DeclineReason, Moment, Purpose, ServiceId
from domain.wishes import UseObjectedTo, UseObjectionLifted

About = tuple[tuple[str, str], ...]
"""Characteristics of somebody and their groups, in order."""

EVERY = "all services"
EVERYBODY = "everybody"

PARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (f"{Of.ANSWERED.value}, not accepted", tuple(declined(reason) for reason in DeclineReason)),
    *(
        (of.value, tuple(measure.name for measure in MEASURES if measure.of is of))
        for of in (Of.DUE, Of.MOVED, Of.DECIDED)
    ),
    (Of.FINISHED.value, tuple(again(*days) for days in AGAIN)),
    (Of.FINISHED.value, distributions.cells(distributions.WAITS)),
    (
        "first treatment within 6 weeks",
        distributions.cells(distributions.WAITS)[: SIX_WEEKS // 7],
    ),
    (
        "first treatment within 18 weeks",
        distributions.cells(distributions.WAITS)[: EIGHTEEN_WEEKS // 7],
    ),
    *((Of.SCORED.value, distributions.cells(scores)) for scores in distributions.SCORES.values()),
    ("steps up", distributions.UP),
    ("steps down", distributions.DOWN),
)
"""Counts that are the sum of others."""

IN_PARTS = {part for _, parts in PARTS for part in parts}

WITHIN: tuple[tuple[str, str], ...] = (
    *((each.of.value, each.name) for each in MEASURES if each.name not in IN_PARTS),
    (Of.FINISHED.value, Of.SCORED.value),
    (Of.SCORED.value, Of.CASES.value),
    ("first treatment within 18 weeks", "first treatment within 6 weeks"),
    ("recovery", "reliable recovery"),
    ("hand-overs accepted", "hand-overs accepted within 7 days"),
)
"""Counts of which the second is of some of the first: nobody may be left over between them."""

SAID: tuple[Measure, ...] = (*MEASURES, *distributions.DEFINED)
"""All that a month says, each with what it is of."""

OF_EVERYBODY = {each.name for each in distributions.DEFINED}
"""What is not told apart by characteristics."""

OF_THE_PLACE = {Of.HANDED_OVER, Of.MOVED, Of.DECIDED}
"""What belongs to no one service."""


BEGINNING = (ReferralMade, HandoverOffered, ImplementationAwaited, SteppedUp, SteppedDown)
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


Countable = Course | Contact | Happening
ANSWERS: Mapping[type[Fact], str] = {
    HandoverAccepted: ACCEPTED,
    HandoverDeclined: "declined",
    HandoverLapsed: "lapsed",
    DecisionImplemented: IMPLEMENTED,
    DecisionNotImplemented: NOT_IMPLEMENTED,
    DecisionSuperseded: SUPERSEDED,
}
"""What a fact says came of a hand-over or a decision."""


class _Thing(NamedTuple):
    """What can be counted, with the groups of its person and its service, if it has one."""

    of: Countable
    about: dict[str, str]
    service: ServiceId | None


class _Alike(NamedTuple):
    """What things that count alike have in common."""

    service: ServiceId | None
    about: About
    names: frozenset[str]


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
                self.add(stream, recorded.person, Course(service, at, self._about(recorded)))
                self.changed.add(stream)
            case HandoverFact() | SteppedUp() | SteppedDown() | ImplementationFact():
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

    def month(self, month: date) -> list[Line]:
        """What may be said of a month, of each service and of all, by each characteristic."""
        return _lines(*self.count(month))

    def count(self, month: date) -> tuple[Counter[Cell], set[Cell]]:
        """What is counted of a month to the unit, and which counts are of too few people."""
        alike: defaultdict[_Alike, list[UUID]] = defaultdict(list)
        for each, person in self._things():
            if person not in self.left_out and (names := _counts(each.of, month)):
                alike[_Alike(each.service, tuple(each.about.items()), names)].append(person)
        counts: Counter[Cell] = Counter()
        who: defaultdict[Cell, set[UUID]] = defaultdict(set)
        for (service, about, names), persons in alike.items():
            for cell in self._cells(service, about, names):
                counts[cell] += len(persons)
                if len(who[cell]) < FEWEST:
                    who[cell].update(persons)
        return counts, {cell for cell, those in who.items() if len(those) < FEWEST <= counts[cell]}

    def _things(self) -> Iterator[tuple[_Thing, UUID]]:
        """All that can be counted, and of whom each is."""
        for referral, course in self.courses.items():
            person = self.persons[referral]
            yield _Thing(course, course.about, course.service), person
            for contact in course.contacts.values():
                yield _Thing(contact, course.about, course.service), person
        for which, happening in self.happenings.items():
            yield _Thing(happening, happening.about, None), self.persons[which]

    def _cells(
        self, service: ServiceId | None, about: About, names: frozenset[str]
    ) -> Iterator[Cell]:
        places = [EVERY]
        if service is not None:
            places.append(self.services.get(service, str(service)))
        for name in names:
            for where in places:
                yield Cell(name, where)
                if name not in OF_EVERYBODY:
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
        for which in self._theirs[person]:
            thing = self.courses.get(which) or self.happenings[which]
            thing.about = dict.fromkeys(CHARACTERISTICS, characteristics.NOT_KNOWN)
            self.changed.add(which)

    def _about(self, recorded: Recorded) -> dict[str, str]:
        assert recorded.person is not None, "what is counted is somebody's"
        person = self._people.get(recorded.person, _Person())
        return person.on(local_date(recorded.effective_at))

    def _happen(self, recorded: Recorded) -> None:
        which, at = happening_of(recorded), recorded.effective_at
        if which is None or recorded.person is None:
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
            case fact if known is not None and type(fact) in ANSWERS:
                known.answered_at, known.said = at, ANSWERS[type(fact)]
            case _:
                return
        if known is not None:
            if which not in self.happenings:
                self.add(which, recorded.person, known)
            self.changed.add(which)

    def _follow(self, course: Course, recorded: Recorded) -> None:
        fact, stream, at = recorded.fact, recorded.originator_id, recorded.effective_at
        match fact:
            case ReferralRedirected(service=service):
                course.service = service
            case ReferralAccepted():
                course.accepted_at = at
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
    """The hand-over, the move or the decision that a fact tells of, if it tells of one."""
    match recorded.fact:
        case HandoverFact(handover=handover, receiver=receiver):
            # Its id is its referral's or decision's, and the same for who is offered it next.
            return uuid5(handover, f"hand-over to {receiver}")
        case ImplementationFact(decision=decision):
            return uuid5(decision, "decision")
        case SteppedUp() | SteppedDown():
            return uuid5(recorded.originator_id, f"move {recorded.originator_version}")
        case _:
            return None


def months_of(thing: Course | Happening) -> set[date]:
    """In which months a course, with its appointments, or a happening counts for anything."""
    counted = [thing, *(thing.contacts.values() if isinstance(thing, Course) else ())]
    return {month_of(local_date(at)) for each in counted for _, at in _when(each)}


def _when(thing: Countable) -> Iterator[tuple[Of, Moment]]:
    """Among what it counts, and when."""
    match thing:
        case Course():
            found = [(of, when(thing)) for of, when in COUNTED.items()]
        case Contact():
            found = [(of, when(thing)) for of, when in COUNTED_CONTACTS.items()]
        case Happening():
            found = [(of, when(thing)) for of, when in COUNTED_HAPPENINGS.items()]
    return ((of, at) for of, at in found if at)


def _counts(thing: Countable, month: date) -> frozenset[str]:
    """What it counts as in a month."""
    of = {of for of, at in _when(thing) if month_of(local_date(at)) == month}
    names = {each.value for each in of}
    names |= {measure.name for measure in MEASURES if measure.of in of and measure.holds(thing)}
    if isinstance(thing, Course) and Of.FINISHED in of and (bar := distributions.waited(thing)):
        names.add(bar)
    if isinstance(thing, Course) and Of.SCORED in of:
        names.update(distributions.scored(thing))
    if isinstance(thing, Happening) and Of.MOVED in of:
        names.add(distributions.moved(thing))
    names |= {_rest(*pair) for pair in WITHIN if pair[0] in names and pair[1] not in names}
    return frozenset(names)


def _rest(whole: str, part: str) -> str:
    return f"{whole}, not {part}"


def _lines(counts: Counter[Cell], few: set[Cell]) -> list[Line]:
    """The counts as they may be shown, all under one control: they share their denominators."""
    places = sorted({(cell.service, cell.characteristic, cell.value) for cell in counts})
    services = sorted({service for service, _, _ in places if service != EVERY})
    groups = sorted({(EVERYBODY, ""), *((each, value) for _, each, value in places)})
    values = {c: [value for each, value in groups if each == c] for c in CHARACTERISTICS}
    rests = {_rest(*pair) for pair in WITHIN}

    def where(name: str) -> list[str]:
        return [EVERY] if name in _ONCE else [EVERY, *services]

    def whose(name: str) -> list[tuple[str, str]]:
        return [(EVERYBODY, "")] if name in OF_EVERYBODY else groups

    whole = {
        Cell(name, service, *group): counts[Cell(name, service, *group)]
        for name in _NAMES
        for service in where(name)
        for group in whose(name)
    }
    sums = [
        Sum(Cell(name, service), tuple(Cell(name, service, each, value) for value in values[each]))
        for name in _NAMES
        if name not in OF_EVERYBODY
        for service in where(name)
        for each in CHARACTERISTICS
        if values[each]
    ]
    sums += [
        Sum(Cell(name, EVERY, *group), tuple(Cell(name, service, *group) for service in services))
        for name in _NAMES
        if name not in _ONCE
        for group in whose(name)
    ]
    sums += [
        Sum(Cell(big, *place), tuple(Cell(part, *place) for part in parts))
        for big, parts in (*PARTS, *((big, (part, _rest(big, part))) for big, part in WITHIN))
        for place in ((s, *g) for s in where(parts[0]) for g in whose(parts[0]))
    ]
    shown = published(whole, sums, {cell for cell in whole if cell.what in rests}, few)
    return [
        Line(
            measure.name,
            *place,
            shown[Cell(measure.name, *place)],
            shown[Cell(measure.of.value, *place)],
        )
        for measure in SAID
        for place in ((s, *g) for s in where(measure.name) for g in whose(measure.name))
    ]


_NAMES: tuple[str, ...] = (
    *(each.value for each in Of),
    *(measure.name for measure in SAID),
    *(_rest(*pair) for pair in WITHIN),
)
_ONCE = {
    *(of.value for of in OF_THE_PLACE),
    *(measure.name for measure in SAID if measure.of in OF_THE_PLACE),
    *(
        _rest(whole, part)
        for whole, part in WITHIN
        for measure in MEASURES
        if measure.name == part and measure.of in OF_THE_PLACE
    ),
}
"""What is said of all services alone."""
