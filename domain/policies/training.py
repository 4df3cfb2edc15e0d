"""Which training who needs, and by when: dated data by role, each with its source.

How long an induction may take is this software's own default, which a place changes: no source
gives a number. It refuses to know any practitioner.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from domain.vocabulary import Role, Topic

JAMES_WIGG = (
    "Camden CCG, Integrated mental health care (James Wigg Practice): induction and training of "
    "clinicians and receptionists; the number of days is Throughcare's own"
)
SAFEGUARDING = (
    "RCN, Adult Safeguarding: Roles and Competencies for Health Care Staff (2018): refreshed over "
    "three years; the first within 90 days is Throughcare's own"
)
WORKING = frozenset({Role.CLINICIAN, Role.HELPER, Role.CHAIR, Role.ADMINISTRATOR, Role.RECEPTION})


@dataclass(frozen=True, slots=True)
class Needed:
    """What those in some roles attend within so many days of coming, and again after so many."""

    topic: Topic
    roles: frozenset[Role]
    within: int
    source: str
    effective_from: date
    again: int | None = None
    effective_to: date | None = None  # the first day it no longer holds


NEEDED: tuple[Needed, ...] = (
    Needed(Topic.INDUCTION, WORKING, 30, JAMES_WIGG, date(2014, 4, 1)),
    Needed(
        Topic.AWARENESS,
        frozenset({Role.ADMINISTRATOR, Role.RECEPTION, Role.HELPER}),
        90,
        JAMES_WIGG,
        date(2014, 4, 1),
    ),
    Needed(Topic.SAFEGUARDING, WORKING, 90, SAFEGUARDING, date(2018, 8, 1), again=1095),
)


@dataclass(frozen=True, slots=True)
class Due:
    """A training somebody still has to attend, by a day."""

    topic: Topic
    due_on: date
    overdue: bool


def needed(on: date, rules: Sequence[Needed] = NEEDED) -> Iterator[Needed]:
    """The rules that hold on a day."""
    for rule in rules:
        if rule.effective_from <= on and (rule.effective_to is None or on < rule.effective_to):
            yield rule


def due(
    role: Role,
    since: date,
    attended: Iterable[tuple[Topic, date]],
    today: date,
    rules: Sequence[Needed] = NEEDED,
) -> list[Due]:
    """What somebody in a role, who came on a day, has to attend, the first that is due first.

    Nothing is due before the rule that asks for it holds.
    """
    held = list(attended)
    found = []
    for rule in needed(today, rules):
        if role not in rule.roles:
            continue
        last = max((day for topic, day in held if topic is rule.topic), default=None)
        if last is None:
            by = max(since, rule.effective_from) + timedelta(days=rule.within)
        elif rule.again is None:
            continue
        else:
            by = last + timedelta(days=rule.again)
        if last is None or by <= today + timedelta(days=rule.within):
            found.append(Due(rule.topic, by, by < today))
    return sorted(found, key=lambda each: (each.due_on, each.topic))
