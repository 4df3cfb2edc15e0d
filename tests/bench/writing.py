"""Writers at once and a reader that follows them, as every view does: does it pass over a fact?

``python -m tests.bench.writing [--minutes 10] [--way WAY]`` has six processes write, and prints how
many facts the reader never saw. The other ways are logs that are read before they are whole: they
prove that it would be seen. ``tests/projections/test_log.py`` is the short form.
"""

from __future__ import annotations

import sys
import tempfile
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from shutil import rmtree
from time import monotonic
from typing import Any
from uuid import UUID

import orjson
import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresFactory
from eventsourcing.utils import Environment
from psycopg.conninfo import conninfo_to_dict

from deploy.embedded import DATABASE, start
from domain.mapping import StoredFact
from projections import schema
from projections.connections import open_pool
from projections.log import PostgresLog, read_after
from tests.database import Database
from tests.projections.notes import asked, stored

WRITERS = 6
AT_ONCE = 3
"""Facts at most in one append."""

PAGE = 500
"""Facts at most in one of the reader's steps."""

Append = Callable[[list[StoredFact]], object]
Read = Callable[[int], Sequence[tuple[int, UUID]]]


@dataclass(frozen=True)
class Way:
    """A log as one writer and one reader have it, each by a connection of its own."""

    role: str
    appending: Callable[[str], AbstractContextManager[Append]]
    reading: Callable[[str], AbstractContextManager[Read]]
    made: Callable[[str], object]


@dataclass(frozen=True)
class Followed:
    """What came of it. ``written`` are the facts whose append was answered."""

    written: int
    missed: int
    twice: int
    seconds: float


@contextmanager
def _our_log(dsn: str) -> Iterator[Append]:
    with open_pool(dsn, most=1) as pool:
        log = PostgresLog(pool)

        def append(facts: list[StoredFact]) -> object:
            return log.insert_events(facts, intentions=[asked(key=facts[0].intention)])

        yield append


@contextmanager
def _reading_our_log(dsn: str) -> Iterator[Read]:
    with psycopg.connect(dsn, autocommit=True) as connection:
        yield lambda position: [
            (fact.position, _uuid(fact.originator_id))
            for fact in read_after(connection, position, PAGE)
        ]


@contextmanager
def _numbered(dsn: str) -> Iterator[Append]:
    with psycopg.connect(dsn, autocommit=True) as connection:

        def append(facts: list[StoredFact]) -> object:
            streams = [_uuid(fact.originator_id) for fact in facts]
            states = [fact.state for fact in facts]
            return connection.execute(
                "insert into public.numbered (stream, state) select * from unnest(%b::uuid[], "
                "%b::bytea[])",
                [streams, states],
            )

        yield append


@contextmanager
def _reading_numbered(dsn: str) -> Iterator[Read]:
    with psycopg.connect(dsn, autocommit=True) as connection:
        yield lambda position: connection.execute(
            "select position, stream from public.numbered where position > %b "
            "order by position limit %b",
            [position, PAGE],
        ).fetchall()


@contextmanager
def _recorder(dsn: str, made: str = "n") -> Iterator[PostgresApplicationRecorder]:
    """The library's recorder, with the setting that its published figures are for."""
    there = conninfo_to_dict(dsn)
    settings = {
        "POSTGRES_DBNAME": str(there["dbname"]),
        "POSTGRES_HOST": str(there["host"]),
        "POSTGRES_PORT": str(there["port"]),
        "POSTGRES_USER": str(there["user"]),
        "POSTGRES_PASSWORD": "none",
        "POSTGRES_ENABLE_DB_FUNCTIONS": "y",
        "CREATE_TABLE": made,
    }
    with PostgresFactory(Environment("mutant", settings)) as recorders:
        recorder = recorders.application_recorder()
        assert isinstance(recorder, PostgresApplicationRecorder)
        yield recorder


def _library_made(dsn: str) -> None:
    """Two who make its functions at once would fail."""
    with _recorder(dsn, "y"):
        return


@contextmanager
def _library(dsn: str) -> Iterator[Append]:
    with _recorder(dsn) as recorder:
        yield lambda facts: recorder.insert_events(
            [StoredEvent(f.originator_id, f.originator_version, f.topic, f.state) for f in facts]
        )


@contextmanager
def _reading_library(dsn: str) -> Iterator[Read]:
    with _recorder(dsn) as recorder:
        yield lambda position: [
            (each.id, _uuid(each.originator_id))
            for each in recorder.select_notifications(position, PAGE, inclusive_of_start=False)
        ]


