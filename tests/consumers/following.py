"""A partner's own reader of its topic, as a process to be killed; and one that loses entries.

Run as ``python -m tests.consumers.following``, told in a line of JSON where everything is. What it
takes and how far it is stand in one transaction of a database of its own, as the contract says.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.consumers.brokers import KafkaServer
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
    primary key (topic, number)
);
create table if not exists public.at (topic text primary key, record bigint not null);
"""


@dataclass
class Follower:
    """Starts the reader again after each of its deaths."""

    told: dict[str, Any]
    process: subprocess.Popen[str] | None = None

    def begin(self) -> None:
        """Start it, and wait until it follows."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.consumers.following"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        assert self.process.stdin
        self.process.stdin.write(json.dumps(self.told) + "\n")
        self.process.stdin.flush()
        assert self.process.stdout
        assert "follows" in self.process.stdout.readline()

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self.process
        os.kill(self.process.pid, signal.SIGKILL)
        with self.process as ended:
            ended.wait(30)

    def taken(self) -> dict[str, list[tuple[int, str]]]:
        """What it took of each topic, as it took it: number and key."""
        found: dict[str, list[tuple[int, str]]] = {topic: [] for topic in self.told["topics"]}
        with psycopg.connect(self.told["database"]) as connection:
            for topic, number, key in connection.execute(
                "select topic, number, key from public.taken order by nth"
            ):
                found[topic].append((number, key))
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
    following = Follower(told)
    following.begin()
    try:
        yield following
    finally:
        following.kill()


def follow(told: dict[str, Any]) -> None:
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
        print("follows", flush=True)
        while True:
            try:
                polled = consumer.poll(timeout_ms=200, max_records=20)
            except KafkaError:
                continue  # the broker is away: it comes again
            for partition, records in polled.items():
                where = [partition.topic, records[-1].offset + 1]
                if told["mutant"]:
                    move(connection, where)  # and then, perhaps, take
                with connection.transaction():
                    for record in records:
                        headers = dict(record.headers)
                        if headers["ce_type"] != b"share.Heartbeat.v1":
                            number = int(headers["ce_sharenumber"])
                            connection.execute(
                                "insert into public.taken (topic, number, key) values (%s, %s, %s)"
                                " on conflict do nothing",
                                [partition.topic, number, record.key.decode()],
                            )
                    move(connection, where)


def move(connection: psycopg.Connection, where: list[Any]) -> None:
    connection.execute(
        "insert into public.at values (%s, %s)"
        " on conflict (topic) do update set record = excluded.record",
        where,
    )


if __name__ == "__main__":
    follow(json.loads(sys.stdin.readline()))
