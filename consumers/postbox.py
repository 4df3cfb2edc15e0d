"""Partners' inbox topics, read into the inbox, and their dead letters, written back.

It refuses to know what a message asks, and where it goes on but by its outcome: the place in each
topic is moved in the transaction that says what became of the message.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import SystemRandom
from threading import Event
from time import monotonic
from typing import Any

import orjson
import psycopg
import structlog

from consumers.came import AWAY
from consumers.inbox import Inbox
from consumers.kafka.access import dead_of, inbox_of
from consumers.kafka.connecting import BrokerIsAway, Headers, Record
from consumers.kafka.following import Follower
from consumers.kafka.publishing import Broker, NotPublished
from consumers.leading import Loop, lead
from domain.vocabulary import PartnerId, Way
from projections.behalf import acting_for
from projections.connections import SETTINGS
from projections.directory import Directory
from projections.inbox import Letters, Taken, Via

PATIENCE = 0.5
"""Seconds to wait for a message before looking at what else there is to do."""

MOST = 100
"""Messages at once; and dead letters of one partner in one attempt."""

LOOK = 5.0
"""Seconds between two looks at who answers by Kafka."""

NUMBER = "inbox_number"

_SETTINGS: dict[str, Any] = dict(SETTINGS)

_log = structlog.get_logger("consumers")
_chance = SystemRandom()


class Postbox:
    """One loop over the topics of all partners. A second one waits until the first one ends.

    ``dsn`` is of the role that serves, and must not lead through a pooler of transactions: the
    session holds the lock. ``broker`` publishes dead letters under a transactional id of its own.
    """

    def __init__(
        self,
        dsn: str,
        inbox: Inbox,
        letters: Letters,
        directory: Callable[[], Directory],
        follower: Follower,
        broker: Broker,
    ) -> None:
        self._dsn, self._inbox, self._letters = dsn, inbox, letters
        self._directory, self._follower, self._broker = directory, follower, broker
        self._topics: dict[str, PartnerId] = {}
        self._told: dict[PartnerId, int] = {}
        self._looked = float("-inf")

    def run(self, stop: Event) -> None:
        """Take messages until told to stop. A lost database or broker is waited for."""
        rest = 0.5
        while not stop.is_set():
            try:
                with psycopg.connect(self._dsn, **_SETTINGS) as connection:
                    lead(connection, Loop.POSTBOX, stop)
                    while not stop.is_set():
                        connection.execute("select 1")  # the lock is ours as long as this answers
                        self.step()
                        if not self._topics:
                            stop.wait(PATIENCE)
                        rest = 0.5
            except (*AWAY, BrokerIsAway) as lost:
                _log.warning("lost; trying again", error=type(lost).__name__)
                self._forget()
                stop.wait(rest * (0.5 + _chance.random()))
                rest = min(rest * 2, 15.0)
        self._forget()

    def step(self) -> int:
        """Take what has arrived and publish dead letters; how many messages came.

        Raises `BrokerIsAway`, and what a database that is away raises.
        """
        self._follow()
        arrived = self._follower.take(PATIENCE, MOST) if self._topics else []
        for one in arrived:
            self._inbox.take(
                self._topics[one.topic], one.value, one.headers, Via.KAFKA, after=one.offset + 1
            )
        self._tell_dead()
        return len(arrived)

    def _follow(self) -> None:
        """Follow the topics of those who may answer by Kafka, from where each goes on."""
        if monotonic() - self._looked < LOOK:
            return
        known = self._directory()
        topics = {
            inbox_of(each.id): each.id
            for each in known.partners.values()
            if not each.left and known.may_use(each.id, Way.KAFKA)
        }
        if topics != self._topics or self._looked < 0:
            tails = self._broker.tails(sorted([*topics, *map(dead_of, topics.values())]))
            places: dict[str, int | None] = {}
            for topic, partner in topics.items():
                with acting_for(partner):
                    places[topic] = self._letters.reached(partner)
                    last = tails[dead_of(partner)]
                    told = _number(last) if last else self._letters.dead_told(partner)
                self._told[partner] = told
                _log.info("inbox continues", partner=str(partner), place=places[topic])
            self._follower.follow(places)
            self._topics = topics
        self._looked = monotonic()

    def _tell_dead(self) -> None:
        """Publish what was refused or is dead and came by a topic: each once, in order."""
        batches: dict[str, list[Record]] = {}
        last: dict[PartnerId, int] = {}
        for partner in self._topics.values():
            with acting_for(partner):
                dead = self._letters.letters(partner, self._told[partner], MOST)
                if dead:
                    batches[dead_of(partner)] = [self._letter(each) for each in dead]
                    last[partner] = dead[-1].number
        if not batches:
            return
        try:
            self._broker.publish(batches)
        except NotPublished as failed:
            # Whether it took place is in the topics' ends.
            raise BrokerIsAway(str(failed)) from failed
        for partner, number in last.items():
            self._told[partner] = number
            with acting_for(partner):
                self._letters.tell_dead(partner, number)

    def _letter(self, dead: Taken) -> Record:
        """The very bytes that came, with what became of them and why in headers."""
        original, headers = self._letters.original(dead.message) or (b"", {})
        said: Mapping[str, str] = headers | {
            NUMBER: str(dead.number),
            "inbox_id": dead.name,
            "inbox_outcome": dead.outcome.value,
            "inbox_problem": f"/problems/{dead.problem}",
            "inbox_detail": str(dead.answer["detail"]),
            "inbox_errors": orjson.dumps(dead.answer.get("errors", [])).decode(),
            "inbox_at": dead.at.isoformat(),
        }
        return Record(
            dead.name.encode(), original, [(name, value.encode()) for name, value in said.items()]
        )

    def _forget(self) -> None:
        self._follower.close()
        self._broker.close()
        self._topics, self._looked = {}, float("-inf")


def _number(headers: Headers) -> int:
    return int(dict(headers)[NUMBER])
