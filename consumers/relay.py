"""Publishes a partner's share on that partner's own Kafka topic: each entry once, in order.

It refuses to decide what a partner may know: that was decided once, when the share was told. It
keeps no position of its own: where to go on is the number of the last record in the topic.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import SystemRandom
from threading import Event
from time import monotonic
from typing import Any
from uuid import UUID

import psycopg
import structlog
from psycopg import Connection

from consumers.kafka.connecting import BrokerIsAway, Headers
from consumers.kafka.publishing import Broker, NotPublished
from consumers.leading import Loop, lead
from consumers.records import HEARTBEAT, Batch, batch_of, heartbeat
from domain.sharing import ERASED, LET_GO, WITHDRAWN
from domain.vocabulary import Way
from projections import directory, topics
from projections.connections import SETTINGS
from projections.keys import PersonKeys
from projections.looks import write
from projections.statements import statements
from projections.topics import Asked, Narrowing, Topic, Why, topic_of

SHARE = statements("share")
BATCH = 500
"""Entries of one partner in one attempt at most."""

FEW = 20
"""Entries of a parked case that are tried in one attempt at most."""

MOST_BYTES = 4 << 20
"""Bytes of one attempt, of all partners together; one entry more at most."""

PATIENCE = 1.0
"""Seconds to wait for word of new entries before looking anyway."""

KNOWN_FOR = 1.0
"""Seconds for which it is not asked again who may be told this way, and what is to be retried."""

MOST_REST = 60.0
"""Seconds after which a partner whose topic refuses records is tried again, at most."""

BEAT = timedelta(hours=1)
"""A topic never says nothing for longer, so that it always ends with a number to go on from."""

_REMOVING = {ERASED: Why.ERASED, LET_GO: Why.LET_GO}
"""What is asked to be removed, and so is on no topic from then on."""

_SETTINGS: dict[str, Any] = dict(SETTINGS)

_log = structlog.get_logger("consumers")
_chance = SystemRandom()


def _now() -> datetime:
    return datetime.now(UTC)


class ShareIsBroken(Exception):
    """A partner's topic and its share do not agree; a person has to look. Names numbers only."""


