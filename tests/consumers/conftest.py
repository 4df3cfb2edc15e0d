"""A small place and a real broker."""

from __future__ import annotations

import gc
import logging
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
def kafka(caplog: pytest.LogCaptureFixture) -> Iterator[KafkaServer]:
    # Its records of lost connections would keep sockets that it forgot to close.
    caplog.set_level(logging.CRITICAL, "kafka")
    program = brokers.program()
    if program is None:
        pytest.skip("no Kafka broker here: the wheel noida-db is not installed")
    folder = Path(tempfile.mkdtemp(prefix="throughcare-kafka-"))
    server = KafkaServer(program, folder, brokers.free_port())
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)
    gc.collect()  # what a client forgot shows in the test that used it
