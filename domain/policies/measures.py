"""Measures of a month's referrals and courses: what is counted, of how many, and by whose rule.

Each is a pure reading of one course, of one appointment, or of one thing that happened on a
person's way. It refuses to know who is asked or shown. Of appointments one person may have many, so
whoever shows a count of them sees to it that it is of enough people.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from domain.policies.days import days_between
from domain.policies.missed import MISSED, SEEN
from domain.policies.outcomes import ANXIETY, DEPRESSION, FEWEST_CONTACTS, TREATED, Outcome, Pair
from domain.vocabulary import (
    Attendance,
    Content,
    DeclineReason,
    EndReason,
    Instrument,
    Moment,
    ServiceId,
)

SIX_WEEKS = 42
EIGHTEEN_WEEKS = 126
"""Days from referral to first treatment, the last one included (M052 to M055)."""

AGAIN = ((0, 28), (29, 56), (57, 90), (91, None))
"""Days from the first to the second treatment, as they are published; no standard counts them."""

WEEK = 7
"""Days within which a hand-over is hoped to be answered."""

ANNUAL = "NHS England, Psychological Therapies Annual Report on the use of NHS Talking Therapies"
MONTHLY = "NHS England, NHS Talking Therapies monthly statistics, metadata of measures"
ATTENDANCE = (
    "NHS Data Dictionary, attended or did not attend code; NHS England counts it so (MHSDS)"
)
OWN = "this place's own: no national measure says so"
RAINE = "Raine et al., Health Services and Delivery Research 2(37), 2014: to be monitored"


@dataclass(frozen=True, slots=True)
class Scored:
    """One score, and when it was completed."""

    at: Moment
    total: int


@dataclass
class Contact:
    """An appointment: when it is, what it was meant for, and what became of it."""

    starts_at: Moment | None = None
    content: Content | None = None
    attendance: Attendance | None = None
    at: Moment | None = None

    @property
    def treated(self) -> bool:
        """Whether the person was seen and treated."""
        return self.attendance in SEEN and self.content in TREATED


@dataclass
class Course:
    """One referral and what came of it, as the facts say; of the person only what is counted."""

    service: ServiceId
    made_at: Moment
    about: dict[str, str] = field(default_factory=dict)
    accepted_at: Moment | None = None
    declined_at: Moment | None = None
    declined: DeclineReason | None = None
    ended_at: Moment | None = None
    end: EndReason | None = None
    contacts: dict[UUID, Contact] = field(default_factory=dict)
    # Each score under the measure that it is of: one that is corrected takes its place.
    scores: dict[Instrument, dict[UUID, Scored]] = field(default_factory=dict)

    @property
    def treated(self) -> list[Moment]:
        """When the person was seen and treated, each time."""
        return [each.at for each in self.contacts.values() if each.treated and each.at]

    @property
    def first_treated_at(self) -> Moment | None:
        return min(self.treated, default=None)

    @property
    def waited(self) -> int | None:
        """Days from the referral to the first treatment."""
        first = self.first_treated_at
        return None if first is None else days_between(self.made_at, first)

    @property
    def waited_again(self) -> int:
        """Days from the first to the second treatment, of which a finished course has both."""
        first, second = sorted(self.treated)[:2]
        return days_between(first, second)

    @property
    def finished(self) -> bool:
        """Two treatment contacts or more, and ended (M076)."""
        return self.ended_at is not None and len(self.treated) >= FEWEST_CONTACTS

    @property
    def outcome(self) -> Outcome | None:
        """First against last score of both measures, where there are two of each."""
        depression, anxiety = self._pair(DEPRESSION), self._pair(ANXIETY)
        return Outcome(depression, anxiety) if depression and anxiety else None

    def _pair(self, instrument: Instrument) -> Pair | None:
        scores = sorted(self.scores.get(instrument, {}).values(), key=lambda scored: scored.at)
        if len(scores) < 2:
            return None
        return Pair(instrument, float(scores[0].total), float(scores[-1].total))


class Of(StrEnum):
    """Of which courses, appointments or happenings a month's measure is."""

    MADE = "referrals received in the month"
    ANSWERED = "referrals accepted or declined in the month"
    FINISHED = "courses of treatment finished in the month"
    SCORED = "courses finished in the month with two PHQ-9 and two GAD-7 scores"
    CASES = "of those, at caseness at the start"
    DUE = "appointments of the month whose outcome is known"
    HANDED_OVER = "hand-overs answered, lapsed or taken back in the month"
    MOVED = "moves between steps in the month"
    DECIDED = "decisions of meetings in the month that somebody is to carry out"


