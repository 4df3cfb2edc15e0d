"""Erasure: two people say so, a delay goes by, and whoever was told hears of an order alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from domain.circle import Circle
from domain.erasure import (
    Erasure,
    ErasureCancelled,
    ErasureIsNotDue,
    ErasureIsOrdered,
    ErasureIsOver,
    KeysDestroyed,
    SomebodyElseConfirms,
)
from domain.kernel import Asked
from domain.person import Person
from domain.policies.erasure import in_force
from domain.vocabulary import ErasureId, ErasureReason, PersonId, PractitionerId
from tests.people import HOUSING, ROSA, WIGG

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HUGH, IRIS = PractitionerId(uuid4()), PractitionerId(uuid4())
DELAY = in_force(AT).delay


def asked(by: PractitionerId | None = HUGH, *, at: datetime = AT) -> Asked:
    return Asked(WIGG, at, uuid4(), by)


@pytest.fixture
def ordered() -> Erasure:
    made = Erasure(id=uuid4())
    made.order(ROSA, "IG-2026-17", ErasureReason.UNLAWFUL, "Why.", asked=asked())
    return made


def test_it_is_ordered_once(ordered: Erasure) -> None:
    with pytest.raises(ErasureIsOrdered):
        ordered.order(ROSA, "IG-2026-18", ErasureReason.LAW, None, asked=asked())


def test_somebody_else_confirms_it_and_no_timer(ordered: Erasure) -> None:
    for nobody in (HUGH, None):
        with pytest.raises(SomebodyElseConfirms):
            ordered.confirm(asked=asked(nobody))
    assert ordered.confirm(asked=asked(IRIS))
    assert ordered.erases_at == AT + DELAY
    assert ordered.confirm(asked=asked(IRIS, at=AT + DELAY)) is None, "the delay begins once"


def test_it_is_not_due_before_it_was_confirmed_and_its_delay_is_over(ordered: Erasure) -> None:
    with pytest.raises(ErasureIsNotDue):
        ordered.must_be_due(AT + 10 * DELAY)
    ordered.confirm(asked=asked(IRIS))
    with pytest.raises(ErasureIsNotDue):
        ordered.must_be_due(AT + DELAY - timedelta(seconds=1))
    ordered.must_be_due(AT + DELAY)


def test_what_was_cancelled_is_over(ordered: Erasure) -> None:
    ordered.confirm(asked=asked(IRIS))
    cancelled = ordered.cancel(asked=asked(IRIS))
    assert cancelled
    assert cancelled.fact == ErasureCancelled()
    assert ordered.cancel(asked=asked()) is None
    with pytest.raises(ErasureIsOver):
        ordered.confirm(asked=asked(IRIS))
    with pytest.raises(ErasureIsOver):
        ordered.must_be_due(AT + DELAY)


def test_that_the_keys_are_destroyed_is_noted_once(ordered: Erasure) -> None:
    finished = ordered.finish(30, asked=asked(None))
    assert finished
    assert finished.fact == KeysDestroyed(backups_for=30)
    assert ordered.finish(30, asked=asked(None)) is None
    with pytest.raises(ErasureIsOver):
        ordered.cancel(asked=asked())


def test_whoever_knows_of_the_person_hears_of_the_order_and_of_nothing_after_it() -> None:
    circle = Circle(PersonId(ROSA))
    circle.told, circle.past, circle.heard = {WIGG: 1}, {HOUSING: 1}, {HOUSING}
    circle.bases = {WIGG: {"registering"}}
    person = Person(id=ROSA)
    erased = person.erase(ErasureId(uuid4()), "IG-2026-17", asked=asked(None))
    told = circle.follow(erased, {}).disclosures
    assert {each.partner for each in told} == {WIGG, HOUSING}
    assert all(each.data == {"order": "IG-2026-17"} and not each.personal for each in told)
    again = person.erase(ErasureId(uuid4()), "IG-2026-18", asked=asked(None))
    assert circle.follow(again, {}).disclosures == ()
    assert not circle.concerns(WIGG), "a changed agreement tells nothing of them again"
