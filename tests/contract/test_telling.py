"""Whatever any partner is told is as the contract says: nothing in it that no schema names."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import psycopg
import pytest

from deploy.community import place as community
from deploy.community.history import seed
from domain.application import CareCoordination
from domain.catalogue import ME
from domain.facts import FACTS
from domain.mapping import FactMapper
from projections import schema
from projections.contract import contract
from projections.engine import Engine
from projections.entries import Entry
from projections.keys import PersonKeys
from projections.log import PostgresLog
from projections.pseudonyms import Pseudonyms
from tests.contract.checking import wrong
from tests.database import Database
from tests.projections.chance import LIKELY, Chance
from tests.projections.place import Place, entries
from tests.projections.week import busy_week

UNTIL = datetime(2025, 11, 21, 11, 20, tzinfo=UTC)


def not_as_published(told: list[Entry]) -> Counter[str]:
    return Counter(sentence for entry in told for sentence in wrong(entry))


@pytest.fixture
def place(database: Database) -> Place:
    return Place(database)


def test_a_busy_week_is_told_as_published(place: Place) -> None:
    busy_week(place)
    place.fold()
    told = place.entries()
    assert len({entry.type for entry in told}) > 40
    assert not not_as_published(told)


def test_whatever_is_asked_is_told_as_published(place: Place) -> None:
    """Everything people may ask, by chance; most kinds of facts come of it, told to everybody."""
    chance, dice = Chance(place), Random(11)
    for _ in range(400):
        chance.do(dice.choice(LIKELY), dice.randrange(1_000))
    place.fold()
    told = place.entries()
    assert len({entry.type for entry in told}) > 45
    assert not not_as_published(told)


def test_the_community_of_the_demo_is_told_as_published(database: Database) -> None:
    master = database.server.master
    keys = PersonKeys(database.pool(schema.KEYS), master)
    care = CareCoordination(
        log=PostgresLog(database.pool("throughcare_seed"), history=True),
        keys=keys,
        host=community.PRACTICE.id,
    )
    seed(care, people=100, years=0.4, seed=1, until=UNTIL, progress=lambda come, of: None)
    engine = Engine(database.dsn(schema.PROJECT), FactMapper(FACTS, keys), keys, Pseudonyms(master))
    with psycopg.connect(database.dsn(schema.PROJECT), autocommit=True) as connection:
        while engine.step(connection, 2_000):
            pass
    told = entries(database.dsn("postgres"), keys)
    assert len({entry.partner for entry in told}) >= 12
    assert not not_as_published(told)


@pytest.mark.parametrize(
    "more",
    [
        {"unheard_of": "by any schema"},
        {"receiver": "not an id"},
        {"receiver": None},
        {"priority": "at once"},
    ],
    ids=lambda more: " ".join(more),
)
def test_what_no_schema_names_is_found(more: dict[str, object]) -> None:
    """The check itself: a field too many, a word of no list, a value of another kind."""
    made = contract()["referral.ReferralMade.v1"].example
    entry = Entry(
        partner=ME,
        number=1,
        position=1,
        subject=None,
        type=made["type"],
        effective_at=UNTIL,
        recorded_at=UNTIL,
        backfill=False,
        data={name: value for name, value in made["data"].items() if name != "effective_at"},
    )
    assert not wrong(entry)
    assert wrong(replace(entry, data=entry.data | more))
    assert wrong(replace(entry, type="referral.NeverHeardOf.v1"))
    assert wrong(replace(entry, data={"receiver": entry.data["receiver"]}))
