"""How far each partner has read its share, by each way, and whether one has fallen silent.

It refuses to know what was read: a number and a moment for each way are all it keeps.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from domain.vocabulary import Moment, PartnerId, Way
from projections.behalf import WHOSE
from projections.statements import statements

SQL = statements("readers")

APART = 60.0
"""Seconds between two notes of one reader by one way, at least; what it says itself is kept."""

ALLOWED = timedelta(hours=24)
"""How long an entry may wait unread before its partner counts as silent, unless it is set."""


@dataclass(frozen=True, slots=True)
class Reader:
    """One partner by one way; no ``way``: its systems never read.

    ``waits_since`` is when the first entry it has not read was recorded.
    """

    partner: UUID
    way: Way | None
    number: int
    newest: int
    at: datetime | None
    waits_since: datetime | None

    @property
    def behind(self) -> int:
        """How many entries it has still to read."""
        return self.newest - self.number


def silent(readers: Iterable[Reader], now: datetime, allowed: timedelta) -> list[Reader]:
    """Partners that read once and have left an entry unread for longer than allowed.

    A partner goes by the way on which it is farthest: one that moved to another way is not silent
    on the one it left. One that never read anything reads pages, and is nobody's alarm.
    """
    farthest: dict[UUID, Reader] = {}
    for reader in readers:
        best = farthest.get(reader.partner)
        if reader.way and (best is None or reader.number > best.number):
            farthest[reader.partner] = reader
    return [
        reader
        for reader in farthest.values()
        if reader.waits_since is not None and now - reader.waits_since > allowed
    ]


class Readers:
    """Notes who read how far, over the connections of one process."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection]) -> None:
        self._pool = pool
        self._noted: dict[tuple[PartnerId, Way], float] = {}

    async def note(self, partner: PartnerId, way: Way, number: int, at: Moment) -> None:
        """A partner asked for what follows a number, so it has that; written once a minute."""
        last = self._noted.get((partner, way))
        if last is None or monotonic() - last > APART:
            await self.read(partner, way, number, at)

    async def read(self, partner: PartnerId, way: Way, number: int, at: Moment) -> None:
        """A partner has read up to a number. Who reads again from an earlier one has not less."""
        asked = {"partner": partner, "way": way.value, "number": number, "at": at}
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(WHOSE, [str(partner)])
            await connection.execute(SQL["read"], asked, binary=True)
        self._noted[partner, way] = monotonic()
