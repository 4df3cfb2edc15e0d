"""Three nodes of Apache Kafka, and the one that leads a topic is killed while it is published."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import monotonic, sleep

import pytest

from consumers.kafka.connecting import opened
from deploy.broker.nodes import free_ports, nodes
from projections.topics import topic_of
from tests.consumers.brokers import ApacheKafka
from tests.consumers.place import HOUSING, Place
from tests.consumers.relaying import relays

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from kafka import KafkaAdminClient
    from kafka.errors import KafkaError

pytestmark = [
    pytest.mark.broker,
    pytest.mark.process,
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]


@pytest.fixture
def three(why_not: str | None, quiet: None) -> Iterator[ApacheKafka]:
    if why_not:
        pytest.skip(f"no Apache Kafka here: {why_not}")
    folder = Path(tempfile.mkdtemp(prefix="throughcare-kafka-"))
    ports = free_ports(6)
    server = ApacheKafka(nodes(folder, list(zip(ports[:3], ports[3:], strict=True))))
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)


def leader_of(kafka: ApacheKafka, topic: str) -> tuple[int, int]:
    """Which node leads a topic, and how many have all of it."""
    with closing(opened(KafkaAdminClient, **kafka.connection)) as client:
        (described,) = client.describe_topics([topic])
        (partition,) = described["partitions"]
        return partition["leader_id"], len(partition["isr_nodes"])


def whole_within(seconds: float, town: Place, kafka: ApacheKafka) -> list[int]:
    """The numbers in the topic once the last that was told is there."""
    housing = town.partners[HOUSING]
    until, found = monotonic() + seconds, []
    while monotonic() < until:
        try:
            found = kafka.numbers(topic_of(housing))
        except (KafkaError, AssertionError):
            continue  # nobody leads it yet
        if town.told()[housing] in found:
            break
        sleep(0.1)
    return found


def test_a_leader_that_is_killed_costs_no_entry_and_gives_none_twice(
    town: Place, three: ApacheKafka
) -> None:
    housing = town.partners[HOUSING]
    topic = topic_of(housing)
    town.refer(HOUSING)
    town.tell()
    with relays(town, three) as lives:
        with lives.alive(batch=2):
            assert whole_within(60, town, three)
            for _ in range(10):
                town.refer(HOUSING)
            town.tell()  # the relay publishes two at a time while its node is killed
            killed, _ = leader_of(three, topic)
            three.nodes.kill(killed)
            town.refer(HOUSING)
            town.tell()
            numbers = whole_within(45, town, three)
        if numbers[-1] < town.told()[housing]:
            with lives.alive():  # a call did not return, and the watchdog ended the process
                numbers = whole_within(60, town, three)
    assert numbers == list(range(1, town.told()[housing] + 1))
    assert leader_of(three, topic)[0] != killed
    three.start()
    until = monotonic() + 60
    while leader_of(three, topic)[1] < 3:
        assert monotonic() < until, "the node that came back did not catch up"
        sleep(0.2)
