"""What is counted of a month, and what of it may be said, of each service and each group of people.

All counts go through disclosure control together, since they share their denominators. It refuses
to know facts: `projections.courses` follows them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from domain.policies import distributions
from domain.policies.characteristics import CHARACTERISTICS
from domain.policies.counted import (
    COUNTED,
    COUNTED_BETWEEN,
    COUNTED_CONTACTS,
    COUNTED_HAPPENINGS,
    Between,
    Contact,
    Course,
    Happening,
    Of,
)
from domain.policies.days import local_date
from domain.policies.disclosure_control import FEWEST, Sum, published
from domain.policies.friends_and_family import month_of
from domain.policies.measures import (
    AGAIN,
    EIGHTEEN_WEEKS,
    ENDED_EARLY,
    MEASURES,
    SIX_WEEKS,
    Measure,
    again,
    declined,
    unmet_at,
    unmet_because,
)
from domain.vocabulary import DeclineReason, Moment, ServiceId, Step, WhyUnmet
from projections.courses import Countable, Courses

About = tuple[tuple[str, str], ...]
"""Characteristics of somebody and their groups, in order."""

EVERY = "all services"
EVERYBODY = "everybody"

PARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (f"{Of.ANSWERED.value}, not accepted", tuple(declined(reason) for reason in DeclineReason)),
    *(
        (of.value, tuple(measure.name for measure in MEASURES if measure.of is of))
        for of in (Of.DUE, Of.DECIDED, Of.RATED, Of.KEPT_OUT)
    ),
    (Of.MOVED.value, ("steps up", "steps down")),
    (
        Of.HANDED_OVER.value,
        ("hand-overs accepted", "hand-overs declined", "hand-overs lapsed"),
    ),
    (Of.UNMET.value, tuple(unmet_at(step) for step in Step)),
    (Of.UNMET.value, tuple(unmet_because(why) for why in WhyUnmet)),
    (Of.ENDED.value, (Of.FINISHED.value, ENDED_EARLY)),
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
    ("steps up", "steps up to hospital care"),
)
"""Counts of which the second is of some of the first: nobody may be left over between them."""

SAID: tuple[Measure, ...] = (*MEASURES, *distributions.DEFINED)
"""All that a month says, each with what it is of."""

NAMELESS = {Of.RATED, Of.UNMET, Of.STARTED}
"""What may be of nobody who is named, so that their groups are not known."""

OF_EVERYBODY = {
    *(each.name for each in distributions.DEFINED),
    *(of.value for of in NAMELESS),
    *(each.name for each in MEASURES if each.of in NAMELESS),
}
"""What is not told apart by characteristics."""

OF_THE_PLACE = {Of.HANDED_OVER, Of.MOVED, Of.DECIDED, Of.UNMET, Of.KEPT_OUT, Of.BETWEEN, Of.STARTED}
"""What belongs to no one service."""


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


def lines(courses: Courses, month: date) -> list[Line]:
    """What may be said of a month, of each service and of all, by each characteristic."""
    return _lines(*count(courses, month))


def count(courses: Courses, month: date) -> tuple[Counter[Cell], set[Cell]]:
    """What is counted of a month to the unit, and which counts are of too few people."""
    alike: defaultdict[_Alike, list[UUID]] = defaultdict(list)
    for each, person in courses.things():
        if person not in courses.left_out and (names := _counts(each.of, month)):
            alike[_Alike(each.service, tuple(each.about.items()), names)].append(person)
    counts: Counter[Cell] = Counter()
    who: defaultdict[Cell, set[UUID]] = defaultdict(set)
    for (service, about, names), persons in alike.items():
        for cell in _cells(_places(courses, service), about, names):
            counts[cell] += len(persons)
            if len(who[cell]) < FEWEST:
                who[cell].update(persons)
    return counts, {cell for cell, those in who.items() if len(those) < FEWEST <= counts[cell]}


def behind(courses: Courses, month: date, cell: Cell) -> dict[UUID, int]:
    """Which referrals and happenings a count is of, and how often each is in it."""
    found: Counter[UUID] = Counter()
    for each, person in courses.things():
        if person in courses.left_out or cell.what not in _counts(each.of, month):
            continue
        about = [*each.about.items(), (EVERYBODY, "")]
        theirs = cell.service in _places(courses, each.service)
        if theirs and (cell.characteristic, cell.value) in about:
            found[each.which] += 1
    return dict(found)


def _cells(places: Sequence[str], about: About, names: frozenset[str]) -> Iterator[Cell]:
    for name in names:
        for where in places:
            yield Cell(name, where)
            if name not in OF_EVERYBODY:
                for characteristic, value in about:
                    yield Cell(name, where, characteristic, value)


def _places(courses: Courses, service: ServiceId | None) -> list[str]:
    return [EVERY] if service is None else [EVERY, courses.services.get(service, str(service))]


def months_of(thing: Course | Happening) -> set[date]:
    """In which months a course, with its appointments, or a happening counts for anything."""
    beside = thing.contacts.values() if isinstance(thing, Course) else thing.between
    counted: list[Countable] = [thing, *beside]
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
        case Between():
            found = [(of, when(thing)) for of, when in COUNTED_BETWEEN.items()]
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
