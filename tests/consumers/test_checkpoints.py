"""Checkpoints on their Kafka topic: each once, in order, for ever, and none that takes one back."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest

from consumers.checkpoints import Checkpoints, TakenBack
from consumers.kafka.publishing import Broker
from consumers.kafka.topics import FOR_EVER
from consumers.watchdog import Watchdog
from projections.verifier import Checkpoint, opened
from tests.consumers.brokers import KafkaServer
from tests.consumers.place import HOUSING, Place
from tests.consumers.signing import ORIGIN, Signer, rewrite
from tests.consumers.test_relay import must_not_end

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
    from kafka.admin import ConfigResource, ConfigResourceType

pytestmark = [
    pytest.mark.broker,
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]


@pytest.fixture
def topic() -> str:
    """One of this test alone: others publish on the same broker."""
    return f"throughcare.checkpoints.{uuid4()}"


@pytest.fixture
def publishing(town: Place, kafka: KafkaServer, topic: str) -> Iterator[Checkpoints]:
    name = f"checkpoints-{uuid4()}"
    broker = Broker(kafka.connection, Watchdog(must_not_end), name, kept=FOR_EVER)
    town.tell()
    yield Checkpoints(town.dsn, broker, topic)
    broker.close()


def notes(kafka: KafkaServer, topic: str) -> list[str]:
    consumer = KafkaConsumer(
        **kafka.connection, isolation_level="read_committed", enable_auto_commit=False
    )
    try:
        partition = TopicPartition(topic, 0)
        consumer.assign([partition])
        consumer.seek_to_beginning(partition)
        end, found = consumer.end_offsets([partition])[partition], list[str]()
        while consumer.position(partition) < end:
            for records in consumer.poll(timeout_ms=200).values():
                found += [record.value.decode() for record in records]
        return found
    finally:
        consumer.close()


def test_each_checkpoint_is_published_once_in_order_and_for_ever(
    town: Place, kafka: KafkaServer, publishing: Checkpoints, topic: str
) -> None:
    signer = Signer(town)
    with psycopg.connect(town.dsn, autocommit=True) as connection:
        assert not publishing.step(connection), "nothing is signed yet"
        signed = [signer.sign()]
        assert publishing.step(connection)
        assert not publishing.step(connection)
        town.refer(HOUSING)
        town.tell()
        signed.append(signer.sign())
        again = Checkpoints(town.dsn, publishing._broker, topic)  # goes on where the topic ends
        assert again.step(connection)
        assert not again.step(connection)
    found = [opened(note, [signer.key]) for note in notes(kafka, topic)]
    assert [Checkpoint.parse(note.text) for note in found] == signed
    admin = KafkaAdminClient(**kafka.connection)
    try:
        asked = ConfigResource(ConfigResourceType.TOPIC, topic)
        assert "-1" in str(admin.describe_configs([asked]))
    finally:
        admin.close()


def test_a_log_that_was_reopened_goes_on_after_the_statement_that_says_so(
    town: Place, kafka: KafkaServer, publishing: Checkpoints, topic: str
) -> None:
    """Only where what the topic has is not more than what is said to have ended."""
    signer, statement = Signer(town), "throughcare-log-reopened@1\n{}\n\n— signed\n"
    with psycopg.connect(town.dsn, autocommit=True) as connection:
        size = signer.sign().size
        assert publishing.step(connection)
        ((last,),) = connection.execute("select note from tree.checkpoints").fetchall()
        second = last.replace(f"{ORIGIN}\n", "throughcare.test/log/2\n", 1)
        opened_with = "insert into tree.origins values (1, 'throughcare.test/log/2', now(), 1, 0,"
        with psycopg.connect(town.database.dsn("postgres")) as admin:
            less = last.replace(f"\n{size}\n", f"\n{size - 1}\n")
            admin.execute(f"{opened_with} %s, 'why', 'one', 'two', %s)", [less, statement])
            admin.execute(
                "insert into tree.checkpoints (opening, size, root, note)"
                " select 1, size, root, %s from tree.checkpoints",
                [second],
            )
        again = Checkpoints(town.dsn, publishing._broker, topic)
        with pytest.raises(TakenBack, match=f"a checkpoint of {size} of {ORIGIN}, and no state"):
            again.step(connection)
        with psycopg.connect(town.database.dsn("postgres")) as admin:
            admin.execute("set session_replication_role = replica")
            admin.execute("alter table tree.origins disable trigger origins_are_kept")
            admin.execute("update tree.origins set ended = %s", [last])
        assert again.step(connection)
        assert not again.step(connection)
        assert not Checkpoints(town.dsn, publishing._broker, topic).step(connection)
    assert notes(kafka, topic) == [last, statement, second]


@pytest.mark.parametrize("how", ["rewritten", "put back"])
def test_what_takes_back_the_topic_is_not_published(
    town: Place, kafka: KafkaServer, publishing: Checkpoints, topic: str, how: str
) -> None:
    signer = Signer(town)
    with psycopg.connect(town.dsn, autocommit=True) as connection:
        size = signer.sign().size
        assert publishing.step(connection)
        rewrite(town, "delete from tree.checkpoints")
        if how == "rewritten":
            rewrite(town, "update tree.leaves set hash = sha256(hash) where position = 3")
            signer.sign()
        else:
            signer.sign(size - 3)
        again = Checkpoints(town.dsn, publishing._broker, topic)
        with pytest.raises(TakenBack, match=f"a checkpoint of {size}"):
            again.step(connection)
    assert len(notes(kafka, topic)) == 1
