"""How often somebody asked, counted in the database so that it holds for every process.

It refuses to know who they are: it is given a keyed hash, and a window of so many seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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


class Limits:
    """Counts of one place. Each asking is one round trip, however much is counted."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection]) -> None:
        self._pool = pool
        self._swept: dict[str, int] = {}

    async def count(
        self, asked: Sequence[tuple[bytes, str, int]]
    ) -> tuple[list[Count], tuple[int, int]]:
        """Count one more of each (who, rate, seconds); what each is at now.

        And the positions of the directory and of what is shown, which whoever comes in asks next.
        """
        seconds = {rate: window for _, rate, window in asked}
        async with self._pool.connection() as connection:
            whose, rates, windows = (list(each) for each in zip(*asked, strict=True))
            cursor = connection.cursor(binary=True)
            found = await (await cursor.execute(SQL["count"], (whose, rates, windows))).fetchall()
            for rate, _, epoch, *_ in found:
                window = int(epoch // seconds[rate])
                if self._swept.setdefault(rate, window) != window:
                    self._swept[rate] = window  # once a window and process
                    await connection.execute(SQL["forget"], (rate, seconds[rate]))
        counts = [
            Count(rate, used, seconds[rate] - int(epoch % seconds[rate]))
            for rate, used, epoch, *_ in found
        ]
        return counts, found[0][-2:]
