"""Records into Kafka topics, each once and in order; the only module that knows a Kafka client.

It refuses to know what a record says. It never trusts a position kept elsewhere: where a topic
continues is what the topic itself ends with.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from time import monotonic
from typing import Any

from consumers.watchdog import Watchdog

with warnings.catch_warnings():
    # It reads its own schemas in a way that Python 3.11 and 3.12 call deprecated.
    warnings.simplefilter("ignore", DeprecationWarning)
    from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
    from kafka.admin import NewTopic
    from kafka.errors import KafkaError, KafkaTimeoutError, TopicAlreadyExistsError

RETENTION_DAYS = 7
DEADLINE = 10.0
"""Seconds a broker may take for one call that can be given a deadline."""

Headers = list[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a topic. The key keeps one person's records together."""

    key: bytes
    value: bytes
    headers: Headers


class BrokerIsAway(Exception):
    """The broker cannot be reached or will not have us. Nothing is lost; try again."""


class NotPublished(Exception):
    """Nothing of this attempt is known to be in these topics: read their tails again."""

    def __init__(self, topics: Iterable[str], reason: str) -> None:
        self.topics = frozenset(topics)
        super().__init__(f"{reason}: {', '.join(sorted(self.topics))}")


class Broker:
    """One publisher to one cluster.

    ``connection`` is what every client needs (``bootstrap_servers``, and how to sign in). ``name``
    is the transactional id: a second publisher by this name shuts the first one out, also one that
    was paused or whose records are still on their way.
    """

    def __init__(
        self, connection: Mapping[str, Any], watchdog: Watchdog, name: str = "throughcare-relay"
    ) -> None:
        self._connection, self._watchdog, self._name = dict(connection), watchdog, name
        self._producer: KafkaProducer | None = None
        self._last: dict[str, int] = {}

    def tails(self, topics: Sequence[str]) -> dict[str, Headers | None]:
        """The headers of each topic's last record; ``None`` for an empty topic.

        Topics that are not there are made. Whatever another publisher has begun is undone first.
        Raises `BrokerIsAway`.
        """
        try:
            with self._watchdog.over("read tails"):
                if self._producer is None:
                    self._open()
                self._make(topics)
                settings = self._connection | {
                    "enable_auto_commit": False,
                    "isolation_level": "read_committed",
                    "allow_auto_create_topics": False,
                    "bootstrap_timeout_ms": int(DEADLINE * 500),
                    "fetch_max_wait_ms": 100,
                }
                with closing(KafkaConsumer(**settings)) as consumer:
                    return {topic: self._tail(consumer, topic) for topic in topics}
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
        self._producer = KafkaProducer(
            **self._connection,
            transactional_id=self._name,
            transaction_timeout_ms=int(DEADLINE * 1000),
            linger_ms=5,
            batch_size=131_072,
            allow_auto_create_topics=False,
            request_timeout_ms=int(DEADLINE * 500),
            delivery_timeout_ms=int(DEADLINE * 1000),
            max_block_ms=int(DEADLINE * 500),
            bootstrap_timeout_ms=int(DEADLINE * 500),
            reconnect_backoff_max_ms=1_000,
        )
        self._producer.init_transactions()

    def _send(
        self, producer: KafkaProducer, batches: Mapping[str, Sequence[Record]], last: dict[str, int]
    ) -> set[str]:
        """Send, and look at every single answer; the topics in which one was not as it must be."""
        failed, sent = set(), []
        for topic, records in batches.items():
            try:
                for record in records:
                    future = producer.send(
                        topic, record.value, record.key, headers=record.headers, partition=0
                    )
                    sent.append((topic, future))
            except KafkaError:
                failed.add(topic)
        producer.flush(timeout=DEADLINE)
        until = monotonic() + DEADLINE
        for topic, future in sent:
            try:
                offset = future.get(timeout=max(0.0, until - monotonic())).offset
            except KafkaError:
                failed.add(topic)
                continue
            # An offset at or before one we have seen: the broker has lost what it acknowledged.
            if offset <= last.get(topic, -1):
                failed.add(topic)
            last[topic] = offset
        return failed

    def _make(self, topics: Sequence[str]) -> None:
        settings = self._connection | {"bootstrap_timeout_ms": int(DEADLINE * 500)}
        with closing(KafkaAdminClient(**settings)) as admin:
            missing = set(topics) - set(admin.list_topics())
            kept = {"retention.ms": str(RETENTION_DAYS * 86_400_000), "cleanup.policy": "delete"}
            for topic in sorted(missing):
                try:
                    admin.create_topics(
                        [NewTopic(topic, num_partitions=1, topic_configs=kept)],
                        timeout_ms=int(DEADLINE * 1000),
                        wait_for_metadata=True,
                    )
                except TopicAlreadyExistsError:
                    continue

    def _tail(self, consumer: KafkaConsumer, topic: str) -> Headers | None:
        """Step back from the end until a record is found; what is committed, nothing else."""
        partition = TopicPartition(topic, 0)
        consumer.assign([partition])
        first = consumer.beginning_offsets([partition])[partition]
        end = start = consumer.end_offsets([partition])[partition]
        back = 2  # the last record and the mark of its transaction
        until = monotonic() + DEADLINE
        while start > first:
            start = max(first, end - back)
            back *= 8
            consumer.seek(partition, start)
            found = None
            while consumer.position(partition) < end:
                for records in consumer.poll(timeout_ms=200).values():
                    found = records[-1]
                if monotonic() > until:
                    raise TimeoutError(topic)
            if found is not None:
                self._last[topic] = found.offset
                return list(found.headers)
        return None