@dataclass
class Happening:
    """What happened on somebody's way: a hand-over, a move between steps, a meeting's decision.

    ``at`` is when it was offered, made or decided; ``said`` what came of it.
    """

    kind: Of
    at: Moment
    about: dict[str, str] = field(default_factory=dict)
    answered_at: Moment | None = None
    said: str = ""


ACCEPTED, IMPLEMENTED = "accepted", "implemented"
NOT_IMPLEMENTED, SUPERSEDED, WAITING = "not implemented", "superseded", ""


def _scored(course: Course) -> Outcome | None:
    return course.outcome if course.finished else None


COUNTED: dict[Of, Callable[[Course], Moment | None]] = {
    Of.MADE: lambda c: c.made_at,
    Of.ANSWERED: lambda c: c.accepted_at or c.declined_at,
    Of.FINISHED: lambda c: c.ended_at if c.finished else None,
    Of.SCORED: lambda c: c.ended_at if _scored(c) else None,
    Of.CASES: lambda c: c.ended_at if (s := _scored(c)) and s.case_at_start else None,
}
"""When a course counts, if it does."""


COUNTED_CONTACTS: Mapping[Of, Callable[[Contact], Moment | None]] = {
    Of.DUE: lambda c: (c.starts_at or c.at) if c.attendance else None
}
COUNTED_HAPPENINGS: Mapping[Of, Callable[[Happening], Moment | None]] = {
    Of.HANDED_OVER: lambda h: h.answered_at if h.kind is Of.HANDED_OVER else None,
    Of.MOVED: lambda h: h.at if h.kind is Of.MOVED else None,
    Of.DECIDED: lambda h: h.at if h.kind is Of.DECIDED else None,
}


@dataclass(frozen=True, slots=True)
class Measure:
    """Who of those in ``of`` are counted (``holds``), in words that a reader can check."""

    name: str
    of: Of
    numerator: str
    source: str
    holds: Callable[[Any], bool]  # of a course, a contact or a happening: what `of` is of


def again(least: int, most: int | None) -> str:
    """The measure of second treatments so many days after the first."""
    if most is None:
        return f"second treatment after {least - 1} days"
    return f"second treatment within {f'{least} to ' if least else ''}{most} days"


def _again(least: int, most: int | None) -> Measure:
    return Measure(
        again(least, most),
        Of.FINISHED,
        "so many days from the first to the second treatment",
        f"{ANNUAL}, 2024-25",
        lambda c: c.waited_again >= least and (most is None or c.waited_again <= most),
    )


def declined(reason: DeclineReason) -> str:
    """The measure of referrals that were declined for a reason."""
    return f"declined: {reason.value}"


def _declined(reason: DeclineReason) -> Measure:
    return Measure(
        declined(reason),
        Of.ANSWERED,
        "the service did not take the referral on, and this was its reason",
        "MHSDS, referral rejection reason; " + OWN,
        lambda c: c.accepted_at is None and c.declined is reason,
    )


def _handed_over(name: str, numerator: str, within: int | None) -> Measure:
    return Measure(
        name,
        Of.HANDED_OVER,
        numerator,
        OWN,
        lambda h: (
            h.said == ACCEPTED and (within is None or days_between(h.at, h.answered_at) <= within)
        ),
    )


def _ended(name: str, said: str, numerator: str) -> Measure:
    return Measure(name, Of.DECIDED, numerator, RAINE, lambda h: h.said == said)


