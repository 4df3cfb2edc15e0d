"""The community beside the published figures it is calibrated to, computed from its facts.

It reads facts as the log holds them; it refuses to look into the simulation that made them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import mean, pstdev
from typing import NamedTuple, TypeVar
from uuid import UUID

from deploy.community import figures, place, scores, unequal
from domain.contact import AppointmentBooked, Attended, Cancelled, DidNotAttend
from domain.first_contact import FirstContactMade
from domain.kernel import Recorded
from domain.measure import MeasureCompleted
from domain.outcome import ReferralClosed
from domain.person import PersonRegistered
from domain.policies.counted import Of
from domain.policies.days import days_between
from domain.policies.measures import AGAIN, again
from domain.referral import ReferralMade
from domain.steps import SteppedDown, SteppedUp
from domain.vocabulary import Attendance, EndReason, Instrument, Source, Step
from projections.courses import Courses
from projections.monthly import Cell, count, months_of

LONGEST = timedelta(days=300)
"""A course with its waits, of all but a few in a hundred. Referrals younger than this at the end
have not had their time: to count them would make waits and courses look shorter than they are, and
fewer finish."""

PUBLISHED = {
    "first treatment within 6 weeks": (Of.FINISHED, figures.WITHIN_6_WEEKS),
    "first treatment within 18 weeks": (Of.FINISHED, figures.WITHIN_18_WEEKS),
    **{
        again(*days): (Of.FINISHED, courses / figures.FINISHED)
        for days, courses in zip(AGAIN, figures.SECOND_WAITS.values(), strict=True)
    },
    "recovery": (Of.CASES, figures.RECOVERY),
    "reliable recovery": (Of.CASES, figures.RELIABLE_RECOVERY),
    "reliable improvement": (Of.SCORED, figures.RELIABLE_IMPROVEMENT),
    "reliable deterioration": (Of.SCORED, figures.RELIABLE_DETERIORATION),
    "appointments not attended": (Of.DUE, figures.DNA_OF_APPOINTMENTS),
}
"""Measures that this software publishes, of what, and what was published of England."""

T = TypeVar("T")
DNA = frozenset({Attendance.DID_NOT_ATTEND, Attendance.TOO_LATE})


class Row(NamedTuple):
    """One figure: published and as the community has it, and of how many."""

    subject: str
    figure: str
    published: float
    community: float
    of: int

    @property
    def off(self) -> float:
        """How far off, relative to the published figure."""
        return self.community / self.published - 1

    @property
    def chance(self) -> float:
        """How far off a share of so many is by chance alone: one standard error, likewise."""
        share = min(1.0, self.published)
        return float((share * (1 - share) / self.of) ** 0.5 / self.published)

    @property
    def said(self) -> dict[str, str | int]:
        """The row as it is read: shares in per cent."""
        return {
            "subject": self.subject,
            "figure": self.figure,
            "published": _number(self.published),
            "community": _number(self.community),
            "off": f"{self.off:+.1%}",
            "by chance": f"{self.chance:.1%}" if self.published < 1 else "",
            "of": self.of,
        }


class TooFewToCompare(Exception):
    """There is no course of talking therapies here that has had its time: seed a year or more."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


@dataclass
class _Course:
    """What the facts say of one referral to talking therapies."""

    made_at: datetime
    source: Source
    person: UUID | None = None
    first_contact_at: datetime | None = None
    seen: int = 0
    activities: set[str] = field(default_factory=set)
    totals: dict[Instrument, list[int]] = field(default_factory=lambda: defaultdict(list))
    end: EndReason | None = None

    @property
    def finished(self) -> bool:
        """Two treatment contacts or more, and ended (NHS Talking Therapies)."""
        return self.end is not None and self.seen >= 2

    @property
    def intensity(self) -> str:
        low = bool(self.activities & set(figures.LOW_INTENSITY))
        high = bool(self.activities & set(figures.HIGH_INTENSITY))
        return "low and high" if low and high else "low" if low else "high"

    @property
    def scores(self) -> scores.Course:
        phq, gad = self.totals[Instrument.PHQ_9], self.totals[Instrument.GAD_7]
        return scores.Course(phq[0], gad[0], phq[-1], gad[-1])


@dataclass
class _Seen:
    """Everything that is counted."""

    courses: dict[UUID, _Course] = field(default_factory=dict)
    people: dict[UUID, tuple[PersonRegistered, datetime]] = field(default_factory=dict)
    measured: Courses = field(default_factory=Courses)
    attendances: Counter[Attendance] = field(default_factory=Counter)
    up: int = 0
    down: int = 0
    last: datetime | None = None


