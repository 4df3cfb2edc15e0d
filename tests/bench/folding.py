"""Folding: how fast the engine tells the share and folds every view, and how late a row is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from statistics import median
from threading import Event, Thread
from time import perf_counter, sleep

import psycopg

from domain.facts import FACTS
from domain.mapping import FactMapper
from projections import engine, log, schema
from projections.behalf import act_for
from projections.caseload import Caseload
from projections.connections import flowing
from projections.engine import Engine, Timer, View, fold_views
from projections.entries import NOTHING, opened
from projections.reading import Reading
from projections.share import Told
from projections.statements import statements
from tests.bench import processes
from tests.bench.library import Library
from tests.bench.lives import Lives
from tests.bench.measuring import by_turns, line, p99, rate
from tests.people import TALKING
from tests.projections.place import Place

RATE = 100
"""Facts a second while lateness is measured: some hundred times what a city's care records."""

SHARE = statements("share")


class Fewer(Engine):
    """The engine with the share, the caseload and who waits, and nothing that falls due."""

    def views(self) -> list[View]:
        return [each for each in super().views() if each.name in ("caseload", "referrals")]

    def timers(self) -> list[Timer]:
        return []


def throughput(place: Place, facts: int, *, repeats: int) -> Iterator[str]:
    """The live engine, from an empty share to the newest fact, against reading alone."""
    mapper = FactMapper(FACTS, place.keys)
    library = Library(place, facts // 10)

    def fold() -> float:
        place.forget_what_was_told()
        return rate(facts, place.fold)

    def fold_fewer() -> float:
        place.forget_what_was_told()
        fewer = Fewer(place.database.dsn(schema.PROJECT), mapper, place.keys, place.pseudonyms)
        return rate(facts, fewer.catch_up)

    def read() -> float:
        def stream() -> None:
            with psycopg.connect(place.database.dsn(schema.PROJECT), autocommit=True) as reader:
                position = 0
                while stored := log.read_after(reader, position, 2_000):
                    place.keys.many({fact.person for fact in stored if fact.person})
                    for fact in stored:
                        mapper.read(fact)
                    position = stored[-1].position

        return rate(facts, stream)

    place.fold()
    found = by_turns(
        repeats,
        {
            "fewer": fold_fewer,
            "all": fold,
            "view": lambda: _one_view(place),
            "read": read,
            "library": library.fold,
        },
    )
    ((entries,),) = place.rows("select count(*) from share.entries")
    for bench, value in (
        ("the whole engine, live: the share, all views, all that falls due", "all"),
        ("the engine with the share, the caseload and who waits", "fewer"),
    ):
        for limit, name in (
            ("read, decrypt and decode the same facts", "read"),
            ("the library's runner, one row for each fact", "library"),
        ):
            yield line(
                bench,
                events=facts,
                value=found[value],
                unit="facts/s",
                limit=limit,
                limit_value=found[name],
                repeats=repeats,
                entries_per_second=found[value] * int(entries) / facts,
            )
    yield line(
        "one view, live, behind: the caseload from what partners were told",
        events=int(entries),
        value=found["view"],
        unit="entries/s",
        limit="the library's runner, one row for each fact",
        limit_value=found["library"],
        repeats=repeats,
    )


def _one_view(place: Place) -> float:
    """The caseload alone, from an empty table, in the batches in which the engine folds it."""
    with place.as_superuser() as connection:
        connection.execute("truncate views.caseload, views.caseload_counts")
    dsn = place.database.dsn(schema.PROJECT)
    folded, began = 0, perf_counter()
    with psycopg.connect(dsn, autocommit=True) as connection:
        for after in range(0, place.log.max_notification_id() or 0, engine.BATCH):
            with flowing(connection):
                asked = [after, after + engine.BATCH]
                cursor = connection.cursor(binary=True)
                rows = cursor.execute(SHARE["by_position"], asked, prepare=True).fetchall()
                place.keys.many({row[3] for row in rows if row[3]})
                told = [
                    Told(opened(row, place.keys), row[3], NOTHING, row[4] or row[0]) for row in rows
                ]
                fold_views(connection, [Caseload()], told, place.keys)
            folded += len(rows)
    return folded / (perf_counter() - began)


def lateness(place: Place, lives: Lives, *, asked: int) -> Iterator[str]:
    """From the answer to an intention until its row is seen, against PostgreSQL's bare word."""
    with processes.engine(place):
        asyncio.run(_lateness(place, lives, RATE))  # another process prepares its statements
        late, took = asyncio.run(_lateness(place, lives, asked))
    bare = word(place)
    for percentile, value, limit in (
        ("median", median(late), median(bare)),
        ("99th percentile", p99(late), p99(bare)),
    ):
        yield line(
            f"answer to caseload row, {percentile}",
            events=asked,
            value=value * 1000,
            unit="ms",
            limit="NOTIFY to another connection and back",
            limit_value=limit * 1000,
            repeats=1,
            facts_per_second=asked / took,
        )


async def _lateness(place: Place, lives: Lives, asked: int) -> tuple[list[float], float]:
    """Each fact is recorded when its time has come, however late the one before it is seen."""
    reading = Reading(place.database.dsn(schema.SERVE), place.keys, place.pseudonyms)
    await reading.open()
    act_for(TALKING)
    late: list[float] = []

    async def one(number: int) -> None:
        person = lives.people[number]
        answer = await asyncio.to_thread(
            place.care.record_communication_needs,
            person,
            f"Ring after {number}.",
            language=None,
            asked=place.by(TALKING),
        )
        answered = perf_counter()
        assert await reading.reached(answer.position, 10)
        row = await reading.record(TALKING, place.subject(TALKING, person))
        late.append(perf_counter() - answered)
        assert row is not None
        assert row["needs"] == f"Ring after {number}."

    try:
        await reading.reached(place.log.max_notification_id() or 0, 60)
        began, seen = perf_counter(), []
        for number in range(asked):
            await asyncio.sleep(max(0.0, began + number / RATE - perf_counter()))
            seen.append(asyncio.create_task(one(number)))
        await asyncio.gather(*seen)
        took = perf_counter() - began
    finally:
        await reading.close()
    return late, took


def word(place: Place, asked: int = 100) -> list[float]:
    """Seconds for a word to another connection and back: two hops, as from log to share to reader.

    The other end answers from a thread of its own, as the engine does.
    """
    dsn, waited = place.database.dsn(schema.SERVE), []
    heard = Event()

    def answering() -> None:
        with psycopg.connect(dsn, autocommit=True) as other:
            other.execute("listen bench_there")
            heard.set()
            for _ in range(asked):
                heard_one = list(other.notifies(timeout=5, stop_after=1))
                assert heard_one, "no word within five seconds"
                other.execute("notify bench_back")

    answerer = Thread(target=answering, daemon=True)
    answerer.start()
    heard.wait(timeout=10)
    with psycopg.connect(dsn, autocommit=True) as speaking:
        speaking.execute("listen bench_back")
        for _ in range(asked):
            began = perf_counter()
            speaking.execute("notify bench_there")
            assert list(speaking.notifies(timeout=5, stop_after=1)), "no answer"
            waited.append(perf_counter() - began)
            sleep(0.02)
    answerer.join(timeout=30)
    return waited