def _of_outcome(rule: Callable[[Outcome], bool]) -> Callable[[Course], bool]:
    return lambda course: (outcome := course.outcome) is not None and rule(outcome)


MEASURES: tuple[Measure, ...] = (
    Measure(
        "accepted",
        Of.ANSWERED,
        "the service took the referral on",
        "this place's own: no national measure says how many are accepted",
        lambda c: c.accepted_at is not None,
    ),
    Measure(
        "first treatment within 6 weeks",
        Of.FINISHED,
        "42 days or fewer from the referral to the first treatment; no pause is taken off",
        f"{MONTHLY}, M052 and M053 (standard: 75%)",
        lambda c: c.waited is not None and c.waited <= SIX_WEEKS,
    ),
    Measure(
        "first treatment within 18 weeks",
        Of.FINISHED,
        "126 days or fewer from the referral to the first treatment; no pause is taken off",
        f"{MONTHLY}, M054 and M055 (standard: 95%)",
        lambda c: c.waited is not None and c.waited <= EIGHTEEN_WEEKS,
    ),
    *(_again(*days) for days in AGAIN),
    Measure(
        "recovery",
        Of.CASES,
        "PHQ-9 under 10 and GAD-7 under 8 at the last score",
        f"{ANNUAL}, 2024-25; M191 to M195",
        _of_outcome(lambda outcome: outcome.recovered),
    ),
    Measure(
        "reliable improvement",
        Of.SCORED,
        "PHQ-9 lower by 6 or more, or GAD-7 by 4 or more, and neither higher by so many",
        f"{ANNUAL}, 2024-25; M191 to M195",
        _of_outcome(lambda outcome: outcome.reliably_improved),
    ),
    Measure(
        "reliable recovery",
        Of.CASES,
        "recovery and reliable improvement",
        f"{ANNUAL}, 2024-25; M191 to M195",
        _of_outcome(lambda outcome: outcome.reliably_recovered),
    ),
    Measure(
        "reliable deterioration",
        Of.SCORED,
        "PHQ-9 higher by 6 or more, or GAD-7 by 4 or more, and neither lower by so many",
        f"{ANNUAL}, 2024-25; M191 to M195",
        _of_outcome(lambda outcome: outcome.reliably_deteriorated),
    ),
    *(_declined(reason) for reason in DeclineReason),
    Measure(
        "appointments attended",
        Of.DUE,
        "attended on time, or late and seen (codes 5 and 6)",
        ATTENDANCE,
        lambda c: c.attendance in SEEN,
    ),
    Measure(
        "appointments not attended",
        Of.DUE,
        "did not attend, or came too late to be seen (codes 3 and 7)",
        ATTENDANCE,
        lambda c: c.attendance in MISSED,
    ),
    Measure(
        "appointments cancelled",
        Of.DUE,
        "called off by the person or by the service (codes 2 and 4)",
        ATTENDANCE,
        lambda c: c.attendance not in SEEN | MISSED,
    ),
    _handed_over("hand-overs accepted", "the receiver accepted", None),
    _handed_over(
        "hand-overs accepted within 7 days",
        "7 days or fewer from being offered to being accepted",
        WEEK,
    ),
    Measure(
        "steps up",
        Of.MOVED,
        "to a higher step",
        "NHS England, NHS Talking Therapies annual report, stepped care pathway",
        lambda h: h.said[0] < h.said[-1],
    ),
    Measure(
        "steps down",
        Of.MOVED,
        "to a lower step",
        "NHS England, NHS Talking Therapies annual report, stepped care pathway",
        lambda h: h.said[0] > h.said[-1],
    ),
    _ended("decisions implemented", IMPLEMENTED, "what was decided was done"),
    _ended("decisions not implemented", NOT_IMPLEMENTED, "what was decided was not done"),
    _ended("decisions superseded", SUPERSEDED, "a later decision took its place"),
    _ended("decisions not ended yet", WAITING, "nobody has said what became of it"),
)
