"""An entry that cannot be published waits with its person's others, and nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from time import monotonic, sleep
from uuid import UUID

import psycopg
import pytest

from consumers.kafka.publishing import Broker, NotPublished
from consumers.relay import Relay
from consumers.watchdog import Watchdog
from projections import held, topics
from projections.topics import topic_of
from tests.consumers.brokers import KafkaServer
from tests.consumers.place import HOUSING, Place
from tests.consumers.test_relay import must_not_end, relay_of, whole
from tests.database import unreadable as spoiled

pytestmark = [
    pytest.mark.broker,
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]


def unreadable(town: Place, partner: UUID, number: int) -> AbstractContextManager[None]:
    return spoiled(town.database.dsn("postgres"), partner, number)


@contextmanager
def session(town: Place, relay: Relay) -> Iterator[psycopg.Connection]:
    """A session of the relay's, in which the test says when it goes on."""
    with psycopg.connect(town.dsn, autocommit=True) as connection:
        yield connection
        relay._forget()


def published(town: Place, relay: Relay) -> None:
    """The relay goes on until nothing is left; a broker that was slow is tried again."""
    relay._asked_until = 0.0
    until = monotonic() + 60.0
    with session(town, relay) as connection:
        while relay.step(connection) or any(map(relay._rests, town.partners.values())):
            assert monotonic() < until, "something is left"
            sleep(0.01)
        relay._say(connection)


def test_one_persons_poison_waits_with_their_later_entries_and_is_told_once_it_is_mended(
    town: Place, kafka: KafkaServer, capsys: pytest.CaptureFixture[str]
) -> None:
    housing = town.partners[HOUSING]
    topic, relay = topic_of(housing), relay_of(town, kafka)
    ann_asked, ann = town.refer(HOUSING)
    town.tell()
    first = town.told()[housing]
    with unreadable(town, housing, first):
        town.refer(HOUSING)
        town.care.accept_referral(ann_asked, asked=town.asked(HOUSING))
        town.tell()
        town.refer(HOUSING)
        town.tell()
        published(town, relay)
        last = town.told()[housing]
        of_ann = town.pseudonyms.of(housing, ann)
        numbers = kafka.numbers(topic)
        waits = sorted(set(range(1, last + 1)) - set(numbers))
        assert waits[0] == first
        assert len(waits) > 1
        assert all(record.key != str(of_ann).encode() for record in kafka.entries(topic)[first:])
        beat = kafka.beats(topic)[-1]
        assert beat["ce_sharenumber"] == str(last)
        assert [int(each) for each in beat["ce_held"].split(",")] == waits
        assert "case parked" in capsys.readouterr().out
        with psycopg.connect(town.dsn, autocommit=True) as connection:
            (case,) = topics.cases(connection)
            assert (case.partner, case.number, case.reason) == (housing, first, "InvalidTag")
            assert topics.ask(connection, case.id)
        published(town, relay)
        assert kafka.numbers(topic) == numbers, "it is not mended yet"
    with psycopg.connect(town.dsn, autocommit=True) as connection:
        assert topics.ask(connection, case.id)
    published(town, relay)
    numbers = kafka.numbers(topic)
    assert sorted(numbers) == list(range(1, last + 1)), "each of them once"
    theirs = [r for r in kafka.entries(topic) if r.key == str(of_ann).encode()]
    told = [int(dict(record.headers)["ce_sharenumber"]) for record in theirs]
    assert told == sorted(told), "in the person's order"
    assert "ce_held" not in kafka.beats(topic)[-1]
    with psycopg.connect(town.dsn, autocommit=True) as connection:
        assert topics.cases(connection) == []


@pytest.mark.parametrize("committed", [True, False])
def test_a_relay_that_ends_while_it_tells_a_parked_case_tells_it_once(
    town: Place, kafka: KafkaServer, monkeypatch: pytest.MonkeyPatch, committed: bool
) -> None:
    housing = town.partners[HOUSING]
    topic, relay = topic_of(housing), relay_of(town, kafka)
    referral, _ = town.refer(HOUSING)
    town.tell()
    last = town.told()[housing]
    with unreadable(town, housing, last):
        published(town, relay)
    with psycopg.connect(town.dsn, autocommit=True) as connection:
        (case,) = topics.cases(connection)
        topics.ask(connection, case.id)

    class Ends(Exception):
        pass

    def end(*_: object) -> bool:
        raise Ends

    with monkeypatch.context() as patched:
        last_of_it: tuple[object, str] = (topics, "told") if committed else (Broker, "publish")
        patched.setattr(*last_of_it, end)
        with pytest.raises(Ends):
            published(town, relay)
    relay._broker.close()
    assert (last in kafka.numbers(topic)) is committed
    town.care.accept_referral(referral, asked=town.asked(HOUSING))
    town.tell()
    published(town, relay_of(town, kafka))
    assert kafka.numbers(topic) == list(range(1, town.told()[housing] + 1))


