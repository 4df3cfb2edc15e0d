"""Who has a topic, and which: by the agreement, a new one when it narrows, never a silent one."""

from __future__ import annotations

import warnings
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from consumers.kafka.publishing import Broker
from consumers.relay import BEAT, Relay
from consumers.watchdog import Watchdog
from domain.kernel import Category
from domain.policies.agreements import TEMPLATES
from domain.sharing import ERASED, LET_GO, WITHDRAWN
from domain.vocabulary import (
    Collected,
    ErasureId,
    ErasureReason,
    Experience,
    FeedbackId,
    HowKnown,
    PersonId,
    PractitionerId,
    Retention,
    Role,
    Way,
)
from projections import schema, topics
from projections.topics import topic_of
from tests.consumers.brokers import KafkaServer
from tests.consumers.place import HOUSING, PRACTICE, THERAPIES, Place
from tests.consumers.test_relay import must_not_end, relay_of
from tests.consumers.test_relay_parking import published, unreadable

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from kafka import KafkaAdminClient, TopicPartition

pytestmark = [
    pytest.mark.broker,
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]


def there(town: Place, kafka: KafkaServer) -> set[str]:
    """The topics of this place's partners; other tests have theirs on the same broker."""
    admin = KafkaAdminClient(**kafka.connection)
    ours = tuple(map(topic_of, town.partners.values()))
    try:
        return {name for name in admin.list_topics() if name.startswith(ours)}
    finally:
        admin.close()


def test_who_has_not_agreed_to_kafka_has_no_topic(town: Place, kafka: KafkaServer) -> None:
    town.sign(HOUSING, ways=(Way.FEED,))
    town.refer(HOUSING)
    town.tell()
    published(town, relay_of(town, kafka))
    assert topic_of(town.partners[HOUSING]) not in there(town, kafka)
    assert there(town, kafka) == {topic_of(town.partners[PRACTICE])}


def test_who_agrees_to_kafka_no_more_has_its_topic_deleted_and_later_another(
    town: Place, kafka: KafkaServer
) -> None:
    housing, relay = town.partners[HOUSING], relay_of(town, kafka)
    town.refer(HOUSING)
    town.tell()
    published(town, relay)
    assert topic_of(housing) in there(town, kafka)
    town.sign(HOUSING, ways=(Way.FEED,))
    town.refer(HOUSING)
    town.tell()
    published(town, relay)
    assert topic_of(housing) not in there(town, kafka)
    told = town.told()[housing]
    town.sign(HOUSING)
    town.tell()
    published(town, relay)
    town.refer(HOUSING)
    town.tell()
    published(town, relay)
    following = list(range(told + 1, town.told()[housing] + 1))
    assert kafka.numbers(topic_of(housing, 2)) == following
    assert topic_of(housing) not in there(town, kafka)


def test_narrower_terms_begin_a_new_topic_with_the_notices_and_delete_the_old_one(
    town: Place, kafka: KafkaServer
) -> None:
    housing, relay = town.partners[HOUSING], relay_of(town, kafka)
    for _ in range(3):
        town.refer(HOUSING, ask="canary-ask")
    town.tell()
    published(town, relay)
    before = town.told()[housing]
    town.refer(HOUSING, ask="canary-ask")
    narrower = (Category.IDENTITY, Category.REFERRAL)
    town.sign(HOUSING, categories=narrower)
    town.refer(HOUSING, ask="canary-ask")
    town.tell()
    published(town, relay)
    assert topic_of(housing) not in there(town, kafka)
    entries = kafka.entries(topic_of(housing, 2))
    assert entries[0].key
    assert dict(entries[0].headers)["ce_type"] == WITHDRAWN.encode()
    numbers = kafka.numbers(topic_of(housing, 2))
    assert numbers == list(range(numbers[0], town.told()[housing] + 1))
    assert numbers[0] > before
    assert not any(b"canary" in record.value for record in entries)
    published(town, relay_of(town, kafka))
    assert kafka.numbers(topic_of(housing, 2)) == numbers, "one narrowing begins one topic"


def erased(town: Place, who: PersonId) -> None:
    """Somebody who has died is erased: what is kept no longer, confirmed a month ago."""
    officer, erasure = PractitionerId(uuid4()), ErasureId(uuid4())
    practice, care = town.partners[PRACTICE], town.care
    care.add_practitioner(
        practice,
        officer,
        name="somebody",
        role=Role.PRIVACY_OFFICER,
        title="officer",
        asked=town.asked(),
    )
    died = town.asked().at.date()
    care.record_death(who, died, known_by=HowKnown.REGISTRAR, asked=town.asked())
    care.order_erasure(erasure, who, "IG-1", reason=ErasureReason.RETENTION, asked=town.asked())
    long_ago = replace(town.asked(), at=town.asked().at - timedelta(days=31), practitioner=officer)
    care.confirm_erasure(erasure, asked=long_ago)
    care.erase_person(erasure, asked=town.asked())
    town.tell()


def said(town: Place, who: PersonId, words: str) -> None:
    """Somebody says by name how it was at the housing service."""
    town.care.give_feedback(
        FeedbackId(uuid4()),
        town.services[HOUSING],
        Experience.GOOD,
        collected=Collected.ONLINE,
        words=words,
        person_id=who,
        asked=town.asked(HOUSING),
    )


