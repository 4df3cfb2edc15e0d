"""Several topics followed from places that are kept elsewhere, each record once and in order.

It refuses to remember a place: whoever takes a record says with its effect where to go on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from consumers.kafka.connecting import DEADLINE, BrokerIsAway, Connection
from consumers.kafka.reading import reader
from consumers.watchdog import Watchdog

_log = structlog.get_logger("consumers")


@dataclass(frozen=True, slots=True)
class Arrived:
    """One record of a topic, as its writer sent it."""

    topic: str
    offset: int
    value: bytes
    headers: Mapping[str, str]


class Follower:
    """One reader of topics with one partition each; it sees what was committed, nothing else."""

    def __init__(
        self, connection: Connection, watchdog: Watchdog, *, deadline: float = DEADLINE
    ) -> None:
        self._connection, self._watchdog, self._deadline = connection, watchdog, deadline
        self._consumer: KafkaConsumer | None = None

    def follow(self, places: Mapping[str, int | None]) -> None:
        """Go on in each topic from its place, ``None`` for its beginning.

        Where a topic no longer has its place, or not yet, it is read from its beginning: what is
        taken by its id is not taken twice. Raises `BrokerIsAway`.
        """
        try:
            with self._watchdog.over("follow"):
                if self._consumer is None:
                    self._consumer = reader(self._connection, self._deadline, reset="none")
                topics = {TopicPartition(topic, 0): place for topic, place in places.items()}
                self._consumer.assign(list(topics))
                first = self._consumer.beginning_offsets(list(topics)) if topics else {}
                ends = self._consumer.end_offsets(list(topics)) if topics else {}
                for partition, place in topics.items():
                    if place is not None and not first[partition] <= place <= ends[partition]:
                        _log.error(
                            "a topic does not have its place",
                            topic=partition.topic,
                            place=place,
                            first=first[partition],
                            end=ends[partition],
                        )
                        place = None
                    self._consumer.seek(partition, first[partition] if place is None else place)
        except (KafkaError, OSError) as failed:
            self.close()
            raise BrokerIsAway(type(failed).__name__) from failed

    def take(self, seconds: float, most: int) -> list[Arrived]:
        """What has arrived, each topic's in order; waits so long for a first. Raises
        `BrokerIsAway`, also when a topic has lost its place: follow again.
        """
        assert self._consumer is not None, "topics are followed before anything is taken"
        try:
            with self._watchdog.over("take"):
                found = self._consumer.poll(timeout_ms=int(seconds * 1000), max_records=most)
        except (KafkaError, OSError) as failed:
            self.close()
            raise BrokerIsAway(type(failed).__name__) from failed
        return [
            Arrived(
                partition.topic,
                record.offset,
                record.value or b"",
                {name: (value or b"").decode("utf-8", "replace") for name, value in record.headers},
            )
            for partition, records in found.items()
            for record in records
        ]

    def close(self) -> None:
        """Let go of the broker. Can be used again after `follow`."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            with self._watchdog.over("close"):
                consumer.close()
