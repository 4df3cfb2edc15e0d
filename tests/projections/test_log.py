"""The log: one order without gaps, nothing twice, nothing passed over, nothing rewritten."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Thread
from time import monotonic
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import (
    DataError,
    IntegrityError,
    Notification,
    NotSupportedError,
    OperationalError,
)

from domain.intentions.log import AlreadyRecorded
from domain.mapping import StoredFact, UnreadableFact
from projections.connections import open_pool
from projections.keys import PersonKeys
from projections.log import PostgresLog, head, of_persons, read_after
from tests.bench.writing import WAYS, WRITERS, Following
from tests.database import Database
from tests.projections.cutting import way_to
from tests.projections.notes import AMIRA, JAMES_WIGG, MONDAY, TOM, asked, mapper, stored, taken


@pytest.fixture
def log(database: Database) -> PostgresLog:
    return PostgresLog(database.pool("throughcare_decide"))


def keys_of(database: Database) -> PersonKeys:
    return PersonKeys(database.pool("throughcare_keys"), database.server.master)


# What goes in comes out


def test_a_fact_comes_back_as_it_was_said_with_its_place_and_time(database: Database) -> None:
    log, sealed = PostgresLog(database.pool("throughcare_decide")), mapper(keys_of(database))
    note = taken("Amira sleeps better since the group began")

    assert list(log.insert_events([sealed.to_stored_event(note)])) == [1]

    (kept,) = log.select_events(note.originator_id)
    again = sealed.read(kept)
    assert again.recorded_at is not None
    assert abs(again.recorded_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert replace(again, recorded_at=None) == replace(note, position=1)


def test_every_column_of_the_envelope_is_kept(log: PostgresLog) -> None:
    fact = replace(
        stored(state=b"\x00\xff"),
        practitioner=uuid4(),
        causation="a/1",
        label="substance",
        schema=3,
    )
    bare = replace(fact, originator_version=2, practitioner=None, causation=None, person=None)

    log.insert_events([fact, bare])

    kept = log.select_events(fact.originator_id)
    assert [replace(k, position=0, recorded_at=None) for k in kept] == [fact, bare]


def test_a_stream_is_read_in_part_and_backwards(log: PostgresLog) -> None:
    stream = uuid4()
    log.insert_events([stored(stream, version) for version in (1, 2, 3, 4, 5)])

    def versions(facts: list[StoredFact]) -> list[int]:
        return [fact.originator_version for fact in facts]

    assert versions(log.select_events(stream)) == [1, 2, 3, 4, 5]
    assert versions(log.select_events(stream, gt=1, lte=4)) == [2, 3, 4]
    assert versions(log.select_events(stream, desc=True, limit=2)) == [5, 4]
    assert log.select_events(uuid4()) == []


def test_the_librarys_own_reading_agrees_with_ours(log: PostgresLog) -> None:
    assert log.max_notification_id() is None
    first, second, third = stored(), stored(topic="test:Other"), stored()
    log.insert_events([first, second, third])

    def ids(notifications: list[Notification]) -> list[int]:
        return [notification.id for notification in notifications]

    assert log.max_notification_id() == 3
    assert ids(log.select_notifications(None, 10)) == [1, 2, 3]
    assert ids(log.select_notifications(2, 10)) == [2, 3]
    assert ids(log.select_notifications(2, 10, inclusive_of_start=False)) == [3]
    assert ids(log.select_notifications(1, 10, stop=2)) == [1, 2]
    assert ids(log.select_notifications(1, 10, topics=["test:Other"])) == [2]
    assert log.select_notifications(2, 1)[0].originator_id == second.originator_id


def test_a_subscription_is_refused_with_the_way_that_works(log: PostgresLog) -> None:
    with pytest.raises(NotSupportedError, match="read_after"):
        log.subscribe()


def test_readers_take_pages_in_order_and_persons_up_to_a_position(database: Database) -> None:
    log = PostgresLog(database.pool("throughcare_decide"))
    facts = [stored(person=person) for person in (AMIRA, TOM, AMIRA, None, TOM, AMIRA)]
    log.insert_events(facts)
    reader = database.connect("throughcare_project")

    def positions(kept: list[StoredFact]) -> list[int]:
        return [fact.position for fact in kept]

    assert head(reader) == 6
    assert positions(read_after(reader, 0, 4)) == [1, 2, 3, 4]
    assert positions(read_after(reader, 4, 4)) == [5, 6]
    assert positions(of_persons(reader, [AMIRA], 5)) == [1, 3]
    assert positions(of_persons(reader, [AMIRA, TOM], 6)) == [1, 2, 3, 5, 6]


def test_three_thousand_facts_are_saved_at_once_over_a_unix_socket(log: PostgresLog) -> None:
    """The library's pipelined save hangs for ever here, holding its lock."""
    facts = [stored(state=b"x" * 400) for _ in range(3000)]
    positions: list[int] = []
    saving = Thread(target=lambda: positions.extend(log.insert_events(facts)), daemon=True)
    saving.start()
    saving.join(timeout=30)

    assert positions == list(range(1, 3001))


