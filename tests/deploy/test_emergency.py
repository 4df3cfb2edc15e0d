"""A record opened in an emergency, over a real database: closed on the dot, reviewed or told on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest

from deploy.sweeping import Sweep, emergency, emergency_review
from domain.policies.exceptional import in_force
from domain.sharing import WITHDRAWN
from domain.vocabulary import AccessId, EmergencyReason, Justified, Role
from projections import exceptional, schema
from projections.moments import When
from tests.database import Database
from tests.later import Later
from tests.people import GARDENING, OFFICERS, ROSA, THERAPY, TRUST, WIGG, named
from tests.projections.place import Place

OPENED = AccessId(named("the trust opens Rosa's record"))
HOUR = 1 / 24
LATE = 40
"""Days after which every rung of the ladder is long due."""


@pytest.fixture
def place(database: Database) -> Place:
    """Rosa is known to her practice and to talking therapies; the trust opens her record."""
    place = Place(database)
    place.register(ROSA)
    place.refer("Rosa to therapy", to=THERAPY)
    care = place.care
    for partner in (TRUST, WIGG):
        care.add_practitioner(
            partner,
            OFFICERS[partner],
            name="somebody",
            role=Role.PRIVACY_OFFICER,
            title="privacy officer",
            asked=place.by(WIGG),
        )
        care.name_privacy_officer(
            partner, OFFICERS[partner], datetime.now(UTC).date(), asked=place.by(partner)
        )
    care.take_emergency_access(
        ROSA,
        OPENED,
        reason=EmergencyReason.LIFE,
        words="Rosa Lind was found unwell.",
        asked=place.by(TRUST, at=datetime.now(UTC)),
    )
    place.fold()
    return place


@pytest.fixture
def later() -> Later:
    return Later(0)


@pytest.fixture
def sweep(place: Place, later: Later) -> Sweep:
    return Sweep(place.care, place.database.dsn(schema.PROJECT), later)


def shown(place: Place) -> dict[str, Any]:
    row = place.ask(lambda reading: reading.record(TRUST, place.subject(TRUST, ROSA)))
    assert row is not None
    return row


def test_it_is_open_for_the_hour_and_then_shows_nothing(
    place: Place, sweep: Sweep, later: Later
) -> None:
    assert shown(place)["name"] == "Rosa Lind"
    assert list(shown(place)["emergencies"]) == [str(OPENED)]
    assert sweep.once(of=(emergency,)) == []
    later.days = HOUR
    assert [each.done for each in sweep.once(of=(emergency,))] == ["ended"]
    assert sweep.once(of=(emergency,)) == []
    place.fold()
    row = shown(place)
    assert row["withdrawn"]
    assert "name" not in row
    assert "emergencies" not in row
    place.refer("Rosa to gardening", to=GARDENING)
    place.fold()
    assert shown(place)["number"] == row["number"], "nothing is told any more"
    assert exceptional.RULES["emergency"][0].lasts == timedelta(hours=1)


def test_what_it_showed_is_not_read_back_at_an_earlier_moment(
    place: Place, sweep: Sweep, later: Later
) -> None:
    subject, at = place.subject(TRUST, ROSA), When(as_at=place.log.max_notification_id())
    before = place.ask(lambda reading: reading.record(TRUST, subject, at))
    assert before is not None
    assert before["name"] == "Rosa Lind"
    later.days = HOUR
    sweep.once(of=(emergency,))
    place.fold()
    assert place.ask(lambda reading: reading.record(TRUST, subject, at)) is None
    told = place.ask(lambda reading: reading.history(TRUST, subject))
    assert [entry.type for entry in told] == [WITHDRAWN]
    page = place.ask(lambda reading: reading.caseload(TRUST, when=at))
    assert page.rows == []


def test_what_was_told_is_told_the_same_again(place: Place, sweep: Sweep, later: Later) -> None:
    later.days = HOUR
    sweep.once(of=(emergency,))
    place.refer("Rosa to gardening", to=GARDENING)
    place.fold()
    told, views = place.entries(), place.views()
    place.forget_what_was_told()
    place.fold()
    assert place.entries() == told
    assert place.views() == views


def test_two_timers_at_once_close_it_once(place: Place, sweep: Sweep, later: Later) -> None:
    later.days = HOUR
    ready, done = Barrier(2), []

    def run() -> None:
        ready.wait()
        done.extend(sweep.once(of=(emergency,)))

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 1
    ended = "select count(*) from log.facts where topic = 'emergency:EmergencyAccessEnded'"
    assert place.rows(ended) == [(1,)]


def test_nobody_reviews_it_and_each_officer_is_told_once(
    place: Place, sweep: Sweep, later: Later
) -> None:
    assert sweep.once(of=(emergency_review,)) == []
    told = []
    for days in (LATE, LATE, 2 * LATE, 3 * LATE):
        later.days = days
        told += [each.done for each in sweep.once(of=(emergency_review,))]
        place.fold()
    assert told == ["privacy officer", "privacy officer of the host"]
    (mine,) = place.ask(lambda reading: reading.exceptional(TRUST))
    assert place.ask(lambda reading: reading.exceptional(WIGG)) == [mine]
    assert place.ask(lambda reading: reading.exceptional_counts())[1:] == (1, 0)
    place.care.review_emergency_access(
        OPENED,
        Justified.JUSTIFIED,
        "It had to be.",
        asked=place.by(WIGG, at=datetime.now(UTC), practitioner=OFFICERS[WIGG]),
    )
    place.fold()
    (reviewed,) = place.ask(lambda reading: reading.exceptional(WIGG))
    assert (reviewed.outcome, reviewed.next) == ("justified", None)


def test_what_is_laid_on_the_desk_says_nothing_of_whom_it_was_about(place: Place) -> None:
    (row,) = place.rows("select to_jsonb(each)::text from views.exceptional as each")
    for known in ("Rosa", "Lind", str(ROSA), str(place.subject(TRUST, ROSA)), "9990000018"):
        assert known not in row[0]
    assert in_force(datetime.now(UTC)).often == 3
