"""A broker reached over TLS, as the settings have it: believed by its authority, or not at all."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import confluent_kafka
import pytest

from consumers.kafka.administration import Administration
from consumers.kafka.connecting import BrokerIsAway, Record, connection
from consumers.kafka.publishing import Broker
from consumers.watchdog import Watchdog
from deploy.broker.nodes import ADMINISTRATOR
from deploy.settings import Settings, from_environment
from deploy.streaming import kafka_connection, keeping, password_file
from projections.topics import topic_of
from tests.consumers.brokers import ApacheKafka
from tests.consumers.certificates import certified
from tests.consumers.test_relay import must_not_end

pytestmark = [
    pytest.mark.broker,
    # kafka-python forgets to close a socket whose connection was refused.
    pytest.mark.filterwarnings("ignore:unclosed <(ssl.SSLS|s)ocket:ResourceWarning"),
]


def settings(apache: ApacheKafka, folder: Path, host: str = "127.0.0.1") -> Settings:
    """How this place would be told of the broker that takes connections over TLS."""
    (folder / "password").write_text(apache.nodes.passwords[ADMINISTRATOR])
    return from_environment(
        {
            "THROUGHCARE_DATA": str(folder),
            "THROUGHCARE_KAFKA": f"{host}:{apache.nodes.nodes[0].secure}",
            "THROUGHCARE_KAFKA_USER": ADMINISTRATOR,
            "THROUGHCARE_KAFKA_PASSWORD_FILE": str(folder / "password"),
            "THROUGHCARE_KAFKA_CA_FILE": str(apache.authority),
        }
    )


def test_what_is_published_over_tls_is_read_over_tls(apache: ApacheKafka, tmp_path: Path) -> None:
    partner, asked = uuid4(), settings(apache, tmp_path)
    told = kafka_connection(asked)
    assert told["security_protocol"] == "SASL_SSL"
    broker, topic = Broker(told, Watchdog(must_not_end)), topic_of(partner)
    broker.tails([topic])
    broker.publish({topic: [Record(b"key", b"told", [])]})
    broker.close()
    assert [record.value for record in apache.read(topic)] == [b"told"]

    keeping(asked)(partner, apache.nodes.passwords[ADMINISTRATOR])
    file = (
        password_file(asked, partner)
        .read_text()
        .replace(f"sasl.username=throughcare.{partner}", f"sasl.username={ADMINISTRATOR}")
    )
    client = dict(line.split("=", 1) for line in file.splitlines())
    reader = confluent_kafka.Consumer(
        client | {"ssl.ca.location": str(apache.authority), "group.id": str(partner)}
    )
    reader.assign([confluent_kafka.TopicPartition(topic, 0, 0)])
    message = reader.poll(30.0)
    assert message is not None
    assert (message.error(), message.value()) == (None, b"told")
    reader.close()


def test_a_broker_that_its_authority_does_not_know_gets_no_password(
    apache: ApacheKafka, tmp_path: Path
) -> None:
    other, _ = certified(tmp_path)
    asked = settings(apache, tmp_path)
    assert asked.kafka
    told = kafka_connection(asked)
    for wrong in (
        told | {"ssl_cafile": str(other)},
        kafka_connection(settings(apache, tmp_path, host="localhost")),  # not its name
        connection(asked.kafka, user=ADMINISTRATOR, password=asked.kafka_password),  # without TLS
    ):
        with pytest.raises(BrokerIsAway):
            Administration(wrong, deadline=1.0).found()
    Administration(told).found()
