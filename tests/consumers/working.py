"""Workers of a group as processes of their own, to be killed, and who hands out to them.

Run as ``python -m tests.consumers.working``: told in a first line of JSON where everything is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

from psycopg import sql
from psycopg.conninfo import make_conninfo

from consumers.handing_out import HandingOut
from consumers.kafka.group import Group
from consumers.kafka.publishing import Broker
from consumers.watchdog import Watchdog
from consumers.worker import Worker
from projections import schema
from projections.connections import open_pool
from projections.keys import PersonKeys
from projections.partitions import PARTITIONS
from tests.consumers.brokers import KafkaServer
from tests.projections.place import Place

WITHIN = 60.0

SILENT = 1.5
"""Seconds after which the workers here are missed, where the broker lets them say so."""

WAITING = """
select a.application_name from pg_locks as l join pg_stat_activity as a on a.pid = l.pid
where l.relation = %s::text::regclass and not l.granted
"""


@dataclass
class Crowd:
    """What hands out, and workers that come and go."""

    place: Place
    kafka: KafkaServer
    topic: str = field(default_factory=lambda: f"throughcare.entries.{uuid4()}")

    def broker(self) -> Broker:
        name = f"teller-{self.topic}"
        return Broker(self.kafka.connection, Watchdog(os._exit), name, partitions=PARTITIONS)

    def handing_out(self, batch: int = 2_000, quiet: float = 3600.0) -> HandingOut:
        dsn, broker = self.place.database.dsn(schema.PROJECT), self.broker()
        pseudonyms, topic = self.place.pseudonyms, self.topic
        return HandingOut(dsn, pseudonyms, broker, topic=topic, batch=batch, quiet=quiet)

    @contextmanager
    def handed_out(self, batch: int = 2_000) -> Iterator[None]:
        """Somebody hands out what is told, all the while, and has begun to."""
        stop = Event()
        thread = Thread(target=self.handing_out(batch).run, args=(stop,), daemon=True)
        thread.start()
        try:
            self.until(lambda: self.place.rows("select 1 from views.partitions"))
            yield
        finally:
            stop.set()
            thread.join(20)

    @contextmanager
    def process(self) -> Iterator[subprocess.Popen[str]]:
        """What will be a worker: to start takes its time."""
        with subprocess.Popen(
            [sys.executable, "-m", "tests.consumers.working"],
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=Path(__file__).parents[2],
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    def begin(
        self, process: subprocess.Popen[str], name: str = "worker", silent: float = SILENT
    ) -> None:
        """Have it join: it is missed soon, and its transaction given up when it stands still."""
        told = {
            "project": make_conninfo(
                self.place.database.dsn(schema.PROJECT),
                application_name=name,
                options="-c idle_in_transaction_session_timeout=1500",
            ),
            "keys": self.place.database.dsn(schema.KEYS),
            "master": self.place.master.hex(),
            "kafka": self.kafka.connection,
            "topic": self.topic,
            "silent": silent,
        }
        assert process.stdin
        process.stdin.write(json.dumps(told) + "\n")
        process.stdin.flush()

    @contextmanager
    def joined(self) -> Iterator[None]:
        """A worker on a thread, which leaves the group at the end."""
        stop, watchdog = Event(), Watchdog(os._exit)
        group = Group(self.kafka.connection, watchdog, self.topic, f"group-{self.topic}")
        working = Worker(self.place.database.dsn(schema.PROJECT), self.place.keys, group)
        thread = Thread(target=working.run, args=(stop,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(20)

    @contextmanager
    def held_up(self, table: str) -> Iterator[Callable[[], set[str]]]:
        """Whoever would write to a table waits; what is yielded says which workers do."""
        with self.place.as_superuser() as connection, connection.transaction():
            connection.execute(sql.SQL("lock table {} in share mode").format(sql.SQL(table)))
            yield lambda: {name for (name,) in self.place.rows(WAITING, table)}

    def owners(self) -> set[Any]:
        """The takings by which all partitions are held; none while one is held by nobody."""
        found = {owner for (owner,) in self.place.rows("select owner from views.partitions")}
        return set() if None in found else found

    def caught_up(self) -> None:
        """Wait until the group has folded what was told."""
        behind = """select 1 from views.positions as v
            where v.name in ('caseload', 'referrals', 'agreed', 'groups')
            and v.position < (select position from views.positions where name = 'share')"""
        self.until(lambda: not self.place.rows(behind))

    def until(self, done: Any) -> None:
        end = monotonic() + WITHIN
        while not done():
            assert monotonic() < end, "it took too long"
            sleep(0.05)


def main() -> None:
    told = json.loads(sys.stdin.readline())
    keys = PersonKeys(open_pool(told["keys"], most=2), bytes.fromhex(told["master"]))
    watchdog = Watchdog(os._exit)
    name = f"group-{told['topic']}"
    group = Group(told["kafka"], watchdog, told["topic"], name, silent=told["silent"])
    Worker(told["project"], keys, group).run(Event())


if __name__ == "__main__":
    main()
