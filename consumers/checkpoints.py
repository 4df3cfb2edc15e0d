"""Publishes each checkpoint on a Kafka topic that is kept for ever and that every partner may read.

It refuses to sign, and to publish what takes back what the topic says already. It keeps no place of
its own: where to go on is what the last record of the topic says.
"""

from __future__ import annotations

from random import SystemRandom
from threading import Event
from typing import Any

import psycopg
import structlog
from psycopg import Connection

from consumers.kafka.access import CHECKPOINTS
from consumers.kafka.connecting import BrokerIsAway, Headers, Record
from consumers.kafka.publishing import Broker, NotPublished
from consumers.leading import Loop, lead
from projections import tree
from projections.connections import SETTINGS
from projections.verifier import Checkpoint, Note

APART = 1.0
"""Seconds between two records at least; as long is word of a new checkpoint waited for."""

AGAIN = 15.0
"""Seconds until it is looked anew at what was refused."""

_SETTINGS: dict[str, Any] = dict(SETTINGS)
_log = structlog.get_logger("consumers")
_chance = SystemRandom()


class TakenBack(Exception):
    """What the topic says was signed is not what stands here; a person has to look."""


class Checkpoints:
    """One loop. ``dsn`` is of the role that relays; ``broker`` keeps what it makes for ever."""

    def __init__(self, dsn: str, broker: Broker, topic: str = CHECKPOINTS) -> None:
        self._dsn, self._broker, self._topic = dsn, broker, topic
        self._reached: int | None = None
        self._reopened: list[str] = []

    def run(self, stop: Event) -> None:
        """Publish until told to stop. A lost database or broker is waited for."""
        while not stop.is_set():
            try:
                with psycopg.connect(self._dsn, **_SETTINGS) as connection:
                    connection.execute("listen throughcare_checkpoint")
                    lead(connection, Loop.CHECKPOINTS, stop)
                    while not stop.is_set():
                        if self.step(connection):
                            stop.wait(APART)
                        else:
                            for _ in connection.notifies(timeout=APART, stop_after=1):
                                pass
            except TakenBack as refused:
                _log.error("no checkpoint published", reason=str(refused))
                stop.wait(AGAIN)
            except (psycopg.OperationalError, BrokerIsAway, NotPublished) as lost:
                _log.warning("no checkpoint published; trying again", error=type(lost).__name__)
                stop.wait(0.5 + _chance.random())
            self._reached = None
            self._broker.close()

    def step(self, connection: Connection) -> bool:
        """Publish the newest checkpoint if it is not there yet; whether it was not.

        Raises `TakenBack`, `BrokerIsAway`, `NotPublished`.
        """
        newest = tree.newest(connection)
        if newest is None:
            return False
        if self._reached is None:
            self._reached = self._from_tail(connection, _origin(newest.note))
        if newest.size <= self._reached:
            return False
        headers: Headers = [
            ("content-type", b"text/plain; charset=utf-8"),
            ("size", b"%d" % newest.size),
            ("root", newest.root.hex().encode()),
            ("origin", _origin(newest.note).encode()),
        ]
        key = _origin(newest.note).encode()
        records = [Record(key, each.encode(), headers[:1]) for each in self._reopened]
        records.append(Record(key, newest.note.encode(), headers))
        self._broker.publish({self._topic: records})
        self._reached, self._reopened = newest.size, []
        return True

    def _from_tail(self, connection: Connection, origin: str) -> int:
        self._reopened = []
        tail = self._broker.tails([self._topic])[self._topic]
        if tail is None:
            return 0
        said = {name: value.decode() for name, value in tail}
        size, openings = int(said["size"]), tree.openings(connection)
        first = _origin(openings[0].ended) if openings else origin
        if (then := said.get("origin", first)) != origin:
            since = [each for each in openings if _ends(each, then, size)]
            if not since:
                raise TakenBack(
                    f"the topic has a checkpoint of {size} of {then}, and no statement says that "
                    f"the log of that name ended so and goes on as {origin}"
                )
            self._reopened = [each.statement for each in openings[since[0].number - 1 :]]
            return 0
        known = tree.covering(connection, size)
        if known is None or (known.size, known.root.hex()) != (size, said["root"]):
            raise TakenBack(
                f"the topic has a checkpoint of {size} that is none of those signed here"
            )
        return size


def _ends(opening: tree.Opening, origin: str, size: int) -> bool:
    """Whether a log of that name and at least that size ended with this opening."""
    ended = Checkpoint.parse(Note.parse(opening.ended).text)
    return ended.origin == origin and ended.size >= size


def _origin(note: str) -> str:
    return note.partition("\n")[0]
