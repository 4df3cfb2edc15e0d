"""Which ways of looking at records are unusual, as dated data and pure functions.

It refuses to say that somebody did wrong: a privacy officer asks them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from domain.policies.days import LONDON, local_date
from domain.vocabulary import Moment, PartnerId, PersonId, PractitionerId

CARE_RECORD_GUARANTEE = (
    "NHS Care Record Guarantee (2011), commitment 9: audit trails are checked for misuse; NHS CfH, "
    "Privacy Officers and alerts, which names no figures: this one is Throughcare's own default"
)
WRITTEN_ON = date(2026, 11, 22)


class Pattern(StrEnum):
    """In which way looks are unusual."""

    MANY_PERSONS = "many people in an hour"
    LONG_ENDED = "somebody whose help ended long ago"
    SEARCHES_IN_VAIN = "searches that lead nowhere"
    ODD_HOURS = "at odd hours"
    EMERGENCIES = "many emergencies"
    SAME_SURNAME = "somebody with the same surname"


@dataclass(frozen=True, slots=True)
class Rule:
    """From how many on a pattern is listed, within which time, between two dates."""

    pattern: Pattern
    many: int
    within: timedelta
    effective_from: date = WRITTEN_ON
    source: str = CARE_RECORD_GUARANTEE
    effective_to: date | None = None  # the first day it no longer holds


RULES: tuple[Rule, ...] = (
    Rule(Pattern.MANY_PERSONS, 40, timedelta(hours=1)),
    Rule(Pattern.LONG_ENDED, 1, timedelta(days=365)),
    Rule(Pattern.SEARCHES_IN_VAIN, 10, timedelta(hours=1)),
    Rule(Pattern.ODD_HOURS, 5, timedelta(hours=8)),
    Rule(Pattern.EMERGENCIES, 3, timedelta(days=7)),
    Rule(Pattern.SAME_SURNAME, 1, timedelta(days=1)),
)

NIGHT_BEGINS, NIGHT_ENDS = 23, 5
"""Hours of the day, in London: from 23:00 until before 05:00."""

FOLLOWED_UP = timedelta(minutes=15)
"""So soon after a search somebody it found is opened, if it led anywhere."""

A_FEW = 5
"""Who is shown with at most so many others was opened; more than that is a list."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One look of a practitioner, by ids alone. ``search`` and ``emergency`` say which kind."""

    at: Moment
    practitioner: PractitionerId
    organisation: PartnerId
    persons: Sequence[PersonId]
    search: bool = False
    emergency: bool = False

    @property
    def opened(self) -> bool:
        return not self.search and 0 < len(self.persons) <= A_FEW


@dataclass(frozen=True, slots=True)
class Unusual:
    """Looks of one practitioner that fit a pattern, and how many times or persons it was."""

    pattern: Pattern
    practitioner: PractitionerId
    organisation: PartnerId
    since: Moment
    until: Moment
    many: int
    persons: tuple[PersonId, ...] = ()


def in_force(on: date, rules: Iterable[Rule] = RULES) -> dict[Pattern, Rule]:
    """The rule of each pattern that held on a day."""
    return {
        rule.pattern: rule
        for rule in rules
        if rule.effective_from <= on and (rule.effective_to is None or on < rule.effective_to)
    }


def unusual(
    looks: Iterable[Seen],
    *,
    told_last: Mapping[tuple[PartnerId, PersonId], Moment],
    namesakes: Collection[tuple[PractitionerId, PersonId]],
    rules: Sequence[Rule] = RULES,
) -> list[Unusual]:
    """What is unusual in these looks, the newest first, each by the rules of its day.

    ``told_last`` is when an organisation whose help to a person is over was last told anything of
    them; ``namesakes`` who looked at somebody with their own surname.
    """
    by_user: dict[tuple[PractitionerId, PartnerId], list[Seen]] = defaultdict(list)
    for look in sorted(looks, key=lambda look: look.at):
        by_user[look.practitioner, look.organisation].append(look)
    found: list[Unusual] = []
    for theirs in by_user.values():
        held = in_force(local_date(theirs[-1].at), rules)
        for pattern, rule in held.items():
            found += _FINDS[pattern](theirs, rule, told_last, namesakes)
    return sorted(found, key=lambda each: each.until, reverse=True)


