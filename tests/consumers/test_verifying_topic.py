"""The reference subscriber on a topic: the same proofs, and the feed for what a topic has not."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, TopicPartition

from consumers.subscriber import Kept
from projections.digests import Signer
from projections.topics import topic_of
from tests.consumers.brokers import KafkaServer
from tests.consumers.place import HOUSING
from tests.consumers.test_relay import arrives, relay_of, running
from tests.consumers.test_subscriber import Edge
from tests.consumers.test_verifying import closed, edge, follow, signer, town

__all__ = ["edge", "signer", "town"]

pytestmark = [
    pytest.mark.broker,
    # kafka-python forgets to close a socket whose connection was refused.
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]


def test_a_topic_is_verified_as_the_feed_is_and_what_it_lost_comes_from_the_feed(
    edge: Edge, signer: Signer, kafka: KafkaServer, tmp_path: Path
) -> None:
    housing = edge.town.partners[HOUSING]
    topic, last = topic_of(housing), edge.town.told()[housing]
    closed(edge.town, signer)
    with running(relay_of(edge.town, kafka)):
        arrives(kafka, topic, last)
    by_feed, by_topic, asleep = (tmp_path / name for name in ("feed", "topic", "asleep"))
    fed, _ = follow(edge, last, cursor=by_feed)
    read, said = follow(edge, last, cursor=by_topic, kafka=kafka.connection)
    assert read == fed
    assert sum("verified" in each for each in said) == 3

    partition = TopicPartition(topic, 0)
    third = next(
        r.offset for r in kafka.entries(topic) if dict(r.headers)["ce_sharenumber"] == b"3"
    )
    with closing(KafkaAdminClient(**kafka.connection, request_timeout_ms=10_000)) as admin:
        admin.delete_records({partition: third})
    assert kafka.numbers(topic)[0] == 3
    settings = kafka.connection | {"group_id": f"throughcare.{housing}.another"}
    woken, said = follow(edge, last, cursor=asleep, kafka=settings)

    assert woken == fed
    assert sum("verified" in each for each in said) == 3
    assert Kept.read(asleep).chain == Kept.read(by_feed).chain