def compare(facts: Iterable[Recorded]) -> list[Row]:
    """Published against community, figure by figure. ``facts`` in the log's order.

    Raises `TooFewToCompare`.
    """
    seen = _count(facts)
    if seen.last is None:
        raise TooFewToCompare
    before = seen.last - LONGEST
    courses = list(seen.courses.values())
    grown = [c for c in courses if c.made_at < before]
    finished = [c for c in courses if c.finished]
    grown_finished = [c for c in grown if c.finished]
    if not grown_finished:
        raise TooFewToCompare
    return [
        *_shares("source", figures.SOURCES, [c.source for c in courses]),
        *_shares("wait", figures.WAITS, [_wait(c) for c in grown_finished]),
        *_shares("intensity", figures.INTENSITIES, [c.intensity for c in grown_finished]),
        Row(
            "referrals",
            "finished a course",
            figures.FINISHED_OF_REFERRALS,
            len(grown_finished) / len(grown),
            len(grown),
        ),
        Row(
            "sessions",
            "mean of a finished course",
            figures.SESSIONS,
            mean(c.seen for c in grown_finished),
            len(grown_finished),
        ),
        *_steps(seen, len(finished)),
        *_attendance(seen.attendances),
        *_scores([c.scores for c in finished]),
        *_shares(
            "end reason",
            figures.END_REASONS,
            [c.end for c in grown_finished if c.end in figures.END_REASONS],
        ),
        *_people(list(seen.people.values())),
        *_by_group(seen, grown, finished),
        *_measured(seen.measured, before),
    ]


def _number(value: float) -> str:
    return f"{value:.1%}" if value < 1 else f"{value:.1f}"


def _count(facts: Iterable[Recorded]) -> _Seen:
    seen = _Seen()
    talking = place.TALKING.id
    activities: dict[UUID, str] = {}
    for recorded in facts:
        seen.last = recorded.recorded_at or recorded.effective_at
        seen.measured.follow(recorded)
        match recorded.fact:
            case PersonRegistered() as registered if recorded.person:
                seen.people[recorded.person] = registered, recorded.effective_at
            case ReferralMade(receiver=receiver, source=source) if receiver == talking:
                if recorded.organisation != place.TRUST.id:  # stepped down, not a new referral
                    course = _Course(recorded.effective_at, source, recorded.person)
                    seen.courses[recorded.originator_id] = course
            case FirstContactMade() if recorded.originator_id in seen.courses:
                seen.courses[recorded.originator_id].first_contact_at = recorded.effective_at
            case AppointmentBooked(referral=referral, activity=activity):
                if referral in seen.courses and activity:
                    activities[recorded.originator_id] = activity
            case Attended(referral=referral, attendance=attendance):
                seen.attendances[attendance] += 1
                if referral in seen.courses:
                    course = seen.courses[referral]
                    course.seen += 1
                    course.activities.add(activities.pop(recorded.originator_id))
            case DidNotAttend(attendance=attendance) | Cancelled(attendance=attendance):
                seen.attendances[attendance] += 1
            case MeasureCompleted(referral=referral, instrument=instrument, total=total):
                if referral in seen.courses:
                    seen.courses[referral].totals[instrument].append(total)
            case ReferralClosed(receiver=receiver, reason=reason) if receiver == talking:
                if recorded.originator_id in seen.courses:
                    seen.courses[recorded.originator_id].end = reason
            case SteppedUp(from_step=Step.TALKING_THERAPIES):
                seen.up += 1
            case SteppedDown(to_step=Step.TALKING_THERAPIES):
                seen.down += 1
            case _:
                pass
    return seen


def _wait(course: _Course) -> str:
    assert course.first_contact_at is not None
    days = days_between(course.made_at, course.first_contact_at)
    return next((band for band, (_, _, to) in figures.WAIT_DAYS.items() if days <= to), ">90 days")


def _shares(subject: str, published: Mapping[T, float], values: Iterable[T]) -> list[Row]:
    counted, whole = Counter(values), sum(published.values())
    of = sum(counted.values())
    return [
        Row(subject, str(value), share / whole, counted[value] / of, of)
        for value, share in published.items()
    ]


def _steps(seen: _Seen, finished: int) -> list[Row]:
    return [
        Row(
            "steps", "up, of finished", figures.STEPPED_UP_OF_FINISHED, seen.up / finished, finished
        ),
        Row(
            "steps",
            "down, of finished",
            figures.STEPPED_DOWN_OF_FINISHED,
            seen.down / finished,
            finished,
        ),
    ]


def _attendance(counted: Counter[Attendance]) -> list[Row]:
    of = sum(counted.values())
    dna = sum(counted[a] for a in DNA)
    kept = counted[Attendance.ON_TIME] + counted[Attendance.LATE]
    return [
        Row("attendance", "did not attend", figures.DNA_OF_APPOINTMENTS, dna / of, of),
        Row(
            "attendance",
            "missed or cancelled",
            figures.MISSED_OF_APPOINTMENTS,
            1 - kept / of,
            of,
        ),
    ]


