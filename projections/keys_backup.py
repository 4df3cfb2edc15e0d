"""Copies of persons' keys: as they rest, wrapped, one on a line; and put back where they are lost.

A copy opens nothing without the master key. It refuses to bring back a key that was destroyed.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection
from psycopg_pool import ConnectionPool

from projections.keys import FIRST
from projections.statements import columns, statements

SQL = statements("keys")
FORMAT = "throughcare-keys@1"
AT_ONCE = 2_000


class NotACopyOfKeys(ValueError):
    """This is no copy of persons' keys, or not a whole one: it ends with how many it holds."""


class OfAnotherMaster(ValueError):
    """A key in the copy was wrapped by another master key, which this names: it opens nothing."""


def backed_up(pool: ConnectionPool[Connection], at: datetime) -> Iterator[bytes]:
    """A line for each key and each that was destroyed, between one that begins and one that ends.

    Keys made meanwhile may be left out: they are in the next copy.
    """
    yield _line({"format": FORMAT, "at": at})
    many, after = 0, FIRST
    while True:
        with pool.connection() as connection:
            asked = (*after, AT_ONCE)
            rows = connection.cursor(binary=True).execute(SQL["rows"], asked).fetchall()
        for person, retention, volume, wrapped, master, made_at, destroyed_at in rows:
            yield _line(
                {
                    "person": person,
                    "retention": retention,
                    "volume": volume,
                    "wrapped": None if wrapped is None else b64encode(wrapped).decode(),
                    "master": master,
                    "made_at": made_at,
                    "destroyed_at": destroyed_at,
                }
            )
        many += len(rows)
        if len(rows) < AT_ONCE:
            break
        after = (rows[-1][0], rows[-1][1], rows[-1][2])
    yield _line({"keys": many})


def restored(pool: ConnectionPool[Connection], lines: Iterable[bytes], master: str) -> list[UUID]:
    """Put back what is not there, all of it or nothing; whose keys those were.

    ``master`` is what the master key is called that is to open them. Raises `NotACopyOfKeys`,
    `OfAnotherMaster`.
    """
    rows = list(_rows(lines))
    for _, _, _, wrapped, wrapped_by, *_ in rows:
        if wrapped is not None and wrapped_by != master:
            raise OfAnotherMaster(wrapped_by)
    back: list[UUID] = []
    with pool.connection() as connection, connection.transaction():
        for first in range(0, len(rows), AT_ONCE):
            cursor = connection.cursor(binary=True)
            cursor.execute(SQL["put_back"], columns(rows[first : first + AT_ONCE]))
            back += [person for (person,) in cursor.fetchall()]
    return back


def _rows(lines: Iterable[bytes]) -> Iterator[tuple[Any, ...]]:
    many, ended = 0, False
    for number, text in enumerate(lines):
        try:
            said = orjson.loads(text)
            if number == 0 and said["format"] != FORMAT:
                raise NotACopyOfKeys(said["format"])
            if number == 0:
                continue
            if ended:
                raise NotACopyOfKeys("more follows its end")
            if "keys" in said:
                ended = said["keys"] == many
                continue
            wrapped = said["wrapped"]
            yield (
                UUID(said["person"]),
                said["retention"],
                said["volume"],
                None if wrapped is None else b64decode(wrapped),
                said["master"],
                datetime.fromisoformat(said["made_at"]),
                said["destroyed_at"] and datetime.fromisoformat(said["destroyed_at"]),
            )
            many += 1
        except (KeyError, TypeError, ValueError) as wrong:
            raise NotACopyOfKeys(f"line {number + 1}") from wrong
    if not ended:
        raise NotACopyOfKeys("it has no end")


def _line(said: dict[str, object]) -> bytes:
    return orjson.dumps(said, option=orjson.OPT_APPEND_NEWLINE)
