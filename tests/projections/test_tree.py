"""The tree over the log: a leaf for each fact, as it is defined, before anybody is told of it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import errors
from psycopg.rows import dict_row

from projections import tree
from projections.log import PostgresLog
from projections.schema import DECIDE, OF_KEYS, OWNER, PROJECT, ROLES, TREE, migrate
from projections.statements import migrations
from projections.verifier import NOTHING, leaf, leaf_hash
from tests.database import Database
from tests.people import GARDENING, ROSA, TOM, WIGG
from tests.projections.notes import stored
from tests.projections.place import Place
from tests.projections.week import busy_week

MAY_NOT = (errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction)
FACTS = "select * from log.facts order by position"


def defined(place: Place) -> list[bytes]:
    """The leaf of every fact, reckoned from the facts alone, in memory."""
    of_stream: dict[tuple[UUID, int], bytes] = {}
    of_person: dict[UUID, bytes] = {}
    found = []
    with place.as_superuser() as connection:
        rows: list[dict[str, Any]] = (
            connection.cursor(binary=True, row_factory=dict_row).execute(FACTS).fetchall()
        )
    for row in rows:
        links = {
            "previous": of_stream.get((row["stream"], row["version"] - 1), NOTHING),
            "previous_of_person": of_person.get(row["person"], NOTHING),
        }
        hashed = leaf_hash(leaf(row | links))
        of_stream[row["stream"], row["version"]] = hashed
        if row["person"]:
            of_person[row["person"]] = hashed
        found.append(hashed)
    return found


def leaves(place: Place) -> list[tuple[int, bytes]]:
    return place.rows("select position, hash from tree.leaves order by position")


def test_each_fact_has_the_leaf_that_is_defined_however_it_was_batched(place: Place) -> None:
    busy_week(place)
    place.refer("Ein Gärtner käme gern: „grün“ 🌱", to=GARDENING)
    expected = defined(place)
    place.fold(batch=1)
    assert leaves(place) == list(enumerate(expected, start=1))
    with place.as_superuser() as connection:
        for table in ("leaves", "subtrees", "checkpoints", "cosignatures"):
            connection.execute(f"alter table tree.{table} disable trigger user")
        connection.execute("delete from tree.leaves where position > 7")
    with psycopg.connect(place.database.dsn(PROJECT), autocommit=True) as connection:
        assert connection.execute("select tree.grow(%s)", [len(expected)]).fetchone() == (
            len(expected),
        )
        assert connection.execute("select tree.grow(3)").fetchone() == (len(expected),)
    assert leaves(place) == list(enumerate(expected, start=1))
    linked = [n for n, (one, other) in enumerate(pairwise(expected)) if one == other]
    assert not linked


def test_a_place_from_before_the_tree_gets_its_leaves_with_the_migration(
    empty_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = migrations()
    before = [each for each in every if each[0] < "086"]
    monkeypatch.setattr("projections.schema.migrations", lambda: before)
    migrate(empty_database.dsn("postgres"))
    recorder = PostgresLog(empty_database.pool(DECIDE))
    for _ in range(7):
        recorder.insert_events([stored(), stored()])
    monkeypatch.setattr("projections.schema.migrations", lambda: every)
    migrate(empty_database.dsn("postgres"))
    with psycopg.connect(empty_database.dsn(TREE), autocommit=True) as connection:
        found = list(tree.facts(connection, 1, 14))
    assert [fact["leaf"] for fact in found] == [leaf_hash(leaf(fact)) for fact in found]
    assert len(found) == 14


def test_whoever_is_told_of_a_fact_is_told_of_one_with_a_leaf(place: Place) -> None:
    """The leaf is written in the very transaction of the entry; without one there is none."""
    place.register(ROSA)
    place.fold()
    with psycopg.connect(place.database.dsn(OWNER), autocommit=True) as owner:
        owner.execute("revoke execute on function tree.grow from throughcare_project")
        place.register(TOM)
        with pytest.raises(errors.InsufficientPrivilege):
            place.fold()
        assert place.told(WIGG, TOM) == []
        owner.execute("grant execute on function tree.grow to throughcare_project")
    place.fold()
    assert place.told(WIGG, TOM) != []
    ((told, grown),) = place.rows(
        "select (select max(position) from share.entries), (select max(position) from tree.leaves)"
    )
    assert told <= grown


def test_a_case_that_is_parked_has_its_leaves(place: Place) -> None:
    """They are of the log; what cannot be folded was recorded all the same."""
    place.register(ROSA)
    place.refer("Some help in the garden", to=GARDENING)
    with place.as_superuser() as connection:
        connection.execute("alter table log.facts disable trigger user")
        connection.execute(
            "update log.facts set state = '\\x07' where topic = 'referral:ReferralMade'"
        )
    place.fold()
    assert place.rows("select count(*) from share.parked") == [(1,)]
    assert leaves(place) == list(enumerate(defined(place), start=1))


def test_a_number_without_a_fact_stops_nobody_and_gets_a_leaf_that_is_nobodys(
    place: Place,
) -> None:
    place.register(ROSA)
    place.register(TOM)
    ((last,),) = place.rows("select max(position) from log.facts")
    with place.as_superuser() as connection:
        connection.execute("alter table log.facts disable trigger user")
        connection.execute("delete from log.facts where position = %s", [last - 1])
    place.fold()
    found = dict(leaves(place))
    assert found[last - 1] == NOTHING
    assert found[last] != NOTHING
    assert len(found) == last


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("leaves", "hash"),
        ("subtrees", "hash"),
        ("checkpoints", "note"),
        ("cosignatures", "line"),
        ("keys", "since"),
    ],
)
def test_nothing_of_the_tree_is_rewritten(database: Database, table: str, column: str) -> None:
    with database.connect("postgres") as superuser:
        for statement in (f"delete from tree.{table}", f"truncate tree.{table} cascade"):
            with pytest.raises(errors.RestrictViolation, match="history is not rewritten"):
                superuser.execute(statement)
    for role in ROLES.keys() - {OWNER} - OF_KEYS:
        with database.connect(role) as connection, pytest.raises(MAY_NOT):
            connection.execute(f"update tree.{table} set {column} = default")


def test_the_signer_reads_the_log_and_nothing_that_was_told(database: Database) -> None:
    with database.connect(TREE) as signer:
        signer.execute("select state from log.facts")
        for table in ("share.entries", "views.caseload", "log.intentions"):
            with pytest.raises(errors.InsufficientPrivilege):
                signer.execute(f"select from {table}")
        with pytest.raises(errors.InsufficientPrivilege):
            signer.execute("select tree.grow(1)")
