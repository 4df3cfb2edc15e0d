"""A small place and a real broker."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.consumers import brokers
from tests.consumers.brokers import KafkaServer
from tests.consumers.place import Place, place
from tests.database import Database


@pytest.fixture
def town(database: Database) -> Iterator[Place]:
    with place(database) as made:
        yield made


@pytest.fixture
def kafka() -> Iterator[KafkaServer]:
    program = brokers.program()
    if program is None:
        pytest.skip("no Kafka broker here: the wheel noida-db is not installed")
    folder = Path(tempfile.mkdtemp(prefix="throughcare-kafka-"))
    server = KafkaServer(program, folder, brokers.free_port())
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)