Told = Mapping[tuple[PartnerId, PersonId], Moment]
Namesakes = Collection[tuple[PractitionerId, PersonId]]


def _many_persons(looks: list[Seen], rule: Rule, _: Told, __: Namesakes) -> Iterator[Unusual]:
    opened = [look for look in looks if look.opened]
    yield from _crowded(opened, rule, by_person=True)


def _in_vain(looks: list[Seen], rule: Rule, _: Told, __: Namesakes) -> Iterator[Unusual]:
    opened = [look for look in looks if look.opened]
    times = [look.at for look in opened]

    def led_nowhere(search: Seen) -> bool:
        after = opened[bisect_left(times, search.at) :]
        soon = (look for look in after if look.at <= search.at + FOLLOWED_UP)
        return not any(set(look.persons) & set(search.persons) for look in soon)

    in_vain = [look for look in looks if look.search and led_nowhere(look)]
    yield from _crowded(in_vain, rule)


def _at_odd_hours(looks: list[Seen], rule: Rule, _: Told, __: Namesakes) -> Iterator[Unusual]:
    yield from _crowded([look for look in looks if look.opened and _by_night(look.at)], rule)


def _emergencies(looks: list[Seen], rule: Rule, _: Told, __: Namesakes) -> Iterator[Unusual]:
    yield from _crowded([look for look in looks if look.emergency], rule, by_person=True)


def _long_ended(looks: list[Seen], rule: Rule, told: Told, _: Namesakes) -> Iterator[Unusual]:
    yield from _of_persons(
        looks,
        rule,
        lambda look, person: (
            (last := told.get((look.organisation, person))) is not None
            and look.at - last > rule.within
        ),
    )


def _same_surname(looks: list[Seen], rule: Rule, _: Told, names: Namesakes) -> Iterator[Unusual]:
    yield from _of_persons(looks, rule, lambda look, person: (look.practitioner, person) in names)


def _crowded(looks: list[Seen], rule: Rule, *, by_person: bool = False) -> Iterator[Unusual]:
    """Stretches of time in which any ``within`` holds so many looks, or so many persons."""
    begin, stretch = 0, None
    for end, look in enumerate(looks):
        while look.at - looks[begin].at > rule.within:
            begin += 1
        window = looks[begin : end + 1]
        persons = {person for each in window for person in each.persons}
        if (len(persons) if by_person else len(window)) < rule.many:
            continue
        if stretch is not None and begin <= stretch[1]:
            stretch = (stretch[0], end)
            continue
        if stretch is not None:
            yield _listed(looks[stretch[0] : stretch[1] + 1], rule, by_person=by_person)
        stretch = (begin, end)
    if stretch is not None:
        yield _listed(looks[stretch[0] : stretch[1] + 1], rule, by_person=by_person)


def _listed(looks: list[Seen], rule: Rule, *, by_person: bool) -> Unusual:
    first, last = looks[0], looks[-1]
    persons = {person for each in looks for person in each.persons}
    many = len(persons) if by_person else len(looks)
    return Unusual(rule.pattern, first.practitioner, first.organisation, first.at, last.at, many)


def _of_persons(
    looks: list[Seen], rule: Rule, fits: Callable[[Seen, PersonId], bool]
) -> Iterator[Unusual]:
    """Each person of whom enough of these looks fit, with when the first and the last was."""
    of: dict[PersonId, list[Seen]] = defaultdict(list)
    for look in looks:
        for person in look.persons if look.opened else ():
            if fits(look, person):
                of[person].append(look)
    for person, theirs in of.items():
        if len(theirs) >= rule.many:
            first, last = theirs[0], theirs[-1]
            yield Unusual(
                rule.pattern,
                first.practitioner,
                first.organisation,
                first.at,
                last.at,
                len(theirs),
                (person,),
            )


def _by_night(at: Moment) -> bool:
    hour = at.astimezone(LONDON).hour
    return hour >= NIGHT_BEGINS or hour < NIGHT_ENDS


_FINDS = {
    Pattern.MANY_PERSONS: _many_persons,
    Pattern.LONG_ENDED: _long_ended,
    Pattern.SEARCHES_IN_VAIN: _in_vain,
    Pattern.ODD_HOURS: _at_odd_hours,
    Pattern.EMERGENCIES: _emergencies,
    Pattern.SAME_SURNAME: _same_surname,
}