def test_what_was_parked_before_the_topic_passed_it_by_is_told_once(
    town: Place, kafka: KafkaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    housing = town.partners[HOUSING]
    topic = topic_of(housing)
    town.refer(HOUSING)
    town.tell()
    last = town.told()[housing]

    def refuse(*_: object) -> None:
        raise NotPublished([topic], "away")

    with unreadable(town, housing, last), monkeypatch.context() as patched:
        patched.setattr(Broker, "publish", refuse)
        refused = relay_of(town, kafka)
        with session(town, refused) as connection:
            refused.step(connection)
    with psycopg.connect(town.dsn, autocommit=True) as connection:
        (case,) = topics.cases(connection)
        topics.ask(connection, case.id)
    relay = relay_of(town, kafka)
    published(town, relay)
    published(town, relay)
    assert kafka.numbers(topic) == list(range(1, last + 1))
    assert len(kafka.entries(topic)) == last


def test_a_heartbeat_of_the_same_number_is_not_taken_for_what_waits(
    town: Place, kafka: KafkaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    housing = town.partners[HOUSING]
    topic, relay = topic_of(housing), relay_of(town, kafka)
    town.refer(HOUSING)
    town.tell()
    last = town.told()[housing]
    with unreadable(town, housing, last):
        published(town, relay)
    with psycopg.connect(town.dsn, autocommit=True) as connection:
        (case,) = topics.cases(connection)
        topics.ask(connection, case.id)

    def refuse(*_: object) -> None:
        raise NotPublished([topic], "away")

    with session(town, relay) as connection:
        relay._asked_until = float("inf")
        relay.step(connection)
        relay._asked_until = 0.0
        with monkeypatch.context() as patched:
            patched.setattr(Broker, "publish", refuse)
            relay.step(connection)
        relay._resting.clear()
        before = len(kafka.beats(topic))
        relay.step(connection)  # what is asked is looked for again later
        assert [beat["ce_sharenumber"] for beat in kafka.beats(topic)[before:]] == [str(last)]
    published(town, relay)
    assert kafka.numbers(topic) == list(range(1, last + 1))


def test_an_entry_that_no_broker_takes_waits_like_any_poison(
    town: Place, kafka: KafkaServer
) -> None:
    housing, relay = town.partners[HOUSING], relay_of(town, kafka)
    town.refer(HOUSING, ask="x" * 1_100_000)
    town.refer(HOUSING)
    town.tell()
    published(town, relay)
    last = town.told()[housing]
    assert sorted({*range(1, last + 1)} - {*kafka.numbers(topic_of(housing))}) == [2]
    with psycopg.connect(town.dsn, autocommit=True) as connection:
        reasons = {case.reason for case in topics.cases(connection)}
    assert reasons == {"RecordIsTooLarge"}


class Counting(Broker):
    """A broker that remembers how many bytes each attempt was."""

    sizes: list[int]

    def publish(self, batches):  # type: ignore[no-untyped-def]
        self.sizes.append(sum(len(r.value) for some in batches.values() for r in some))
        super().publish(batches)


def test_an_attempt_is_bounded_in_bytes_for_all_partners_together(
    town: Place, kafka: KafkaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consumers.relay.MOST_BYTES", 30_000)
    for _ in range(12):
        town.refer(HOUSING, ask="x" * 9_000)
    town.tell()
    broker = Counting(kafka.connection, Watchdog(must_not_end))
    broker.sizes = []
    published(town, Relay(town.dsn, town.keys, broker, "/v1/share"))
    assert whole(town, kafka)
    assert len(broker.sizes) > 5
    assert max(broker.sizes) < 60_000, "at most what there is room for, and one entry more each"


def test_a_heartbeat_names_what_is_held_in_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert held.runs([2, 3, 4, 7, 9, 10]) == "2-4,7,9-10"
    monkeypatch.setattr(held, "MOST_NAMED", 2)
    assert held.runs([1, 3, 5, 6, 9]) == "1,3-9"
