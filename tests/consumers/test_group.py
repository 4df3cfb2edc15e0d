"""The group of workers folds what one process would, whoever comes, goes or is killed."""

from __future__ import annotations

import os
from contextlib import closing
from signal import SIGCONT, SIGSTOP

import pytest

from consumers.handing_out import TopicIsAhead
from consumers.kafka.group import Group
from consumers.watchdog import Watchdog
from domain.vocabulary import PersonId
from projections import engine, schema
from projections.entries import Entry
from projections.meetings import Meetings
from projections.partitions import PARTITIONS
from tests.consumers.brokers import KafkaServer
from tests.consumers.working import Crowd
from tests.database import Database
from tests.people import ROSA, TALKING, TOM, named
from tests.projections.place import Place, Views
from tests.projections.week import busy_week

pytestmark = [pytest.mark.broker, pytest.mark.process]

AMIRA = PersonId(named("Amira"))


def by_one_process(place: Place) -> Views:
    """What the engine alone makes of the same log, from its beginning."""
    with place.as_superuser() as connection:
        connection.execute("truncate views.partitions cascade")
    place.forget_what_was_told()
    place.fold()
    return place.views()


def of_one_person(place: Place) -> Views:
    return {name: rows for name, rows in place.views().items() if name in engine.OF_ONE_PERSON}


def test_two_workers_fold_what_one_would_whoever_stands_still_or_is_killed_at_its_work(
    database: Database, apache: KafkaServer
) -> None:
    """On ``noida-db`` a member that was killed keeps its partitions for ever: not tried there.

    Each is interrupted inside its transaction: the rows not written yet, or the offset not yet.
    """
    place = Place(database)
    crowd = Crowd(place, apache)
    with crowd.process() as one, crowd.process() as two, crowd.handed_out(batch=7):
        place.fold()
        crowd.begin(one, "one")
        crowd.until(crowd.owners)
        with crowd.held_up("views.caseload") as waiting:
            place.register(AMIRA, name="Amira")
            place.refer("Amira: while one stands still", person=AMIRA)
            place.fold()
            crowd.until(waiting)
            one.send_signal(SIGSTOP)
        crowd.begin(two, "two")
        crowd.caught_up()
        one.send_signal(SIGCONT)
        crowd.until(lambda: len(crowd.owners()) == 2)
        owners, folded = crowd.owners(), of_one_person(place)
        with crowd.held_up("views.partition_numbers") as waiting:
            busy_week(place)
            place.fold(batch=9)
            crowd.until(waiting)
            assert of_one_person(place) == folded, "no row is there before its offset"
            {"one": one, "two": two}[waiting().pop()].kill()
        place.refer("Amira: while one is gone", person=AMIRA)
        place.fold()
        crowd.caught_up()
        assert len(crowd.owners() & owners) <= 1, "somebody took what the victim had"
        grouped = place.views()
    assert grouped == by_one_process(place)


def test_a_worker_goes_on_where_another_left_also_on_a_topic_that_was_lost(
    database: Database, kafka: KafkaServer
) -> None:
    place = Place(database)
    crowd = Crowd(place, kafka)
    place.register()
    place.fold()
    with crowd.handed_out():
        with crowd.joined():
            for number in range(8):
                place.refer(f"before {number}", take_over=not number)
            place.fold()
            crowd.caught_up()
        place.refer("while nobody works")
        place.fold()
    with crowd.handed_out(), crowd.joined():
        crowd.caught_up()
    assert crowd.broker().drop(crowd.topic)
    crowd.until(lambda: not kafka.has(crowd.topic))  # a broker takes its time with it
    with crowd.handed_out(), crowd.joined():
        place.refer("after the topic was lost")
        place.fold()
        crowd.caught_up()
        grouped = place.views()
    assert grouped == by_one_process(place)


def test_a_member_that_looks_for_moments_only_learns_of_a_topic_that_comes(
    database: Database, kafka: KafkaServer
) -> None:
    crowd = Crowd(Place(database), kafka)
    group = Group(kafka.connection, Watchdog(os._exit), crowd.topic, f"group-{crowd.topic}")
    try:
        for _ in range(4):
            group.poll(0.5, 1)  # it joins: there is nothing to be given
        assert not group.assigned
        with closing(crowd.broker()) as broker:
            broker.tails([crowd.topic])
        crowd.until(lambda: group.poll(0.01, 1) or len(group.assigned) == PARTITIONS)
    finally:
        group.close()


def test_a_case_that_is_told_late_reaches_the_group_late(
    database: Database, kafka: KafkaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its entries are of positions that were handed out long ago."""

    class Refusing(Meetings):
        def fold(self, entry: Entry) -> None:
            if entry.subject == hers:
                raise ValueError
            super().fold(entry)

    place = Place(database)
    crowd, hers, ours = Crowd(place, kafka), place.subject(TALKING, ROSA), engine.views
    with crowd.handed_out(), crowd.joined():
        with monkeypatch.context() as mistaken:
            mistaken.setattr(engine, "views", lambda: (*ours(), Refusing()))
            for person in (ROSA, TOM):
                place.register(person)
                place.refer(f"of {person}", person=person)
            place.fold()
            crowd.caught_up()
        assert (TALKING, hers) not in place.views()["caseload"]
        assert place.engine.retry(ROSA)
        crowd.until(lambda: (TALKING, hers) in place.views()["caseload"])
        place.refer("and later", person=TOM)
        place.fold()
        crowd.caught_up()
        grouped = place.views()
    alone = by_one_process(place)
    for rows in (grouped["caseload"], alone["caseload"]):
        for row in rows.values():
            del row["number"]  # of what was told late it is another
    assert grouped == alone


def test_a_topic_says_how_far_it_is_when_nothing_was_told_for_long(
    database: Database, kafka: KafkaServer
) -> None:
    """Else all in it would be older than it keeps, and nothing would say where to go on."""
    place = Place(database)
    crowd = Crowd(place, kafka)
    place.fold()
    connection = database.connect(schema.PROJECT)
    for quiet, says in ((3600.0, False), (0.0, True)):
        with closing(crowd.handing_out(quiet=quiet)) as handing, closing(crowd.broker()) as broker:
            handing.step(connection)
            before = broker.ends(crowd.topic)
            assert not handing.step(connection)
            assert (broker.ends(crowd.topic) != before) is says


def test_nothing_is_handed_out_on_a_topic_that_is_ahead_of_the_share(
    database: Database, kafka: KafkaServer
) -> None:
    place = Place(database)
    crowd = Crowd(place, kafka)
    place.register()
    place.fold()
    connection = database.connect(schema.PROJECT)
    with closing(crowd.handing_out()) as handing:
        handing.step(connection)
        place.refer("then")
        place.fold()
        assert handing.step(connection)
    place.forget_what_was_told()
    with closing(crowd.handing_out()) as handing, pytest.raises(TopicIsAhead):
        handing.step(connection)
