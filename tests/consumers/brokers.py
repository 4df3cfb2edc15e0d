"""Real Kafka brokers for the tests, stopped and killed at will.

Apache Kafka keeps what it acknowledged; ``noida-db`` may lose some of it when it is killed.
"""

from __future__ import annotations

import socket
import subprocess
import warnings
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from deploy.broker.nodes import Nodes, free_ports

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

STARTS_WITHIN = 30.0


def program() -> str | None:
    """The broker of the wheel, not the script that starts it; ``None`` without its wheel."""
    wheel = find_spec("noida_db")
    if wheel is None or wheel.origin is None:
        return None
    beside = Path(wheel.origin).parent / "noida-db"
    return str(beside) if beside.exists() else None


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
        with closing(KafkaAdminClient(**self.connection)) as admin:
            return topic in admin.list_topics()

    def read(self, topic: str) -> Sequence[Any]:
        """Every committed record of a topic, as a partner's consumer gets them."""
        partition = TopicPartition(topic, 0)
        consumer = KafkaConsumer(
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

    program: str
    folder: Path
    port: int
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def connection(self) -> dict[str, Any]:
        return {"bootstrap_servers": f"127.0.0.1:{self.port}"}

    def start(self) -> None:
        with (self.folder / "broker.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(self.program, "start", "--only", "kafka", "--kafka-port", str(self.port)),
                    *("--data-dir", str(self.folder / "kept")),
                ],
                stdout=log,
                stderr=log,
                cwd=self.folder,
            )
        until = monotonic() + STARTS_WITHIN
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1.0).close()
            except OSError as refused:
                if self._process.poll() is not None or monotonic() > until:
                    said = (self.folder / "broker.log").read_text(errors="replace")
                    raise AssertionError(f"the broker did not start: {said}") from refused
                sleep(0.02)
            else:
                return

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(30)

    def kill(self) -> None:
        assert self._process
        self._process.kill()
        self._process.wait(30)


def free_port() -> int:
    """A port on which nothing listens now."""
    return free_ports()[0]
