"""The share is proved to be what the rule gives, and nothing of it is written."""

from __future__ import annotations

import pytest

from domain.facts import FACTS
from domain.mapping import FactMapper
from projections import proof, schema
from projections.proof import Proved
from tests.database import unreadable
from tests.people import TALKING, TOM
from tests.projections.place import Place
from tests.projections.test_engine import position_of, tampered
from tests.projections.unsteady import unsteady_week
from tests.projections.week import busy_week


def proved(place: Place) -> list[Proved]:
    dsn, mapper = place.database.dsn(schema.PROJECT), FactMapper(FACTS, place.keys)
    found = proof.prove(dsn, mapper, place.keys, place.pseudonyms, lambda at, of: None)
    assert sum(each.entries for each in found) == len(place.entries())
    return found


def test_what_was_told_is_what_the_rule_gives(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "BATCH", 60)
    unsteady_week(place)
    before, circles = place.entries(), place.rows("select * from share.circles order by 1")
    assert not [each for each in proved(place) if each.differing or each.renumbered]
    assert place.entries() == before
    assert place.rows("select * from share.circles order by 1") == circles
    left = "select relname from pg_class where relnamespace = 'retold'::regnamespace"
    assert place.rows(left) == []


def test_an_entry_that_is_not_what_was_told_is_found_and_no_other(place: Place) -> None:
    busy_week(place)
    place.fold()
    fifth = [e for e in place.entries() if e.partner == TALKING][4]
    with unreadable(place.database.dsn("postgres"), TALKING, fifth.number):
        dsn, mapper = place.database.dsn(schema.PROJECT), FactMapper(FACTS, place.keys)
        found = proof.prove(dsn, mapper, place.keys, place.pseudonyms, lambda at, of: None)
    wrong = {each.partner: each.shown for each in found if not each.right}
    assert wrong == {TALKING: [(fifth.position, "says other things")]}


def test_a_case_that_waits_is_not_missed_and_one_told_late_is_right(place: Place) -> None:
    busy_week(place)
    at = position_of(place, TOM, "referral:ReferralRedirected")
    topic = "update log.facts set topic = %s where position = %s"
    tampered(place, topic, "os:System", at)
    place.fold(batch=10)
    assert all(each.right and not each.late for each in proved(place))
    tampered(place, topic, "referral:ReferralRedirected", at)
    assert place.engine.retry(TOM)
    late = [each for each in proved(place) if each.late]
    assert late
    assert all(each.right and each.renumbered for each in late)
    assert not any(each.differing for each in proved(place))
