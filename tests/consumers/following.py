"""A partner's own reader of its topic, as a process to be killed; and one that loses entries.

Run as ``python -m tests.consumers.following``, it is a `nursery` of readers. What a reader takes
and how far it is stand in one transaction of a database of its own, as the contract says.
"""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import psycopg

from consumers.subscriber import _binary, leaf
from tests.consumers.brokers import KafkaServer
from tests.consumers.nursery import ENDED, Nursery, bring_up, nursery
from tests.consumers.place import Place

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from kafka import KafkaConsumer, TopicPartition
    from kafka.errors import KafkaError

TABLES = """
create table if not exists public.taken (
    nth    bigint generated always as identity,
    topic  text   not null,
    number bigint not null,
    key    text   not null,
    leaf   bytea  not null,  -- the digest of it, as the reference subscriber reckons it
    primary key (topic, number)
);
create table if not exists public.at (topic text primary key, record bigint not null);
"""


@dataclass
class Follower:
    """Starts the reader, and again after each of its deaths."""

    told: dict[str, Any]
    nursery: Nursery
    process: int = 0

    def begin(self, points: int) -> None:
        """Start it, and wait until it follows; at so many points of its work it is killed."""
        self.nursery.begin(points=points)
        self.process = int(self.nursery.hear("follows").split()[-1])

    def kill(self) -> None:
        """End it as a power cut would, if it did not end so at a point of its work."""
        with suppress(ProcessLookupError):
            os.kill(self.process, signal.SIGKILL)
        self.nursery.hear(ENDED)

    def taken(self) -> dict[str, list[tuple[int, str]]]:
        """What it took of each topic, as it took it: number and key."""
        found: dict[str, list[tuple[int, str]]] = {topic: [] for topic in self.told["topics"]}
        with psycopg.connect(self.told["database"]) as connection:
            for topic, number, key in connection.execute(
                "select topic, number, key from public.taken order by nth"
            ):
                found[topic].append((number, key))
        return found

    def leaves(self) -> dict[str, list[bytes]]:
        """The digest of each entry that it took of each topic, in the order of their numbers."""
        found: dict[str, list[bytes]] = {topic: [] for topic in self.told["topics"]}
        with psycopg.connect(self.told["database"]) as connection:
            for topic, digest in connection.execute(
                "select topic, leaf from public.taken order by topic, number"
            ):
                found[topic].append(digest)
        return found


@contextmanager
def follower(
    town: Place, kafka: KafkaServer, topics: Sequence[str], *, mutant: bool = False
) -> Iterator[Follower]:
    told: dict[str, Any] = {
        "kafka": kafka.connection,
        "database": town.database.dsn("postgres"),
        "topics": list(topics),
        "mutant": mutant,
    }
    with psycopg.connect(told["database"]) as connection:
        connection.execute(TABLES)
    with nursery("tests.consumers.following", told) as lives:
        following = Follower(told, lives)
        try:
            yield following
        finally:
            if following.process:
                following.kill()


@dataclass
class Points:
    """Where a life ends: before the step of its work that the last of these is."""

    left: int

    def pass_one(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def follow(told: dict[str, Any], points: int) -> None:
    life = Points(points)
    partitions = [TopicPartition(topic, 0) for topic in told["topics"]]
    consumer = KafkaConsumer(
        **told["kafka"],
        isolation_level="read_committed",
        enable_auto_commit=False,
        allow_auto_create_topics=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=50,
        reconnect_backoff_max_ms=500,
    )
    with psycopg.connect(told["database"], autocommit=True) as connection:
        consumer.assign(partitions)
        reached: dict[str, int] = dict(
            connection.execute("select topic, record from public.at").fetchall()
        )
        for partition in partitions:
            consumer.seek(partition, reached.get(partition.topic, 0))
        print(f"follows {os.getpid()}", flush=True)
        while True:
            try:
                polled = consumer.poll(timeout_ms=200, max_records=20)
            except KafkaError:
                continue  # the broker is away: it comes again
            for partition, records in polled.items():
                where = [partition.topic, records[-1].offset + 1]
                life.pass_one()
                if told["mutant"]:
                    move(connection, where)  # and then, perhaps, take
                    life.pass_one()
                with connection.transaction():
                    for record in records:
                        said = {name: value.decode() for name, value in record.headers}
                        if said["ce_type"] != "share.Heartbeat.v1":
                            entry = _binary(said, record.value)
                            connection.execute(
                                "insert into public.taken (topic, number, key, leaf)"
                                " values (%s, %s, %s, %s) on conflict do nothing",
                                [
                                    *(partition.topic, entry["sharenumber"]),
                                    *(record.key.decode(), leaf(entry)),
                                ],
                            )
                        life.pass_one()
                    move(connection, where)
                    life.pass_one()


def move(connection: psycopg.Connection, where: list[Any]) -> None:
    connection.execute(
        "insert into public.at values (%s, %s)"
        " on conflict (topic) do update set record = excluded.record",
        where,
    )


if __name__ == "__main__":
    bring_up(follow)
