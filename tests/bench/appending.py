"""Recording: one intention, one fact, and many facts at once, next to what PostgreSQL could do."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from uuid import uuid4

import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

from domain.intentions.log import Intention
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
TYPES = (
    "int8 uuid int4 text int2 uuid text timestamptz timestamptz uuid uuid text uuid text uuid bytea"
)


class Facts:
    """Facts ready to be stored, no two of the same stream; each is about somebody with a key."""

    def __init__(self, place: Place, people: list[PersonId]) -> None:
        self.place, self.people, self.numbers = place, people, count(1)

    def take(self, many: int) -> list[StoredFact]:
        return [self._fact(self.people[n % len(self.people)]) for n in range(many)]

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

    def _fact(self, about: PersonId) -> StoredFact:
        someone = Person(id=uuid4())
        recorded = someone.record_communication_needs(
            NEEDS, language=None, asked=self.place.by(WIGG)
        )
        stored = self.place.care.mapper.to_stored_event(recorded)
        assert isinstance(stored, StoredFact)
        return stored


def lines(place: Place, lives: Lives, *, repeats: int, singles: int, many: int) -> Iterator[str]:
    """One intention and one fact against bare commits and the library; many against COPY."""
    facts = Facts(place, lives.people)
    raw = psycopg.connect(place.database.dsn("postgres"), autocommit=True)
    raw.execute("create schema bench")
    raw.execute(TABLE)
    library = _library(place)

    def by_intention() -> float:
        return rate(
            singles,
            lambda: [
                place.care.record_communication_needs(
                    lives.people[n], NEEDS, language=None, asked=place.by(WIGG)
                )
                for n in range(singles)
            ],
        )

    def by_log() -> float:
        ready = [(fact, _intention(fact)) for fact in facts.take(singles)]
        return rate(
            singles,
            lambda: [
                place.log.insert_events([fact], intentions=[intention]) for fact, intention in ready
            ],
        )

    def by_commit() -> float:
        ready = list(facts.rows(facts.take(singles)))
        cursor = raw.cursor(binary=True)
        return rate(singles, lambda: [cursor.execute(INSERT, row, prepare=True) for row in ready])

    def by_library() -> float:
        ready = [
            StoredEvent(fact.originator_id, fact.originator_version, fact.topic, fact.state)
            for fact in facts.take(singles)
        ]
        return rate(singles, lambda: [library.insert_events([event]) for event in ready])

    found = by_turns(
        repeats,
        {"intention": by_intention, "log": by_log, "commit": by_commit, "library": by_library},
    )
    asked = singles * repeats
    for bench, value in (("ask one intention", "intention"), ("append one fact", "log")):
        for limit, name in (
            ("commit the same row with psycopg", "commit"),
            ("insert_events of eventsourcing's own recorder", "library"),
        ):
            yield line(
                bench,
                events=asked,
                value=found[value],
                unit="intentions/s" if value == "intention" else "facts/s",
                limit=limit,
                limit_value=found[name],
                repeats=repeats,
            )

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
    yield line(
        f"append {many:,} facts at once",
        events=many * repeats,
        value=found["batch"],
        unit="facts/s",
        limit="COPY of the same rows, with the same indexes",
        limit_value=found["copy"],
        repeats=repeats,
    )
    library.datastore.close()
    raw.close()


def _intention(fact: StoredFact) -> Intention:
    return Intention(fact.organisation, fact.intention, b"", b'{"id":"","actions":[]}')


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
