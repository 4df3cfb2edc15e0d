"""What whoever takes the library as it comes would have: its runner, folding one row for each fact.

Its tables are its own, in the same database; its events are as long as our facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import AggregateEvent, datetime_now_with_tzinfo
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from tests.projections.place import Place

SCHEMA = "library"
A_CASE = 20
"""Facts about one person: each changes their one row."""

WORDS = "Please see them; they have been low since the spring and sleep badly. " * 4


@dataclass(frozen=True)
class Noted(AggregateEvent):
    """One fact about one person."""

    words: str


class Notes(Application[UUID]):
    """The library's application, with nothing added."""


class Rows(PostgresTrackingRecorder):
    """One row for each person, written in the transaction that says how far they are."""

    def __init__(self, datastore: PostgresDatastore, **more: Any) -> None:
        super().__init__(datastore, **more)
        self.began = self.ended = 0.0
        table = sql.Identifier(SCHEMA, "caseload")
        self.sql_create_statements.append(
            sql.SQL(
                "create table if not exists {} (person uuid primary key, number bigint, words text)"
            ).format(table)
        )
        self._save = sql.SQL(
            "insert into {} values (%s, %s, %s) on conflict (person) do update "
            "set number = excluded.number, words = excluded.words"
        ).format(table)

    def keep(self, noted: Noted, tracking: Tracking) -> None:
        """Write one row and the position, as the library's documents show."""
        self.began = self.began or perf_counter()
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            row = (noted.originator_id, noted.originator_version, noted.words)
            cursor.execute(self._save, row, prepare=True)
        self.ended = perf_counter()


class Caseload(Projection[Rows]):
    """The library's own loop: one fact, one transaction."""

    def process_event(self, domain_event: Noted, tracking: Tracking) -> None:
        self.view.keep(domain_event, tracking)


class Library:
    """Facts in the library's own store, to be folded as often as wanted."""

    def __init__(self, place: Place, facts: int) -> None:
        self._place, self._facts = place, facts
        there = conninfo_to_dict(place.database.dsn("postgres"))
        self._env = {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": str(there["dbname"]),
            "POSTGRES_HOST": str(there["host"]),
            "POSTGRES_PORT": str(there["port"]),
            "POSTGRES_USER": "postgres",
            "POSTGRES_PASSWORD": "",
            "POSTGRES_SCHEMA": SCHEMA,
        }
        with place.as_superuser() as connection:
            connection.execute(sql.SQL("create schema {}").format(sql.Identifier(SCHEMA)))
        notes = Notes(self._env)
        for begin in range(0, facts, 100):  # not more at once: a large save can hang
            notes.recorder.insert_events(
                [
                    notes.mapper.to_stored_event(_noted(number))
                    for number in range(begin, min(begin + 100, facts))
                ]
            )
        notes.close()

    def fold(self) -> float:
        """Facts a second, from the first that the runner takes to the last that it has written."""
        with self._place.as_superuser() as connection:
            for (table,) in connection.execute(
                "select tablename from pg_tables where schemaname = %s "
                "and (tablename like '%%tracking' or tablename = 'caseload')",
                [SCHEMA],
            ).fetchall():
                connection.execute(sql.SQL("drop table {}").format(sql.Identifier(SCHEMA, table)))
        runner = ProjectionRunner(
            application_class=Notes, projection_class=Caseload, view_class=Rows, env=self._env
        )
        with runner:
            rows: Rows = runner.view
            while (rows.max_tracking_id(Notes.name) or 0) < self._facts:
                runner.run_forever(timeout=0.02)
        return self._facts / (rows.ended - rows.began)


def _noted(number: int) -> Noted:
    person, before = divmod(number, A_CASE)
    return Noted(
        originator_id=UUID(int=person + 1),
        originator_version=before + 1,
        timestamp=datetime_now_with_tzinfo(),
        words=WORDS,
    )
