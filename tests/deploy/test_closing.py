"""A service closes in a real database: who waits there goes back to who asked, each once."""

from __future__ import annotations

from collections import Counter
from threading import Thread

import pytest

from deploy.sweeping import Sweep, closed
from deploy.sweeping.swept import Swept
from domain.vocabulary import PersonId, ReferralId
from projections import schema
from tests.database import Database
from tests.people import GARDENING, ROSA, SERVICES, SOCIAL, TALKING, THERAPY, WIGG, named
from tests.projections.place import Place


@pytest.fixture
def place(database: Database) -> Place:
    return Place(database)


def sweeping(place: Place) -> Sweep:
    return Sweep(place.care, place.database.dsn(schema.PROJECT))


def expired(place: Place) -> Counter[str]:
    rows = place.rows("select stream from log.facts where topic = 'referral:ReferralExpired'")
    return Counter(str(stream) for (stream,) in rows)


def test_everybody_who_waits_there_goes_back_and_is_held_by_who_sent_them(place: Place) -> None:
    people = [PersonId(named(f"person {number}")) for number in range(4)]
    for person in people:
        place.register(person, name="Somebody")
        place.refer(f"of {person}", person=person, sender=SOCIAL)
    answered, redirected = (ReferralId(named(f"of {person}")) for person in people[:2])
    place.care.accept_referral(answered, asked=place.by(TALKING))
    place.care.redirect_referral(redirected, GARDENING, asked=place.by(TALKING))
    place.care.close_service(THERAPY, "no longer paid for", asked=place.by(TALKING))
    place.fold()

    sweeps = [Thread(target=sweeping(place).once) for _ in range(2)]
    for sweep in sweeps:
        sweep.start()
    for sweep in sweeps:
        sweep.join()

    assert expired(place) == {str(named(f"of {person}")): 1 for person in people[2:]}
    place.fold()
    assert sweeping(place).once(of=(closed,)) == []
    for person in people[2:]:
        row = place.views()["caseload"][SOCIAL, place.subject(SOCIAL, person)]
        assert row["responsible"] == str(SOCIAL)
        (back,) = row["referrals"].values()
        assert back["state"] == "expired"


def test_a_service_that_opens_again_keeps_who_asks_from_then_on(place: Place) -> None:
    place.register(ROSA)
    place.care.close_service(THERAPY, "moving house", asked=place.by(TALKING))
    place.care.open_service(THERAPY, SERVICES[THERAPY], asked=place.by(TALKING))
    place.refer("after")
    place.fold()
    assert sweeping(place).once(of=(closed,)) == []
    place.care.close_service(THERAPY, "and closed", asked=place.by(WIGG))
    place.fold()
    done: list[Swept] = sweeping(place).once(of=(closed,))
    assert [each.id for each in done] == [named("after")]
