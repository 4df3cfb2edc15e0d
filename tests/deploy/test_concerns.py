"""Concerns that nobody looks at, found by the sweep over a real database: told rung by rung."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Barrier, Thread

import pytest

from deploy.sweeping import Sweep, concern, gone
from deploy.sweeping.swept import Swept
from domain.policies.concerns import ConcernRung
from domain.vocabulary import ConcernId, ConcernOutcome, ConcernSource, PartnerId
from projections import schema
from tests.database import Database
from tests.later import Later
from tests.people import CHARITY, GARDENING, ROSA, TALKING, THERAPY, TRUST, WARD, WIGG, named
from tests.projections.place import Place

NOW = datetime.now(UTC)
WORRY = ConcernId(named("what Rosa said"))
HOUR = 1 / 24


@pytest.fixture
def place(database: Database) -> Place:
    """The trust holds Rosa; talking therapies and a charity see her."""
    place = Place(database)
    place.register(ROSA)
    for service, receiver in ((WARD, TRUST), (THERAPY, TALKING), (GARDENING, CHARITY)):
        referral = place.refer(f"to {service}", to=service, at=NOW, take_over=service == WARD)
        place.care.accept_referral(referral, asked=place.by(receiver, at=NOW))
    return place


@pytest.fixture
def later() -> Later:
    return Later(0)


@pytest.fixture
def sweep(place: Place, later: Later) -> Sweep:
    return Sweep(place.care, place.database.dsn(schema.PROJECT), later)


def worried(place: Place, who: PartnerId = TALKING) -> None:
    place.care.raise_concern(
        ROSA,
        WORRY,
        source=ConcernSource.PRACTITIONER,
        words="She cannot go on.",
        asked=place.by(who, at=NOW),
    )
    place.fold()


def look(place: Place, who: PartnerId) -> None:
    place.care.acknowledge_concern(WORRY, "Rang her.", asked=place.by(who, at=datetime.now(UTC)))
    place.fold()


def status(place: Place, partner: PartnerId) -> str:
    row = place.ask(lambda reading: reading.record(partner, place.subject(partner, ROSA)))
    assert row is not None
    return str(row["status"])


def rungs(place: Place) -> list[str]:
    return [r for (r,) in place.rows("select unnest(sent) from views.concerns")]


def test_a_concern_tops_every_caseload_that_may_know_until_somebody_looks(place: Place) -> None:
    worried(place)
    for care in (TRUST, TALKING, WIGG):
        assert status(place, care) == "concern to look at"
    assert status(place, CHARITY) not in ("concern to look at", "concern open")
    look(place, TRUST)
    assert status(place, TRUST) == "concern open", "who has it keeps it before them"
    assert status(place, TALKING) == "waiting"
    place.care.resolve_concern(
        WORRY,
        ConcernOutcome.SAFETY_PLAN,
        "Her sister is with her.",
        asked=place.by(TRUST, at=datetime.now(UTC)),
    )
    place.fold()
    assert status(place, TRUST) not in ("concern to look at", "concern open")
    assert place.rows("select id from views.concerns") == []


def test_the_most_urgent_of_all_comes_first(place: Place) -> None:
    worried(place)
    page = place.ask(lambda reading: reading.caseload(TRUST))
    assert page.rows[0]["status"] == "concern to look at"


def test_nobody_looks_and_each_rung_is_told_once(place: Place, sweep: Sweep, later: Later) -> None:
    worried(place)
    later.days = 3.9 * HOUR
    assert sweep.once(of=[concern]) == []
    told: list[Swept] = []
    for rung in ConcernRung:
        later.days += 2.1 * HOUR
        told += sweep.once(of=[concern])
        place.fold()
        assert sweep.once(of=[concern]) == [], f"{rung} was told once"
        assert rungs(place)[-1] == rung
    assert [each.done for each in told] == list(ConcernRung)
    later.days = 30
    assert sweep.once(of=[concern]) == [], "nobody is left to tell; it is on every list"
    assert status(place, WIGG) == "concern to look at"
    row = place.ask(lambda reading: reading.record(WIGG, place.subject(WIGG, ROSA)))
    assert row is not None
    assert row["concerns"][str(WORRY)]["actions"] == ["acknowledgement"], "the host may look too"


def test_once_somebody_looked_the_timer_is_silent(place: Place, sweep: Sweep, later: Later) -> None:
    worried(place)
    look(place, TRUST)
    later.days = 10
    assert sweep.once(of=[concern]) == []


def test_a_view_that_is_behind_asks_and_is_told_no(
    place: Place, sweep: Sweep, later: Later
) -> None:
    worried(place)
    place.care.acknowledge_concern(WORRY, "Rang her.", asked=place.by(TRUST, at=datetime.now(UTC)))
    later.days = 1
    assert sweep.once(of=[concern]) == []
    place.fold()
    assert place.rows("select rung from views.concerns") == [(None,)]


def test_many_sweeps_at_once_tell_a_rung_once(place: Place, sweep: Sweep, later: Later) -> None:
    worried(place)
    later.days = 1
    start, done = Barrier(3), []

    def run() -> None:
        start.wait()
        done.extend(sweep.once(of=[concern]))

    threads = [Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 1
    assert (
        place.rows("select count(*) from log.facts where topic = 'concern:ConcernEscalated'")[0][0]
        == 1
    )


def test_a_concern_with_who_left_falls_back_and_is_looked_at_anew(
    place: Place, sweep: Sweep, later: Later
) -> None:
    worried(place)
    look(place, TRUST)
    place.care.leave(TRUST, "The contract ended.", asked=place.by(WIGG, at=NOW))
    place.fold()
    sweep.once(of=[gone])
    place.fold()
    row = place.ask(lambda reading: reading.record(WIGG, place.subject(WIGG, ROSA)))
    assert row is not None
    assert row["concerns"][str(WORRY)]["acts"] == str(WIGG)
    assert status(place, WIGG) == "concern to look at"
    assert sweep.once(of=[gone]) == []
    later.days = 5 * HOUR
    (told,) = sweep.once(of=[concern])
    assert told.done == ConcernRung.KEY_WORKER