def test_a_text_that_postgresql_cannot_hold_is_refused_and_said(log: PostgresLog) -> None:
    with pytest.raises(DataError):
        log.insert_events([stored(topic="a\x00b")])
    assert log.max_notification_id() is None


# One order without gaps


def test_a_stream_that_moved_on_refuses_and_burns_no_position(log: PostgresLog) -> None:
    stream = uuid4()
    assert list(log.insert_events([stored(stream, 1)])) == [1]

    for _ in range(3):
        with pytest.raises(IntegrityError):
            log.insert_events([stored(), stored(stream, 1)], intentions=[asked()])

    assert list(log.insert_events([stored(stream, 2)])) == [2]
    assert log.max_notification_id() == 2


def test_recorded_time_never_goes_back_when_the_clock_does(database: Database) -> None:
    log = PostgresLog(database.pool("throughcare_decide"))
    ahead = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=3)
    database.connect("postgres").execute("update log.head set recorded_at = %s", [ahead])
    fact = stored()

    log.insert_events([fact])

    assert log.select_events(fact.originator_id)[0].recorded_at == ahead


def test_nobody_waits_for_a_connection_longer_than_two_seconds(database: Database) -> None:
    pool = database.pool("throughcare_decide", most=1)
    log, began = PostgresLog(pool), monotonic()
    with pool.connection(), pytest.raises(OperationalError):
        log.insert_events([stored()], intentions=[asked()])
    assert 1 < monotonic() - began < 5


# An intention is recorded once


def test_an_intention_asked_twice_is_answered_from_the_first_time(log: PostgresLog) -> None:
    first = asked(b'{"referral": "r1"}')
    log.insert_events([stored(), stored(intention=first.key), stored()], intentions=[first])

    with pytest.raises(AlreadyRecorded) as again:
        log.insert_events([stored()], intentions=[asked(b'{"referral": "r2"}', key=first.key)])

    (earlier,) = again.value.earlier
    assert (earlier.key, earlier.answer, earlier.digest) == (first.key, first.answer, first.digest)
    assert earlier.position == 2, "the last of its own facts"
    assert log.max_notification_id() == 3
    assert log.earlier(JAMES_WIGG, first.key) == earlier
    assert log.earlier(uuid4(), first.key) is None, "another organisation's key is another key"


def test_an_intention_without_a_fact_is_remembered_too(log: PostgresLog) -> None:
    log.insert_events([stored()])
    nothing_new = asked()

    assert list(log.insert_events([], intentions=[nothing_new])) == []

    earlier = log.earlier(JAMES_WIGG, nothing_new.key)
    assert earlier is not None
    assert earlier.position == 1
    assert log.max_notification_id() == 1


def test_two_hundred_intentions_asked_eight_times_at_once_have_two_hundred_effects(
    log: PostgresLog,
) -> None:
    keys = [uuid4() for _ in range(200)]

    def ask(key: UUID) -> bytes:
        fact = stored(intention=key)
        try:
            log.insert_events([fact], intentions=[asked(str(fact.originator_id).encode(), key=key)])
        except AlreadyRecorded as again:
            return again.earlier[0].answer
        return str(fact.originator_id).encode()

    with ThreadPoolExecutor(8) as people:
        answers = list(people.map(ask, [key for key in keys for _ in range(8)]))

    for at in range(0, 1600, 8):
        assert len(set(answers[at : at + 8])) == 1
    assert len(set(answers)) == 200
    assert log.max_notification_id() == 200


def test_an_append_is_one_round_trip(database: Database) -> None:
    with way_to(database.dsn("throughcare_decide")) as way, open_pool(way.dsn, most=1) as pool:
        log = PostgresLog(pool)
        log.insert_events([stored()], intentions=[asked()])  # prepares
        before = way.answers

        log.insert_events([stored(), stored()], intentions=[asked(), asked()])

        assert way.answers - before == 1


def test_an_intention_begins_with_one_round_trip(database: Database) -> None:
    with way_to(database.dsn("throughcare_decide")) as way, open_pool(way.dsn, most=1) as pool:
        log, stream, first = PostgresLog(pool), uuid4(), asked(b'{"referral": "r1"}')
        log.insert_events(
            [stored(stream, n, intention=first.key) for n in (1, 2)], intentions=[first]
        )
        log.opening(JAMES_WIGG, uuid4(), stream)  # prepares
        before = way.answers

        assert log.opening(JAMES_WIGG, uuid4(), stream) == (None, log.select_events(stream))
        assert log.opening(JAMES_WIGG, uuid4(), uuid4()) == (None, [])
        earlier, _ = log.opening(JAMES_WIGG, first.key, uuid4())
        assert earlier == log.earlier(JAMES_WIGG, first.key)

        assert way.answers - before == 3 + 2 + 2, "two of our own, each prepared first"


