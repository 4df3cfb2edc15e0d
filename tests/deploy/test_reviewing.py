"""Reviews that fall due, found by the sweep over a real database: told once, whatever kills it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest

from deploy.sweeping import Sweep, review
from deploy.sweeping.swept import Swept
from domain.plan import Terms
from domain.policies.days import local_date
from domain.policies.steps import Evidence
from domain.steps import Grounds
from domain.vocabulary import (
    AgreedHow,
    Attendance,
    ContactId,
    Content,
    HandoverId,
    Instrument,
    MeasureId,
    Medium,
    PartnerId,
    PersonId,
    ReferralId,
    ReviewId,
    ReviewOf,
)
from projections import schema
from tests.database import Database
from tests.later import Later
from tests.people import (
    COLLABORATIVE_CARE,
    DR_PATEL,
    DRUGS,
    JO,
    MINA,
    PHARMACY,
    ROSA,
    TALKING,
    TOM,
    TRUST,
    WARD,
    WIGG,
    named,
)
from tests.projections.place import Place

PEOPLE = (ROSA, TOM, MINA)
TODAY = datetime.now(UTC)


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def place(database: Database) -> Place:
    return Place(database)


@pytest.fixture
def later() -> Later:
    return Later(0)


@pytest.fixture
def sweep(place: Place, later: Later) -> Sweep:
    return Sweep(place.care, place.database.dsn(schema.PROJECT), later)


def on_hold(place: Place, person: PersonId, *, days: int = 7) -> None:
    """The practice holds the person and looks again in a week."""
    place.register(person)
    place.refer(f"for {person}", person=person, at=TODAY)
    place.care.put_on_hold(
        person,
        reason="Watchful waiting.",
        review_on=local_date(TODAY) + timedelta(days=days),
        asked=place.by(WIGG, at=TODAY),
    )


def told(place: Place) -> Counter[str]:
    """How often each person's record says that a review fell due."""
    found: Counter[str] = Counter()
    for (person,) in place.rows(
        "select person from log.facts where topic = 'pathway:ReviewFellDue'"
    ):
        found[str(person)] += 1
    return found


def test_a_hold_whose_day_has_passed_is_on_the_caseload_until_somebody_looks(
    place: Place, sweep: Sweep, later: Later
) -> None:
    on_hold(place, ROSA)
    place.fold()
    later.days = 7
    assert sweep.once(of=[review]) == [], "all of the day is in time"
    later.days = 8
    (fallen,) = sweep.once(of=[review])
    assert (fallen.about, fallen.done) == (ReviewOf.HOLD, "fell due")
    place.fold()
    assert sweep.once(of=[review]) == []
    row = place.ask(lambda reading: reading.record(WIGG, place.subject(WIGG, ROSA)))
    assert row is not None
    assert row["status"] == "review overdue"
    assert "review" in row["actions"]
    assert "ReviewFellDue" in place.told(TALKING, ROSA)
    place.care.record_review(
        ROSA, ReviewId(fallen.id), outcome="Better.", asked=place.by(WIGG, at=TODAY)
    )
    place.fold()
    row = place.ask(lambda reading: reading.record(WIGG, place.subject(WIGG, ROSA)))
    assert row is not None
    assert (row["status"], row["reviews"]) == ("sent", {})
    later.days = 100
    assert sweep.once(of=[review]) == []


def test_a_plan_whose_day_has_passed_is_overdue_until_it_is_reviewed(
    place: Place, sweep: Sweep, later: Later
) -> None:
    place.register(ROSA)
    therapy = place.refer("for Rosa", at=TODAY)
    place.care.accept_referral(therapy, asked=place.by(TALKING, at=TODAY))
    terms = Terms(
        how=AgreedHow.TOGETHER,
        person_does="Walk every day",
        review_on=local_date(TODAY) + timedelta(days=7),
    )
    place.care.agree_plan(ROSA, terms, asked=place.by(WIGG, at=TODAY))
    place.fold()
    later.days = 7
    assert sweep.once(of=[review]) == [], "all of the day is in time"
    later.days = 8
    (fallen,) = sweep.once(of=[review])
    assert (fallen.about, fallen.done) == (ReviewOf.PLAN, "fell due")
    place.fold()
    row = place.ask(lambda reading: reading.record(WIGG, place.subject(WIGG, ROSA)))
    assert row is not None
    assert row["status"] == "review overdue"
    assert "plan-review" in row["actions"]
    assert "review" not in row["actions"]
    place.care.review_plan(ROSA, asked=place.by(TALKING, at=TODAY + timedelta(days=8)))
    place.fold()
    row = place.ask(lambda reading: reading.record(WIGG, place.subject(WIGG, ROSA)))
    assert row is not None
    assert row["reviews"] == {}
    later.days = 300
    assert sweep.once(of=[review]) == [], "the next one is in a year"


