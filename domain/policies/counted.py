"""What is counted of a month: courses, their appointments, and what happened else on people's ways.

Each says for itself among what it counts, and when. It refuses to know facts and measures.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from domain.policies.days import days_between, local_date
from domain.policies.missed import SEEN
from domain.policies.outcomes import ANXIETY, DEPRESSION, FEWEST_CONTACTS, TREATED, Outcome, Pair
from domain.vocabulary import (
    Attendance,
    Content,
    DeclineReason,
    EndReason,
    Instrument,
    Mode,
    Moment,
    ServiceId,
)

LONGEST_OFFER = 92
"""Days after which a hand-over that nobody ended is counted as waiting no more."""

INDUCTION = 30
"""Days in which somebody new is to be trained (`domain.policies.training`)."""

HALF_A_YEAR = 183
"""Days after a course within which somebody who is referred again is counted."""

NOON = time(12)


def last_day(of: date) -> date:
    """The last day of the month that this day is in."""
    return of.replace(day=monthrange(of.year, of.month)[1])


ASSESSED = frozenset({Content.ASSESSMENT, Content.ASSESSMENT_AND_TREATMENT})


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

    @property
    def assessed(self) -> bool:
        """Whether the person was seen and assessed."""
        return self.attendance in SEEN and self.content in ASSESSED


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
    mode: Mode | None = None
    first_contact_at: Moment | None = None
    again_at: Moment | None = None  # referred to the same service after this course had ended
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
    def four_weeks(self) -> Moment | None:
        """When the last happened of all that stops the four-week clock, if all of it did."""
        scores = [one.at for scores in self.scores.values() for one in scores.values()]
        assessed = [each.at for each in self.contacts.values() if each.assessed and each.at]
        happened = [self.first_contact_at, self.first_treated_at]
        happened += [min(scores, default=None), min(assessed, default=None)]
        known = [at for at in happened if at]
        return max(known) if len(known) == len(happened) else None

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
    ENDED = "courses that ended in the month"
    FINISHED = "courses of treatment finished in the month"
    SCORED = "courses finished in the month with two PHQ-9 and two GAD-7 scores"
    CASES = "of those, at caseness at the start"
    SEEN = "referrals with their first contact in the month"
    STOPPED = "referrals whose four-week wait stopped in the month"
    HALF_A_YEAR_ON = "courses of treatment finished half a year before the month"
    DUE = "appointments of the month whose outcome is known"
    HANDED_OVER = "hand-overs answered or lapsed in the month"
    MOVED = "moves between steps in the month"
    DECIDED = "decisions of meetings in the month that somebody is to carry out"
    RATED = "answers to the Friends and Family Test in the month"
    BETWEEN = "hand-overs that waited for an answer as the month ended"
    STARTED = "practitioners whose first 30 days ended in the month"
    UNMET = "times in the month that a service was wanted and could not be chosen"
    KEPT_OUT = "social work to avoid an admission that ended in the month"


@dataclass(frozen=True, slots=True)
class Between:
    """Somebody between two services as a month ended: since so many days nobody had answered."""

    at: Moment
    days: int


@dataclass
class Happening:
    """What happened on somebody's way: a hand-over, a move between steps, a meeting's decision, an
    answer about a service, an unmet need, work to avoid an admission.

    ``at`` is when it was offered, made, decided or said; ``said`` what came of it.
    """

    kind: Of
    at: Moment
    about: dict[str, str] = field(default_factory=dict)
    answered_at: Moment | None = None
    said: str = ""
    service: ServiceId | None = None

    @property
    def between(self) -> Iterator[Between]:
        """Each end of a month at which this hand-over waited for an answer."""
        if self.kind is not Of.HANDED_OVER:
            return
        offered = local_date(self.at)
        last = offered + timedelta(days=LONGEST_OFFER)
        answered = local_date(self.answered_at) if self.answered_at else last
        ends = last_day(offered)
        while ends < answered:
            yield Between(datetime.combine(ends, NOON, UTC), (ends - offered).days)
            ends = last_day(ends + timedelta(days=1))


ACCEPTED, DECLINED, LAPSED = "accepted", "declined", "lapsed"
IMPLEMENTED = "implemented"
NOT_IMPLEMENTED, SUPERSEDED, WAITING = "not implemented", "superseded", ""


def _scored(course: Course) -> Outcome | None:
    return course.outcome if course.finished else None


COUNTED: dict[Of, Callable[[Course], Moment | None]] = {
    Of.MADE: lambda c: c.made_at,
    Of.ANSWERED: lambda c: c.accepted_at or c.declined_at,
    Of.ENDED: lambda c: c.ended_at,
    Of.FINISHED: lambda c: c.ended_at if c.finished else None,
    Of.SCORED: lambda c: c.ended_at if _scored(c) else None,
    Of.CASES: lambda c: c.ended_at if (s := _scored(c)) and s.case_at_start else None,
    Of.SEEN: lambda c: c.first_contact_at,
    Of.STOPPED: lambda c: c.four_weeks,
    Of.HALF_A_YEAR_ON: lambda c: (
        c.ended_at + timedelta(days=HALF_A_YEAR) if c.finished and c.ended_at else None
    ),
}
"""When a course counts, if it does."""


COUNTED_CONTACTS: Mapping[Of, Callable[[Contact], Moment | None]] = {
    Of.DUE: lambda c: (c.starts_at or c.at) if c.attendance else None
}
COUNTED_BETWEEN: Mapping[Of, Callable[[Between], Moment | None]] = {Of.BETWEEN: lambda b: b.at}
COUNTED_HAPPENINGS: Mapping[Of, Callable[[Happening], Moment | None]] = {
    Of.HANDED_OVER: lambda h: h.answered_at if h.kind is Of.HANDED_OVER else None,
    Of.MOVED: lambda h: h.at if h.kind is Of.MOVED else None,
    Of.DECIDED: lambda h: h.at if h.kind is Of.DECIDED else None,
    Of.STARTED: lambda h: h.at + timedelta(days=INDUCTION) if h.kind is Of.STARTED else None,
    Of.RATED: lambda h: h.at if h.kind is Of.RATED else None,
    Of.UNMET: lambda h: h.at if h.kind is Of.UNMET else None,
    Of.KEPT_OUT: lambda h: h.at if h.kind is Of.KEPT_OUT else None,
}
