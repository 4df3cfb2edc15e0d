"""Team reviews: when a team last looked at each open case, and whether it was told it should again.

Folded from the facts and not from a share, because it is the timer's and no partner's: it holds
ids, days and codes. How soon a case is looked at is for the place's way to say on the day it is
asked (`domain.policies.ways`); this view refuses to know it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID, uuid5

from psycopg import Connection

from domain import pathway, steps
from domain.case import CaseNoted, MdtDecisionRecorded
from domain.complexity import ComplexityCoded
from domain.kernel import Recorded
from domain.policies.days import local_date
from domain.policies.ways import Way
from domain.review import ReviewDone, ReviewFellDue
from domain.vocabulary import Complexity, PersonId, ReviewId, Step
from projections.statements import columns, statements

SQL = statements("team_reviews")


@dataclass(frozen=True, slots=True)
class TeamReview:
    """One open case. ``since`` is when it was looked at last or, if ``new``, came to its step."""

    person: PersonId
    id: ReviewId
    since: date
    new: bool
    step: Step
    complexity: Complexity | None = None
    told: bool = False

    @property
    def key(self) -> UUID:
        """Its idempotency key: whoever tells that it is overdue, and how often, it is told once."""
        return uuid5(self.id, "fell due")

    def due_on(self, way: Way) -> date | None:
        """The last day in time in this way; ``None`` where no team looks at such cases."""
        within = way.looked_at_within(self.complexity, new=self.new)
        if within is None or way.team_review is None or self.step not in way.team_review.steps:
            return None
        return self.since + timedelta(days=within)


class TeamReviews:
    """The view's fold: one row for each person whose pathway is open."""

    name = "team_reviews"

    def __init__(self) -> None:
        self._rows: dict[UUID, TeamReview] = {}
        self._stored: dict[UUID, TeamReview] = {}

    def load(self, connection: Connection, facts: Sequence[Recorded]) -> Iterator[None]:
        """Fetch the cases of everybody these facts are about."""
        persons = {each.person for each in facts if each.person is not None}
        self._stored = {}
        if persons:
            cursor = connection.cursor(binary=True)
            cursor.execute(SQL["rows"], [list(persons)], prepare=True)
            yield
            self._stored = {row.person: row for row in map(_case, cursor)}
        self._rows = dict(self._stored)

    def fold(self, recorded: Recorded) -> None:
        """Follow one fact."""
        fact, person = recorded.fact, recorded.person
        if person is None:
            return
        known = self._rows.get(person)
        match fact:
            case pathway.PathwayOpened(step=step) | pathway.PathwayReopened(step=step):
                self._rows[person] = _begun(recorded, person, step)
            case steps.SteppedUp(to_step=step) | steps.SteppedDown(to_step=step):
                coded = known.complexity if known else None
                self._rows[person] = replace(_begun(recorded, person, step), complexity=coded)
            case pathway.PathwayClosed():
                self._rows.pop(person, None)
            case _ if known is None:
                return
            case ComplexityCoded(complexity=complexity):
                self._rows[person] = replace(known, complexity=complexity)
            case MdtDecisionRecorded() | CaseNoted():
                self._looked_at(recorded, known)
            case ReviewFellDue(review=review) if review == known.id:
                self._rows[person] = replace(known, told=True)
            case ReviewDone(review=review) if review == known.id:
                self._looked_at(recorded, known)
            case _:
                pass

    def _looked_at(self, recorded: Recorded, known: TeamReview) -> None:
        anew = _begun(recorded, known.person, known.step)
        self._rows[known.person] = replace(anew, complexity=known.complexity, new=False)

    def save(self, connection: Connection) -> None:
        """Write what changed, in the open transaction."""
        cursor = connection.cursor(binary=True)
        if gone := [person for person in self._stored if person not in self._rows]:
            cursor.execute(SQL["forget"], [gone])
        changed = [row for key, row in self._rows.items() if self._stored.get(key) != row]
        if changed:
            cursor.execute(SQL["save"], columns(map(_columns, changed)), prepare=True)


def due(connection: Connection, way: Way, today: date) -> list[TeamReview]:
    """Every case that nobody looked at in time in this way, and of which nobody was told."""
    if way.team_review is None:
        return []
    numbers = [step.value for step in way.team_review.steps]
    cursor = connection.cursor(binary=True).execute(SQL["untold"], [today, numbers])
    waiting = [(case.due_on(way), case) for case in map(_case, cursor)]
    late = [(by, case) for by, case in waiting if by is not None and by < today]
    return [case for _, case in sorted(late, key=lambda pair: (pair[0], pair[1].id))]


def _begun(recorded: Recorded, person: PersonId, step: Step) -> TeamReview:
    which = ReviewId(uuid5(person, f"team {recorded.position}"))
    return TeamReview(person, which, local_date(recorded.effective_at), True, step)


def _columns(row: TeamReview) -> tuple[object, ...]:
    coded = row.complexity.value if row.complexity else None
    return row.person, row.id, row.since, row.new, row.step.value, coded, row.told


def _case(row: Sequence[object]) -> TeamReview:
    person, which, since, new, step, complexity, told = row
    assert isinstance(person, UUID)
    assert isinstance(which, UUID)
    assert isinstance(since, date)
    assert isinstance(step, int)
    coded = None if complexity is None else Complexity(str(complexity))
    return TeamReview(
        PersonId(person), ReviewId(which), since, bool(new), Step(step), coded, bool(told)
    )
