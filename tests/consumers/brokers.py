"""Real Kafka brokers for the tests, stopped and killed at will.

Apache Kafka keeps what it acknowledged; ``noida-db`` may lose some of it when it is killed.
"""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from consumers.kafka.connecting import opened
from deploy.broker.nodes import Nodes, free_ports
from deploy.broker.standin import StandIn

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition


class KafkaServer(ABC):
    """One broker, and what a partner's consumer reads from it."""

    @property
    @abstractmethod
    def connection(self) -> dict[str, Any]:
        """How whoever may do everything connects."""

    @abstractmethod
    def start(self) -> None: ...

    @abstractmethod
    def stop(self) -> None: ...

    @abstractmethod
    def kill(self) -> None: ...

    def has(self, topic: str) -> bool:
        """Whether there is such a topic."""
        with closing(opened(KafkaAdminClient, **self.connection)) as admin:
            return topic in admin.list_topics()

    def read(self, topic: str) -> Sequence[Any]:
        """Every committed record of a topic, as a partner's consumer gets them."""
        partition = TopicPartition(topic, 0)
        consumer = opened(
            KafkaConsumer,
            **self.connection,
            isolation_level="read_committed",
            enable_auto_commit=False,
            allow_auto_create_topics=False,
            fetch_max_wait_ms=50,
        )
        try:
            consumer.assign([partition])
            consumer.seek_to_beginning(partition)
            end = consumer.end_offsets([partition])[partition]
            records: list[Any] = []
            until = monotonic() + 30.0
            while consumer.position(partition) < end:
                assert monotonic() < until, "the topic could not be read to its end"
                for some in consumer.poll(timeout_ms=200, max_records=5_000).values():
                    records += some
            return records
        finally:
            consumer.close()

    def entries(self, topic: str) -> Sequence[Any]:
        """Its records that are entries: without heartbeats."""
        return [
            record
            for record in self.read(topic)
            if dict(record.headers)["ce_type"] != b"share.Heartbeat.v1"
        ]

    def beats(self, topic: str) -> list[dict[str, str]]:
        """The headers of its heartbeats."""
        found = [dict(record.headers) for record in self.read(topic)]
        return [
            {name: value.decode() for name, value in each.items()}
            for each in found
            if each["ce_type"] == b"share.Heartbeat.v1"
        ]

    def numbers(self, topic: str) -> list[int]:
        """The share numbers in a topic, in their order."""
        return [int(dict(record.headers)["ce_sharenumber"]) for record in self.entries(topic)]


@dataclass
class ApacheKafka(KafkaServer):
    """Apache Kafka: it has what it acknowledged after a ``kill`` too."""

    nodes: Nodes
    authority: Path | None = None
    """By whom its certificate is signed, where it takes connections over TLS too."""

    @property
    def connection(self) -> dict[str, Any]:
        return self.nodes.administrator

    def start(self) -> None:
        self.nodes.start()

    def stop(self) -> None:
        self.nodes.stop()

    def kill(self) -> None:
        for node in self.nodes.nodes:
            self.nodes.kill(node.number)


@dataclass
class ForgetfulServer(KafkaServer):
    """``noida-db``: it may have lost what it acknowledged just before a ``kill``."""

    broker: StandIn

    @property
    def connection(self) -> dict[str, Any]:
        return self.broker.connection

    def start(self) -> None:
        self.broker.start()

    def stop(self) -> None:
        self.broker.stop()

    def kill(self) -> None:
        self.broker.kill()


def free_port() -> int:
    """A port on which nothing listens now."""
    return free_ports()[0]
