"""The log in PostgreSQL: facts appended in one order without gaps, and read in it.

It refuses to know what a fact means: it sees envelopes and sealed bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, NoReturn, TypeVar
from uuid import UUID

import psycopg
from eventsourcing.persistence import (
    DatabaseError,
    DataError,
    IntegrityError,
    Notification,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
    StoredEvent,
)
from psycopg import Connection
from psycopg_pool import ConnectionPool

from domain.intentions.log import AlreadyRecorded, Earlier, Intention, Log
from domain.mapping import StoredFact
from projections.prepared import (
    Prepared,
    bigint,
    byteas,
    integers,
    moments,
    smallints,
    texts,
    uuids,
)
from projections.statements import statements

NEWEST = 2**62
_SQL = statements("log")
_APPEND = Prepared("append", _SQL["append"], 18)
_APPEND_HISTORY = Prepared("append_history", _SQL["append_history"], 19)
_EARLIER = Prepared("earlier", _SQL["earlier"], 2)
_OPENING = Prepared("opening", _SQL["opening"], 3)
_STREAM = Prepared("stream", _SQL["stream_forward"], 4)
_STREAM_BACKWARD = Prepared("stream_backward", _SQL["stream_backward"], 4)
_FIELDS = len(fields(StoredFact))
_T = TypeVar("_T")


class PostgresLog(Log):
    """The library's recorder over our own append function: one call, one round trip.

    ``pool`` gives autocommit connections (`projections.connections`), as the serving role, or with
    ``history`` as the seeding role, which tells when each fact was recorded.
    """

    def __init__(self, pool: ConnectionPool[Connection], *, history: bool = False) -> None:
        self._pool = pool
        self._history = history

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        intentions: Sequence[Intention] = (),
        recorded_at: Sequence[datetime] | None = None,
        tracking: None = None,
        **kwargs: Any,
    ) -> Sequence[int]:
        """Append facts and intentions, all or nothing; the facts' positions.

        Raises `AlreadyRecorded`; ``IntegrityError`` when a stream has moved on; and
        ``OperationalError`` when the database cannot be asked, in which case, without
        intentions, nobody knows whether the facts were recorded. With intentions, a connection
        lost on the way is followed by one more attempt: had the first one arrived, the second
        raises `AlreadyRecorded` with its answer.
        """
        assert not kwargs, f"the log does not know {', '.join(kwargs)}"
        assert tracking is None, "a view keeps its position beside its rows, not in the log"
        assert self._history == (recorded_at is not None), "only a history tells its times"
        if not stored_events and not intentions:
            return []
        arguments = _arguments(stored_events, intentions)
        if recorded_at is not None:
            arguments.append(moments(recorded_at))
        append = _APPEND_HISTORY if self._history else _APPEND
        rows = self._ask(lambda c: append.rows(c, arguments), repeatable=bool(intentions))
        if rows[0][1] is not None:
            raise AlreadyRecorded(tuple(Earlier(*row) for row in rows))
        last: int = rows[0][4]
        return range(last - len(stored_events) + 1, last + 1)

    def earlier(self, organisation: UUID, key: UUID) -> Earlier | None:
        """The intention recorded under this key, if any."""
        asked = (organisation.bytes, key.bytes)
        rows = self._ask(lambda c: _EARLIER.rows(c, asked), repeatable=True)
        return Earlier(*rows[0]) if rows else None

    def opening(
        self, organisation: UUID, key: UUID, stream: UUID
    ) -> tuple[Earlier | None, list[StoredFact]]:
        """What an intention begins with, in one round trip."""
        asked = (organisation.bytes, key.bytes, stream.bytes)
        rows = self._ask(lambda c: _OPENING.rows(c, asked), repeatable=True)
        if rows[0][_FIELDS] is not None:
            return Earlier(*rows[0][_FIELDS:]), []
        return None, [StoredFact(*row[:_FIELDS]) for row in rows if row[0] is not None]

    def streams_of(self, person: UUID) -> list[tuple[UUID, str]]:
        """The streams that tell of a person, each with its noun, in the order they began."""
        return [(stream, noun) for stream, noun in self._rows("streams_of", person)]

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> list[StoredFact]:
        """The facts of one stream, oldest first."""
        assert isinstance(originator_id, UUID), "our streams are named by a UUID"
        asked = (
            originator_id.bytes,
            bigint(0 if gt is None else gt),
            bigint(NEWEST if lte is None else lte),
            bigint(NEWEST if limit is None else limit),
        )
        stream = _STREAM_BACKWARD if desc else _STREAM
        rows = self._ask(lambda c: stream.rows(c, asked), repeatable=True)
        return [StoredFact(*row) for row in rows]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> list[Notification]:
        """The library's view of the log; our own readers use `read_after`."""
        after = 0 if start is None else start - inclusive_of_start
        rows = self._rows(
            "notifications",
            after,
            NEWEST if stop is None else stop,
            list(topics),
            list(topics),
            limit,
        )
        return [Notification(*row) for row in rows]

    def max_notification_id(self) -> int | None:
        """The last position; ``None`` before the first fact."""
        return self._ask(head, repeatable=True) or None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> NoReturn:
        """Refused: views are folded in batches by the engine, from their own positions."""
        raise NotSupportedError("read the log with read_after, from a position that is kept")

    def _rows(self, name: str, *arguments: object) -> list[Any]:
        def read(connection: Connection) -> list[Any]:
            cursor = connection.cursor(binary=True)
            return cursor.execute(_SQL[name], arguments, prepare=True).fetchall()

        return self._ask(read, repeatable=True)

    def _ask(self, question: Callable[[Connection], _T], *, repeatable: bool) -> _T:
        """Ask on a connection of the pool; once more on a new one if that connection was lost."""
        try:
            with self._pool.connection() as connection:
                try:
                    return question(connection)
                except psycopg.OperationalError:
                    if not (repeatable and connection.broken):
                        raise
            self._pool.drain()  # where one connection is lost, so may be those that lie ready
            with self._pool.connection() as connection:
                return question(connection)
        except psycopg.IntegrityError as refused:
            raise IntegrityError(_said(refused)) from refused
        except psycopg.OperationalError as failed:
            raise OperationalError(_said(failed)) from failed
        except psycopg.DataError as unfit:
            raise DataError(_said(unfit)) from unfit
        except psycopg.ProgrammingError as wrong:
            raise ProgrammingError(_said(wrong)) from wrong
        except psycopg.DatabaseError as failed:
            raise DatabaseError(_said(failed)) from failed


