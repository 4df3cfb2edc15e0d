"""Reviews: the days to look at somebody again, and whether it was told that one has passed.

Folded from the facts and not from a share, because it is the timer's and no partner's: it holds
ids, days and a first score, and refuses to hold a word about anybody. A place that was in use
before this view was there follows the reviews that are agreed from then on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID, uuid5

from psycopg import Connection

from domain import pathway, steps
from domain.case import MdtDecisionRecorded
from domain.contact import Attended, OutcomeCorrected
from domain.handover import HandoverAccepted
from domain.hold import HoldEnded, PutOnHold
from domain.kernel import Recorded
from domain.leaving import ResponsibilityFellBack
from domain.measure import MeasureCompleted, ScoreCorrected
from domain.needs import AdjustmentAgreed, CommunicationNeedsRecorded, NeedsReviewed
from domain.plan import PlanAgreed, PlanReviewed
from domain.policies import needs, reviews
from domain.policies.days import local_date
from domain.policies.shared_care import SHARED
from domain.review import ReviewDone, ReviewFellDue
from domain.shared_care import (
    JointReviewHeld,
    SharedCareAgreed,
    SharedCareEnded,
    SharedCareReviewFellDue,
    SupervisionAgreed,
    SupervisionEnded,
)
from domain.vocabulary import Attendance, Instrument, Label, PersonId, ReviewId, ReviewOf, Step
from projections.statements import columns, statements

SQL = statements("reviews")
Key = tuple[UUID, ReviewOf]


@dataclass(frozen=True, slots=True)
class Review:
    """One review ahead. ``told`` says that it was told that its day had passed."""

    id: ReviewId
    person: PersonId
    about: ReviewOf
    due_on: date
    opens_on: date
    first_score: int | None = None
    told: bool = False

    @property
    def key(self) -> UUID:
        """Its idempotency key: whoever tells that it is overdue, and how often, it is told once."""
        return uuid5(self.id, "fell due")


class Reviews:
    """The view's fold. A person has at most one review of a kind ahead; the newest counts."""

    name = "reviews"

    def __init__(self) -> None:
        self._rows: dict[Key, Review] = {}
        self._stored: dict[Key, Review] = {}

    def load(self, connection: Connection, facts: Sequence[Recorded]) -> Iterator[None]:
        """Fetch the reviews of everybody these facts are about."""
        persons = {each.person for each in facts if each.person is not None}
        self._stored = {}
        if persons:
            cursor = connection.cursor(binary=True)
            cursor.execute(SQL["rows"], [list(persons)], prepare=True)
            yield
            self._stored = {(row.person, row.about): row for row in map(_review, cursor)}
        self._rows = dict(self._stored)

    def fold(self, recorded: Recorded) -> None:
        """Follow one fact."""
        fact, person = recorded.fact, recorded.person
        if person is None:
            return
        match fact:
            case PutOnHold(review_on=day):
                self._begin(recorded, person, ReviewOf.HOLD, day)
            case HoldEnded() | HandoverAccepted() | ResponsibilityFellBack():
                self._end(person, ReviewOf.HOLD)
            case MdtDecisionRecorded():
                self._decided(recorded, person, fact.review_on)
            case steps.SteppedUp(to_step=step) | steps.SteppedDown(to_step=step):
                self._end(person, ReviewOf.HOLD)
                self._at_step(recorded, person, step)
            case pathway.PathwayOpened(step=step) | pathway.PathwayReopened(step=step):
                self._at_step(recorded, person, step)
            case pathway.PathwayClosed():
                self._end(person, *ReviewOf)
            case (
                Attended(content=content)
                | OutcomeCorrected(attendance=Attendance.ON_TIME | Attendance.LATE, content=content)
            ):
                self._end(person, *(about for about in ReviewOf if about not in SHARED))
            case CommunicationNeedsRecorded() | AdjustmentAgreed() | NeedsReviewed():
                at = recorded.effective_at
                self._begin(recorded, person, ReviewOf.NEEDS, needs.review_on(at))
            case SharedCareAgreed(review_on=day) | JointReviewHeld(next_on=day):
                self._begin(recorded, person, ReviewOf.JOINT, day)
            case SupervisionAgreed(review_on=day):
                self._begin(recorded, person, ReviewOf.SUPERVISION, day)
            case SupervisionEnded():
                self._end(person, ReviewOf.SUPERVISION)
            case SharedCareEnded():
                self._end(person, *SHARED)
            case Attended(content=content):
                for about in reviews.seen_to_by(content):
                    self._seen_to(person, about, recorded.effective_at)
            case MeasureCompleted(instrument=Instrument.PHQ_9, total=total):
                self._measured(person, total)
            case ScoreCorrected(instrument=Instrument.PHQ_9, total=total, was=was):
                self._corrected(person, total, was)
            case PlanAgreed(review_on=day) | PlanReviewed(review_on=day):
                if recorded.label is Label.ORDINARY:  # a drug service's own plan goes by its care
                    self._begin(recorded, person, ReviewOf.PLAN, day)
            case ReviewFellDue(review=review) | SharedCareReviewFellDue(review=review):
                if own := self._own(person, review):
                    self._rows[person, own.about] = replace(own, told=True)
            case ReviewDone(review=review):
                if (own := self._rows.get((person, ReviewOf.NEEDS))) and own.id == review:
                    again = needs.review_on(recorded.effective_at)
                    self._begin(recorded, person, ReviewOf.NEEDS, again)
                if own := self._own(person, review):
                    self._end(person, own.about)
            case _:
                pass

    def save(self, connection: Connection) -> None:
        """Write what changed, in the open transaction."""
        cursor = connection.cursor(binary=True)
        gone = [row.id for key, row in self._stored.items() if self._rows.get(key) != row]
        if gone:
            cursor.execute(SQL["forget"], [gone])
        changed = [row for key, row in self._rows.items() if self._stored.get(key) != row]
        if changed:
            cursor.execute(SQL["save"], columns(map(_columns, changed)), prepare=True)

    def _begin(
        self,
        recorded: Recorded,
        person: PersonId,
        about: ReviewOf,
        day: date,
        opens: date | None = None,
    ) -> None:
        review = ReviewId(uuid5(person, f"{about} {recorded.position}"))
        begins = opens or local_date(recorded.effective_at)
        self._rows[person, about] = Review(review, person, about, day, begins)

    def _decided(self, recorded: Recorded, person: PersonId, day: date | None) -> None:
        self._end(person, ReviewOf.DECISION)
        self._seen_to(person, ReviewOf.PSYCHIATRIC, recorded.effective_at)
        if day is not None:
            self._begin(recorded, person, ReviewOf.DECISION, day)

    def _at_step(self, recorded: Recorded, person: PersonId, step: Step) -> None:
        """The reviews of collaborative care begin with step 3 and end with it."""
        for about in reviews.COLLABORATIVE_CARE:
            self._end(person, about)
            if step is Step.COLLABORATIVE_CARE:
                began = recorded.effective_at
                opens = reviews.opens_on(about, began)
                self._begin(recorded, person, about, reviews.due_on(about, began), opens)

    def _seen_to(self, person: PersonId, about: ReviewOf, at: datetime) -> None:
        """What was looked at is not looked at again; too early, it was not what is meant."""
        row = self._rows.get((person, about))
        if row and local_date(at) >= row.opens_on:
            del self._rows[person, about]

    def _measured(self, person: PersonId, total: int) -> None:
        """Who is better needs no psychiatrist's review."""
        row = self._rows.get((person, ReviewOf.PSYCHIATRIC))
        if row is None:
            return
        if row.first_score is None:
            self._rows[person, ReviewOf.PSYCHIATRIC] = replace(row, first_score=total)
        elif reviews.responded(total, row.first_score):
            del self._rows[person, ReviewOf.PSYCHIATRIC]

    def _corrected(self, person: PersonId, total: int, was: int) -> None:
        """A score put right may be the first one, which the others are held against."""
        row = self._rows.get((person, ReviewOf.PSYCHIATRIC))
        if row and row.first_score == was:
            self._rows[person, ReviewOf.PSYCHIATRIC] = replace(row, first_score=total)
        else:
            self._measured(person, total)

    def _own(self, person: PersonId, review: ReviewId) -> Review | None:
        """This review, if it is still ahead."""
        ahead = (self._rows.get((person, about)) for about in ReviewOf)
        return next((row for row in ahead if row and row.id == review), None)

    def _end(self, person: PersonId, *about: ReviewOf) -> None:
        for each in about:
            self._rows.pop((person, each), None)


def due(connection: Connection, today: date) -> list[Review]:
    """Every review whose day has passed and of which nobody was told, the oldest first."""
    return [_review(row) for row in connection.cursor(binary=True).execute(SQL["due"], [today])]


def _columns(row: Review) -> tuple[object, ...]:
    return (
        row.id,
        row.person,
        row.about.value,
        row.due_on,
        row.opens_on,
        row.first_score,
        row.told,
    )


def _review(row: Sequence[object]) -> Review:
    which, person, about, due_on, opens_on, first_score, told = row
    assert isinstance(which, UUID)
    assert isinstance(person, UUID)
    assert isinstance(due_on, date)
    assert isinstance(opens_on, date)
    assert first_score is None or isinstance(first_score, int)
    return Review(
        ReviewId(which),
        PersonId(person),
        ReviewOf(str(about)),
        due_on,
        opens_on,
        first_score,
        bool(told),
    )
