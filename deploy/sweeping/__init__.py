"""The sweep: finds what has fallen due, and asks for each the one thing that follows.

It keeps nothing and decides nothing: deadlines are rows of views, and the domain says no to what
is seen to by now. Killed and begun again, or run twice at once, it asks with the same keys. Each
kind of thing that falls due is a module of its own beside this one, listed in `KINDS`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event
from typing import Any, Protocol

import psycopg
import structlog

from deploy.sweeping import (
    agreement,
    closed,
    concern,
    emergency,
    emergency_review,
    erasure,
    expiry,
    gone,
    opening,
    opening_review,
    review,
    silence,
    team_review,
)
from deploy.sweeping.swept import Swept
from domain.application import CareCoordination
from domain.kernel import BrokenRule
from projections import exceptional, retention

EVERY = 30.0
"""Seconds between two rounds."""

SOONEST = 1.0
"""Seconds between two rounds at least."""

ROUND = 100
"""Things of one kind seen to in one round at most: a place that was down catches up in steps."""

_log = structlog.get_logger("sweep")


class Kind(Protocol):
    """One kind of thing that falls due. A module is one."""

    @property
    def __name__(self) -> str: ...

    def due(self, connection: psycopg.Connection, now: datetime) -> Sequence[Any]:
        """What has fallen due by the database's clock, the longest overdue first."""

    def ask(self, care: CareCoordination, due: Any, now: datetime) -> Swept | None:
        """Ask what follows, with a key that is the same next time; ``None`` if it was so already.

        Raises what the rules raise: it was seen to since the view was folded, or is about to be.
        """


KINDS: tuple[Kind, ...] = (
    emergency,
    opening,
    gone,
    agreement,
    concern,
    closed,
    silence,
    expiry,
    review,
    team_review,
    emergency_review,
    opening_review,
    erasure,
)
"""What falls due. A record that should be open no longer is closed first; then who is gone, so that
nobody is asked to answer for the dead; then agreements, and whom those that are over held; then
those about whom somebody worries."""


def databases_clock(connection: psycopg.Connection) -> datetime:
    """The time as the database has it: the same for every process of a place."""
    (now,) = connection.execute("select clock_timestamp()").fetchone() or (None,)
    assert isinstance(now, datetime), "a database has a clock"
    return now


@dataclass(frozen=True, slots=True)
class Sweep:
    """One timer for a place, by the clock that all of them have. ``dsn`` is the engine's role's."""

    care: CareCoordination
    dsn: str
    clock: Callable[[psycopg.Connection], datetime] = databases_clock
    kept: timedelta | None = None
    """How long a caseload's earlier versions are kept; ``None``: for ever."""

    def run(self, stop: Event) -> None:
        """Sweep until told to stop."""
        pause = EVERY
        while not stop.wait(pause):
            pause = EVERY
            try:
                self.once()
                self.let_go()
                pause = self._pause()
            except psycopg.Error as lost:
                _log.warning("database lost; sweeping again", error=type(lost).__name__)

    def _pause(self) -> float:
        """Seconds to the next round: a record that is open in an emergency is closed on the dot."""
        with psycopg.connect(self.dsn, connect_timeout=5) as connection:
            closing = exceptional.next_over(connection)
            left = (closing - self.clock(connection)).total_seconds() if closing else EVERY
        return min(EVERY, max(left, SOONEST))

    def let_go(self) -> int:
        """Let go of some of the versions that were over long enough ago; how many."""
        if self.kept is None:
            return 0
        with psycopg.connect(self.dsn, connect_timeout=5) as connection:
            return retention.let_go(connection, self.clock(connection) - self.kept)

    def once(self, limit: int = ROUND, *, of: Sequence[Kind] = KINDS) -> list[Swept]:
        """See to what is due, of each kind the longest overdue first."""
        with psycopg.connect(self.dsn, connect_timeout=5) as connection:
            connection.read_only = True
            now = self.clock(connection)
            overdue = [(kind, kind.due(connection, now)) for kind in of]
        return [swept for kind, due in overdue for swept in self._see_to(kind, due, now, limit)]

    def _see_to(self, kind: Kind, due: Sequence[Any], now: datetime, limit: int) -> list[Swept]:
        done: list[Swept] = []
        for each in due:
            if len(done) == limit:
                break
            try:
                swept = kind.ask(self.care, each, now)
            except BrokenRule as rule:
                _log.info("not asked", kind=kind.__name__, id=str(each.id), rule=rule.rule)
                continue
            except psycopg.Error:
                raise
            except Exception as failed:  # noqa: BLE001  one that fails holds up no other
                error = type(failed).__name__
                _log.error("not seen to", kind=kind.__name__, id=str(each.id), error=error)
                continue
            if swept is not None:
                done.append(swept)
        if done:
            _log.info("swept", kind=kind.__name__, count=len(done))
        return done