UNLOCKED = """
create sequence log.unlocked;
grant usage on sequence log.unlocked to throughcare_owner;
do $$
declare
    whole text := pg_get_functiondef('log.append'::regproc);
    less text := whole;
begin
    less := replace(less, 'perform pg_advisory_xact_lock(7310585026117862);', '');
    less := regexp_replace(
        less, 'update log.head.*into last, moment;',
        'select max(nextval(''log.unlocked'')), clock_timestamp() into last, moment '
        'from generate_series(1, many);'
    );
    execute less;
end
$$
"""
"""Our append with the lock and the row that counts taken out: a sequence counts instead."""

NUMBERED = """
create table public.numbered (
    position bigint generated always as identity primary key,
    stream uuid not null unique,
    state bytea not null
)
"""


def _executed(statements: str) -> Callable[[str], object]:
    def execute(dsn: str) -> None:
        with psycopg.connect(dsn, autocommit=True) as admin:
            admin.execute(statements)

    return execute


WAYS: Mapping[str, Way] = {
    "log": Way(schema.DECIDE, _our_log, _reading_our_log, lambda _: None),
    "unlocked": Way("postgres", _our_log, _reading_our_log, _executed(UNLOCKED)),
    "numbered": Way("postgres", _numbered, _reading_numbered, _executed(NUMBERED)),
    "functions": Way("postgres", _library, _reading_library, _library_made),
}
"""``log`` is ours; the others lose facts: without its lock, what home-made logs do, and the
library's own recorder with ``POSTGRES_ENABLE_DB_FUNCTIONS``."""


def write(way: str, dsn: str, writer: int, first: int, seconds: float) -> int:
    """Append for so long, numbering each fact from ``first`` on; the number after the last."""
    number = first
    with WAYS[way].appending(dsn) as append:
        until = monotonic() + seconds
        while monotonic() < until:
            many = 1 if way == "unlocked" else 1 + number % AT_ONCE
            streams = [UUID(int=writer << 64 | n) for n in range(number, number + many)]
            append([stored(stream, intention=streams[0]) for stream in streams])
            number += many
    return number


class Following:
    """One reader, which keeps its position from one stretch of writing to the next."""

    def __init__(self, database: Database, way: str) -> None:
        self._way, self._of = way, WAYS[way]
        self._database, self._position = database, 0
        self._seen: dict[int, bytearray] = defaultdict(bytearray)
        self._written = [0] * WRITERS
        self._twice = 0
        self._of.made(database.dsn("postgres"))

    def follow(self, executor: Executor, seconds: float) -> Followed:
        """Let the writers write for so long, and read until nothing more comes."""
        began, dsn = monotonic(), self._database.dsn(self._of.role)
        reader = self._database.dsn(schema.PROJECT if self._way == "log" else "postgres")
        with self._of.reading(reader) as read:
            writing = [
                executor.submit(write, self._way, dsn, n, self._written[n], seconds)
                for n in range(WRITERS)
            ]
            while True:
                done = all(each.done() for each in writing)
                page = read(self._position)
                for _, stream in page:
                    self._see(stream)
                if page:
                    self._position = page[-1][0]
                elif done:
                    break
            self._written = [each.result() for each in writing]
        written, seen = sum(self._written), sum(sum(each) for each in self._seen.values())
        return Followed(written, written - seen, self._twice, monotonic() - began)

    def _see(self, stream: UUID) -> None:
        writer, number = divmod(stream.int, 1 << 64)
        seen = self._seen[writer]
        seen.extend(bytes(max(0, number + 1 - len(seen))))
        self._twice += seen[number]
        seen[number] = 1


def _uuid(stream: UUID | str) -> UUID:
    assert isinstance(stream, UUID)
    return stream


def main() -> None:
    asked_for = ArgumentParser(prog="python -m tests.bench.writing")
    asked_for.add_argument("--minutes", type=float, default=10.0)
    asked_for.add_argument("--way", choices=list(WAYS), default="log")
    told = asked_for.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="throughcare-"))
    server = start(folder)
    try:
        with (
            ExitStack() as opened,
            ProcessPoolExecutor(WRITERS, mp_context=get_context("spawn")) as processes,
        ):
            following = Following(Database(DATABASE, server, opened), told.way)
            found = following.follow(processes, told.minutes * 60)
    finally:
        server.stop()
        rmtree(folder)
    said: dict[str, Any] = {
        "bench": f"{WRITERS} writers and a reader that follows",
        "way": told.way,
        "events": found.written,
        "missed": found.missed,
        "twice": found.twice,
        "seconds": round(found.seconds, 1),
    }
    print(orjson.dumps(said).decode())
    sys.exit(1 if found.missed or found.twice or not found.written else 0)


if __name__ == "__main__":
    main()