def test_who_is_erased_is_on_no_topic_any_more(town: Place, kafka: KafkaServer) -> None:
    housing, relay = town.partners[HOUSING], relay_of(town, kafka)
    town.sign(HOUSING, categories=(*TEMPLATES[HOUSING].categories, Category.ENGAGEMENT))
    _, ann = town.refer(HOUSING, ask="canary-ask", name="Canary Bee")
    town.refer(HOUSING)
    town.tell()
    published(town, relay)
    assert any(b"canary" in record.value for record in kafka.entries(topic_of(housing)))
    erased(town, ann)
    town.refer(HOUSING)
    town.tell()
    published(town, relay)
    assert topic_of(housing) not in there(town, kafka)
    entries = kafka.entries(topic_of(housing, 2))
    assert dict(entries[0].headers)["ce_type"] == ERASED.encode()
    assert not any(b"anary" in record.value for record in entries)
    numbers = kafka.numbers(topic_of(housing, 2))
    assert numbers == list(range(numbers[0], town.told()[housing] + 1))
    published(town, relay_of(town, kafka))
    assert kafka.numbers(topic_of(housing, 2)) == numbers, "one erasure begins one topic"
    # What was kept for long enough ends a topic as who was erased does.
    _, bob = town.refer(HOUSING)
    said(town, bob, "canary-said")
    town.tell()
    published(town, relay)
    assert any(b"canary-said" in record.value for record in kafka.entries(topic_of(housing, 2)))
    town.care.let_volumes_go(bob, Retention.FEEDBACK, {bob: [0]}, asked=town.asked())
    town.tell()
    published(town, relay)
    assert topic_of(housing, 2) not in there(town, kafka)
    entries = kafka.entries(topic_of(housing, 3))
    assert dict(entries[0].headers)["ce_type"] == LET_GO.encode()
    assert not any(b"anary" in record.value for record in entries)


def test_the_first_topic_begins_after_the_last_narrowing(town: Place, kafka: KafkaServer) -> None:
    housing = town.partners[HOUSING]
    town.refer(HOUSING, ask="canary-ask")
    town.sign(HOUSING, categories=(Category.IDENTITY, Category.REFERRAL))
    town.tell()
    published(town, relay_of(town, kafka))
    entries = kafka.entries(topic_of(housing))
    assert dict(entries[0].headers)["ce_type"] == WITHDRAWN.encode()
    assert not any(b"canary" in record.value for record in entries)


def test_what_waited_before_terms_narrowed_is_in_no_topic(town: Place, kafka: KafkaServer) -> None:
    housing, relay = town.partners[HOUSING], relay_of(town, kafka)
    town.refer(HOUSING, ask="canary-ask")
    town.tell()
    with unreadable(town, housing, town.told()[housing]):
        published(town, relay)
    with psycopg.connect(town.dsn, autocommit=True) as connection:
        (case,) = topics.cases(connection)
        topics.ask(connection, case.id)
    town.sign(HOUSING, categories=(Category.IDENTITY, Category.REFERRAL))
    town.tell()
    relay._asked_until = float("inf")  # what narrowed is met before what was asked
    with psycopg.connect(town.dsn, autocommit=True) as connection:
        relay.step(connection)
    published(town, relay)
    assert not any(b"canary" in r.value for r in kafka.entries(topic_of(housing, 2)))
    with psycopg.connect(town.dsn, autocommit=True) as connection:
        assert topics.cases(connection) == []


def test_word_that_an_agreement_is_over_comes_on_a_new_topic(
    town: Place, kafka: KafkaServer
) -> None:
    housing, relay = town.partners[HOUSING], relay_of(town, kafka)
    town.refer(HOUSING)
    town.tell()
    published(town, relay)
    town.care.end_agreement(housing, asked=town.asked())
    town.tell()
    published(town, relay)
    types = [dict(r.headers)["ce_type"].decode() for r in kafka.entries(topic_of(housing, 2))]
    assert types == [WITHDRAWN]


def test_a_quiet_topic_keeps_a_number_to_go_on_from(town: Place, kafka: KafkaServer) -> None:
    """What was published is deleted by time; the last heartbeat is not, for it is new."""
    housing = town.partners[HOUSING]
    at = [datetime.now(UTC)]

    def relay() -> Relay:
        broker = Broker(kafka.connection, Watchdog(must_not_end))
        return Relay(town.dsn, town.keys, broker, "/v1/share", clock=lambda: at[0])

    topic, first = topic_of(housing), relay()
    town.refer(HOUSING)
    town.tell()
    published(town, first)
    last = str(town.told()[housing])
    with psycopg.connect(town.dsn, autocommit=True) as connection:
        first.step(connection)
        beats = len(kafka.beats(topic))
        at[0] += BEAT - timedelta(seconds=1)
        first.step(connection)
        assert len(kafka.beats(topic)) == beats
        at[0] += timedelta(seconds=1)
        first.step(connection)
        assert [beat["ce_sharenumber"] for beat in kafka.beats(topic)[beats:]] == [last]
    first._forget()
    admin = KafkaAdminClient(**kafka.connection)
    old = max(r.offset for r in kafka.entries(topic)) + 1
    admin.delete_records({TopicPartition(topic, 0): old})
    admin.close()
    town.refer(HOUSING)
    town.tell()
    published(town, relay())
    assert kafka.numbers(topic) == list(range(int(last) + 1, town.told()[housing] + 1))


def test_how_far_topics_are_behind_is_said(town: Place, kafka: KafkaServer) -> None:
    relay = relay_of(town, kafka)
    town.refer(THERAPIES)
    town.tell()
    published(town, relay)
    with psycopg.connect(town.database.dsn(schema.AUDIT), autocommit=True) as auditor:
        lag = topics.lag(auditor)
        assert (lag.entries, lag.seconds) == (0, 0.0)
        assert lag.topics == 2
        town.refer(THERAPIES)
        town.tell()
        lag = topics.lag(auditor)
        assert lag.entries > 0
        assert lag.seconds > 0
