"""Who looked, at whom and why: written in batches, and waited for before anything is answered.

It refuses to keep a question's words, a name or an address, and to change what was written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
import structlog
from psycopg import AsyncConnection, Connection
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from domain.vocabulary import PartnerId, PersonId, PractitionerId
from projections.looking import Kind
from projections.statements import statements

SQL = statements("looks")

MOST = 2_000
"""Looks that may wait to be written; beyond them an answer is refused, not unrecorded."""

TOGETHER = 200
"""Looks written by one statement at most."""

PATIENCE = 2.0
"""Seconds that an answer waits for its look to be written."""

log = structlog.get_logger("looks")


@dataclass(frozen=True, slots=True)
class Look:
    """One answer that shows persons. No ``practitioner``: a system, or an ``account`` here.

    ``read_for``: through which organisation's share an audit looked.
    """

    organisation: PartnerId
    practitioner: PractitionerId | None
    role: str
    purpose: str
    kind: Kind
    route: str
    request: UUID
    persons: Sequence[PersonId]
    position: int | None = None
    numbers: tuple[int, int] | None = None
    account: str | None = None
    read_for: PartnerId | None = None


class LooksAreNotWritten(Exception):
    """It could not be recorded who looks, so nothing may be shown."""


@dataclass(slots=True)
class Looks:
    """The writer of one process: one statement at a time, with all that came meanwhile.

    Open it in the event loop that uses it, and close it after.
    """

    dsn: str
    _waiting: list[tuple[Look, asyncio.Future[None]]] = field(default_factory=list)
    _came: asyncio.Event = field(default_factory=asyncio.Event)
    _writing: asyncio.Task[None] | None = None
    _pool: AsyncConnectionPool[AsyncConnection] | None = None

    async def open(self) -> None:
        """Connect, and write whatever is handed in."""
        self._pool = AsyncConnectionPool(
            self.dsn,
            kwargs={"autocommit": True, "connect_timeout": 2},
            min_size=1,
            max_size=1,
            timeout=PATIENCE,
            open=False,
        )
        await self._pool.open()
        self._writing = asyncio.create_task(self._write_on())

    async def close(self) -> None:
        """Stop writing; whoever still waits is refused."""
        if self._writing:
            self._writing.cancel()
            with suppress(asyncio.CancelledError):
                await self._writing
        for _, done in self._waiting:
            if not done.done():
                done.set_exception(LooksAreNotWritten())
        self._waiting.clear()
        if self._pool:
            await self._pool.close()

    async def record(self, look: Look) -> None:
        """Return once the look is written for good. Raises `LooksAreNotWritten`."""
        if self._writing is None or len(self._waiting) >= MOST:
            raise LooksAreNotWritten
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((look, done))
        self._came.set()
        try:
            async with asyncio.timeout(PATIENCE):
                await done
        except TimeoutError as late:
            raise LooksAreNotWritten from late

    async def _write_on(self) -> None:
        assert self._pool
        while True:
            await self._came.wait()
            self._came.clear()
            while some := self._waiting[:TOGETHER]:
                del self._waiting[: len(some)]
                wanted = [(look, done) for look, done in some if not done.done()]
                try:
                    async with self._pool.connection() as connection:
                        cursor = connection.cursor(binary=True)
                        await cursor.execute(SQL["write"], _rows([look for look, _ in wanted]))
                except (psycopg.Error, PoolTimeout) as failed:
                    log.error("not recorded", error=type(failed).__name__, looks=len(wanted))
                    for _, done in wanted:
                        if not done.done():
                            done.set_exception(LooksAreNotWritten())
                else:
                    for _, done in wanted:
                        if not done.done():
                            done.set_result(None)


def write(connection: Connection, looks: Sequence[Look]) -> None:
    """Write looks for who is no server: the relay, and a command of an operator."""
    connection.cursor(binary=True).execute(SQL["write"], _rows(looks))


def _rows(looks: Sequence[Look]) -> tuple[Any, ...]:
    """The statement's columns; each person stands beside the place of its look."""
    shown = [(place, person) for place, look in enumerate(looks, 1) for person in {*look.persons}]
    return (
        [look.kind.value for look in looks],
        [look.organisation for look in looks],
        [look.practitioner for look in looks],
        [look.account for look in looks],
        [look.role for look in looks],
        [look.purpose for look in looks],
        [look.route for look in looks],
        [look.request for look in looks],
        [look.position for look in looks],
        [look.numbers and look.numbers[0] for look in looks],
        [look.numbers and look.numbers[1] for look in looks],
        [look.read_for for look in looks],
        [place for place, _ in shown],
        [person for _, person in shown],
    )
