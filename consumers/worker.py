"""One worker of the group: takes its partitions' entries and has them folded, row with offset.

It refuses to fold anything itself, and to go by an offset that the broker keeps.
"""

from __future__ import annotations

from threading import Event
from time import monotonic
from typing import Any

import psycopg
import structlog
from psycopg import Connection

from consumers.entries_topic import piece_of
from consumers.kafka.connecting import BrokerIsAway
from consumers.kafka.group import Group
from projections.connections import SETTINGS
from projections.keys import PersonKeys
from projections.partitions import Hands

AT_ONCE = 4_000
"""Records that are folded at once at most."""

PATIENCE = 0.25
"""Seconds to wait for records before looking anyway whose the partitions are."""

AGAIN = 0.5
"""Seconds after which a partition that could not be taken is tried again."""

IDLE = 2.0
"""Seconds without a record after which it looks whether what it holds is still its own."""

_SETTINGS: dict[str, Any] = dict(SETTINGS)

_log = structlog.get_logger("consumers")


class Worker:
    """One member of the group, on one connection. ``dsn`` is of the role that projects."""

    def __init__(self, dsn: str, keys: PersonKeys, group: Group) -> None:
        self._dsn, self._group = dsn, group
        self._hands = Hands(keys)
        self._again_at = self._idle_at = 0.0

    def run(self, stop: Event) -> None:
        """Fold until told to stop. A lost database or broker is waited for.

        What takes longer than the database lets a transaction take is cut in two.
        """
        most = AT_ONCE
        while not stop.is_set():
            try:
                with psycopg.connect(self._dsn, **_SETTINGS) as connection:
                    while not stop.is_set():
                        if self.step(connection, most):
                            most = min(most * 2, AT_ONCE)
            except (psycopg.OperationalError, psycopg.InternalError, BrokerIsAway) as lost:
                _log.warning("lost; trying again", error=type(lost).__name__)
                self._leave()
                most = max(most // 2, 1)
                stop.wait(1.0)
        self._leave()

    def step(self, connection: Connection, most: int = AT_ONCE) -> int:
        """Fold what comes next; how many records. Raises `BrokerIsAway`."""
        self._take(connection)
        found = self._group.poll(PATIENCE, most)
        self._hands.drop(self._group.gone())
        ours = {part: piece_of(r) for part, r in found.items() if part in self._hands.held and r}
        if ours:
            self._hands.fold(connection, ours)
            self._idle_at = monotonic() + IDLE
        elif monotonic() >= self._idle_at:
            self._hands.look(connection)
            self._idle_at = monotonic() + IDLE
        return sum(len(found[part]) for part in ours)

    def _take(self, connection: Connection) -> None:
        """Go to where each partition goes on that is this worker's, and not in its hands yet."""
        new = self._group.assigned - self._hands.held
        if not new or monotonic() < self._again_at:
            return
        oldest = self._group.first(new)
        for partition, offset in sorted(self._hands.take(connection, new).items()):
            if offset < oldest[partition]:
                # What it has not read is gone there: see docs/runbook.md, The group of workers.
                _log.error("partition has lost entries", partition=partition, offset=offset)
                self._hands.drop([partition])
            else:
                self._group.seek(partition, offset)
        if left := new - self._hands.held:
            _log.warning("partitions are not taken", partitions=sorted(left))
            self._again_at = monotonic() + AGAIN

    def _leave(self) -> None:
        self._hands.drop(self._hands.held)
        self._group.close()
