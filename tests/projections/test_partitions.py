"""A group folds its partitions as one process would, each entry once, whoever has them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from random import Random
from typing import Any

import orjson
import psycopg
import pytest
from psycopg import Connection

from domain.kernel import Category
from projections import engine, partitions, schema
from projections.caseload import Caseload
from projections.entries import ADDED, Entry
from projections.partitions import PARTITIONS, GroupLag, Hands, PeopleStillWait, Piece
from projections.share import Poison
from tests.people import KINDS, ROSA, TALKING, WIGG
from tests.projections.place import Place, Views
from tests.projections.test_agreements import sign, without
from tests.projections.week import busy_week

EVERYTHING = range(PARTITIONS)


@pytest.fixture
def group(place: Place) -> Iterator[Connection]:
    """A group has begun; the connection of one of it."""
    with psycopg.connect(place.database.dsn(schema.PROJECT), autocommit=True) as connection:
        partitions.begin(connection, [0] * PARTITIONS)
        yield connection


def told(place: Place, connection: Connection, *, after: dict[Any, int] | None = None) -> list[Any]:
    """The rows of the share, each partner's in its order."""
    head = partitions.head(connection)
    return partitions.following(connection, after or {}, head.numbers, 1_000_000)


def pieces(place: Place, rows: Sequence[Any], offset: int, position: int = 0) -> dict[int, Piece]:
    """These rows as they would come, of every partition, up to an offset."""
    of: dict[int, list[Any]] = {partition: [] for partition in EVERYTHING}
    for row in rows:
        key = partitions.key_of(place.pseudonyms, row[3], row[0])
        of[partitions.partition_of(key)].append(row)
    return {partition: Piece(some, offset, position) for partition, some in of.items()}


def by_one_process(place: Place) -> Views:
    """What the engine alone makes of the same log, from its beginning."""
    with place.as_superuser() as connection:
        connection.execute("truncate views.partitions cascade")
    place.forget_what_was_told()
    place.fold()
    return place.views()


def fold_in_pieces(place: Place, group: Connection, hands: Hands, most: int = 12) -> None:
    rows, dice, at = told(place, group), Random(20_261_122), 0
    while at < len(rows):
        size = dice.randrange(1, most)
        hands.fold(group, pieces(place, rows[at : at + size], at))
        at += size


def test_a_busy_week_in_pieces_is_folded_as_by_one_process(place: Place, group: Connection) -> None:
    busy_week(place)
    place.fold(batch=9)
    assert not place.views()["caseload"], "the engine leaves the group what is of one person"
    assert place.views()["meetings"]
    hands = Hands(place.keys)
    assert hands.take(group, EVERYTHING) == dict.fromkeys(EVERYTHING, 0)
    fold_in_pieces(place, group, hands)
    assert place.views() == by_one_process(place)


def test_what_is_added_later_stands_where_it_belongs(place: Place, group: Connection) -> None:
    busy_week(place)
    sign(place, TALKING, categories=without(TALKING, Category.PLAN, Category.DEMOGRAPHIC))
    place.fold()
    sign(place, TALKING, categories=without(TALKING, Category.PLAN))
    place.fold()
    assert any(ADDED in entry.data for entry in place.entries())
    hands = Hands(place.keys)
    hands.take(group, EVERYTHING)
    fold_in_pieces(place, group, hands, most=4)
    assert place.views() == by_one_process(place)


def test_what_comes_twice_is_folded_once(place: Place, group: Connection) -> None:
    busy_week(place)
    place.fold()
    rows, hands = told(place, group), Hands(place.keys)
    hands.take(group, EVERYTHING)
    for part in (rows[:40], rows[20:60], rows):
        hands.fold(group, pieces(place, part, len(part)))
    assert Hands(place.keys).take(group, EVERYTHING)[0] == len(rows)
    assert place.views() == by_one_process(place)


def test_who_lost_a_partition_folds_nothing_of_it_any_more(place: Place, group: Connection) -> None:
    busy_week(place)
    place.fold()
    rows, late, heir = told(place, group), Hands(place.keys), Hands(place.keys)
    late.take(group, EVERYTHING)
    hers = partitions.partition_of(partitions.key_of(place.pseudonyms, ROSA, TALKING))
    heir.take(group, [hers])
    late.fold(group, pieces(place, rows, 7))
    assert late.held == {*EVERYTHING} - {hers}
    assert heir.take(group, EVERYTHING) == dict.fromkeys(EVERYTHING, 7) | {hers: 0}
    assert place.views()["caseload"].keys() < by_one_process(place)["caseload"].keys()


def test_who_holds_what_was_put_back_notices_though_nothing_comes(
    place: Place, group: Connection
) -> None:
    busy_week(place)
    place.fold()
    hands = Hands(place.keys)
    hands.take(group, EVERYTHING)
    hands.fold(group, pieces(place, told(place, group), 7))
    hands.look(group)
    assert hands.held == {*EVERYTHING}
    partitions.begin(group, [0] * len(EVERYTHING))  # the topic was lost, and is there again
    hands.look(group)
    assert hands.held == frozenset()