def test_a_hold_that_ended_in_time_falls_never_due(
    place: Place, sweep: Sweep, later: Later
) -> None:
    on_hold(place, ROSA)
    place.fold()
    place.care.end_hold(ROSA, asked=place.by(WIGG, at=TODAY))
    place.fold()
    later.days = 30
    assert sweep.once(of=[review]) == []


def in_collaborative_care(place: Place) -> None:
    """The practice has Rosa back from the trust, in collaborative care from today on."""
    place.register()
    referral = place.refer("therapy", at=TODAY)
    place.care.accept_referral(referral, asked=place.by(TALKING, at=TODAY))
    there, back = HandoverId(named("there")), HandoverId(named("and back"))
    place.care.offer_handover(ROSA, there, WARD, asked=place.by(WIGG, at=TODAY))
    place.care.accept_handover(ROSA, there, asked=place.by(TRUST, at=TODAY))
    grounds = Grounds(kind=Evidence.PERSONS_REQUEST, words="Home now.")
    asked = place.by(TRUST, at=TODAY)
    place.care.offer_handover(ROSA, back, COLLABORATIVE_CARE, grounds=grounds, asked=asked)
    place.care.accept_handover(ROSA, back, asked=place.by(WIGG, at=TODAY))
    place.fold()


def seen(place: Place, on: int, content: Content) -> None:
    contact, at = ContactId(uuid4()), TODAY + timedelta(days=on)
    place.care.book_appointment(
        contact,
        ReferralId(named("therapy")),
        starts_at=at,
        medium=Medium.VIDEO,
        content=content,
        asked=place.by(TALKING, at=TODAY),
    )
    place.care.note_attendance(contact, Attendance.ON_TIME, asked=place.by(TALKING, at=at))
    place.fold()


def test_collaborative_care_is_followed_up_within_4_weeks_and_reviewed_by_week_12(
    place: Place, sweep: Sweep, later: Later
) -> None:
    in_collaborative_care(place)
    fell_due = []
    for later.days in (28, 29, 30, 84, 85, 86):
        fell_due += [(later.days, each.about) for each in sweep.once(of=[review])]
        place.fold()
    assert fell_due == [(29, ReviewOf.FOLLOW_UP), (85, ReviewOf.PSYCHIATRIC)]


def test_who_is_followed_up_and_reviewed_in_time_is_never_overdue(
    place: Place, sweep: Sweep, later: Later
) -> None:
    in_collaborative_care(place)
    seen(place, 1, Content.ASSESSMENT)
    seen(place, 20, Content.FOLLOW_UP)
    seen(place, 30, Content.REVIEW)  # too early to be the review of weeks 8 to 12
    seen(place, 60, Content.REVIEW)
    later.days = 200
    assert sweep.once(of=[review]) == []


def test_who_is_better_needs_no_psychiatrists_review(
    place: Place, sweep: Sweep, later: Later
) -> None:
    in_collaborative_care(place)
    seen(place, 20, Content.FOLLOW_UP)
    for on, total in ((5, 22), (50, 11)):
        place.care.complete_measure(
            MeasureId(uuid4()),
            ReferralId(named("therapy")),
            instrument=Instrument.PHQ_9,
            total=total,
            asked=place.by(TALKING, at=TODAY + timedelta(days=on)),
        )
    place.fold()
    later.days = 200
    assert sweep.once(of=[review]) == []


def test_killed_half_way_and_begun_again_every_review_is_told_once(
    place: Place, sweep: Sweep, later: Later
) -> None:
    for person in PEOPLE:
        on_hold(place, person)
    place.fold()
    later.days = 8
    left = iter(range(1))

    class Mortal:
        host = WIGG

        def let_review_fall_due(self, *args: object, **kwargs: object) -> object:
            answer = place.care.let_review_fall_due(*args, **kwargs)  # type: ignore[arg-type]
            if next(left, None) is None:
                raise Killed
            return answer

    with pytest.raises(Killed):
        replace(sweep, care=Mortal()).once(of=[review])  # type: ignore[arg-type]
    assert told(place).total() == 2
    assert len(sweep.once(of=[review])) == 1, "begun again where the view stands, not folded yet"
    place.fold()
    assert sweep.once(of=[review]) == []
    assert told(place) == {str(person): 1 for person in PEOPLE}


