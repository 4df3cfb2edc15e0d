"""An agreement expires by the clock in a real database: whom it held falls back, all is closed."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest

from deploy.sweeping import Sweep, agreement
from domain.agreement import AgreementSigned
from domain.kernel import Asked
from domain.vocabulary import HandoverId, PersonId
from projections import schema
from projections.directory import load
from tests.database import Database
from tests.people import PRACTITIONERS, TRUST, WARD, WIGG, named
from tests.people import agreement as default
from tests.projections.place import Place
from tests.projections.test_agreements import NOW, today
from tests.scenario import URGENT


@pytest.fixture
def place(database: Database) -> Place:
    return Place(database)


def sweep(place: Place, days: int) -> Sweep:
    """A timer that looks so many days from now."""
    at = NOW + timedelta(days=days)
    return Sweep(place.care, place.database.dsn(schema.PROJECT), clock=lambda _: at)


def signed(place: Place, **changed: object) -> AgreementSigned:
    fresh = {"reference": str(uuid4()), "starts": NOW.date()} | changed
    new = default(TRUST).model_copy(update=fresh)
    place.care.sign_agreement(TRUST, new, asked=today())
    return new


def facts(place: Place, like: str) -> list[str]:
    found = place.rows("select topic from log.facts where topic like %s order by position", like)
    return [topic.split(":")[1] for (topic,) in found]


def test_whom_it_held_falls_back_before_it_expires_and_all_is_withdrawn(place: Place) -> None:
    people = [PersonId(named(f"person {number}")) for number in range(3)]
    for person in people:
        place.register(person, name="Somebody")
        place.refer(f"first of {person}", person=person)
        handover = HandoverId(uuid4())
        place.care.offer_handover(person, handover, WARD, grounds=URGENT, asked=place.by(WIGG))
        place.care.accept_handover(person, handover, asked=place.by(TRUST))
    signed(place, ends=NOW.date() + timedelta(days=10))
    place.fold()
    assert sweep(place, 9).once(of=[agreement]) == []
    done = [each.done for each in sweep(place, 12).once(of=[agreement])]
    assert done == ["ended", "ended", "ended", "expired"]
    said = facts(place, "p%:%e%")
    assert said[-4:] == ["ResponsibilityFellBack"] * 3 + ["AgreementExpired"]
    place.fold()
    assert sweep(place, 12).once(of=[agreement]) == []
    assert place.rows("select responsible, count(*) from share.circles group by 1") == [(WIGG, 3)]
    last = {e.subject: e.type for e in place.entries() if e.partner == TRUST and e.subject}
    assert set(last.values()) == {"share.Withdrawn.v1"}
    assert len(last) == 3


def test_one_that_is_signed_ahead_takes_over_without_a_gap(place: Place) -> None:
    signed(place, ends=NOW.date() + timedelta(days=10))
    ahead = signed(place, starts=NOW.date() + timedelta(days=11))
    place.fold()
    assert sweep(place, 10).once(of=[agreement]) == []
    for _ in range(2):
        sweep(place, 12).once(of=[agreement])
    assert facts(place, "partner:Agreement%")[-1] == "AgreementBegan"
    place.fold()
    assert sweep(place, 12).once(of=[agreement]) == []
    with psycopg.connect(place.database.dsn("postgres")) as connection:
        assert load(connection).agreements[TRUST] == ahead
    assert "AgreementExpired" not in facts(place, "partner:%")


def test_whose_agreement_was_ended_holds_nobody_any_more(place: Place) -> None:
    place.register()
    place.refer("Rosa: low mood")
    handover = HandoverId(uuid4())
    rosa = PersonId(named("Rosa Lind"))
    place.care.offer_handover(rosa, handover, WARD, grounds=URGENT, asked=place.by(WIGG))
    place.care.accept_handover(rosa, handover, asked=place.by(TRUST))
    place.care.end_agreement(TRUST, asked=Asked(WIGG, NOW, uuid4(), PRACTITIONERS[WIGG]))
    place.fold()
    assert [each.about for each in sweep(place, 0).once(of=[agreement])] == ["pathway"]
    assert facts(place, "pathway:%")[-1] == "ResponsibilityFellBack"
