"""Hands the share's entries out to the group's workers, each once and in order, by one topic.

It keeps no position of its own: where it goes on is what the topic ends with. It refuses to tell
anything, and to know what is folded from it.
"""

from __future__ import annotations

from threading import Event
from time import monotonic
from typing import Any
from uuid import UUID

import psycopg
import structlog
from psycopg import Connection

from consumers.entries_topic import TOPIC, markers, records_of, told
from consumers.kafka.connecting import BrokerIsAway
from consumers.kafka.publishing import Broker, NotPublished
from consumers.leading import Loop, lead
from projections import partitions
from projections.connections import SETTINGS
from projections.pseudonyms import Pseudonyms

BATCH = 2_000
"""Entries of all partners in one attempt at most, or one of each."""

PATIENCE = 0.25
"""Seconds to wait for word of new entries before looking anyway."""

QUIET = 60.0
"""Seconds after which the topic is told how far it is again, though nothing was told: it keeps
records for a week, one that is empty would not say where to go on, and one that was lost while
nothing was told is noticed by it."""

_SETTINGS: dict[str, Any] = dict(SETTINGS)

_log = structlog.get_logger("consumers")


class TopicIsAhead(Exception):
    """The topic has what was never told: the database was put back, or the topic is another's."""


class HandingOut:
    """One loop. A second one waits until the first one's session ends.

    ``dsn`` is of the role that projects, and must not lead through a pooler of transactions: the
    session holds the lock. ``broker`` makes topics of `PARTITIONS` partitions.
    """

    def __init__(
        self,
        dsn: str,
        pseudonyms: Pseudonyms,
        broker: Broker,
        *,
        topic: str = TOPIC,
        batch: int = BATCH,
        quiet: float = QUIET,
    ) -> None:
        self._dsn, self._pseudonyms, self._broker = dsn, pseudonyms, broker
        self._topic, self._batch, self._quiet = topic, batch, quiet
        self._numbers: dict[UUID, int] | None = None
        self._position = 0
        self._again_at = 0.0

    def run(self, stop: Event) -> None:
        """Hand out until told to stop. A lost database or broker is waited for."""
        while not stop.is_set():
            try:
                with psycopg.connect(self._dsn, **_SETTINGS) as connection:
                    connection.execute("listen throughcare_share")
                    lead(connection, Loop.HANDING_OUT, stop)
                    while not stop.is_set():
                        if not self.step(connection):
                            for _ in connection.notifies(timeout=PATIENCE, stop_after=1):
                                pass
            except (psycopg.OperationalError, BrokerIsAway, NotPublished, TopicIsAhead) as lost:
                _log.warning("lost; trying again", error=type(lost).__name__, reason=str(lost))
                self.close()
                stop.wait(1.0)
        self.close()

    def step(self, connection: Connection) -> int:
        """Hand out what comes next; how many entries, and 0 when all has been.

        Raises `BrokerIsAway`, `NotPublished` and `TopicIsAhead`.
        """
        if self._numbers is None:
            self._numbers = self._go_on(connection)
        head, numbers = partitions.head(connection), self._numbers
        behind = {p: n for p, n in head.numbers.items() if n > numbers.get(p, 0)}
        if not behind and head.position <= self._position and monotonic() < self._again_at:
            return 0
        each = max(1, self._batch // max(1, len(behind)))
        rows = partitions.following(connection, numbers, behind, each) if behind else []
        reached, last = dict(numbers), dict[UUID, int]()
        for partner, number, position, *_ in rows:
            reached[partner], last[partner] = number, position
        # Of who is not at the end yet, what follows is of no earlier fact than what was last.
        left = [last[partner] - 1 for partner, n in behind.items() if reached[partner] < n]
        position = max(self._position, min(left, default=head.position))
        records = records_of(rows, self._pseudonyms) + markers(position, reached)
        try:
            self._broker.publish({self._topic: records})
        except NotPublished:
            self._numbers = None
            raise
        self._numbers, self._position = reached, position
        self._again_at = monotonic() + self._quiet
        return len(rows)

    def close(self) -> None:
        """Let go of the broker; it can be used again."""
        self._broker.close()
        self._numbers = None

    def _go_on(self, connection: Connection) -> dict[UUID, int]:
        """By what the topic ends with; one that is empty begins with what no worker lacks."""
        tail = self._broker.tails([self._topic])[self._topic]
        partitions.begin(connection, self._broker.ends(self._topic))
        self._position, numbers = told(tail) if tail else (0, {})
        head = partitions.head(connection)
        if ahead := [p for p, n in numbers.items() if n > head.numbers.get(p, 0)]:
            raise TopicIsAhead(f"of {len(ahead)} partners")
        for partner, number in partitions.least(connection).items():
            numbers[partner] = max(number, numbers.get(partner, 0))
        _log.info("handing out continues", position=self._position)
        return numbers
