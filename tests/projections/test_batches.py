"""A batch of the engine: it waits for little, writes no row that stays as it is, and lets go of all
it holds when it is given up.
"""

from __future__ import annotations

import psycopg
import pytest
from psycopg import Connection
from psycopg.pq import TransactionStatus

from projections import schema
from projections.connections import flowing
from projections.statements import columns, statements
from tests.database import Database
from tests.people import GARDENING, ROSA, TALKING, THERAPY, WIGG
from tests.projections.place import Place

LARGE = 4_000_000
"""Bytes: many times what a socket takes before somebody reads it."""


@pytest.fixture
def connection(database: Database) -> Connection:
    own = database.connect("postgres")
    own.execute("set statement_timeout = '20s'")
    own.execute("create table public.kept (id bigint primary key, words text)")
    return own


def kept(database: Database) -> list[tuple[int]]:
    with psycopg.connect(database.dsn("postgres")) as other:
        return other.execute("select id from public.kept order by id").fetchall()


def test_statements_flow_and_are_kept_together(connection: Connection, database: Database) -> None:
    with flowing(connection):
        connection.execute("insert into public.kept values (1, 'a')")
        asked = connection.execute("select words from public.kept")
        connection.execute("insert into public.kept values (2, 'b')")
        assert asked.fetchall() == [("a",)]
        assert kept(database) == []
    assert kept(database) == [(1,), (2,)]
    assert connection.info.transaction_status is TransactionStatus.IDLE


def test_what_is_large_both_ways_is_sent_and_answered(
    connection: Connection, database: Database
) -> None:
    """Where a block within, or psycopg's ``sync``, waits for ever on a Unix socket."""
    with flowing(connection):
        for number in range(4):
            asked = [number, "x" * LARGE]
            connection.execute("insert into public.kept values (%s, %s)", asked, prepare=True)
        answers = connection.execute("select words from public.kept")
        assert [len(words) for (words,) in answers] == [LARGE] * 4
        connection.execute("insert into public.kept values (4, %s)", ["y" * LARGE], prepare=True)
    assert kept(database) == [(number,) for number in range(5)]


@pytest.mark.parametrize("last", ["select 1", "insert into public.kept values (2, 'b')"])
def test_nothing_is_kept_of_what_failed_on_the_way(
    connection: Connection, database: Database, last: str
) -> None:
    def failing() -> None:
        with flowing(connection):
            connection.execute("insert into public.kept values (1, 'a')")
            connection.execute("select 1 / 0", prepare=True)
            connection.execute(last, prepare=True)

    with pytest.raises(psycopg.errors.DivisionByZero):
        failing()
    assert kept(database) == []
    with flowing(connection):  # the same connection goes on
        connection.execute(last, prepare=True)
        connection.execute("insert into public.kept values (3, 'c')")
    assert (3,) in kept(database)


def test_nothing_is_kept_when_whoever_asked_gave_up(
    connection: Connection, database: Database
) -> None:
    def giving_up() -> None:
        with flowing(connection):
            connection.execute("insert into public.kept values (1, 'a')")
            raise LookupError

    with pytest.raises(LookupError):
        giving_up()
    assert kept(database) == []
    assert connection.info.transaction_status is TransactionStatus.IDLE


def test_rows_become_the_columns_of_one_statement() -> None:
    assert columns([(1, "a"), (2, None)]) == [[1, 2], ["a", None]]


def test_an_engine_with_nothing_to_fold_holds_nothing_up(place: Place) -> None:
    place.register()
    place.fold()
    with place.database.connect(schema.PROJECT).transaction() as another:
        another.connection.execute(statements("engine")["lease"])
        impatient = f"{place.database.dsn(schema.PROJECT)} options='-c lock_timeout=1s'"
        with psycopg.connect(impatient, autocommit=True) as own:
            assert place.engine.step(own) == 0
            place.care.record_communication_needs(
                ROSA, "Ring first.", language=None, asked=place.by(WIGG)
            )
            with pytest.raises(psycopg.errors.LockNotAvailable):
                place.engine.step(own)
    assert place.fold() == 1


def test_only_rows_that_change_are_written(place: Place) -> None:
    place.register()
    one = place.refer("Please see her.", to=THERAPY)
    other = place.refer("Please ask her along.", to=GARDENING)
    place.fold()

    def written() -> dict[tuple[object, ...], int]:
        """Which transaction wrote each row last."""
        rows = place.rows(
            "select 'referral', partner, referral, xmin::text::bigint from views.referrals "
            "union all select 'number', partner, null, xmin::text::bigint from share.partners"
        )
        return {tuple(key): int(by) for *key, by in rows}

    before = written()
    place.care.accept_referral(one, asked=place.by(TALKING))
    place.fold()
    after = written()
    changed = {key for key in after if after[key] != before[key]}
    told = {e.partner for e in place.entries() if e.position == place.log.max_notification_id()}
    assert {key[1] for key in changed if key[0] == "number"} == told
    assert {key[2] for key in changed if key[0] == "referral"} == {one}
    assert ("referral", WIGG, other) in after


def test_what_another_process_healed_is_folded_from_then_on(place: Place) -> None:
    """An engine remembers whose case waits, until somebody else moves the share."""
    place.register()
    place.refer("Please see her.")

    def renamed(was: str, topic: str) -> None:
        with place.as_superuser() as everything, everything.transaction():
            everything.execute("alter table log.facts disable trigger facts_are_kept")
            everything.execute("update log.facts set topic = %s where topic = %s", [topic, was])
            everything.execute("alter table log.facts enable always trigger facts_are_kept")

    def needs(words: str) -> None:
        asked = place.by(WIGG)
        place.care.record_communication_needs(ROSA, words, language=None, asked=asked)
        place.fold()

    renamed("referral:ReferralMade", "os:System")
    place.fold()
    needs("Ring.")
    assert place.told(WIGG, ROSA) == ["PersonRegistered"]
    renamed("os:System", "referral:ReferralMade")
    assert place.another_engine().retry(ROSA)
    needs("By text.")
    first = ["PersonRegistered", "ReferralMade", "PathwayOpened"]
    asked_for = [*first, *["CommunicationNeedsRecorded"] * 2]
    assert place.told(WIGG, ROSA) == asked_for
    numbers = [e.number for e in place.entries() if e.partner == WIGG]
    assert numbers == list(range(1, len(numbers) + 1))
