"""The reference subscriber on a topic: the same proofs, and the feed for what a topic has not."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from shutil import copyfile
from threading import Event, Thread

import psycopg
import pytest
from kafka import KafkaAdminClient, TopicPartition

from consumers.subscriber import Entry, Kept, Missed, subscribe
from domain.kernel import Category
from domain.vocabulary import Way
from projections import topics
from projections.digests import Signer
from projections.topics import topic_of
from tests.consumers.brokers import KafkaServer
from tests.consumers.place import HOUSING
from tests.consumers.test_relay import relay_of
from tests.consumers.test_relay_parking import published
from tests.consumers.test_subscriber import Edge, happens
from tests.consumers.test_verifying import closed, edge, follow, signer, town

__all__ = ["edge", "signer", "town"]

pytestmark = [
    pytest.mark.broker,
    # kafka-python forgets to close a socket whose connection was refused.
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]


def forgets(kafka: KafkaServer, topic: str, up_to: int) -> None:
    """The topic keeps nothing up to the record of this number, as when its time is over."""
    last = next(
        record.offset
        for record in kafka.entries(topic)
        if dict(record.headers)["ce_sharenumber"] == b"%d" % up_to
    )
    with closing(KafkaAdminClient(**kafka.connection, request_timeout_ms=10_000)) as admin:
        admin.delete_records({TopicPartition(topic, 0): last + 1})
    assert up_to not in kafka.numbers(topic)


def numbers(entries: list[Entry]) -> list[int]:
    return [entry["sharenumber"] for entry in entries]


def test_a_topic_is_verified_as_the_feed_is_and_what_it_lost_comes_from_the_feed(
    edge: Edge, signer: Signer, kafka: KafkaServer, tmp_path: Path
) -> None:
    housing = edge.town.partners[HOUSING]
    topic, last = topic_of(housing), edge.town.told()[housing]
    closed(edge.town, signer)
    published(edge.town, relay_of(edge.town, kafka))
    by_feed, by_topic, late = (tmp_path / name for name in ("feed", "topic", "late"))
    fed, _ = follow(edge, last, cursor=by_feed)
    read, said = follow(edge, last, cursor=by_topic, kafka=kafka.connection)
    assert read == fed
    assert sum("verified" in each for each in said) == 3

    forgets(kafka, topic, up_to=2)
    settings = kafka.connection | {"group_id": f"throughcare.{housing}.another"}
    woken, said = follow(edge, last, cursor=late, kafka=settings)
    assert woken == fed
    assert sum("verified" in each for each in said) == 3
    assert Kept.read(late).chain == Kept.read(by_feed).chain


def test_who_slept_past_retention_gets_what_it_missed_from_the_feed_or_is_told_how(
    edge: Edge, kafka: KafkaServer, tmp_path: Path
) -> None:
    """Its group's place in the topic is gone, and the numbers show it; with nothing left, too."""
    town, cursor = edge.town, tmp_path / "cursor"
    housing = town.partners[HOUSING]
    topic, slept = topic_of(housing), town.told()[housing]
    published(town, relay_of(town, kafka))
    follow(edge, slept, cursor=cursor, kafka=kafka.connection, said=0)
    for _ in range(3):
        town.refer(HOUSING)
    town.tell()
    published(town, relay_of(town, kafka))
    last = town.told()[housing]
    forgets(kafka, topic, up_to=last - 1)
    before = {file: file.read_bytes() for file in (cursor, tmp_path / "cursor.0.leaves")}
    missed, _ = follow(edge, last, cursor=cursor, kafka=kafka.connection, said=0)
    assert numbers(missed) == list(range(slept + 1, last + 1))

    town.sign(HOUSING, ways=(Way.KAFKA,))  # and the feed may not be asked
    town.tell()
    published(town, relay_of(town, kafka))
    for file, content in before.items():
        file.write_bytes(content)
    settings = kafka.connection | {"topic": topic, "group_id": f"throughcare.{housing}.a"}
    with pytest.raises(Missed, match=r"way-is-not-agreed") as told:
        follow(edge, last, cursor=cursor, kafka=settings, said=0)
    assert (told.value.first, told.value.last) == (slept + 1, last - 1)


def test_what_is_held_back_is_no_gap_comes_later_and_is_verified_then(
    edge: Edge,
    signer: Signer,
    kafka: KafkaServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    town, cursor = edge.town, tmp_path / "cursor"
    housing, relay = town.partners[HOUSING], relay_of(town, kafka)
    with monkeypatch.context() as small:
        small.setattr("consumers.records.MOST_OF_ONE", 2_000)
        town.refer(HOUSING, ask="x" * 3_000)
        town.tell()
        held = town.told()[housing]
        town.refer(HOUSING)
        town.tell()
        closed(town, signer)
        published(town, relay)
        last = town.told()[housing]
        seen, said = follow(edge, last, cursor=cursor, kafka=kafka.connection, said=2)
        assert numbers(seen) == [each for each in range(1, last + 1) if each != held]
        kept = Kept.read(cursor)
        assert (kept.number, kept.held, kept.day) == (last, [held], "2026-03-03")
        assert f"held back by the server for now: [{held}]" in said
    (tmp_path / "asleep").mkdir()
    for file in tmp_path.glob("cursor*"):
        copyfile(file, tmp_path / "asleep" / file.name)
    with psycopg.connect(town.dsn, autocommit=True) as connection:
        for case in topics.cases(connection):
            topics.ask(connection, case.id)
    published(town, relay)
    seen, said = follow(edge, held, cursor=cursor, kafka=kafka.connection, said=1)
    assert numbers(seen) == [held]
    assert any(each.startswith("2026-03-04") and "verified" in each for each in said)
    assert Kept.read(cursor).held == []

    fresh = kafka.connection | {"group_id": f"throughcare.{housing}.fresh"}
    seen, _ = follow(edge, held, cursor=tmp_path / "fresh", kafka=fresh, said=3)
    assert numbers(seen) == [*(each for each in range(1, last + 1) if each != held), held]
    forgets(kafka, topic_of(housing), up_to=held)
    late = kafka.connection | {"group_id": f"throughcare.{housing}.late"}
    seen, _ = follow(edge, held, cursor=tmp_path / "asleep" / "cursor", kafka=late, said=1)
    assert numbers(seen) == [held], "it came while nobody read, and is in the feed"


def test_terms_that_narrow_end_a_topic_and_its_reader_goes_on_with_the_next(
    edge: Edge, kafka: KafkaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consumers.subscriber.APART", 1.0)
    town, relay, seen = edge.town, relay_of(edge.town, kafka), list[Entry]()
    housing, stop = town.partners[HOUSING], Event()
    published(town, relay)
    reading = Thread(
        target=subscribe,
        args=[edge.url, edge.token(housing)],
        kwargs={
            "after": None,
            "cursor": None,
            "live": False,
            "stop": stop,
            "emit": seen.append,
            "kafka": kafka.connection,
            "verify": False,
        },
    )
    reading.start()
    try:
        happens(lambda: numbers(seen)[-1:] == [town.told()[housing]])
        town.sign(HOUSING, categories=(Category.IDENTITY, Category.REFERRAL))
        town.refer(HOUSING)
        town.tell()
        published(town, relay)
        assert kafka.numbers(topic_of(housing, 2))
        happens(lambda: numbers(seen) == list(range(1, town.told()[housing] + 1)))
    finally:
        stop.set()
        reading.join(30)
