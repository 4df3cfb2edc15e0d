"""Relaying: how late an entry reaches a subscriber of Kafka, and how many a second go out."""

from __future__ import annotations

import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from os import _exit
from pathlib import Path
from shutil import rmtree
from statistics import median, quantiles
from threading import Event, Thread
from time import perf_counter, sleep
from typing import Any
from uuid import UUID

import psycopg

from consumers.kafka.connecting import Record
from consumers.kafka.publishing import Broker
from consumers.kafka.topics import administrator, make
from consumers.records import batch_of
from consumers.relay import Relay
from consumers.watchdog import Watchdog
from deploy.broker.jars import BrokerIsNotHere, jars
from deploy.broker.nodes import nodes
from projections import schema, topics
from projections.cloudevents import SOURCE
from projections.topics import Why
from tests.bench.lives import Lives
from tests.bench.measuring import by_turns, line, rate
from tests.bench.processes import process
from tests.people import TALKING
from tests.projections.place import Place

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from kafka import KafkaConsumer, KafkaProducer, TopicPartition

RATE = 100
"""Facts a second while lateness is measured."""

NO_NARROWING = 2**60
"""A position after every fact: a topic of it begins with whatever number it is told."""


def lines(place: Place, lives: Lives, *, repeats: int, asked: int) -> Iterator[str]:
    """Every figure; none, and a reason on stderr, where Apache Kafka cannot run."""
    try:
        jars()
    except BrokerIsNotHere as missing:
        print(f"no figures of the relay: {missing}", file=sys.stderr)
        return
    folder = Path(tempfile.mkdtemp(prefix="throughcare-kafka-"))
    cluster = nodes(folder)
    try:
        cluster.start()
        yield throughput(place, cluster.administrator, repeats=repeats)
        yield from lateness(place, lives, cluster.administrator, repeats=repeats, asked=asked)
    finally:
        cluster.stop()
        rmtree(folder)


def throughput(place: Place, kafka: Mapping[str, Any], *, repeats: int) -> str:
    """The relay, from empty topics to the newest entry, against producing the same records."""
    broker = Broker(kafka, Watchdog(_exit))
    relay = Relay(place.database.dsn(schema.RELAY), place.keys, broker, SOURCE)
    with psycopg.connect(place.database.dsn(schema.RELAY), autocommit=True) as connection:
        relay._look_around(connection)
        numbers = relay._numbers(connection)
        entries = sum(numbers.values())
        records = {each: _records(connection, place, each, numbers[each]) for each in numbers}

        def relayed() -> float:
            for partner in numbers:
                topics.begin(connection, partner, 1, NO_NARROWING, Why.FIRST)
            relay._forget()
            relay._look_around(connection)
            relay._read_tails(connection, numbers, numbers)

            def go() -> None:
                while relay.step(connection):
                    pass

            return rate(entries, go)

        def produced() -> float:
            with closing(_producer(kafka)) as producer:
                return rate(
                    entries,
                    lambda: _say(producer, {f"bench.{u}": some for u, some in records.items()}),
                )

        _made(kafka, [f"bench.{partner}" for partner in numbers])
        relayed()  # the first time connects, and prepares its statements
        found = by_turns(repeats, {"relay": relayed, "produce": produced})
        relay._forget()
    return line(
        "relay entries to Kafka, read, decrypted, in transactions",
        events=entries,
        value=found["relay"],
        unit="entries/s",
        limit="produce the same records, and nothing else",
        limit_value=found["produce"],
        repeats=repeats,
    )


def lateness(
    place: Place, lives: Lives, kafka: Mapping[str, Any], *, repeats: int, asked: int
) -> Iterator[str]:
    """From the commit of a fact until a subscriber's poll returns what it tells."""
    with ExitStack() as running:
        told = {
            "keys": place.database.dsn(schema.KEYS),
            "master": place.database.server.master.hex(),
            "kafka": dict(kafka),
        }
        for what, role in (("engine", schema.PROJECT), ("relay", schema.RELAY)):
            running.enter_context(process(what, told | {"dsn": place.database.dsn(role)}))
        with psycopg.connect(place.database.dsn(schema.RELAY), autocommit=True) as connection:
            names = [each.name for each in topics.standing(connection, _agreed(place)).values()]
        late: dict[str, list[list[float]]] = {"relay": [], "bare": []}
        _told(place, lives, kafka, names, RATE, -1)  # the first time prepares statements
        for turn in range(repeats):
            late["relay"].append(_told(place, lives, kafka, names, asked, turn))
            late["bare"].append(_bare(kafka, asked))
    for percentile, of in (("median", median), ("99th percentile", _p99)):
        value, limit = (median(of(each) for each in late[way]) for way in ("relay", "bare"))
        yield line(
            f"commit to a subscriber of Kafka at {RATE} facts/s, {percentile}",
            events=asked,
            value=value * 1000,
            unit="ms",
            limit="produce and consume, bare, at the same rate",
            limit_value=limit * 1000,
            repeats=repeats,
        )


