"""Topics are kept for a week, but that of the checkpoints; a partner's has one partition, so that
its order is the share's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kafka import KafkaAdminClient
from kafka.admin import NewTopic
from kafka.errors import (
    TopicAlreadyExistsError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)

from consumers.kafka.connecting import DEADLINE, Connection, opened

RETENTION_DAYS = 7

KEPT = {"retention.ms": str(RETENTION_DAYS * 86_400_000), "cleanup.policy": "delete"}
"""What a topic is set to."""

FOR_EVER = {"retention.ms": "-1", "cleanup.policy": "delete"}
"""What a topic is set to of which nothing is let go."""


def administrator(connection: Connection, deadline: float = DEADLINE) -> KafkaAdminClient:
    """A client that makes and changes; to be closed."""
    return opened(
        KafkaAdminClient,
        **connection,
        request_timeout_ms=int(deadline * 1000),
        bootstrap_timeout_ms=int(deadline * 500),
    )


def make(
    admin: KafkaAdminClient,
    topics: Iterable[str],
    deadline: float = DEADLINE,
    partitions: int = 1,
    kept: Mapping[str, str] = KEPT,
) -> None:
    """Make the topics that are not there."""
    for topic in sorted(set(topics) - set(admin.list_topics())):
        try:
            admin.create_topics(
                [NewTopic(topic, num_partitions=partitions, topic_configs=dict(kept))],
                timeout_ms=int(deadline * 1000),
                wait_for_metadata=True,
            )
        except TopicAlreadyExistsError:
            continue


def drop(admin: KafkaAdminClient, topic: str, deadline: float = DEADLINE) -> bool:
    """Delete a topic and all that is in it; whether it is gone: the broker may forbid it."""
    try:
        admin.delete_topics([topic], timeout_ms=int(deadline * 1000))
    except UnknownTopicOrPartitionError:
        return True
    except TopicAuthorizationFailedError:
        return False
    return True
