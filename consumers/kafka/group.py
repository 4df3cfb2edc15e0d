"""One member of a consumer group: which partitions are its own now, and what comes next of them.

It refuses to say how far a partition is: that is kept beside what was made of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from kafka import ConsumerRebalanceListener, KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from consumers.kafka.connecting import DEADLINE, BrokerIsAway, Connection, Headers, opened
from consumers.watchdog import Watchdog

SILENT = 6.0
"""Seconds after which a member that says nothing is gone, and its partitions are another's."""

Taken = tuple[int, bytes, bytes, Headers]
"""Offset, key, value and headers of a record."""


class Group(ConsumerRebalanceListener):  # type: ignore[misc]
    """One member. It joins when it is first asked for records, and leaves when it is closed."""

    def __init__(
        self,
        connection: Connection,
        watchdog: Watchdog,
        topic: str,
        name: str,
        *,
        silent: float = SILENT,
        deadline: float = DEADLINE,
    ) -> None:
        self._connection, self._watchdog = connection, watchdog
        self._topic, self._name = topic, name
        self._silent, self._deadline = silent, deadline
        self._consumer: KafkaConsumer | None = None
        self._gone: set[int] = set()

    @property
    def assigned(self) -> frozenset[int]:
        """The partitions that are this member's, as far as it knows."""
        if self._consumer is None:
            return frozenset()
        return frozenset(each.partition for each in self._consumer.assignment())

    def gone(self) -> set[int]:
        """The partitions that were taken from this member since this was asked last."""
        gone, self._gone = self._gone, set()
        return gone

    def first(self, partitions: Iterable[int]) -> dict[int, int]:
        """The offset of the oldest record that each partition still has."""
        asked = [TopicPartition(self._topic, partition) for partition in partitions]
        with self._at("read beginnings") as consumer:
            return {each.partition: at for each, at in consumer.beginning_offsets(asked).items()}

    def seek(self, partition: int, offset: int) -> None:
        """Go on there."""
        with self._at("seek") as consumer:
            consumer.seek(TopicPartition(self._topic, partition), offset)

    def poll(self, seconds: float, most: int) -> dict[int, list[Taken]]:
        """What comes next of each partition, if anything comes within this time; so many at most.

        Raises `BrokerIsAway`.
        """
        with self._at("poll") as consumer:
            _finish_joining(consumer)
            found = consumer.poll(timeout_ms=int(seconds * 1000), max_records=most)
            return {
                each.partition: [(r.offset, r.key, r.value, r.headers) for r in records]
                for each, records in found.items()
            }

    def close(self) -> None:
        """Leave, so that the others need not wait; it can be joined again."""
        consumer, self._consumer = self._consumer, None
        self._gone.clear()
        if consumer is not None:
            # A broker that is away misses us by itself.
            with self._watchdog.over("leave"), suppress(KafkaError):
                consumer.close()

    # What the client calls while it is asked for records

    def on_partitions_revoked(self, revoked: Iterable[Any]) -> None:
        self._gone |= {each.partition for each in revoked}

    def on_partitions_lost(self, lost: Iterable[Any]) -> None:
        self._gone |= {each.partition for each in lost}

    def on_partitions_assigned(self, assigned: Iterable[Any]) -> None:
        """Nothing: who holds a partition goes to where it goes on before it takes a record."""

    @contextmanager
    def _at(self, call: str) -> Iterator[KafkaConsumer]:
        try:
            with self._watchdog.over(call):
                yield self._joined()
        except (KafkaError, OSError) as failed:
            raise BrokerIsAway(type(failed).__name__) from failed

    def _joined(self) -> KafkaConsumer:
        if self._consumer is None:
            self._consumer = opened(
                KafkaConsumer,
                **self._connection,
                group_id=self._name,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                isolation_level="read_committed",
                allow_auto_create_topics=False,
                session_timeout_ms=int(self._silent * 1000),
                heartbeat_interval_ms=int(self._silent * 300),
                request_timeout_ms=int(self._deadline * 1000),
                bootstrap_timeout_ms=int(self._deadline * 500),
                fetch_max_wait_ms=100,
                # Who came before the topic was there, or when it was lost, sees it soon.
                metadata_max_age_ms=2_000,
            )
            self._consumer.subscribe([self._topic], listener=self)
        return self._consumer


def _finish_joining(consumer: KafkaConsumer) -> None:
    """Have a join that is under way, or done, taken notice of.

    kafka-python 3.0.12 forgets one that began because a topic came or grew, if a ``poll`` ends
    while the broker is still asked: the next one finds nothing to join for, and the member never
    learns which partitions it was given. See docs/decisions.md, 2026-11-22.
    """
    coordinator = consumer._coordinator
    if coordinator.rejoining and not coordinator.need_rejoin():
        coordinator.request_rejoin()
