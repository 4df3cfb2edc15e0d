"""Statements that are asked often: prepared once on each connection, arguments already in bytes.

A cursor finds anew for every call how each argument is written; eighteen arrays take it longer
than PostgreSQL takes to append a fact. It refuses to know what is asked.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from threading import local
from typing import Any
from uuid import UUID
from weakref import WeakSet

import psycopg
from psycopg import Connection
from psycopg.abc import Transformer as Reads
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

_BINARY = 1
_HEAD = struct.Struct(">iiIii")  # dimensions, whether any is null, type, length, first place
_INTEGER, _SMALLINT, _MOMENT = struct.Struct(">ii"), struct.Struct(">ih"), struct.Struct(">iq")
_LENGTH = struct.Struct(">i").pack
_NULL = _LENGTH(-1)
_SIXTEEN = _LENGTH(16)
_YEAR_2000 = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TEXT, _BYTEA, _UUID, _INT4, _INT2, _TIMESTAMPTZ = 25, 17, 2950, 23, 21, 1184


class Prepared:
    """One statement, with ``$1``, ``$2`` … in it. Safe to share between threads."""

    def __init__(self, name: str, text: str, arguments: int) -> None:
        self._name, self._text = f"throughcare_{name}".encode(), text.encode()
        self._formats = [_BINARY] * arguments
        self._on: WeakSet[Connection] = WeakSet()
        self._own = local()

    def ask(self, connection: Connection, arguments: Sequence[bytes]) -> PGresult:
        """Ask in one round trip; one more the first time on a connection. It is autocommit.

        Raises what psycopg raises. Not its pipeline mode: that one's ``sync()`` can wait for ever
        after a large statement.
        """
        asked = connection.pgconn
        if connection not in self._on:
            _done(connection, asked.prepare(self._name, self._text))
            self._on.add(connection)
        return _done(
            connection,
            asked.exec_prepared(self._name, arguments, self._formats, _BINARY),
        )

    def rows(self, connection: Connection, arguments: Sequence[bytes]) -> list[Any]:
        """Ask, and read the answer; moments are in UTC."""
        result = self.ask(connection, arguments)
        if not result.ntuples:
            return []
        reading: Reads | None = getattr(self._own, "reading", None)
        if reading is None:  # it looks up only once how this statement's columns are read
            reading = self._own.reading = Transformer()
        reading.set_pgresult(result, set_loaders=True)
        return reading.load_rows(0, result.ntuples, tuple)


def _done(connection: Connection, result: PGresult) -> PGresult:
    if result.status in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
        return result
    if connection.broken:
        raise psycopg.OperationalError("the connection is lost")
    raise error_from_result(result, encoding="utf-8")


def uuids(values: Sequence[UUID | None]) -> bytes:
    return _array(_UUID, values, [_NULL if v is None else _SIXTEEN + v.bytes for v in values])


def texts(values: Sequence[str | None]) -> bytes:
    return _array(_TEXT, values, [_NULL if v is None else _counted(v.encode()) for v in values])


def byteas(values: Sequence[bytes]) -> bytes:
    return _array(_BYTEA, values, map(_counted, values))


def integers(values: Sequence[int]) -> bytes:
    return _array(_INT4, values, [_INTEGER.pack(4, v) for v in values])


def smallints(values: Sequence[int]) -> bytes:
    return _array(_INT2, values, [_SMALLINT.pack(2, v) for v in values])


def moments(values: Sequence[datetime]) -> bytes:
    return _array(
        _TIMESTAMPTZ, values, [_MOMENT.pack(8, (v - _YEAR_2000) // _MICROSECOND) for v in values]
    )


def bigint(value: int) -> bytes:
    return value.to_bytes(8, "big", signed=True)


def _counted(value: bytes) -> bytes:
    return _LENGTH(len(value)) + value


def _array(of: int, values: Sequence[object], written: Iterable[bytes]) -> bytes:
    if not values:
        return struct.pack(">iiI", 0, 0, of)
    return _HEAD.pack(1, None in values, of, len(values), 1) + b"".join(written)
