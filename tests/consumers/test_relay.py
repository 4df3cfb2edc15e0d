"""What the relay does with a partner's share, with a real broker and a real database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic, sleep
from uuid import UUID

import psycopg
import pytest

from consumers.kafka.connecting import DEADLINE
from consumers.kafka.publishing import Broker
from consumers.relay import BATCH, Relay
from consumers.watchdog import ENDED, Watchdog
from projections.topics import topic_of
from tests.consumers.brokers import ApacheKafka, ForgetfulServer, KafkaServer
from tests.consumers.place import HOUSING, PRACTICE, THERAPIES, Place

pytestmark = [
    pytest.mark.broker,
    # kafka-python forgets to close a socket whose connection was refused.
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]


def test_apache_kafka_is_what_the_relay_is_tried_on(apache: ApacheKafka) -> None:
    """Where this is skipped, it was tried on a broker without sign-in and with one node alone."""
    assert apache.connection["sasl_mechanism"] == "SCRAM-SHA-512"


def must_not_end(code: int) -> None:
    raise AssertionError(f"the watchdog ended the process with {code}")


def relay_of(
    town: Place, kafka: KafkaServer, *, batch: int = BATCH, deadline: float = DEADLINE
) -> Relay:
    broker = Broker(kafka.connection, Watchdog(must_not_end), deadline=deadline)
    return Relay(town.dsn, town.keys, broker, "/v1/share", batch=batch)


@contextmanager
def running(relay: Relay) -> Iterator[None]:
    stop = Event()
    thread = Thread(target=relay.run, args=[stop])
    thread.start()
    try:
        yield
    finally:
        stop.set()
        with psycopg.connect(relay._dsn) as connection:
            connection.execute("notify throughcare_share")  # it need not wait to be told to stop
        thread.join(30)
        assert not thread.is_alive()


def arrives(kafka: KafkaServer, topic: str, number: int) -> None:
    until = monotonic() + 30.0
    while number not in kafka.numbers(topic):
        assert monotonic() < until, f"{number} did not arrive in {topic}"
        sleep(0.05)


def whole(town: Place, kafka: KafkaServer) -> bool:
    """Whether each topic has each entry of its share once, in order."""
    return all(
        kafka.numbers(topic_of(partner)) == list(range(1, number + 1))
        for partner, number in town.told().items()
    )


def test_every_entry_is_published_once_and_a_later_one_follows(
    town: Place, kafka: KafkaServer
) -> None:
    housing = town.partners[HOUSING]
    town.refer(HOUSING)
    town.tell()
    with running(relay_of(town, kafka)):
        arrives(kafka, topic_of(housing), town.told()[housing])
        town.refer(HOUSING)
        town.tell()
        arrives(kafka, topic_of(housing), town.told()[housing])
        arrives(kafka, topic_of(town.partners[PRACTICE]), town.told()[town.partners[PRACTICE]])

    assert whole(town, kafka)


def test_a_record_is_a_cloudevent_in_binary_mode_under_the_persons_pseudonym(
    town: Place, kafka: KafkaServer
) -> None:
    housing = town.partners[HOUSING]
    _, ann = town.refer(HOUSING, ask="rent arrears")
    town.tell()
    with running(relay_of(town, kafka)):
        arrives(kafka, topic_of(housing), 2)

    asked = kafka.entries(topic_of(housing))[1]
    headers = {name: value.decode() for name, value in asked.headers}
    subject = str(town.pseudonyms.of(housing, ann))
    assert asked.key.decode() == headers["ce_subject"] == subject
    assert headers["ce_id"] == f"{housing}/2"
    assert headers["ce_type"] == "referral.ReferralMade.v1"
    assert headers["ce_specversion"] == "1.0"
    assert json.loads(asked.value)["ask"] == "rent arrears"


def test_the_housing_advisers_topic_holds_no_byte_of_what_it_may_not_know(
    town: Place, kafka: KafkaServer
) -> None:
    housing, practice = town.partners[HOUSING], town.partners[PRACTICE]
    town.refer(HOUSING, reason="canary-reason", ask="rent arrears", name="Ann Bee")
    _, ann = town.refer(THERAPIES, reason="canary-other", ask="canary-ask")
    town.tell()
    with running(relay_of(town, kafka)):
        for partner, number in town.told().items():
            arrives(kafka, topic_of(partner), number)

    def everything(partner: UUID) -> bytes:
        return b"".join(
            b"".join([record.key, record.value, *(n.encode() + v for n, v in record.headers)])
            for record in kafka.read(topic_of(partner))
        )

    assert b"canary-reason" in everything(practice)  # the mark is one that can be found
    assert b"canary-ask" in everything(practice)
    assert b"rent arrears" in everything(housing)
    assert b"canary" not in everything(housing)
    assert str(ann).encode() not in everything(practice)


def test_nothing_personal_is_in_a_topic_name_a_key_or_a_header(
    town: Place, kafka: KafkaServer
) -> None:
    practice = town.partners[PRACTICE]
    town.refer(HOUSING, reason="canary", ask="canary", name="Canary Bee")
    town.tell()
    with running(relay_of(town, kafka)):
        arrives(kafka, topic_of(practice), town.told()[practice])

    for record in kafka.read(topic_of(practice)):
        outside = b"".join([record.key, *(n.encode() + v for n, v in record.headers)])
        assert b"canary" not in outside.lower()
        UUID(record.key.decode())


def test_a_broker_that_was_away_gets_what_it_missed(town: Place, kafka: KafkaServer) -> None:
    housing = town.partners[HOUSING]
    town.refer(HOUSING)
    town.tell()
    with running(relay_of(town, kafka, batch=2, deadline=2.0)):
        arrives(kafka, topic_of(housing), town.told()[housing])
        kafka.stop()
        for _ in range(20):
            town.refer(HOUSING)
        town.tell()
        kafka.start()
        arrives(kafka, topic_of(housing), town.told()[housing])
        arrives(kafka, topic_of(town.partners[PRACTICE]), town.told()[town.partners[PRACTICE]])

    assert whole(town, kafka)


def test_what_a_broker_lost_after_acknowledging_it_is_published_again(
    town: Place, forgetful: ForgetfulServer
) -> None:
    housing = town.partners[HOUSING]
    with running(relay_of(town, forgetful, batch=2, deadline=2.0)):
        for _ in range(10):
            town.refer(HOUSING)
            town.tell()
        arrives(forgetful, topic_of(housing), town.told()[housing])
        forgetful.kill()
        town.refer(HOUSING)
        town.tell()
        forgetful.start()
        for partner, number in town.told().items():
            arrives(forgetful, topic_of(partner), number)

    assert whole(town, forgetful)


def test_a_broker_that_was_killed_gets_what_it_missed(town: Place, kafka: KafkaServer) -> None:
    housing = town.partners[HOUSING]
    with running(relay_of(town, kafka, batch=2, deadline=2.0)):
        for _ in range(10):
            town.refer(HOUSING)
            town.tell()
        arrives(kafka, topic_of(housing), town.told()[housing])
        kafka.kill()
        town.refer(HOUSING)
        town.tell()
        kafka.start()
        for partner, number in town.told().items():
            arrives(kafka, topic_of(partner), number)

    assert whole(town, kafka)


def test_a_second_relay_waits_until_the_first_one_ends(town: Place, kafka: KafkaServer) -> None:
    housing = town.partners[HOUSING]
    with running(relay_of(town, kafka)):
        town.refer(HOUSING)
        town.tell()
        arrives(kafka, topic_of(housing), town.told()[housing])
        second = relay_of(town, kafka)
        with running(second):
            town.refer(HOUSING)
            town.tell()
            arrives(kafka, topic_of(housing), town.told()[housing])
            assert not second._reached
    assert whole(town, kafka)


def test_a_paused_relay_that_wakes_up_is_shut_out(town: Place, kafka: KafkaServer) -> None:
    """Two sessions that both believe they lead: the broker lets only the newer one publish."""
    housing = town.partners[HOUSING]
    town.refer(HOUSING)
    town.tell()
    old, new = relay_of(town, kafka, batch=1), relay_of(town, kafka)
    with psycopg.connect(town.dsn, autocommit=True) as connection:
        assert old.step(connection)
        while new.step(connection):
            pass
        assert old.step(connection) == 0
    old._forget()
    new._forget()

    assert kafka.numbers(topic_of(housing)) == list(range(1, town.told()[housing] + 1))


def test_a_partner_whose_topic_refuses_a_record_waits_alone(
    town: Place, kafka: KafkaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consumers.records.MOST_OF_ONE", 2_000_000)  # more than the client takes
    housing, therapies = town.partners[HOUSING], town.partners[THERAPIES]
    with psycopg.connect(town.dsn, autocommit=True) as connection:
        relay = relay_of(town, kafka)
        town.refer(HOUSING)
        town.tell()
        assert relay.step(connection)
        reached = kafka.numbers(topic_of(housing))
        town.refer(HOUSING, ask="x" * 1_100_000)
        town.refer(THERAPIES)
        town.tell()
        until = monotonic() + 10.0
        while not relay.step(connection):
            assert monotonic() < until
        relay._forget()

    assert kafka.numbers(topic_of(housing)) == reached
    assert len(kafka.numbers(topic_of(therapies))) == town.told()[therapies]


def test_a_topic_that_is_ahead_of_the_share_gets_nothing(town: Place, kafka: KafkaServer) -> None:
    """After the database was put back to an earlier time, the same numbers would say otherwise."""
    housing = town.partners[HOUSING]
    town.refer(HOUSING)
    town.tell()
    with psycopg.connect(town.dsn, autocommit=True) as connection:
        first = relay_of(town, kafka)
        assert first.step(connection)
        first._forget()
        before = kafka.numbers(topic_of(housing))
        with psycopg.connect(town.database.dsn("postgres"), autocommit=True) as admin:
            admin.execute("update share.partners set number = 1 where partner = %s", [housing])
        again = relay_of(town, kafka)
        again.step(connection)
        again._forget()

    assert kafka.numbers(topic_of(housing)) == before


def test_the_watchdog_ends_a_process_whose_call_does_not_return() -> None:
    ended: list[int] = []
    over = Event()

    def end(code: int) -> None:
        ended.append(code)
        over.set()

    watchdog = Watchdog(end, seconds=0.05)
    with watchdog.over("a quick call"):
        pass
    with watchdog.over("a call that does not return"):
        assert over.wait(10)

    assert ended == [ENDED]


def test_what_is_published_was_written_down_first(town: Place, kafka: KafkaServer) -> None:
    housing = town.partners[HOUSING]
    _, ann = town.refer(HOUSING)
    town.tell()
    with psycopg.connect(town.database.dsn("throughcare_owner"), autocommit=True) as owner:
        owner.execute("revoke insert on looks.looks from throughcare_relay")
        with (
            psycopg.connect(town.dsn, autocommit=True) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            relay_of(town, kafka).step(connection)
        assert kafka.numbers(topic_of(housing)) == []
        owner.execute("grant insert on looks.looks to throughcare_relay")
        with running(relay_of(town, kafka)):
            arrives(kafka, topic_of(housing), town.told()[housing])
        told = owner.execute(
            "select kind, route, first, last, persons from looks.looks where organisation = %s",
            [housing],
        ).fetchall()
    assert told == [("stream", "kafka", 1, town.told()[housing], [ann])]
