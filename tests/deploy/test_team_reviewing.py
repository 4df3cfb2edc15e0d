"""A case that no team looks at in the place's own time falls due, once; each look begins anew."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from deploy.sweeping import Sweep, team_review
from domain.meeting import MeetingScheduled
from domain.policies.days import local_date
from domain.vocabulary import Complexity, MeetingId, MeetingKind, ReviewId, ReviewOf
from projections import schema
from tests.database import Database
from tests.deploy.test_reviewing import in_collaborative_care
from tests.later import Later
from tests.people import DR_TOLLEY, ROSA, WIGG, named
from tests.projections.place import Place

TODAY = datetime.now(UTC)
SWEPT = [team_review]


@pytest.fixture
def place(database: Database) -> Place:
    return Place(database)


@pytest.fixture
def later() -> Later:
    return Later(0)


@pytest.fixture
def sweep(place: Place, later: Later) -> Sweep:
    return Sweep(place.care, place.database.dsn(schema.PROJECT), later)


def work_in(place: Place, way: str, *, days: int = 0) -> None:
    day = local_date(TODAY) + timedelta(days=days)
    place.care.choose_way(way, day, asked=place.by(WIGG, at=TODAY))


def coded(place: Place, complexity: Complexity) -> None:
    asked = place.by(WIGG, at=TODAY)
    place.care.code_complexity(ROSA, complexity, "As it is.", asked=asked)
    place.fold()


def noted(place: Place, *, days: int) -> None:
    """A weekly meeting has Rosa on its list, and notes that her care goes on."""
    at, meeting = TODAY + timedelta(days=days), MeetingId(named(f"the meeting on day {days}"))
    scheduled = MeetingScheduled(
        kind=MeetingKind.WEEKLY_MDT,
        name="Weekly team meeting",
        starts_at=at,
        chair=DR_TOLLEY,
        invited=(WIGG,),
    )
    place.care.schedule_meeting(meeting, scheduled, asked=place.by(WIGG, at=TODAY))
    place.care.list_case(
        meeting,
        ROSA,
        question="New.",
        present=(WIGG,),
        listed_only=True,
        urgent="It cannot wait.",
        asked=place.by(WIGG, at=at),
    )
    place.care.close_meeting(meeting, asked=place.by(WIGG, at=at))
    place.fold()


def falls_due(sweep: Sweep, place: Place, later: Later, *, until: int) -> list[int]:
    """The days on which it was told that nobody had looked."""
    days = []
    for later.days in range(until + 1):
        days += [later.days for _ in sweep.once(of=SWEPT)]
        place.fold()
    return days


def status(place: Place) -> str:
    row = place.ask(lambda reading: reading.record(WIGG, place.subject(WIGG, ROSA)))
    assert row is not None
    return str(row["status"])


@pytest.mark.parametrize(
    ("complexity", "day"), [(None, 15), (Complexity.RED, 8), (Complexity.GREEN, 15)]
)
def test_a_new_case_that_no_meeting_looked_at_falls_due_once(
    place: Place, sweep: Sweep, later: Later, complexity: Complexity | None, day: int
) -> None:
    work_in(place, "Sandwell")
    in_collaborative_care(place)
    if complexity:
        coded(place, complexity)
    assert falls_due(sweep, place, later, until=40) == [day]
    assert status(place) == "review overdue"


def test_after_a_meeting_looked_its_colour_says_when_again(
    place: Place, sweep: Sweep, later: Later
) -> None:
    work_in(place, "Sandwell")
    in_collaborative_care(place)
    coded(place, Complexity.GREEN)
    noted(place, days=5)
    assert falls_due(sweep, place, later, until=40) == [34], "28 days after the look, and a day"
    noted(place, days=40)
    assert status(place) != "review overdue", "they looked"


def test_whoever_holds_them_may_say_that_they_looked(
    place: Place, sweep: Sweep, later: Later
) -> None:
    work_in(place, "Sandwell")
    in_collaborative_care(place)
    later.days = 15
    (fallen,) = sweep.once(of=SWEPT)
    assert (fallen.about, fallen.done) == (ReviewOf.TEAM, "fell due")
    place.fold()
    looked = place.by(WIGG, at=TODAY + timedelta(days=15))
    place.care.record_review(ROSA, ReviewId(fallen.id), outcome="Going on.", asked=looked)
    place.fold()
    assert status(place) != "review overdue"
    later.days = 29
    assert sweep.once(of=SWEPT) == []
    later.days = 30
    assert len(sweep.once(of=SWEPT)) == 1, "and again in time"


@pytest.mark.parametrize("way", [None, "James Wigg"])
def test_where_the_way_knows_no_such_look_nothing_falls_due(
    place: Place, sweep: Sweep, later: Later, way: str | None
) -> None:
    if way:
        work_in(place, way)
    in_collaborative_care(place)
    assert falls_due(sweep, place, later, until=20) == []


def test_the_way_in_force_on_the_day_counts(place: Place, sweep: Sweep, later: Later) -> None:
    work_in(place, "James Wigg")
    work_in(place, "Sandwell", days=20)
    in_collaborative_care(place)
    assert falls_due(sweep, place, later, until=25) == [20]
