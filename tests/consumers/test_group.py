"""The group of workers folds what one process would, whoever comes, goes or is killed."""

from __future__ import annotations

from contextlib import closing

import pytest

from consumers.handing_out import TopicIsAhead
from projections import engine, schema
from projections.entries import Entry
from projections.meetings import Meetings
from tests.consumers.brokers import KafkaServer
from tests.consumers.working import Crowd
from tests.database import Database
from tests.people import ROSA, TALKING, TOM
from tests.projections.place import Place, Views
from tests.projections.week import busy_week

pytestmark = [pytest.mark.broker, pytest.mark.process]


def by_one_process(place: Place) -> Views:
    """What the engine alone makes of the same log, from its beginning."""
    with place.as_superuser() as connection:
        connection.execute("truncate views.partitions cascade")
    place.forget_what_was_told()
    place.fold()
    return place.views()


def test_two_workers_fold_what_one_would_also_when_one_is_killed_at_its_work(
    database: Database, apache: KafkaServer
) -> None:
    """On ``noida-db`` a member that was killed keeps its partitions for ever: not tried there."""
    place = Place(database)
    crowd = Crowd(place, apache)
    place.fold()
    with crowd.handed_out(batch=7), crowd.worker() as victim, crowd.worker():
        crowd.until(lambda: len(crowd.owners()) == 2)
        owners = crowd.owners()
        busy_week(place)
        place.fold(batch=9)
        crowd.until(lambda: place.rows("select 1 from views.partition_numbers where number > 3"))
        victim.kill()
        place.refer("Rosa: while one is gone")
        place.fold()
        crowd.caught_up()
        assert len(crowd.owners() & owners) <= 1, "somebody took what the victim had"
        grouped = place.views()
    assert grouped == by_one_process(place)


def test_one_worker_goes_on_where_another_one_left(database: Database, kafka: KafkaServer) -> None:
    place = Place(database)
    crowd = Crowd(place, kafka)
    place.register()
    place.fold()
    with crowd.handed_out(), crowd.joined():
        place.refer("first", take_over=True)
        place.fold()
        crowd.caught_up()
    place.refer("while nobody works")
    place.fold()
    with crowd.handed_out(), crowd.joined():
        place.refer("while somebody does again")
        place.fold()
        crowd.caught_up()
        grouped = place.views()
    assert grouped == by_one_process(place)


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
    assert grouped == by_one_process(place)


def test_a_topic_that_was_lost_is_made_again_and_nothing_is_folded_twice(
    database: Database, kafka: KafkaServer
) -> None:
    place = Place(database)
    crowd = Crowd(place, kafka)
    place.register()
    place.fold()
    with crowd.handed_out(), crowd.joined():
        for number in range(8):
            place.refer(f"before {number}")
        place.fold()
        crowd.caught_up()
    assert crowd.broker().drop(crowd.topic)
    with crowd.handed_out(), crowd.joined():
        place.refer("after it")
        place.fold()
        crowd.caught_up()
        grouped = place.views()
    assert grouped == by_one_process(place)


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