def test_two_sweeps_at_once_tell_no_review_twice(place: Place, sweep: Sweep, later: Later) -> None:
    for person in PEOPLE:
        on_hold(place, person)
    place.fold()
    later.days = 8
    together, swept = Barrier(3), list[Swept]()

    def run() -> None:
        together.wait()
        swept.extend(sweep.once(of=[review]))

    threads = [Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told(place) == {str(person): 1 for person in PEOPLE}
    assert len(swept) == len(PEOPLE)


def test_what_the_view_holds_is_ids_days_and_a_score(place: Place) -> None:
    on_hold(place, ROSA)
    place.fold()
    (columns,) = place.rows("select to_jsonb(r) from views.reviews as r")
    assert "Watchful" not in str(columns)
    assert "Rosa" not in str(columns)


# Needs and shared care


def known_to(place: Place, partner: PartnerId) -> dict[str, Any]:
    """Rosa's record as a partner knows it."""
    row = place.ask(lambda reading: reading.record(partner, place.subject(partner, ROSA)))
    assert row is not None
    return row


def test_needs_are_to_be_looked_at_within_a_year_of_whoever_is_held(
    place: Place, sweep: Sweep, later: Later
) -> None:
    for person in (ROSA, TOM):
        place.register(person)
        place.care.record_communication_needs(
            person, "By text.", language=None, asked=place.by(WIGG, at=TODAY)
        )
    place.refer("Rosa", at=TODAY)
    place.fold()
    later.days = 365
    assert sweep.once(of=[review]) == []
    later.days = 366
    (fallen,) = sweep.once(of=[review])
    assert fallen.about == ReviewOf.NEEDS
    place.fold()
    assert told(place) == {str(ROSA): 1}, "nobody holds Tom"
    place.care.review_needs(ROSA, asked=place.by(WIGG, at=TODAY + timedelta(days=366)))
    place.fold()
    row = place.ask(lambda reading: reading.record(WIGG, place.subject(WIGG, ROSA)))
    assert row is not None
    assert row["reviews"] == {}
    later.days = 366 + 366
    assert [swept.about for swept in sweep.once(of=[review])] == [ReviewOf.NEEDS]


def test_a_joint_review_that_nobody_held_is_told_to_those_who_share_the_care(
    place: Place, sweep: Sweep, later: Later
) -> None:
    place.register(ROSA)
    place.refer("Rosa to therapy", at=TODAY)
    by = place.by(WIGG, at=TODAY)
    place.care.agree_shared_care(
        ROSA,
        practice=WIGG,
        prescriber=DR_PATEL,
        drug_service=DRUGS,
        key_worker=JO,
        pharmacy=PHARMACY,
        signed_on=local_date(TODAY),
        asked=by,
    )
    place.care.agree_supervision(ROSA, local_date(TODAY), asked=place.by(WIGG, at=TODAY))
    place.fold()
    later.days = 91
    assert sweep.once(of=[review]) == []
    later.days = 92
    fallen = sweep.once(of=[review])
    assert {swept.about for swept in fallen} == {ReviewOf.JOINT, ReviewOf.SUPERVISION}
    place.fold()
    assert sweep.once(of=[review]) == []
    for partner in (WIGG, DRUGS):
        row = known_to(place, partner)
        assert row["status"] == "review overdue"
        assert len(row["shared_care"]["overdue"]) == 2
    for partner in (TALKING, PHARMACY):
        assert "SharedCareReviewFellDue" not in place.told(partner, ROSA)
    place.care.hold_joint_review(
        ROSA, gp=DR_PATEL, key_worker=JO, asked=place.by(DRUGS, at=TODAY + timedelta(days=92))
    )
    place.care.end_supervision(ROSA, local_date(TODAY), asked=place.by(WIGG, at=TODAY))
    place.fold()
    row = known_to(place, DRUGS)
    assert row["shared_care"]["overdue"] == {}
    assert row["status"] == "involved"
    later.days = 92 + 92
    assert [swept.about for swept in sweep.once(of=[review])] == [ReviewOf.JOINT]