def test_who_takes_over_waits_for_what_is_being_written_and_nothing_is_written_after(
    place: Place, group: Connection
) -> None:
    busy_week(place)
    place.fold()
    rows, late, heir = told(place, group), Hands(place.keys), Hands(place.keys)
    late.take(group, EVERYTHING)
    dsn = place.database.dsn(schema.PROJECT)
    waits = """select count(*) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'"""
    with ThreadPoolExecutor() as pool, psycopg.connect(dsn, autocommit=True) as another:

        def until(waiting: int, at_it: Future[Any]) -> None:
            while place.rows(waits) != [(waiting,)]:
                assert not at_it.done()

        with place.as_superuser() as holding, holding.transaction():
            holding.execute("lock table views.agreed in share mode")
            folding = pool.submit(late.fold, group, pieces(place, rows[:90], 7))
            until(1, folding)
            taking = pool.submit(heir.take, another, EVERYTHING)
            until(2, taking)
        assert taking.result() == dict.fromkeys(EVERYTHING, 7)
        folding.result()
        late.fold(group, pieces(place, rows, 9))
        assert not late.held
        heir.fold(another, pieces(place, rows, 8))
    assert Hands(place.keys).take(group, EVERYTHING) == dict.fromkeys(EVERYTHING, 8)
    assert place.views() == by_one_process(place)


def test_whose_key_is_destroyed_is_folded_without_a_word_of_theirs(
    place: Place, group: Connection
) -> None:
    """What is handed out outlives an erasure by a week: nothing of it can be read any more."""
    busy_week(place)
    place.fold()
    rows = told(place, group)
    place.keys.destroy(ROSA)
    place.forget_keys()
    hands = Hands(place.keys)
    hands.take(group, EVERYTHING)
    hands.fold(group, pieces(place, rows, 1))
    hers = place.views()["referrals"].values()
    assert any(row["person"] == str(place.subject(WIGG, ROSA)) for row in hers)
    assert b"low mood" not in orjson.dumps([*hers])


def test_one_person_who_cannot_be_folded_waits_alone(
    place: Place, group: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy_week(place)
    place.fold()
    rosa = {place.subject(partner, ROSA) for partner in KINDS}

    class Failing(Caseload):
        def fold(self, entry: Entry) -> None:
            if entry.subject in rosa:
                raise ValueError
            super().fold(entry)

    ours, hands = engine.views, Hands(place.keys)
    hands.take(group, EVERYTHING)
    with monkeypatch.context() as broken:
        broken.setattr(engine, "views", lambda: (Failing(), *ours()[1:]))
        fold_in_pieces(place, group, hands)
        assert {subject for _, subject in place.views()["caseload"]}.isdisjoint(rosa)
        waiting = partitions.parked(group)
        assert waiting
        with pytest.raises(Poison):
            partitions.retry(group, waiting[0].id, place.keys)
        with pytest.raises(PeopleStillWait):
            partitions.end(group)
    for person in waiting:
        assert partitions.retry(group, person.id, place.keys)
    assert not partitions.retry(group, waiting[0].id, place.keys)
    assert place.views() == by_one_process(place)


def test_a_view_is_as_far_as_the_partition_that_is_furthest_behind(
    place: Place, group: Connection
) -> None:
    register = place.rows("select position from views.positions where name = 'caseload'")
    place.fold()
    head = partitions.head(group).position
    hands, half = Hands(place.keys), range(6)
    hands.take(group, EVERYTHING)
    of_all = pieces(place, told(place, group), 1, head)
    hands.fold(group, {part: of_all[part] for part in half})
    asked = "select position from views.positions where name = 'caseload'"
    assert place.rows(asked) == register
    hands.fold(group, {part: each for part, each in of_all.items() if part not in half})
    assert place.rows(asked) == [(head,)]


def test_how_far_the_group_is_behind_and_what_nobody_folds_can_be_seen(
    place: Place, group: Connection
) -> None:
    def lag() -> GroupLag:
        return place.ask(lambda reading: reading.group_lag())

    busy_week(place)
    place.fold()
    hands, head = Hands(place.keys), partitions.head(group).position
    hands.take(group, EVERYTHING)
    of_all = pieces(place, told(place, group), 1, head)
    hands.fold(group, {part: of_all[part] for part in range(9)})
    asked = "select behind, idle from views.group_lag(0)"
    assert place.rows(asked) == [(3, 3)]
    assert (lag().partitions, lag().behind, lag().idle) == (PARTITIONS, 3, 0)
    assert lag().seconds > 0
    hands.fold(group, of_all)
    assert place.rows(asked) == [(0, 0)]
    assert lag() == GroupLag(PARTITIONS, 0, 0.0, 0, 0)


def test_one_process_takes_over_when_the_group_has_folded_all(
    place: Place, group: Connection
) -> None:
    busy_week(place)
    place.fold()
    with pytest.raises(PeopleStillWait):
        partitions.end(group)
    hands, head = Hands(place.keys), partitions.head(group)
    hands.take(group, EVERYTHING)
    hands.fold(group, pieces(place, told(place, group), 9, head.position))
    assert partitions.end(group)
    assert not partitions.end(group)
    place.refer("after it", person=ROSA)
    place.fold()
    hands.fold(group, pieces(place, told(place, group, after=dict(head.numbers)), 10))
    assert hands.held == set()
    assert place.views() == by_one_process(place)


def test_whoever_begins_again_on_a_topic_that_was_lost_begins_at_its_beginning(
    place: Place, group: Connection
) -> None:
    hands = Hands(place.keys)
    hands.take(group, EVERYTHING)
    hands.fold(group, {part: Piece((), 100) for part in EVERYTHING})
    partitions.begin(group, [100] * 11 + [5])
    hands.fold(group, {0: Piece((), 101), 11: Piece((), 101)})
    assert hands.held == set(range(11))
    assert Hands(place.keys).take(group, EVERYTHING) == dict.fromkeys(range(1, 11), 100) | {
        0: 101,
        11: 0,
    }
