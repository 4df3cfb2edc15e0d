"""Who was to be looked at again is not forgotten: told once, done by whoever holds them."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

from domain.hold import HoldEnded, PutOnHold
from domain.kernel import Asked, Fact
from domain.pathway import Pathway, PathwayClosed, PathwayOpened, pathway_of
from domain.review import NoReviewFellDue, ReviewDone, ReviewFellDue, ReviewIsNotDue
from domain.standing import OnlyTheResponsibleMay, PathwayIsClosed
from domain.vocabulary import EndReason, ReviewId, ReviewOf, Step
from tests.people import LIBRARY, MONDAY, ROSA, TALKING, WIGG, named
from tests.scenario import Given, Happened, by, given

REVIEW = ReviewId(named("the hold's review"))
FRIDAY = date(2026, 3, 6)
HELD = PutOnHold(reason="Watchful waiting.", review_on=FRIDAY)
FELL_DUE = ReviewFellDue(review=REVIEW, about=ReviewOf.HOLD, due_on=FRIDAY, responsible=WIGG)
DONE = ReviewDone(review=REVIEW, outcome="Better.")


def pathway(*facts: Fact) -> Given[Pathway]:
    began = PathwayOpened(step=Step.COMMUNITY_PREVENTION, responsible=WIGG)
    return given(Pathway(id=pathway_of(ROSA)), *(Happened(fact) for fact in (began, *facts)))


def timer(days: int) -> Asked:
    """The sweep asks for the host; the pathway knows who is responsible."""
    return Asked(organisation=LIBRARY, at=MONDAY + timedelta(days=days), key=uuid4())


def fall_due(p: Pathway, days: int = 5) -> object:
    return p.let_review_fall_due(REVIEW, ReviewOf.HOLD, FRIDAY, asked=timer(days))


def record(p: Pathway) -> object:
    return p.record_review(REVIEW, outcome="Better.", asked=by(WIGG))


def test_a_review_is_overdue_the_day_after_and_told_once_for_who_holds_the_person() -> None:
    pathway(HELD).when(lambda p: fall_due(p, 4)).then_refused(ReviewIsNotDue)
    told = pathway(HELD).when(fall_due).then(FELL_DUE)
    assert [recorded.organisation for recorded in told.facts] == [WIGG]
    pathway(HELD, FELL_DUE).when(fall_due).then_nothing()
    pathway(HELD, FELL_DUE, DONE).when(fall_due).then_nothing()


def test_who_holds_the_person_records_that_they_looked() -> None:
    assert "review" in pathway(HELD, FELL_DUE).noun.next_actions(WIGG)
    assert "review" not in pathway(HELD).noun.next_actions(WIGG)
    pathway(HELD, FELL_DUE).when(record).then(DONE)
    pathway(HELD, FELL_DUE, DONE).when(record).then_nothing()
    pathway(HELD).when(record).then_refused(NoReviewFellDue)
    pathway(HELD, FELL_DUE).when(
        lambda p: p.record_review(REVIEW, outcome=None, asked=by(TALKING))
    ).then_refused(OnlyTheResponsibleMay)


def test_a_hold_that_ends_or_is_put_on_anew_was_looked_at() -> None:
    for seen_to in (HoldEnded(), HELD):
        assert pathway(HELD, FELL_DUE, seen_to).noun.overdue == {}


def test_nothing_falls_due_for_who_needs_no_more_help() -> None:
    closed = PathwayClosed(reason=EndReason.COMPLETED, responsible=WIGG)
    pathway(HELD, closed).when(fall_due).then_refused(PathwayIsClosed)
    assert pathway(HELD, FELL_DUE, closed).noun.overdue == {}
