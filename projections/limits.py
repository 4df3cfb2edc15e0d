"""How often somebody asked, counted in the database so that it holds for every process.

It refuses to know who they are: it is given a keyed hash, and a window of so many seconds.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from projections.statements import statements

SQL = statements("limits")


@dataclass(frozen=True, slots=True)
class Count:
    """How often within the present window, and how many seconds of it are left."""

    rate: str
    used: int
    left: int


Asked = tuple[bytes, str, int]
"""Who, by which rate, and of how many seconds its window is."""

Counted = tuple[list[Count], tuple[int, int]]
"""Counts, and the positions of the directory and of what is shown, as they were then."""


class Limits:
    """Counts of one place: one statement at a time counts all who came meanwhile, each alone."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection]) -> None:
        self._pool = pool
        self._swept: dict[str, int] = {}
        self._waiting: list[tuple[Sequence[Asked], asyncio.Future[Counted]]] = []
        self._counting: asyncio.Task[None] | None = None

    async def count(self, asked: Sequence[Asked]) -> Counted:
        """Count one more of each; what each is at now.

        And the positions of the directory and of what is shown, which whoever comes in asks next.
        """
        done: asyncio.Future[Counted] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, done))
        if self._counting is None:
            self._counting = asyncio.create_task(self._count_on())
        return await done

    async def _count_on(self) -> None:
        try:
            while some := self._waiting:
                self._waiting = []
                try:
                    counted = await self._counted([asked for asked, _ in some])
                except psycopg.Error as failed:
                    for _, done in some:
                        if not done.done():
                            done.set_exception(failed)
                else:
                    for (_, done), each in zip(some, counted, strict=True):
                        if not done.done():
                            done.set_result(each)
        finally:
            self._counting = None

    async def _counted(self, some: Sequence[Sequence[Asked]]) -> list[Counted]:
        """What each of them is at, one after the other, as if each had been counted alone."""
        many = Counter(each for asked in some for each in asked)
        whose, rates, windows = (list(column) for column in zip(*many, strict=True))
        async with self._pool.connection() as connection:
            cursor = connection.cursor(binary=True)
            await cursor.execute(SQL["count"], (whose, rates, windows, [*many.values()]))
            found = await cursor.fetchall()
            await self._sweep(connection, dict(zip(rates, windows, strict=True)), found[0][3])
        at: tuple[int, int] = found[0][4:]
        used = {(who, rate): last for who, rate, last, *_ in found}
        epoch: float = found[0][3]
        for who, rate, seconds in many:
            used[who, rate] -= many[who, rate, seconds]
        counted: list[Counted] = []
        for asked in some:
            counts = []
            for who, rate, seconds in asked:
                used[who, rate] += 1
                counts.append(Count(rate, used[who, rate], seconds - int(epoch % seconds)))
            counted.append((counts, at))
        return counted

    async def _sweep(
        self, connection: AsyncConnection, seconds: Mapping[str, int], epoch: float
    ) -> None:
        """Forget what was counted in windows that are over, once a window and process."""
        for rate, window in seconds.items():
            now = int(epoch // window)
            if self._swept.setdefault(rate, now) != now:
                self._swept[rate] = now
                await connection.execute(SQL["forget"], (rate, window))
