"""Answers by Kafka: each done once, whatever is killed; what cannot be read comes back whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

import orjson
import pytest

from consumers.kafka.access import dead_of, inbox_of
from consumers.kafka.connecting import Record
from consumers.kafka.following import Follower
from consumers.kafka.publishing import Broker
from consumers.postbox import Postbox
from consumers.watchdog import Watchdog
from domain.vocabulary import PartnerId, Way
from projections import schema
from tests.consumers.answering import Answering, answering, message
from tests.consumers.brokers import KafkaServer
from tests.consumers.place import HOUSING, THERAPIES, Place

pytestmark = [
    pytest.mark.broker,
    # kafka-python forgets to close a socket whose connection was refused.
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]


def must_not_end(code: int) -> None:
    raise AssertionError(f"the watchdog ended the process with {code}")


@pytest.fixture
def post(town: Place) -> Iterator[Answering]:
    with answering(town, THERAPIES) as made:
        yield made


@pytest.fixture
def reader(post: Answering, kafka: KafkaServer) -> Iterator[Postbox]:
    made = postbox(post, kafka)
    yield made
    made._forget()


def postbox(post: Answering, kafka: KafkaServer) -> Postbox:
    watchdog = Watchdog(must_not_end)
    name = f"throughcare-inbox-{post.town.database.name}"
    return Postbox(
        post.town.database.dsn(schema.SERVE),
        post.inbox,
        post.letters,
        post.directory,
        Follower(kafka.connection, watchdog),
        Broker(kafka.connection, watchdog, name),
    )


@pytest.fixture
def partner(post: Answering, kafka: KafkaServer) -> Iterator[Writer]:
    made = Writer(kafka, post.town.partners[THERAPIES])
    yield made
    made.broker.close()


class Writer:
    """The therapists' system, which writes into its inbox topic."""

    def __init__(self, kafka: KafkaServer, partner: PartnerId) -> None:
        self.broker = Broker(kafka.connection, Watchdog(must_not_end), f"partner-{partner}")
        self.topic = inbox_of(partner)
        self.broker.tails([self.topic])

    def write(self, *said: dict[str, Any] | bytes) -> None:
        """Binary mode for a message, the bytes alone for anything else."""
        self.broker.publish({self.topic: [self.record(each) for each in said]})

    def record(self, said: dict[str, Any] | bytes) -> Record:
        if isinstance(said, bytes):
            return Record(b"key", said, [("content-type", b"application/cloudevents+json")])
        headers = [("content-type", b"application/json")] + [
            (f"ce_{name}", str(value).encode()) for name, value in said.items() if name != "data"
        ]
        return Record(b"key", orjson.dumps(said["data"]), headers)


def drained(reader: Postbox, most: int = 40) -> int:
    """Step until nothing comes any more; how many came."""
    came, quiet = 0, 0
    for _ in range(most):
        now = reader.step()
        came, quiet = came + now, 0 if now else quiet + 1
        if came and quiet > 1:
            break
    return came


def test_answers_come_by_a_topic_in_both_modes_and_are_done_once(
    post: Answering, reader: Postbox, partner: Writer, kafka: KafkaServer
) -> None:
    one, two = post.referred(), post.referred()
    yes = message("AcceptReferral", "k-1", referral=one)
    structured = orjson.dumps(message("AcceptReferral", "k-2", referral=two))
    partner.write(yes, structured, yes)
    assert drained(reader) == 3
    assert post.told() == [(1, "k-1", "done", None), (2, "k-2", "done", None)]
    again = postbox(post, kafka)
    partner.write(message("CloseReferral", "k-3", referral=one, reason="completed by agreement"))
    assert drained(again) == 1  # it goes on where the other one was
    again._forget()
    assert post.told()[2:] == [(3, "k-3", "done", None)]


def test_what_is_refused_or_unreadable_comes_back_with_its_bytes_and_the_reason(
    post: Answering, reader: Postbox, partner: Writer, kafka: KafkaServer
) -> None:
    referral = post.referred()
    partner.write(
        b"\x00 no event",
        message("AcknowledgeWithdrawals", "k-1", up_to=10**9),
        message("AcceptReferral", "k-2", referral=referral),
        message("DeclineReferral", "k-3", referral=referral, reason="because"),
    )
    drained(reader)
    letters = kafka.read(dead_of(post.town.partners[THERAPIES]))
    headers = [{name: value.decode() for name, value in each.headers} for each in letters]
    assert [(each["inbox_number"], each["inbox_problem"]) for each in headers] == [
        ("1", "/problems/request-is-not-well-formed"),
        ("2", "/problems/nothing-was-withdrawn-then"),
        ("4", "/problems/request-is-not-valid"),
    ]
    assert letters[0].value == b"\x00 no event"
    assert json.loads(letters[1].value) == {"up_to": 10**9}
    assert headers[1]["ce_id"] == "k-1"
    assert json.loads(headers[2]["inbox_errors"])[0]["pointer"] == "/data/reason"
    partner.write(message("AcknowledgeWithdrawals", "k-4", up_to=10**9))
    another = postbox(post, kafka)
    drained(another)
    another._forget()
    numbers = [
        dict(each.headers)["inbox_number"]
        for each in kafka.read(dead_of(post.town.partners[THERAPIES]))
    ]
    assert numbers == [b"1", b"2", b"4", b"5"]


def test_a_poisoned_message_stops_nobody(
    post: Answering, reader: Postbox, partner: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    referral = post.referred()

    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(post.town.care, "ask_information", broken)
    partner.write(
        message("AskInformation", "k-1", referral=referral, question="Who is the landlord?"),
        message("AcceptReferral", "k-2", referral=referral),
    )
    drained(reader)
    assert post.told() == [(1, "k-1", "dead", "message-failed"), (2, "k-2", "done", None)]


def test_a_broker_that_was_away_is_read_on_from_the_same_place(
    post: Answering, kafka: KafkaServer, partner: Writer
) -> None:
    partner.write(*(message("AcknowledgeWithdrawals", f"k-{n}", up_to=1) for n in range(3)))
    partner.broker.close()
    reader, stop = postbox(post, kafka), Event()
    running = Thread(target=reader.run, args=[stop])
    running.start()
    try:
        arrives(post, 3)
        kafka.stop()
        sleep(0.5)
        kafka.start()
        partner.broker.tails([partner.topic])
        partner.write(message("AcknowledgeWithdrawals", "k-3", up_to=1))
        arrives(post, 4)
    finally:
        stop.set()
        running.join(30)
    assert [name for _, name, _, _ in post.told()] == ["k-0", "k-1", "k-2", "k-3"]


def arrives(post: Answering, number: int) -> None:
    until = monotonic() + 60.0
    while len(post.told()) < number:
        assert monotonic() < until, f"{number} messages were not taken"
        sleep(0.05)


def test_whose_agreement_is_not_for_kafka_is_not_read(post: Answering, reader: Postbox) -> None:
    post.town.sign(HOUSING, ways=(Way.FEED,))
    post.town.tell()
    reader.step()
    read = set(reader._topics)
    assert inbox_of(post.town.partners[THERAPIES]) in read
    assert inbox_of(post.town.partners[HOUSING]) not in read