def head(connection: Connection) -> int:
    """The position of the last fact; 0 before the first."""
    cursor = connection.cursor(binary=True)
    row = cursor.execute(_SQL["head"], prepare=True).fetchone()
    assert row is not None, "log.head has its one row from the first migration on"
    position: int = row[0]
    return position


def read_after(connection: Connection, position: int, limit: int) -> list[StoredFact]:
    """Up to ``limit`` facts that follow ``position``, in order. Nothing is ever passed over."""
    cursor = connection.cursor(binary=True)
    cursor.execute(_SQL["read_after"], (position, limit), prepare=True)
    return [StoredFact(*row) for row in cursor.fetchall()]


def read_on(connection: Connection, limit: int) -> Callable[[], list[StoredFact]]:
    """Ask for up to ``limit`` facts that follow the share; what is given waits for them."""
    cursor = connection.cursor(binary=True)
    cursor.execute(_SQL["read_on"], (limit,), prepare=True)
    return lambda: [StoredFact(*row) for row in cursor.fetchall()]


def whole(connection: Connection, at_once: int = 2_000) -> Iterator[StoredFact]:
    """Every fact there is, in order, a batch in memory at a time."""
    reached = 0
    while facts := read_after(connection, reached, at_once):
        yield from facts
        reached = facts[-1].position


def of_persons(connection: Connection, persons: Sequence[UUID], up_to: int) -> list[StoredFact]:
    """All facts about these persons up to a position, in order."""
    cursor = connection.cursor(binary=True)
    cursor.execute(_SQL["of_persons"], (list(persons), up_to), prepare=True)
    return [StoredFact(*row) for row in cursor.fetchall()]


def of_streams(
    connection: Connection, streams: Sequence[UUID], persons: Sequence[UUID]
) -> list[StoredFact]:
    """All facts of these streams, and about these persons, in order."""
    cursor = connection.cursor(binary=True)
    cursor.execute(_SQL["of_streams"], (list(streams), list(persons)), prepare=True)
    return [StoredFact(*row) for row in cursor.fetchall()]


def of_case(connection: Connection, case: UUID, up_to: int) -> list[StoredFact]:
    """All facts of a case, which is a person or, of the directory, a stream, up to a position."""
    cursor = connection.cursor(binary=True)
    cursor.execute(_SQL["of_case"], (case, case, up_to), prepare=True)
    return [StoredFact(*row) for row in cursor.fetchall()]


def _arguments(stored: Sequence[StoredEvent], intentions: Sequence[Intention]) -> list[bytes]:
    """One array for each argument of ``log.append``."""
    facts: list[StoredFact] = []
    streams: list[UUID] = []
    for each in stored:
        assert isinstance(each, StoredFact), "the log keeps facts in their envelope"
        assert isinstance(each.originator_id, UUID), "our streams are named by a UUID"
        facts.append(each)
        streams.append(each.originator_id)
    return [
        uuids(streams),
        integers([f.originator_version for f in facts]),
        texts([f.topic for f in facts]),
        smallints([f.schema for f in facts]),
        uuids([f.person for f in facts]),
        texts([f.label for f in facts]),
        moments([f.effective_at for f in facts]),
        uuids([f.practitioner for f in facts]),
        uuids([f.organisation for f in facts]),
        texts([f.purpose for f in facts]),
        uuids([f.correlation for f in facts]),
        texts([f.causation for f in facts]),
        uuids([f.intention for f in facts]),
        byteas([f.state for f in facts]),
        uuids([i.organisation for i in intentions]),
        uuids([i.key for i in intentions]),
        byteas([i.digest for i in intentions]),
        byteas([i.answer for i in intentions]),
    ]


def _said(error: psycopg.Error) -> str:
    """What the database said without its detail line, which may quote a row."""
    return error.diag.message_primary or str(error)
