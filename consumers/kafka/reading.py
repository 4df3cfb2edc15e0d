"""What is in a topic, and with what it ends, as far as committed; not what it says."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic

from kafka import KafkaConsumer, TopicPartition

from consumers.kafka.connecting import DEADLINE, Connection, Headers, opened


def reader(
    connection: Connection, deadline: float = DEADLINE, *, reset: str = "latest"
) -> KafkaConsumer:
    """A consumer of no group that sees what was committed, and nothing else.

    ``reset`` is where it goes on when its place is gone; ``none`` refuses to guess.
    """
    return opened(
        KafkaConsumer,
        **connection,
        enable_auto_commit=False,
        isolation_level="read_committed",
        allow_auto_create_topics=False,
        auto_offset_reset=reset,
        request_timeout_ms=int(deadline * 1000),
        bootstrap_timeout_ms=int(deadline * 500),
        fetch_max_wait_ms=100,
    )


def ends(consumer: KafkaConsumer, topic: str, partitions: int) -> list[int]:
    """The offset with which each partition ends."""
    asked = [TopicPartition(topic, partition) for partition in range(partitions)]
    found = consumer.end_offsets(asked)
    return [found[each] for each in asked]


def since(
    consumer: KafkaConsumer, topic: str, offset: int, deadline: float = DEADLINE
) -> list[Headers]:
    """The headers of what is committed in a topic from an offset on."""
    partition = TopicPartition(topic, 0)
    consumer.assign([partition])
    first = consumer.beginning_offsets([partition])[partition]
    end = consumer.end_offsets([partition])[partition]
    consumer.seek(partition, max(first, offset))
    found: list[Headers] = []
    until = monotonic() + deadline
    while consumer.position(partition) < end:
        for records in consumer.poll(timeout_ms=200).values():
            found += (list(record.headers) for record in records)
        if monotonic() > until:
            raise TimeoutError(topic)
    return found


def tails(
    consumer: KafkaConsumer, topics: Sequence[str], deadline: float = DEADLINE
) -> dict[str, tuple[int, Headers] | None]:
    """Offset and headers of each topic's last record; ``None`` for an empty topic."""
    partitions = [TopicPartition(topic, 0) for topic in topics]
    if not partitions:
        return {}
    first, end = consumer.beginning_offsets(partitions), consumer.end_offsets(partitions)
    return {each.topic: _tail(consumer, each, first[each], end[each], deadline) for each in first}


def _tail(
    consumer: KafkaConsumer, partition: TopicPartition, first: int, end: int, deadline: float
) -> tuple[int, Headers] | None:
    """It steps back from the end until a record is found: the end may be marks of transactions."""
    consumer.assign([partition])
    start = end
    back = 2  # the last record and the mark of its transaction
    until = monotonic() + deadline
    while start > first:
        start = max(first, end - back)
        back *= 8
        consumer.seek(partition, start)
        found = None
        while consumer.position(partition) < end:
            # It waits in vain where there are marks alone, and has passed them by.
            for records in consumer.poll(timeout_ms=20).values():
                found = records[-1]
            if monotonic() > until:
                raise TimeoutError(partition.topic)
        if found is not None:
            return found.offset, list(found.headers)
    return None