def _told(
    place: Place,
    lives: Lives,
    kafka: Mapping[str, Any],
    names: Sequence[str],
    asked: int,
    turn: int,
) -> list[float]:
    committed: dict[int, float] = {}
    with _arriving(kafka, names, "ce_position") as arrived:
        for number in _paced(asked):
            answer = place.care.record_communication_needs(
                lives.people[number % len(lives.people)],
                f"Ring after {turn}-{number}.",
                language=None,
                asked=place.by(TALKING),
            )
            committed[answer.position] = perf_counter()
        _until_quiet(arrived, committed)
    return [at - committed[position] for position, at in arrived if position in committed]


def _bare(kafka: Mapping[str, Any], asked: int) -> list[float]:
    value, sent = b"x" * 300, dict[int, float]()
    _made(kafka, ["bench.bare"])
    with closing(_producer(kafka)) as producer:
        producer.send("bench.bare", b"begin", headers=[("n", b"-1")]).get(timeout=30)
        with _arriving(kafka, ["bench.bare"], "n") as arrived:
            for number in _paced(asked):
                sent[number] = perf_counter()
                producer.send("bench.bare", value, headers=[("n", b"%d" % number)])
            _until_quiet(arrived, sent)
    return [at - sent[number] for number, at in arrived if number in sent]


def _paced(asked: int) -> Iterator[int]:
    began = perf_counter()
    for number in range(asked):
        sleep(max(0.0, began + number / RATE - perf_counter()))
        yield number


def _until_quiet(arrived: Sequence[tuple[int, float]], sent: Mapping[int, float]) -> None:
    """Until everything that was sent has arrived somewhere, or nothing more comes."""
    until = perf_counter() + 30.0
    while sent.keys() - {each for each, _ in arrived} and perf_counter() < until:
        sleep(0.1)


@contextmanager
def _arriving(
    kafka: Mapping[str, Any], names: Sequence[str], header: str
) -> Iterator[list[tuple[int, float]]]:
    """What comes to the end of these topics from now on, by a header, and when."""
    arrived: list[tuple[int, float]] = []
    stop = Event()
    consumer = KafkaConsumer(
        **kafka, isolation_level="read_committed", enable_auto_commit=False, fetch_max_wait_ms=100
    )
    partitions = [TopicPartition(name, 0) for name in names]
    consumer.assign(partitions)
    consumer.seek_to_end(*partitions)
    for partition in partitions:
        consumer.position(partition)

    def follow() -> None:
        while not stop.is_set():
            polled = consumer.poll(timeout_ms=100)
            at = perf_counter()
            for records in polled.values():
                found = (dict(record.headers).get(header) for record in records)
                arrived.extend((int(value), at) for value in found if value)

    following = Thread(target=follow)
    following.start()
    try:
        yield arrived
    finally:
        stop.set()
        following.join()
        consumer.close()


def _made(kafka: Mapping[str, Any], names: Sequence[str]) -> None:
    with closing(administrator(kafka)) as admin:
        make(admin, names)


def _producer(kafka: Mapping[str, Any]) -> KafkaProducer:
    return KafkaProducer(**kafka, linger_ms=0, batch_size=131_072)


def _say(producer: KafkaProducer, records: Mapping[str, Sequence[Record]]) -> None:
    for name, some in records.items():
        for each in some:
            producer.send(name, each.value, each.key, headers=each.headers, partition=0)
    producer.flush()


def _records(
    connection: psycopg.Connection, place: Place, partner: UUID, number: int
) -> list[Record]:
    rows = topics.numbered(connection, partner, range(1, number + 1))
    return batch_of(partner, 0, rows, place.keys, SOURCE).records


def _agreed(place: Place) -> list[UUID]:
    return [partner for (partner,) in place.rows("select partner from share.partners")]


def _p99(seconds: Sequence[float]) -> float:
    return quantiles(seconds, n=100)[98]
