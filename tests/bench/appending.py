"""Recording: one intention, one fact, and many facts at once, next to what PostgreSQL could do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import replace
from itertools import count
from uuid import uuid4

import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

from domain.intentions.log import Intention
from domain.kernel import Recorded
from domain.mapping import StoredFact
from domain.person import Person
from domain.vocabulary import PersonId
from projections.log import PostgresLog
from tests.bench.lives import Lives
from tests.bench.measuring import by_turns, line, rate
from tests.people import WIGG
from tests.projections.place import Place

NEEDS = "Ring after ten; large print; she would like her sister to be there."
TABLE = """
create table bench.facts (
    position bigint primary key, stream uuid not null, version integer not null,
    topic text not null, schema smallint not null, person uuid, label text not null,
    effective_at timestamptz not null, recorded_at timestamptz not null, practitioner uuid,
    organisation uuid not null, purpose text not null, correlation uuid not null, causation text,
    intention uuid not null, state bytea not null, unique (stream, version)
);
create index on bench.facts (person, position);
create index on bench.facts (recorded_at, position);
"""
COLUMNS = (
    "position, stream, version, topic, schema, person, label, effective_at, recorded_at, "
    "practitioner, organisation, purpose, correlation, causation, intention, state"
)
INSERT = f"insert into bench.facts ({COLUMNS}) values ({', '.join(['%b'] * 16)})"
COPY = f"copy bench.facts ({COLUMNS}) from stdin (format binary)"
KEPT = "select answer from log.intentions where organisation = %b and key = %b"
TYPES = (
    "int8 uuid int4 text int2 uuid text timestamptz timestamptz uuid uuid text uuid text uuid bytea"
)

ANSWER = b'{"id":"00000000-0000-0000-0000-000000000000","actions":[]}'
WRITERS = 8
LIMITS = {
    "commit": "commit the same row with psycopg",
    "library": "insert_events of eventsourcing's own recorder",
}


class Facts:
    """Facts ready to be stored, no two of the same stream, about people whose keys are known."""

    def __init__(self, place: Place, people: list[PersonId]) -> None:
        self.place, self.people, self.numbers = place, people, count(1)
        place.keys.many(people)

    def decided(self, many: int) -> list[Recorded]:
        """As a noun hands them over: nothing is encrypted yet."""
        return [self._fact(self.people[n % len(self.people)]) for n in range(many)]

    def take(self, many: int) -> list[StoredFact]:
        """As the log keeps them."""
        found = []
        for each in self.decided(many):
            stored = self.place.care.mapper.to_stored_event(each)
            assert isinstance(stored, StoredFact)
            found.append(stored)
        return found

    def rows(self, facts: list[StoredFact]) -> Iterator[tuple[object, ...]]:
        for f in facts:
            yield (
                next(self.numbers),
                f.originator_id,
                f.originator_version,
                f.topic,
                f.schema,
                f.person,
                f.label,
                f.effective_at,
                f.effective_at,
                f.practitioner,
                f.organisation,
                f.purpose,
                f.correlation,
                f.causation,
                f.intention,
                f.state,
            )

    def _fact(self, about: PersonId) -> Recorded:
        someone = Person(id=uuid4())
        recorded = someone.record_communication_needs(
            NEEDS, language=None, asked=self.place.by(WIGG)
        )
        return replace(recorded, person=about)


def lines(place: Place, lives: Lives, *, repeats: int, singles: int, many: int) -> Iterator[str]:
    """One intention and one fact against bare commits and the library; many against COPY."""
    facts = Facts(place, lives.people)
    with ExitStack() as opened:
        raw = opened.enter_context(closing(_raw(place)))
        raw.execute("create schema bench")
        raw.execute(TABLE)
        library = _library(place)
        opened.callback(library.datastore.close)
        yield from one_writer(place, lives, facts, library, raw, repeats=repeats, singles=singles)
        yield from many_writers(
            place, lives, facts, library, opened, repeats=repeats, singles=singles
        )
        yield again(place, lives, raw, repeats=repeats, singles=singles)
        yield at_once(place, facts, raw, repeats=repeats, many=many)


def one_writer(
    place: Place,
    lives: Lives,
    facts: Facts,
    library: PostgresApplicationRecorder,
    raw: psycopg.Connection,
    *,
    repeats: int,
    singles: int,
) -> Iterator[str]:
    """One thread, one fact at a time."""

    def by_asking() -> float:
        return rate(singles, lambda: _ask(place, lives.people, singles))

    def by_saving() -> float:
        ready = facts.decided(singles)
        return rate(singles, lambda: _save(place, ready))

    def by_commit() -> float:
        ready = list(facts.rows(facts.take(singles)))
        return rate(singles, lambda: _commit(raw, ready))

    def by_library() -> float:
        ready = _librarys(facts.take(singles))
        return rate(singles, lambda: _insert(library, ready))

    found = by_turns(
        repeats,
        {"ask": by_asking, "save": by_saving, "commit": by_commit, "library": by_library},
    )
    yield from _beside_limits(found, "", singles * repeats, repeats)


def many_writers(
    place: Place,
    lives: Lives,
    facts: Facts,
    library: PostgresApplicationRecorder,
    opened: ExitStack,
    *,
    repeats: int,
    singles: int,
) -> Iterator[str]:
    """The same by eight threads of one process, which begin together, each of its own people."""
    connections = [opened.enter_context(closing(_raw(place))) for _ in range(WRITERS)]
    writers = opened.enter_context(ThreadPoolExecutor(WRITERS))

    def together(write: Callable[[int], object]) -> float:
        return rate(singles * WRITERS, lambda: list(writers.map(write, range(WRITERS))))

    def by_asking() -> float:
        return together(lambda n: _ask(place, lives.people[n::WRITERS], singles))

    def by_saving() -> float:
        ready = [facts.decided(singles) for _ in range(WRITERS)]
        return together(lambda n: _save(place, ready[n]))

    def by_commit() -> float:
        ready = [list(facts.rows(facts.take(singles))) for _ in range(WRITERS)]
        return together(lambda n: _commit(connections[n], ready[n]))

    def by_library() -> float:
        ready = [_librarys(facts.take(singles)) for _ in range(WRITERS)]
        return together(lambda n: _insert(library, ready[n]))

    ways = {"ask": by_asking, "save": by_saving, "commit": by_commit, "library": by_library}
    for way in ways.values():
        way()  # the first time connects
    found = by_turns(repeats, ways)
    yield from _beside_limits(found, f", {WRITERS} writers", singles * WRITERS * repeats, repeats)


def again(
    place: Place, lives: Lives, raw: psycopg.Connection, *, repeats: int, singles: int
) -> str:
    """The same intentions once more: each is answered as it was the first time."""
    asked = [place.by(WIGG) for _ in range(singles)]

    def ask() -> None:
        for n, each in enumerate(asked):
            person = lives.people[n % len(lives.people)]
            place.care.record_communication_needs(person, NEEDS, language=None, asked=each)

    def look() -> None:
        cursor = raw.cursor(binary=True)
        for each in asked:
            cursor.execute(KEPT, (each.organisation, each.key), prepare=True)
            assert cursor.fetchone()

    ask()
    found = by_turns(
        repeats, {"ask": lambda: rate(singles, ask), "look": lambda: rate(singles, look)}
    )
    return line(
        "ask an intention again",
        events=singles * repeats,
        value=found["ask"],
        unit="intentions/s",
        limit="select its answer by its key with psycopg",
        limit_value=found["look"],
        repeats=repeats,
    )


def at_once(place: Place, facts: Facts, raw: psycopg.Connection, *, repeats: int, many: int) -> str:
    """Many facts in one append, as imports and seeding make them."""

    def in_batches() -> float:
        ready = facts.take(many)
        log: PostgresLog = place.log
        return rate(many, lambda: log.insert_events(ready, intentions=[_intention(ready[0])]))

    def by_copy() -> float:
        ready = list(facts.rows(facts.take(many)))

        def copy() -> None:
            with raw.transaction(), raw.cursor().copy(COPY) as copying:
                copying.set_types(TYPES.split())
                for row in ready:
                    copying.write_row(row)

        return rate(many, copy)

    found = by_turns(repeats, {"batch": in_batches, "copy": by_copy})
    return line(
        f"append {many:,} facts at once",
        events=many * repeats,
        value=found["batch"],
        unit="facts/s",
        limit="COPY of the same rows, with the same indexes",
        limit_value=found["copy"],
        repeats=repeats,
    )


def _beside_limits(
    found: Mapping[str, float], who: str, events: int, repeats: int
) -> Iterator[str]:
    for bench, value in (
        ("ask one intention: load, decide, encrypt, save", "ask"),
        ("append one intention: encrypt, save with its answer", "save"),
    ):
        for name, limit in LIMITS.items():
            yield line(
                bench + who,
                events=events,
                value=found[value],
                unit="intentions/s",
                limit=limit + who,
                limit_value=found[name],
                repeats=repeats,
            )


def _ask(place: Place, people: Sequence[PersonId], many: int) -> None:
    for n in range(many):
        place.care.record_communication_needs(
            people[n % len(people)], NEEDS, language=None, asked=place.by(WIGG)
        )


def _save(place: Place, ready: Sequence[Recorded]) -> None:
    for recorded in ready:
        intention = Intention(recorded.organisation, recorded.intention, b"", ANSWER)
        place.care.events.put([recorded], intentions=[intention])


def _commit(connection: psycopg.Connection, ready: Sequence[tuple[object, ...]]) -> None:
    cursor = connection.cursor(binary=True)
    for row in ready:
        cursor.execute(INSERT, row, prepare=True)


def _insert(library: PostgresApplicationRecorder, ready: Sequence[StoredEvent]) -> None:
    for event in ready:
        library.insert_events([event])


def _librarys(facts: Sequence[StoredFact]) -> list[StoredEvent]:
    return [
        StoredEvent(fact.originator_id, fact.originator_version, fact.topic, fact.state)
        for fact in facts
    ]


def _raw(place: Place) -> psycopg.Connection:
    return psycopg.connect(place.database.dsn("postgres"), autocommit=True)


def _intention(fact: StoredFact) -> Intention:
    return Intention(fact.organisation, fact.intention, b"", ANSWER)


def _library(place: Place) -> PostgresApplicationRecorder:
    """The library's recorder as it comes: with its table lock, and so without lost events."""
    there = conninfo_to_dict(place.database.dsn("postgres"))
    datastore = PostgresDatastore(
        dbname=str(there["dbname"]),
        host=str(there["host"]),
        port=str(there["port"]),
        user="postgres",
        password="",
    )
    recorder = PostgresApplicationRecorder(datastore, events_table_name="library_events")
    recorder.create_table()
    return recorder
