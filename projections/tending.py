"""What who operates the place asks of a view on a page: built anew, compared, switched and back.

A page only asks. Whoever folds carries it out, one thing at a time, and goes on with it after it
was killed. It refuses to rebuild in any other way than `projections.rebuilding` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from threading import Event
from time import monotonic
from typing import Any
from uuid import UUID

import psycopg
import structlog
from psycopg import AsyncConnection, Connection
from psycopg_pool import AsyncConnectionPool

from domain.kernel import BrokenRule
from projections import rebuilding
from projections.keys import PersonKeys
from projections.rebuilding import Build, CannotRebuild
from projections.statements import statements

SQL = statements("tending")

EVERY = 1.0
"""Seconds between two looks at what is asked."""

OFTEN = 0.5
"""Seconds between two words of how far a build is."""

UNTENDED = timedelta(minutes=1)
"""How long something may be asked and not begun before somebody should look."""

LAST = 10
_log = structlog.get_logger("projections")


class What(StrEnum):
    """What is asked of a view."""

    REBUILD = "rebuild"
    COMPARE = "compare"
    SWITCH = "switch"
    ROLL_BACK = "roll-back"
    REMOVAL = "removal"


class Outcome(StrEnum):
    """What came of it. ``differs``: it was compared, and is not the same."""

    DONE = "done"
    DIFFERS = "differs"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Request:
    """One thing that was asked of a view, by whom and why, and how far it is."""

    id: UUID
    view: str
    what: What
    why: str
    asked_by: UUID
    asked_at: datetime
    begun_at: datetime | None
    done: int
    of: int
    ended_at: datetime | None
    outcome: Outcome | None
    said: str

    def untended(self, now: datetime) -> bool:
        """Whether nobody carries it out."""
        return self.begun_at is None and self.ended_at is None and now - self.asked_at > UNTENDED


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside one view, and what was last asked of it."""

    view: str
    built: bool
    unfinished: bool
    entries: int
    of: int
    seconds: float
    switched_at: datetime | None
    newest: Request | None = None

    @property
    def busy(self) -> bool:
        """Whether what was asked is not carried out yet."""
        return self.newest is not None and self.newest.ended_at is None

    @property
    def left(self) -> float | None:
        """How many seconds a build has still to go, at the pace it had so far."""
        if not self.entries or not self.seconds or self.of <= self.entries:
            return None
        return (self.of - self.entries) * self.seconds / self.entries

    @property
    def offers(self) -> tuple[What, ...]:
        """What may be asked next. It is switched only after it was found equal."""
        if self.busy:
            return ()
        if not self.built:
            return (What.REBUILD,)
        if self.switched_at is not None:
            return (What.ROLL_BACK, What.REMOVAL)
        if self.unfinished:
            return (What.REBUILD, What.REMOVAL)
        newest = self.newest
        equal = newest and (newest.what, newest.outcome) == (What.COMPARE, Outcome.DONE)
        return (*((What.SWITCH,) if equal else ()), What.COMPARE, What.REMOVAL)


class ViewIsTended(BrokenRule):
    """Something is asked of this view already; wait until it is carried out."""


class NotOfThisViewNow(BrokenRule):
    """This cannot be asked of the view as it stands; the page of operations says what can."""