@dataclass
class Reached:
    """A partner's topic as it is now: up to which number, who waits, when it last said so."""

    topic: Topic
    number: int
    parked: set[UUID] = field(default_factory=set)
    beat_at: datetime | None = None


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
        batch: int = BATCH,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._dsn, self._keys, self._broker, self._source = dsn, keys, broker, source
        self._batch, self._clock = batch, clock
        self._reached: dict[UUID, Reached] = {}
        self._resting: dict[UUID, tuple[float, float]] = {}
        self._agreed: frozenset[UUID] = frozenset()
        self._asked_until, self._said = 0.0, dict[UUID, tuple[int, int]]()

    def run(self, stop: Event) -> None:
        """Publish until told to stop. A lost database or broker is waited for."""
        rest = 0.5
        while not stop.is_set():
            try:
                with psycopg.connect(self._dsn, **_SETTINGS) as connection:
                    connection.execute("listen throughcare_share")
                    lead(connection, Loop.RELAY, stop)
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
        if looking := self._asked_until <= monotonic():
            self._look_around(connection)
        numbers = self._numbers(connection)
        awake = {partner for partner in numbers if not self._rests(partner)}
        if unknown := awake - self._reached.keys():
            self._read_tails(connection, unknown, numbers)
        for case in topics.asked(connection) if looking else ():
            if case.partner in self._reached:
                self._retry(connection, case)
        batches: dict[UUID, Batch] = {}
        room = MOST_BYTES
        for partner in self._by_turns(awake & self._reached.keys()):
            if self._reached[partner].number < numbers[partner] and room > 0:
                try:
                    batch = self._next(connection, partner, room)
                except ShareIsBroken as broken:
                    self._rest([partner], str(broken))
                    continue
                if batch is None:  # the topic is over: the next one begins with the next step
                    return self.step(connection)
                batches[partner] = batch
                room -= batch.size
        return self._publish(connection, batches)

    def _numbers(self, connection: Connection) -> dict[UUID, int]:
        rows = connection.cursor(binary=True).execute(SHARE["numbers"], prepare=True).fetchall()
        return {partner: number for partner, number in rows if partner in self._agreed}

    def _by_turns(self, partners: Collection[UUID]) -> list[UUID]:
        """Whoever is furthest behind has no right to all the room: the order is by chance."""
        return _chance.sample(sorted(partners), len(partners))

    # Who has a topic, and which

    def _look_around(self, connection: Connection) -> None:
        """Ask again who may be told this way, and delete topics that are over."""
        known = directory.load(connection)
        agreed = frozenset(p for p in known.partners if known.may_use(p, Way.KAFKA))
        for gone in self._reached.keys() - agreed:
            del self._reached[gone]
        self._agreed = agreed
        for partner, generation in topics.over(connection, agreed):
            if self._broker.drop(topic_of(partner, generation)):
                topics.gone(connection, partner, generation)
                _log.info("topic deleted", partner=str(partner), generation=generation)
            else:
                _log.error("topic not deleted", partner=str(partner), generation=generation)
        self._say(connection)
        self._asked_until = monotonic() + KNOWN_FOR

    def _read_tails(
        self, connection: Connection, partners: Iterable[UUID], numbers: dict[UUID, int]
    ) -> None:
        standing = topics.standing(connection, partners)
        for partner in partners:
            held = standing.get(partner)
            if held is None:
                # All that is told, or what follows the last narrowing: what that took is not shown.
                narrowed = topics.narrowings(connection, partner, 0, numbers[partner])
                first = narrowed[-1].number if narrowed else 1
                position = narrowed[-1].position if narrowed else 0
                topics.begin(connection, partner, first, position, Why.FIRST)
            elif held.gone:
                first = numbers[partner] + 1
                topics.begin(connection, partner, first, held.position, Why.AGREED_AGAIN)
        standing = topics.standing(connection, partners)
        parked = topics.parked_of(connection, partners)
        by_name = {each.name: each for each in standing.values()}
        for name, tail in self._broker.tails(sorted(by_name)).items():
            topic = by_name[name]
            number = _number(tail) if tail else topic.first - 1
            told = numbers[topic.partner]
            if number > told:
                # The database was put back to an earlier time, or the topic is another's.
                self._rest([topic.partner], f"the topic is at {number}, the share at {told}")
                continue
            waits = parked.get(topic.partner, set())
            self._reached[topic.partner] = Reached(topic, number, waits)
            _log.info("relay continues", partner=str(topic.partner), after=number)

    # What is published

    def _next(self, connection: Connection, partner: UUID, room: int) -> Batch | None:
        """What is to be published next; ``None`` if a new topic begins instead."""
        now = self._reached[partner]
        rows = topics.after(connection, partner, now.number, self._batch, room)
        following = [row[1] for row in rows]
        if not rows or following != list(range(now.number + 1, now.number + 1 + len(rows))):
            raise ShareIsBroken(f"the share does not go on without a gap after {now.number}")
        for turn, why in self._turns(connection, now, rows):
            if turn.number == following[0]:
                topics.begin(connection, partner, turn.number, turn.position, why)
                _log.info("topic is over", partner=str(partner), after=now.number)
                del self._reached[partner]
                self._asked_until = 0.0
                return None
            rows = rows[: turn.number - following[0]]
            break
        return batch_of(partner, now.number, rows, self._keys, self._source, now.parked)

    def _turns(
        self, connection: Connection, now: Reached, rows: Sequence[Any]
    ) -> list[tuple[Narrowing, Why]]:
        """Where, among these rows, the topic is over: what it holds may be known no longer."""
        partner, last = now.topic.partner, rows[-1][1]
        found: list[tuple[Narrowing, Why]] = []
        if any(row[5] == WITHDRAWN for row in rows):
            narrowed = topics.narrowings(connection, partner, now.number, last)
            found += [
                (each, Why.NARROWED) for each in narrowed if each.position > now.topic.position
            ]
        for row in rows:
            why = _REMOVING.get(row[5])
            if why and topics.holds(connection, now.topic, row[4], row[1]):
                found.append((Narrowing(row[1], row[2]), why))
        return sorted(found, key=lambda each: each[0].number)

    def _publish(self, connection: Connection, batches: dict[UUID, Batch]) -> int:
        """Publish these batches, and a heartbeat of whoever is due one; how many entries."""
        for batch in batches.values():
            if batch.waiting:
                self._park(connection, batch)
        at = self._clock()
        records = {partner: list(batch.records) for partner, batch in batches.items()}
        for partner, now in self._reached.items():
            new = batches.get(partner)
            due = now.beat_at is None or at - now.beat_at >= BEAT
            if due or (new and new.waiting):
                number = new.last if new else now.number
                held = topics.held(connection, partner) if now.parked else ()
                beat = heartbeat(partner, number, at, self._source, held)
                records.setdefault(partner, []).append(beat)
        if not records:
            return 0
        if looks := [batch.look() for batch in batches.values() if batch.records]:
            write(connection, looks)
        names = {self._reached[partner].topic.name: partner for partner in records}
        try:
            self._broker.publish({name: records[partner] for name, partner in names.items()})
        except NotPublished as failed:
            self._reached.clear()
            self._rest([names[name] for name in failed.topics], str(failed))
            return 0
        for partner, sent in records.items():
            now = self._reached[partner]
            if partner in batches:
                now.number = batches[partner].last
                self._resting.pop(partner, None)
            if len(sent) > (len(batches[partner].records) if partner in batches else 0):
                now.beat_at = at
        return sum(batch.last - batch.after for batch in batches.values())

    # What waits

    def _park(self, connection: Connection, batch: Batch) -> None:
        """Write down whose entries wait, before the topic goes on past them."""
        topics.park(connection, batch.partner, batch.poisoned, batch.waiting)
        for each in batch.poisoned:
            self._reached[batch.partner].parked.add(each.subject)
            _log.error(
                "case parked",
                partner=str(batch.partner),
                number=each.number,
                type=each.type,
                reason=each.reason,
            )

    def _retry(self, connection: Connection, case: Asked) -> None:
        """Publish what waited of a parked case, in its order, in front of what follows it."""
        now = self._reached[case.partner]
        name = now.topic.name
        if case.trying_from is not None:
            # It was tried before, and nobody knows with which end: the topic does.
            there = {_number(e) for e in self._broker.since(name, case.trying_from) if _entry(e)}
            if self._told(connection, case, sorted(there)):
                return
        numbers = topics.waiting(connection, case, now.number, FEW)
        rows = topics.numbered(connection, case.partner, numbers)
        batch = batch_of(case.partner, now.number, rows, self._keys, self._source)
        if batch.poisoned:
            topics.not_yet(connection, case, batch.poisoned[0].reason)
            _log.error("case still parked", partner=str(case.partner), case=str(case.id))
            return
        if not numbers:
            return  # the topic has not passed them by yet
        topics.trying(connection, case, self._broker.end(name))
        left = [number for number in topics.held(connection, case.partner) if number not in numbers]
        beat = heartbeat(case.partner, now.number, self._clock(), self._source, left)
        write(connection, [batch.look()])
        try:
            self._broker.publish({name: [*batch.records, beat]})
        except NotPublished as failed:
            self._reached.clear()
            self._rest([case.partner], str(failed))
            return
        self._told(connection, case, numbers)

    def _told(self, connection: Connection, case: Asked, numbers: Sequence[int]) -> bool:
        """These numbers are in the topic; whether nothing waits of the case any more."""
        if healed := topics.told(connection, case, numbers):
            self._reached[case.partner].parked.discard(case.subject)
            _log.info("case is told", partner=str(case.partner), case=str(case.id))
        return healed

    # How it goes

    def _say(self, connection: Connection) -> None:
        """Write down for who looks how far each topic is."""
        far = {p: (now.topic.generation, now.number) for p, now in self._reached.items()}
        if news := {p: each for p, each in far.items() if self._said.get(p) != each}:
            topics.reached(connection, news)
            self._said |= news

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


def _entry(record: Headers) -> bool:
    return dict(record)["ce_type"] != HEARTBEAT.encode()


def _number(tail: Headers) -> int:
    """The share number of a record."""
    return int(dict(tail)["ce_sharenumber"])
