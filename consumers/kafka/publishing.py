"""Records into topics, each once and in order, or not at all.

It refuses to know what a record says. It never trusts a position kept elsewhere: where a topic
continues is what the topic itself ends with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from time import monotonic

from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError

from consumers.kafka.connecting import (
    DEADLINE,
    BrokerIsAway,
    Connection,
    Headers,
    Record,
    opened,
)
from consumers.kafka.reading import ends, reader, since, tails
from consumers.kafka.topics import KEPT, administrator, drop, make
from consumers.watchdog import Watchdog

PAUSE = 5
"""Milliseconds before what the broker refused for now is asked of it again."""


class NotPublished(Exception):
    """Nothing of this attempt is known to be in these topics: read their tails again."""

    def __init__(self, topics: Iterable[str], reason: str) -> None:
        self.topics = frozenset(topics)
        super().__init__(f"{reason}: {', '.join(sorted(self.topics))}")


class Broker:
    """One publisher to one cluster.

    ``name`` is the transactional id: a second publisher by this name shuts the first one out, also
    one that was paused or whose records are still on their way. ``deadline`` is in seconds.
    """

    def __init__(
        self,
        connection: Connection,
        watchdog: Watchdog,
        name: str = "throughcare-relay",
        *,
        deadline: float = DEADLINE,
        partitions: int = 1,
        kept: Mapping[str, str] = KEPT,
    ) -> None:
        self._connection, self._watchdog, self._name = connection, watchdog, name
        self._deadline, self._partitions, self._kept = deadline, partitions, kept
        self._producer: KafkaProducer | None = None
        self._last: dict[tuple[str, int], int] = {}

    def tails(self, topics: Sequence[str]) -> dict[str, Headers | None]:
        """The headers of each topic's last record, in its first partition; ``None`` if it is empty.

        Topics that are not there are made. Whatever another publisher has begun is undone first.
        Raises `BrokerIsAway`.
        """
        try:
            with self._watchdog.over("read tails"):
                if self._producer is None:
                    self._open()
                with closing(administrator(self._connection, self._deadline)) as admin:
                    make(admin, topics, self._deadline, self._partitions, self._kept)
                with closing(reader(self._connection, self._deadline)) as consumer:
                    last = tails(consumer, topics, self._deadline)
        except (KafkaError, OSError) as failed:
            self.close()
            raise BrokerIsAway(type(failed).__name__) from failed
        self._last |= {(topic, 0): end[0] for topic, end in last.items() if end}
        return {topic: end[1] if end else None for topic, end in last.items()}

    def end(self, topic: str) -> int:
        """An offset after every record of a topic, whose tail must have been read."""
        return self._last.get((topic, 0), -1) + 1

    def ends(self, topic: str) -> list[int]:
        """The offset with which each partition of a topic ends. Raises `BrokerIsAway`."""
        try:
            with (
                self._watchdog.over("read ends"),
                closing(reader(self._connection, self._deadline)) as consumer,
            ):
                return ends(consumer, topic, self._partitions)
        except (KafkaError, OSError) as failed:
            self.close()
            raise BrokerIsAway(type(failed).__name__) from failed

    def since(self, topic: str, offset: int) -> list[Headers]:
        """The headers of what is committed in a topic from an offset on. Raises `BrokerIsAway`."""
        try:
            with (
                self._watchdog.over("read again"),
                closing(reader(self._connection, self._deadline)) as consumer,
            ):
                return since(consumer, topic, offset, self._deadline)
        except (KafkaError, OSError) as failed:
            self.close()
            raise BrokerIsAway(type(failed).__name__) from failed

    def drop(self, topic: str) -> bool:
        """Delete a topic; whether it is gone. Raises `BrokerIsAway`."""
        try:
            with (
                self._watchdog.over("delete a topic"),
                closing(administrator(self._connection, self._deadline)) as admin,
            ):
                return drop(admin, topic, self._deadline)
        except (KafkaError, OSError) as failed:
            self.close()
            raise BrokerIsAway(type(failed).__name__) from failed

    def publish(self, batches: Mapping[str, Sequence[Record]]) -> None:
        """All of these records, each topic's in order, or none. Raises `NotPublished`.

        The tails of the topics must have been read by `tails` since the last failure.
        """
        assert self._producer is not None, "tails are read before anything is published"
        reached = dict(self._last)
        with self._watchdog.over("publish"):
            try:
                self._producer.begin_transaction()
                failed = self._send(self._producer, batches, reached)
                if failed:
                    raise NotPublished(failed, "a record was refused, or the topic has lost some")
                self._producer.commit_transaction()
            except KafkaError as away:
                # Whether a commit whose answer was lost took place is in the topics' tails.
                self.close()
                raise NotPublished(batches, type(away).__name__) from away
            except NotPublished:
                self.close()
                raise
        self._last = reached

    def close(self) -> None:
        """Let go of the broker; what was begun and not committed is undone. Can be used again."""
        producer, self._producer = self._producer, None
        self._last.clear()
        if producer is not None:
            with self._watchdog.over("close"):
                try:
                    producer.close(timeout=1.0)
                except KafkaTimeoutError:
                    # It would go on trying to send what cannot be sent, behind our back.
                    producer._sender.force_close()
                    producer.close(timeout=1.0)

    def _open(self) -> None:
        self._producer = opened(
            KafkaProducer,
            **self._connection,
            transactional_id=self._name,
            transaction_timeout_ms=int(self._deadline * 1000),
            linger_ms=5,
            batch_size=131_072,
            # Kafka refuses the next transaction while it still marks the records of the last one
            # as committed, which takes it milliseconds; the client then sleeps for this long.
            retry_backoff_ms=PAUSE,
            allow_auto_create_topics=False,
            request_timeout_ms=int(self._deadline * 500),
            delivery_timeout_ms=int(self._deadline * 1000),
            max_block_ms=int(self._deadline * 500),
            bootstrap_timeout_ms=int(self._deadline * 500),
            reconnect_backoff_max_ms=1_000,
        )
        self._producer.init_transactions()

    def _send(
        self,
        producer: KafkaProducer,
        batches: Mapping[str, Sequence[Record]],
        last: dict[tuple[str, int], int],
    ) -> set[str]:
        """Send, and look at every single answer; the topics in which one was not as it must be."""
        failed, sent = set(), []
        for topic, records in batches.items():
            try:
                for record in records:
                    future = producer.send(
                        topic,
                        record.value,
                        record.key,
                        headers=record.headers,
                        partition=record.partition,
                    )
                    sent.append((topic, record.partition, future))
            except KafkaError:
                failed.add(topic)
        producer.flush(timeout=self._deadline)
        until = monotonic() + self._deadline
        for topic, partition, future in sent:
            try:
                answer = (
                    future.value
                    if future.succeeded()
                    else future.get(timeout=max(0.0, until - monotonic()))
                )
            except KafkaError:
                failed.add(topic)
                continue
            offset = answer.offset
            # An offset at or before one we have seen: the broker has lost what it acknowledged.
            if offset <= last.get((topic, partition), -1):
                failed.add(topic)
            last[topic, partition] = offset
        return failed
