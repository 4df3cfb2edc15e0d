"""A copy of persons' keys brings back what was lost, and nothing that was destroyed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain.mapping import CARE, Volume
from domain.vocabulary import Retention
from projections import keys_backup
from projections.keys import PersonKeys
from projections.keys_backup import NotACopyOfKeys, OfAnotherMaster, backed_up, restored
from tests.database import Database
from tests.projections.notes import AMIRA, TOM
from tests.projections.test_keys import LETTERS, locked, process

NOW = datetime(2026, 11, 22, tzinfo=UTC)
EVERY = "select k::text from keys.person_keys as k order by person, retention, volume"


def test_a_copy_brings_back_what_was_lost_and_nothing_that_was_destroyed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys_backup, "AT_ONCE", 2)
    keys, pool = process(database), database.pool("throughcare_keys")
    was = {
        (who, each): locked(keys.of(who, each)) for who in (AMIRA, TOM) for each in (CARE, LETTERS)
    }
    copy = list(backed_up(pool, NOW))
    assert len(copy) == 6
    admin = database.beside()
    before = admin.execute(EVERY).fetchall()

    admin.execute("truncate keys.person_keys")
    assert sorted(restored(pool, copy, process(database).master)) == sorted(
        [AMIRA, AMIRA, TOM, TOM]
    )
    assert admin.execute(EVERY).fetchall() == before
    found = process(database)
    assert {(who, each): locked(found.of(who, each)) for who, each in was} == was

    keys.destroy(TOM)
    admin.execute("delete from keys.person_keys where person = %s", [AMIRA])
    assert restored(pool, copy, process(database).master) == [AMIRA, AMIRA]
    assert process(database).of(TOM) is None
    assert restored(pool, copy, process(database).master) == []
    later = list(backed_up(pool, NOW))
    admin.execute("truncate keys.person_keys")
    restored(pool, later, process(database).master)
    assert process(database).of(TOM, Volume(Retention.FEEDBACK)) is None


@pytest.mark.parametrize("lost", [slice(0, 0), slice(0, 1), slice(0, -1), slice(1, None)])
def test_half_a_copy_puts_nothing_back(database: Database, lost: slice) -> None:
    process(database).make_many([AMIRA, TOM])
    pool = database.pool("throughcare_keys")
    copy = list(backed_up(pool, NOW))
    database.beside().execute("truncate keys.person_keys")
    for broken in (copy[lost], [*copy[:2], *copy[3:]], [*copy[:2], b"{}", *copy[3:]]):
        with pytest.raises(NotACopyOfKeys):
            restored(pool, broken, process(database).master)
    assert database.beside().execute(EVERY).fetchall() == []


def test_a_copy_under_another_master_key_puts_nothing_back(database: Database) -> None:
    process(database).make_many([AMIRA, TOM])
    process(database).destroy(TOM)
    pool = database.pool("throughcare_keys")
    copy = list(backed_up(pool, NOW))
    database.beside().execute("truncate keys.person_keys")
    stranger = PersonKeys(pool, b"\x01" * 32)
    with pytest.raises(OfAnotherMaster, match=process(database).master):
        restored(pool, copy, stranger.master)
    assert database.beside().execute(EVERY).fetchall() == []
    destroyed = [copy[0], *(line for line in copy[1:-1] if b'"wrapped":null' in line)]
    assert restored(pool, [*destroyed, b'{"keys":1}\n'], stranger.master) == [TOM]
