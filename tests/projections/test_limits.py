"""Counting how often somebody asked: exact, however many ask at once and from where."""

from __future__ import annotations

import asyncio

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from projections import schema
from projections.connections import async_pool
from projections.limits import Limits
from tests.database import Database

HOUR = 3_600
ROSA, TOM = b"rosa", b"tom"


def test_who_asks_at_once_is_counted_as_if_one_after_the_other(database: Database) -> None:
    """By two processes, each of which counts together all who came meanwhile."""

    async def asked() -> list[tuple[bytes, int]]:
        async with (
            async_pool(database.dsn(schema.SERVE)) as one,
            async_pool(database.dsn(schema.SERVE)) as other,
        ):
            doors = [Limits(one), Limits(other)]

            async def come_in(number: int) -> list[tuple[bytes, int]]:
                who = (ROSA, TOM)[number % 3 == 0]
                asking = [(who, "person", HOUR), (b"all", "look-ups", HOUR)]
                counts, (directory, shown) = await doors[number % 2].count(asking)
                assert (directory, shown) == (0, 0)
                assert [each.rate for each in counts] == ["person", "look-ups"]
                return [(who, counts[0].used), (b"all", counts[1].used)]

            found = await asyncio.gather(*(come_in(number) for number in range(60)))
            return [each for some in found for each in some]

    found = asyncio.run(asked())
    for who, times in ((ROSA, 40), (TOM, 20), (b"all", 60)):
        assert sorted(used for each, used in found if each == who) == [*range(1, times + 1)]


def test_who_cannot_be_counted_hears_of_it_and_the_next_is_counted(database: Database) -> None:
    async def asked() -> int:
        hurried = make_conninfo(database.dsn(schema.SERVE), options="-c lock_timeout=50ms")
        async with async_pool(hurried) as pool:
            limits = Limits(pool)
            with database.connect("postgres") as somebody, somebody.transaction():
                somebody.execute("lock table limits.counts in access exclusive mode")
                for _ in range(2):
                    with pytest.raises(psycopg.errors.LockNotAvailable):
                        await limits.count([(ROSA, "person", HOUR)])
            counts, _ = await limits.count([(ROSA, "person", HOUR)])
            return counts[0].used

    assert asyncio.run(asked()) == 1
