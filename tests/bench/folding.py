"""Folding: how fast the engine tells the share and folds every view, and how late a row is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from statistics import median, quantiles
from threading import Event, Thread
from time import perf_counter, sleep

import psycopg

from domain.facts import FACTS
from domain.mapping import FactMapper
from projections import log, schema
from projections.behalf import act_for
from projections.reading import Reading
from tests.bench.lives import Lives
from tests.bench.measuring import by_turns, line, rate
from tests.people import TALKING
from tests.projections.place import Place

RATE = 20
"""Referrals a second while lateness is measured: more than a city's mental-health care makes."""


def throughput(place: Place, facts: int, *, repeats: int) -> Iterator[str]:
    """The live engine, from an empty share to the newest fact, against reading alone."""
    mapper = FactMapper(FACTS, place.keys)

    def fold() -> float:
        place.forget_what_was_told()
        return rate(facts, place.fold)

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
    found = by_turns(repeats, {"fold": fold, "read": read})
    ((entries,),) = place.rows("select count(*) from share.entries")
    yield line(
        "fold share, caseload, referrals and meetings, live",
        events=facts,
        value=found["fold"],
        unit="facts/s",
        limit="read, decrypt and decode the same facts",
        limit_value=found["read"],
        repeats=repeats,
        entries_per_second=found["fold"] * int(entries) / facts,
    )


def lateness(place: Place, lives: Lives, *, asked: int) -> Iterator[str]:
    """From the answer to an intention until its row is seen, against PostgreSQL's bare word."""
    stop = Event()
    worker = Thread(target=place.another_engine().run, args=(stop,), daemon=True)
    worker.start()
    try:
        late = asyncio.run(_lateness(place, lives, asked))
    finally:
        stop.set()
        worker.join(timeout=20)
    bare = _word(place)
    for percentile, value, limit in (
        ("median", median(late), median(bare)),
        ("99th percentile", _p99(late), _p99(bare)),
    ):
        yield line(
            f"answer to caseload row, {percentile}",
            events=asked,
            value=value * 1000,
            unit="ms",
            limit="NOTIFY to another connection and back",
            limit_value=limit * 1000,
            repeats=1,
        )


async def _lateness(place: Place, lives: Lives, asked: int) -> list[float]:
    reading = Reading(place.database.dsn(schema.SERVE), place.keys, place.pseudonyms)
    await reading.open()
    act_for(TALKING)
    late = []
    try:
        await reading.reached(place.log.max_notification_id() or 0, 60)
        for number in range(asked):
            began = perf_counter()
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
            await asyncio.sleep(max(0.0, 1 / RATE - (perf_counter() - began)))
    finally:
        await reading.close()
    return late


def _word(place: Place, asked: int = 100) -> list[float]:
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
            sleep(1 / RATE)
    answerer.join(timeout=30)
    return waited


def _p99(figures: list[float]) -> float:
    return quantiles(figures, n=100, method="inclusive")[98]