def test_a_lost_answer_to_commit_is_given_again_and_the_fact_is_there_once(
    database: Database,
) -> None:
    with way_to(database.dsn("throughcare_decide")) as way, open_pool(way.dsn, most=1) as pool:
        log = PostgresLog(pool)
        log.insert_events([stored()], intentions=[asked()])
        intention, fact = asked(b'{"referral": "r1"}'), stored()
        way.cut_next = True

        with pytest.raises(AlreadyRecorded) as again:
            log.insert_events([fact], intentions=[intention])

        assert again.value.earlier[0].answer == intention.answer
        assert again.value.earlier[0].position == 2
        assert log.max_notification_id() == 2


def test_without_an_intention_a_lost_answer_is_not_asked_again(database: Database) -> None:
    with way_to(database.dsn("throughcare_decide")) as way, open_pool(way.dsn, most=1) as pool:
        log = PostgresLog(pool)
        log.insert_events([stored()])
        way.cut_next = True

        with pytest.raises(OperationalError):
            log.insert_events([stored()])

        assert log.max_notification_id() == 2


def test_connections_lost_while_idle_do_not_fail_a_reader(database: Database) -> None:
    log = PostgresLog(database.pool("throughcare_decide"))
    fact = stored()
    log.insert_events([fact])
    database.connect("postgres").execute(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity "
        "where usename = 'throughcare_decide' and datname = current_database()"
    )

    assert len(log.select_events(fact.originator_id)) == 1


# Histories


def test_a_history_is_recorded_at_the_times_it_tells(database: Database) -> None:
    seeding = PostgresLog(database.pool("throughcare_seed"), history=True)
    stream, tuesday = uuid4(), MONDAY + timedelta(days=1)
    early, late = asked(), asked()

    seeding.insert_events(
        [stored(stream, 1, intention=early.key), stored(stream, 2, intention=late.key)],
        intentions=[early, late],
        recorded_at=[MONDAY, tuesday],
    )

    assert [f.recorded_at for f in seeding.select_events(stream)] == [MONDAY, tuesday]
    first = seeding.earlier(JAMES_WIGG, early.key)
    assert first is not None
    assert (first.position, first.recorded_at) == (1, MONDAY)
    PostgresLog(database.pool("throughcare_decide")).insert_events([stored(stream, 3)])
    now = seeding.select_events(stream, gt=2)[0].recorded_at
    assert now is not None
    assert now > tuesday


@pytest.mark.parametrize(
    "days",
    [(2, 1), (-1, 1), (1, 100_000)],
    ids=["out of order", "before what is recorded", "in the future"],
)
def test_a_history_out_of_time_is_refused(database: Database, days: tuple[int, int]) -> None:
    seeding = PostgresLog(database.pool("throughcare_seed"), history=True)
    seeding.insert_events([stored()], recorded_at=[MONDAY])

    with pytest.raises(DataError, match="told in order"):
        seeding.insert_events(
            [stored(), stored()], recorded_at=[MONDAY + timedelta(days=d) for d in days]
        )
    assert seeding.max_notification_id() == 1


# Nothing is passed over


def test_a_reader_that_follows_six_writers_passes_over_nothing(database: Database) -> None:
    with ThreadPoolExecutor(WRITERS) as writers:
        found = Following(database, "log").follow(writers, 3)

    assert (found.missed, found.twice) == (0, 0)
    count, first, last = database.connect("throughcare_project").execute(
        "select count(*), min(position), max(position) from log.facts"
    ).fetchone() or (0, 0, 0)
    assert (first, last) == (1, count), "positions have no gap"
    assert count == found.written > 0


@pytest.mark.parametrize("way", sorted(WAYS.keys() - {"log"}))
def test_the_same_reader_catches_a_log_that_loses_facts(database: Database, way: str) -> None:
    """Proves the test above."""
    following, until = Following(database, way), monotonic() + 60
    with ThreadPoolExecutor(WRITERS) as writers:
        while not following.follow(writers, 0.5).missed:
            assert monotonic() < until


# What was tampered with does not become a fact


def test_two_peoples_bytes_swapped_in_the_table_are_not_read(database: Database) -> None:
    log, sealed = PostgresLog(database.pool("throughcare_decide")), mapper(keys_of(database))
    high = taken("risk: high", stream=uuid4())
    none = taken("risk: none", stream=uuid4())
    log.insert_events([sealed.to_stored_event(note) for note in (high, none)])
    intruder = database.connect("postgres")
    intruder.execute("alter table log.facts disable trigger all")
    intruder.execute(
        "update log.facts as f set state = other.state from log.facts as other "
        "where other.position = 3 - f.position"
    )

    for note in (high, none):
        (kept,) = log.select_events(note.originator_id)
        with pytest.raises(UnreadableFact) as unreadable:
            sealed.read(kept)
        assert "risk" not in str(unreadable.value)


def test_a_topic_nobody_registered_imports_nothing(database: Database) -> None:
    log, sealed = PostgresLog(database.pool("throughcare_decide")), mapper(keys_of(database))
    fact = stored(topic="antigravity:fly")
    assert "antigravity" not in sys.modules

    log.insert_events([fact])

    with pytest.raises(UnreadableFact):
        sealed.read(log.select_events(fact.originator_id)[0])
    assert "antigravity" not in sys.modules