def _scores(courses: list[scores.Course]) -> list[Row]:
    of = len(courses)
    cases = [c for c in courses if scores.case(c.phq_first, c.gad_first)]
    rows = [
        Row("scores", "at caseness", figures.AT_CASENESS, len(cases) / of, of),
        Row("scores", "recovered", figures.RECOVERY, _part(cases, scores.recovered), len(cases)),
        Row(
            "scores",
            "reliably recovered",
            figures.RELIABLE_RECOVERY,
            _part(cases, lambda c: scores.recovered(c) and scores.improved(c)),
            len(cases),
        ),
        Row(
            "scores",
            "reliably improved",
            figures.RELIABLE_IMPROVEMENT,
            _part(courses, scores.improved),
            of,
        ),
        Row(
            "scores",
            "reliably deteriorated",
            figures.RELIABLE_DETERIORATION,
            _part(courses, scores.deteriorated),
            of,
        ),
    ]
    for total in ("phq_first", "phq_last", "gad_first", "gad_last"):
        published = [getattr(t, total) for t in figures.THERAPIES.values()]
        weights = [t.finished for t in figures.THERAPIES.values()]
        totals = [float(getattr(c, total)) for c in courses]
        for at, (name, of_totals) in enumerate((("mean", mean), ("spread", pstdev))):
            expected = sum(p[at] * w for p, w in zip(published, weights, strict=True)) / sum(
                weights
            )
            rows.append(
                Row(
                    "scores", f"{total.replace('_', ', ')}: {name}", expected, of_totals(totals), of
                )
            )
    return rows


def _part(courses: list[scores.Course], holds: Callable[[scores.Course], bool]) -> float:
    return sum(map(holds, courses)) / len(courses)


def _age(person: PersonRegistered, at: datetime) -> int | None:
    if person.date_of_birth is None:
        return None
    born = datetime.fromisoformat(person.date_of_birth).date()
    return at.year - born.year - ((at.month, at.day) < (born.month, born.day))


def _by_group(seen: _Seen, grown: list[_Course], finished: list[_Course]) -> list[Row]:
    """Who finishes and what comes of it, by group of each characteristic."""
    groups: dict[UUID | None, dict[str, object]] = {}
    for who, (person, at) in seen.people.items():
        if (years := _age(person, at)) is not None:
            theirs = person.sex, person.ethnicity, person.deprivation_decile
            groups[who] = unequal.groups_of(years, *theirs)
    rows = []
    for characteristic, published in unequal.GROUPS.items():

        def theirs_of(course: _Course, by: str = characteristic) -> object:
            return groups.get(course.person, {}).get(by)

        came, done = _sorted(grown, theirs_of), _sorted(finished, theirs_of)
        for name, group in published.items():
            courses = [c.scores for c in done[name]]
            cases = [c for c in courses if scores.case(c.phq_first, c.gad_first)]
            if not came[name] or not cases:
                continue
            ended = sum(c.finished for c in came[name]) / len(came[name])
            rows += [
                Row(f"{characteristic}: {name}", figure, published_, ours, of)
                for figure, published_, ours, of in (
                    (
                        "finished a course",
                        group.finished / group.received,
                        ended,
                        len(came[name]),
                    ),
                    (
                        "recovered",
                        group.recovered / group.at_caseness,
                        _part(cases, scores.recovered),
                        len(cases),
                    ),
                    (
                        "reliably improved",
                        group.improved / group.finished,
                        _part(courses, scores.improved),
                        len(courses),
                    ),
                )
            ]
    return rows


def _sorted(
    courses: Iterable[_Course], by: Callable[[_Course], object]
) -> Mapping[object, list[_Course]]:
    found: defaultdict[object, list[_Course]] = defaultdict(list)
    for course in courses:
        found[by(course)].append(course)
    return found


def _measured(courses: Courses, before: datetime) -> list[Row]:
    """What the measures of the months come to, unrounded, of who came to talking therapies."""
    theirs, counts = Courses(services=courses.services), Counter[Cell]()
    for which, each in courses.courses.items():
        if each.service == place.LOW.id and each.made_at < before:
            theirs.add(which, courses.persons[which], each)
    for month in sorted({month for each in theirs.courses.values() for month in months_of(each)}):
        counts += count(theirs, month)[0]
    rows = []
    for measure, (of, published) in PUBLISHED.items():
        if whole := counts[Cell(of.value, place.LOW.name)]:
            part = counts[Cell(measure, place.LOW.name)] / whole
            rows.append(Row("measure", measure, published, part, whole))
    return rows


def _people(people: list[tuple[PersonRegistered, datetime]]) -> list[Row]:
    ages = []
    for person, at in people:
        if (years := _age(person, at)) is not None:
            ages.append(next(g for g, (_, oldest) in figures.AGE_YEARS.items() if years <= oldest))
    group_of = {code: group for group, codes in figures.ETHNIC_GROUPS.items() for code in codes}
    groups: Counter[str] = Counter()
    for code, people_of in figures.ETHNICITIES.items():
        groups[group_of[code]] += people_of
    return [
        *_shares("age", figures.AGES, ages),
        *_shares("gender", figures.GENDERS, [str(p.sex) for p, _ in people]),
        *_shares("ethnicity", groups, [group_of[p.ethnicity or "Z"] for p, _ in people]),
        *_shares("deprivation", figures.DECILES, [p.deprivation_decile or 0 for p, _ in people]),
    ]
