"""Publishes every partner's share on that partner's own Kafka topic: each entry once, in order.

It refuses to decide what a partner may know: that was decided once, when the share was told. It
keeps no position of its own: where to go on is the number of the last record in the topic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import SystemRandom
from threading import Event
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

import orjson
import psycopg
import structlog
from psycopg import Connection

from consumers.kafka.connecting import BrokerIsAway, Headers, Record
from consumers.kafka.publishing import Broker, NotPublished
from domain.vocabulary import PartnerId, PersonId, Role
from projections.behalf import WHOSE
from projections.cloudevents import cloudevent, headers
from projections.connections import SETTINGS
from projections.entries import Entry, opened
from projections.keys import PersonKeys
from projections.looking import Kind
from projections.looks import Look, write
from projections.statements import statements

SHARE = statements("share")
BATCH = 500
"""Entries of one partner in one attempt at most."""

PATIENCE = 1.0
"""Seconds to wait for word of new entries before looking anyway."""

MOST_REST = 60.0
"""Seconds after which a partner whose topic refuses records is tried again, at most."""

_RELAYING = 7310585026117864  # the advisory lock: one active relay in a database

_SETTINGS: dict[str, Any] = dict(SETTINGS)

_log = structlog.get_logger("consumers")
_chance = SystemRandom()


def topic_of(partner: UUID) -> str:
    """The topic of a partner's share."""
    return f"throughcare.share.{partner}"


class ShareIsBroken(Exception):
    """A partner's topic and its share do not agree; a person has to look. Names numbers only."""


class Relay:
    """One loop for all partners. A second relay waits until the first one's session ends.

    ``dsn`` is of the role that relays, and must not lead through a pooler of transactions: the
    session holds the lock. ``source`` names this Throughcare in every record.
    """

    def __init__(
        self,
        dsn: str,
        keys: PersonKeys,
        broker: Broker,
        source: str,
        *,
        topic: Callable[[UUID], str] = topic_of,
        batch: int = BATCH,
    ) -> None:
        self._dsn, self._keys, self._broker, self._source = dsn, keys, broker, source
        self._topic, self._batch = topic, batch
        self._reached: dict[UUID, int] = {}
        self._resting: dict[UUID, tuple[float, float]] = {}

    def run(self, stop: Event) -> None:
        """Publish until told to stop. A lost database or broker is waited for."""
        rest = 0.5
        while not stop.is_set():
            try:
                with psycopg.connect(self._dsn, **_SETTINGS) as connection:
                    self._lead(connection, stop)
                    while not stop.is_set():
                        if not self.step(connection):
                            for _ in connection.notifies(timeout=PATIENCE, stop_after=1):
                                pass
                        rest = 0.5
            except (psycopg.OperationalError, BrokerIsAway) as lost:
                _log.warning("lost; trying again", error=type(lost).__name__)
                self._forget()
                stop.wait(rest * (0.5 + _chance.random()))
                rest = min(rest * 2, 15.0)
        self._forget()

    def step(self, connection: Connection) -> int:
        """Publish the next entries of every partner; how many. Raises `BrokerIsAway`."""
        numbers: dict[UUID, int] = dict(
            connection.cursor(binary=True).execute(SHARE["numbers"]).fetchall()
        )
        awake = {partner for partner in numbers if not self._rests(partner)}
        if unknown := awake - self._reached.keys():
            self._read_tails(unknown, numbers)
        batches: dict[UUID, list[Record]] = {}
        looks: list[Look] = []
        for partner in awake & self._reached.keys():
            if self._reached[partner] < numbers[partner]:
                try:
                    batches[partner], look = self._records(connection, partner)
                    looks.append(look)
                except ShareIsBroken as broken:
                    self._rest([partner], str(broken))
        if not batches:
            return 0
        topics = {self._topic(partner): records for partner, records in batches.items()}
        write(connection, looks)
        try:
            self._broker.publish(topics)
        except NotPublished as failed:
            self._reached.clear()
            self._rest([p for p in batches if self._topic(p) in failed.topics], str(failed))
            return 0
        for partner, records in batches.items():
            self._reached[partner] += len(records)
            self._resting.pop(partner, None)
        return sum(map(len, batches.values()))

    def _lead(self, connection: Connection, stop: Event) -> None:
        """Wait until this session is the active relay's; it stays so until it ends."""
        connection.execute("listen throughcare_share")
        while not stop.is_set():
            asked = connection.execute("select pg_try_advisory_lock(%s)", [_RELAYING])
            if asked.fetchone() == (True,):
                return
            stop.wait(0.2)

    def _read_tails(self, partners: Iterable[UUID], numbers: dict[UUID, int]) -> None:
        topics = {self._topic(partner): partner for partner in partners}
        for topic, tail in self._broker.tails(sorted(topics)).items():
            partner = topics[topic]
            number = _number(tail) if tail else 0
            if number > numbers[partner]:
                # The database was put back to an earlier time, or the topic is another's.
                told = numbers[partner]
                self._rest([partner], f"the topic is at {number}, the share at {told}")
                continue
            self._reached[partner] = number
            _log.info("relay continues", partner=str(partner), after=number)

    def _records(self, connection: Connection, partner: UUID) -> tuple[list[Record], Look]:
        """What is to be published next, and what is written of it first."""
        after = self._reached[partner]
        with connection.transaction():
            connection.execute(WHOSE, [str(partner)])
            cursor = connection.cursor(binary=True)
            cursor.execute(SHARE["after"], [partner, after, self._batch], prepare=True)
            rows = cursor.fetchall()
        self._keys.many({row[3] for row in rows if row[3]})
        entries = [opened(row, self._keys) for row in rows]
        if [entry.number for entry in entries] != list(range(after + 1, after + 1 + len(entries))):
            raise ShareIsBroken(f"the share does not go on without a gap after {after}")
        look = Look(
            organisation=PartnerId(partner),
            practitioner=None,
            role=Role.SYSTEM.value,
            purpose="",
            kind=Kind.STREAM,
            route="kafka",
            request=uuid4(),
            persons=[PersonId(row[3]) for row in rows if row[3]],
            position=entries[-1].position if entries else None,
            numbers=(after + 1, after + len(entries)),
        )
        return [self._record(entry) for entry in entries], look

    def _record(self, entry: Entry) -> Record:
        return Record(
            key=str(entry.subject or entry.partner).encode(),
            value=orjson.dumps(cloudevent(entry, self._source)["data"]),
            headers=headers(entry, self._source),
        )

    def _rests(self, partner: UUID) -> bool:
        until, _ = self._resting.get(partner, (0.0, 0.0))
        return until > monotonic()

    def _rest(self, partners: Iterable[UUID], reason: str) -> None:
        """Leave these partners alone for a while, longer each time; the others go on."""
        for partner in partners:
            _, before = self._resting.get(partner, (0.0, 0.5))
            rest = min(before * 2, MOST_REST)
            self._resting[partner] = (monotonic() + rest, rest)
            self._reached.pop(partner, None)
            _log.error("not relayed", partner=str(partner), reason=reason, again_in=rest)

    def _forget(self) -> None:
        self._broker.close()
        self._reached.clear()


def _number(tail: Headers) -> int:
    """The share number of a topic's last record."""
    return int(dict(tail)["ce_sharenumber"])