class Tended:
    """What is asked of views, for who asks: it may ask and look, and touch no view."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection]) -> None:
        self._pool = pool

    async def beside(self) -> list[Beside]:
        """Every view that can be built anew, by name."""
        async with self._pool.connection() as connection:
            asked = await (await connection.execute(SQL["newest"], binary=True)).fetchall()
            stand = await (await connection.execute(SQL["beside"], binary=True)).fetchall()
        newest = {each.view: each for each in map(_request, asked)}
        return [replace(each, newest=newest.get(each.view)) for each in map(_beside, stand)]

    async def last(self) -> list[Request]:
        """What was asked last, the newest first."""
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(SQL["last"], [LAST], binary=True)).fetchall()
        return [_request(row) for row in rows]

    async def ask(self, key: UUID, view: str, what: What, why: str, by: UUID) -> None:
        """Ask it; asked again by the same key it is asked once.

        Raises `ViewIsTended`, `NotOfThisViewNow`.
        """
        stands = next((each for each in await self.beside() if each.view == view), None)
        if stands is None:
            raise NotOfThisViewNow
        if stands.newest is not None and stands.newest.id == key:
            return
        if stands.busy:
            raise ViewIsTended
        if what not in stands.offers:
            raise NotOfThisViewNow
        try:
            async with self._pool.connection() as connection:
                await connection.execute(SQL["ask"], [key, view, what.value, why, by])
        except psycopg.errors.UniqueViolation:
            raise ViewIsTended from None


class _Ending(Exception):
    """The process is told to stop; what is under way is gone on with later."""


class Tending:
    """Carries out what is asked; of any number, one at a time. ``dsn`` is the engine's role's."""

    def __init__(self, dsn: str, keys: PersonKeys) -> None:
        self._dsn, self._keys = dsn, keys

    def run(self, stop: Event) -> None:
        """Carry out what is asked until told to stop. A lost database is waited for."""
        while not stop.wait(EVERY):
            try:
                self.once(stop)
            except psycopg.Error as lost:
                _log.warning("views are not tended; trying again", error=type(lost).__name__)

    def once(self, stop: Event | None = None) -> int:
        """Carry out all that is asked now; how many things."""
        with closing(psycopg.connect(self._dsn, autocommit=True, connect_timeout=5)) as connection:
            if not _first(connection, "alone", []):
                return 0
            many = 0
            while row := connection.execute(SQL["next"], binary=True).fetchone():
                asked = _request(row)
                connection.execute(SQL["begin"], [asked.id])
                try:
                    outcome, said = self._carried_out(connection, asked, stop or Event())
                except _Ending:
                    return many
                connection.execute(SQL["end"], [outcome.value, said, asked.id])
                _log.info("view tended", view=asked.view, what=asked.what, outcome=outcome)
                many += 1
            return many

    def _carried_out(
        self, connection: Connection, asked: Request, stop: Event
    ) -> tuple[Outcome, str]:
        if asked.begun_at is not None and self._was_done(connection, asked):
            return Outcome.DONE, ""
        try:
            with rebuilding.beside(self._dsn, asked.view, self._keys) as build:
                return self._done(connection, asked, build, stop)
        except CannotRebuild as refused:
            return Outcome.REFUSED, str(refused)

    def _done(
        self, connection: Connection, asked: Request, build: Build, stop: Event
    ) -> tuple[Outcome, str]:
        if asked.what is What.COMPARE:
            found = build.compare()
            differing = {each.table: each.differing for each in found if each.differing}
            if differing:
                named = ", ".join(f"{many:,} of {table}" for table, many in differing.items())
                return Outcome.DIFFERS, f"Rows differ: {named}"
            return Outcome.DONE, f"All {sum(each.rows for each in found):,} rows are the same"
        if asked.what is What.REBUILD:
            entries, seconds = build.build(_Heard(connection, asked.id, stop))
            return Outcome.DONE, f"{entries:,} entries in {seconds:.1f} seconds of work"
        if asked.what is What.REMOVAL:
            build.drop()
            return Outcome.DONE, ""
        position = build.switch(back=asked.what is What.ROLL_BACK)
        return Outcome.DONE, f"At fact {position:,}"

    def _was_done(self, connection: Connection, asked: Request) -> bool:
        """Whether who was killed had changed the places already."""
        if asked.what not in (What.SWITCH, What.ROLL_BACK):
            return False
        since = _first(connection, "switched_at", [asked.view])
        return (since is not None) is (asked.what is What.SWITCH)


class _Heard:
    """Writes down how far a build is, and ends it where the process is to end."""

    def __init__(self, connection: Connection, asked: UUID, stop: Event) -> None:
        self._connection, self._asked, self._stop, self._said = connection, asked, stop, 0.0

    def __call__(self, done: int, of: int) -> None:
        if self._stop.is_set():
            raise _Ending
        if monotonic() - self._said >= OFTEN:
            self._said = monotonic()
            self._connection.execute(SQL["heard"], [done, of, self._asked])


def _first(connection: Connection, name: str, asked: Sequence[object]) -> object:
    row = connection.execute(SQL[name], asked, binary=True).fetchone()
    return row[0] if row else None


def _beside(row: Sequence[Any]) -> Beside:
    return Beside(*row)


def _request(row: Sequence[Any]) -> Request:
    found = Request(*row)
    return replace(
        found, what=What(found.what), outcome=Outcome(found.outcome) if found.outcome else None
    )
