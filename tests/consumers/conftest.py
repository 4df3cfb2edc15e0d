"""A small place and a real broker."""

from __future__ import annotations

import gc
import logging
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.broker import standin
from deploy.broker.jars import BrokerIsNotHere, jars
from deploy.broker.nodes import nodes
from deploy.broker.standin import StandIn
from tests.consumers import sandboxes
from tests.consumers.brokers import ApacheKafka, ForgetfulServer, KafkaServer, free_port
from tests.consumers.certificates import certified
from tests.consumers.place import Place, place
from tests.consumers.sandboxes import MeshSandbox
from tests.database import Database


@pytest.fixture
def town(database: Database) -> Iterator[Place]:
    with place(database) as made:
        yield made


@pytest.fixture(scope="session")
def why_not() -> str | None:
    """Why Apache Kafka cannot run here; ``None`` where it can."""
    try:
        jars()
    except BrokerIsNotHere as missing:
        return str(missing)
    return None


@pytest.fixture(scope="session")
def one_node(why_not: str | None) -> Iterator[ApacheKafka | None]:
    """Apache Kafka, started once for all tests of this process: each has topics of its own."""
    if why_not:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="throughcare-kafka-"))
    authority, certificate = certified(folder)
    server = ApacheKafka(nodes(folder, certificate=certificate), authority)
    yield server
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    # Its records of lost connections would keep sockets that it forgot to close.
    caplog.set_level(logging.CRITICAL, "kafka")
    yield
    gc.collect()  # what a client forgot shows in the test that used it


@pytest.fixture
def apache(one_node: ApacheKafka | None, why_not: str | None, quiet: None) -> ApacheKafka:
    """Apache Kafka, running: with sign-in and access lists."""
    if one_node is None:
        pytest.skip(f"no Apache Kafka here: {why_not}")
    one_node.start()
    return one_node


@pytest.fixture
def forgetful(quiet: None) -> Iterator[ForgetfulServer]:
    """A broker of its own that may lose what it acknowledged, without sign-in and access lists."""
    program = standin.program()
    if program is None:
        pytest.skip("no such Kafka broker here: the wheel noida-db is not installed")
    folder = Path(tempfile.mkdtemp(prefix="throughcare-kafka-"))
    server = ForgetfulServer(StandIn(program, folder, free_port()))
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture
def kafka(one_node: ApacheKafka | None, request: pytest.FixtureRequest) -> KafkaServer:
    """Apache Kafka; where that cannot run, ``noida-db``."""
    server: KafkaServer = request.getfixturevalue("apache" if one_node else "forgetful")
    return server


@pytest.fixture(scope="session")
def only_sandbox() -> Iterator[MeshSandbox | None]:
    """NHS England's MESH sandbox, started once for all tests of this process."""
    program = sandboxes.program()
    if program is None:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="throughcare-mesh-"))
    made = MeshSandbox(program, folder, free_port())
    made.start()
    yield made
    made.stop()
    shutil.rmtree(folder)


@pytest.fixture
def sandbox(only_sandbox: MeshSandbox | None) -> MeshSandbox:
    """The sandbox, empty."""
    if only_sandbox is None:
        pytest.skip(sandboxes.NO_SANDBOX)
    only_sandbox.empty()
    return only_sandbox
