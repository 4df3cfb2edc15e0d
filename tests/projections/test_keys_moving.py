"""Keys that earlier releases kept beside the events move once, whenever the move is killed."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from psycopg import Connection

from domain.mapping import CARE
from projections.connections import open_pool
from projections.keys import PersonKeys
from projections.keys_backup import backed_up, restored
from projections.keys_moving import moved, unmoved
from projections.schema import CannotMigrate, migrate
from tests.database import Database
from tests.projections.notes import AMIRA, TOM
from tests.projections.test_keys import LETTERS, locked, process
from tests.projections.test_tampering import postgres

ROOT = Path(__file__).resolve().parents[2]
OTHERS = [UUID(int=number, version=4) for number in (1, 2, 3)]
LIFE = """
import os, signal, sys
from projections import keys_moving as moving

moving.AT_ONCE, left = 2, int(sys.argv[3])

def counted(step):
    def lived(*asked):
        global left
        done, left = step(*asked), left - 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return done
    return lived

for name in ("columns", "copy", "compare", "remove"):
    setattr(moving, name, counted(getattr(moving, name)))
moving.moved(*sys.argv[1:3])
"""
NOW = datetime(2026, 11, 22, tzinfo=UTC)
IN_MID_COPY, COPIED, COMPARED, REMOVED_BUT_NOT_COMMITTED = 2, 4, 8, 9


@pytest.fixture
def before(empty_database: Database) -> PersonKeys:
    """Keys as earlier releases made them, in the events' own database."""
    migrate(empty_database.dsn("postgres"))
    return earlier(empty_database)


def earlier(database: Database) -> PersonKeys:
    pool = database.opened.enter_context(open_pool(database.dsn("postgres"), most=2))
    keys = PersonKeys(pool, database.server.master)
    keys.make_many([AMIRA, TOM, *OTHERS])
    return keys


def test_whenever_it_is_killed_no_key_is_lost_and_none_comes_back(
    empty_database: Database, before: PersonKeys, tmp_path: Path
) -> None:
    database, admin = empty_database, empty_database.connect("postgres")
    was = {(who, CARE): locked(before.of(who)) for who in (AMIRA, *OTHERS)}
    was[AMIRA, LETTERS] = locked(before.of(AMIRA, LETTERS))
    copy = list(backed_up(database.opened.enter_context(open_pool(admin.info.dsn)), NOW))
    dsns = database.dsn("postgres"), database.keys_dsn("postgres")
    for number, point in enumerate((IN_MID_COPY, COPIED, COMPARED, REMOVED_BUT_NOT_COMMITTED)):
        ended = subprocess.run(
            [sys.executable, "-c", LIFE, *dsns, str(point)], cwd=ROOT, check=False
        )
        assert ended.returncode == -signal.SIGKILL
        assert unmoved(admin)
        ((there,),) = admin.execute("select count(*) from keys.person_keys").fetchall()
        assert there == 6
        if number == 1:
            before.destroy(TOM)  # its key has arrived by now

    assert moved(*dsns) == 6
    assert moved(*dsns) == 0
    found = process(database)
    assert {(who, each): locked(found.of(who, each)) for who, each in was} == was
    assert found.of(TOM) is None
    assert restored(database.pool("throughcare_keys"), copy, process(database).master) == []
    assert process(database).of(TOM) is None


def test_of_the_events_neither_a_dump_nor_a_file_holds_a_key_afterwards(
    empty_database: Database, before: PersonKeys, tmp_path: Path
) -> None:
    database, admin = empty_database, empty_database.connect("postgres")
    sought = [row[0] for row in admin.execute("select wrapped from keys.person_keys").fetchall()]
    assert len(sought) == 5
    admin.execute("checkpoint")
    assert held(admin, sought) == set(sought), "it is looked for rightly"
    dump = tmp_path / "before"
    postgres("pg_dump", "-f", dump, database.dsn("postgres"))
    assert all(each.hex() in dump.read_text() for each in sought)

    moved(database.dsn("postgres"), database.keys_dsn("postgres"))
    admin.execute("checkpoint")
    assert held(admin, sought) == set()
    dump = tmp_path / "after"
    postgres("pg_dump", "-f", dump, database.dsn("postgres"))
    text = dump.read_text()
    assert not any(each.hex() in text for each in sought)
    assert "person_keys" not in text


def test_a_key_that_is_another_in_both_is_not_removed(
    empty_database: Database, before: PersonKeys
) -> None:
    database = empty_database
    process(database).of(AMIRA)
    stranger = locked(before.of(AMIRA))
    with pytest.raises(CannotMigrate, match="of 5 persons' keys 1 are another"):
        moved(database.dsn("postgres"), database.keys_dsn("postgres"))
    assert locked(earlier(database).of(AMIRA)) == stranger


def held(admin: Connection, sought: list[bytes]) -> set[bytes]:
    """Which of these are in a file of the events' database."""
    ((folder, database),) = admin.execute(
        "select current_setting('data_directory'), oid from pg_database "
        "where datname = current_database()"
    ).fetchall()
    files = [each for each in (Path(folder) / "base" / str(database)).iterdir() if each.is_file()]
    return {each for each in sought if any(each in file.read_bytes() for file in files)}
