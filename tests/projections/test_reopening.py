"""A log that goes on under another name after a restore: what was lost is said, never hidden."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from deploy.embedded import Embedded
from projections import soundness, tree, verifier
from projections.reopening import reopen
from projections.schema import AUDIT, TREE
from projections.signing import Refused, Signing
from projections.verifier import Checkpoint, Key, Reopening, Trust, Wrong, opened
from tests.database import Database, made
from tests.people import MINA, ROSA, TOM
from tests.projections.place import Place
from tests.projections.test_signing import ORIGIN, Signs, disarmed, put_back, refused
from tests.projections.test_tampering import postgres

SECOND = "throughcare.example/log/2"
THIRD = "throughcare.example/log/3"
MORE = (
    "insert into log.facts select n, gen_random_uuid(), 1, topic, schema, null, label,"
    " effective_at, recorded_at, practitioner, organisation, purpose, correlation, causation,"
    " intention, state from log.facts, generate_series(%s::bigint, %s) as n where position = 1"
)
GROWN = "select tree.grow((select max(position) from log.facts))"


def signs(name: str) -> Signs:
    """The same key, by another name."""
    key = Signs()
    key.key = Key(name, key.key.public)
    return key


KEYS = [signs(name).key for name in (ORIGIN, SECOND, THIRD)]


def opened_anew(database: Database, kept: Path, name: str = SECOND) -> Reopening:
    return reopen(
        database.dsn(TREE),
        signs(name),
        kept,
        because="the disk was lost",
        by="ann",
        approved_by="Dr Tolley",
        told=lambda done, of: None,
    )


def signed(database: Database, kept: Path, name: str = ORIGIN) -> Checkpoint | None:
    return Signing(database.dsn(TREE), signs(name), kept).once()


def sound(database: Database, *against: str) -> soundness.Sound:
    with psycopg.connect(database.dsn(AUDIT), autocommit=True) as connection:
        return soundness.verify(connection, KEYS, against, told=lambda done, of: None)


def exported(database: Database) -> list[str]:
    with psycopg.connect(database.dsn(AUDIT), autocommit=True) as connection:
        newest = tree.newest(connection)
        assert newest is not None
        return [line.decode() for line in tree.exported(connection, newest, 1, newest.size)]


@dataclass
class Lost:
    """A log of which a database restored from an older dump has only the beginning."""

    restored: Database
    kept: Path
    saved: list[str]
    first: int
    last: int


@pytest.fixture
def lost(place: Place, server: Embedded, tmp_path: Path) -> Iterator[Lost]:
    dump, kept, notes = tmp_path / "dump", tmp_path / "last-checkpoint", list[str]()
    sizes = []
    for person in (ROSA, TOM, MINA):
        place.register(person)
        place.fold()
        checkpoint = signed(place.database, kept)
        assert checkpoint is not None
        notes.append(kept.read_text("utf-8"))
        sizes.append(checkpoint.size)
        if person == ROSA:
            admin = place.database.dsn("postgres")
            postgres("pg_dump", "-Fc", "-n", "log", "-n", "tree", "-f", dump, admin)
    with made(server, template="template0") as restored:
        postgres("pg_restore", "-d", restored.dsn("postgres"), dump)
        yield Lost(restored, kept, notes, sizes[0], sizes[-1])


def test_a_restored_log_goes_on_under_another_name_and_says_what_was_lost(lost: Lost) -> None:
    with pytest.raises(Refused, match="older than what was given out"):
        signed(lost.restored, lost.kept)
    with pytest.raises(Refused, match=f"the log is called {ORIGIN}, or was"):
        opened_anew(lost.restored, lost.kept, ORIGIN)

    found = opened_anew(lost.restored, lost.kept)
    assert (found.shared, found.size, found.ended.size) == (lost.first, lost.first, lost.last)
    with psycopg.connect(lost.restored.dsn("postgres")) as admin:
        rows = admin.execute(
            "select origin, because, opened_by, approved_by, ended from tree.origins"
        )
        assert rows.fetchall() == [
            (SECOND, "the disk was lost", "ann", "Dr Tolley", lost.saved[-1])
        ]
        with pytest.raises(psycopg.errors.RestrictViolation):
            admin.execute("update tree.origins set because = 'nothing'")

    # Care goes on, and is signed by the new name; by the old one nothing is.
    with disarmed(lost.restored) as superuser:
        superuser.execute(MORE, [lost.first + 1, lost.last + 4])
        superuser.execute(GROWN)
    assert signed(lost.restored, lost.kept, SECOND) == verifier.Checkpoint.parse(
        opened(lost.kept.read_text("utf-8"), [signs(SECOND).key]).text
    )
    with pytest.raises(Refused, match=f"was reopened as {SECOND}"):
        signed(lost.restored, lost.kept)
    with pytest.raises(Refused, match="nothing was restored"):
        opened_anew(lost.restored, lost.kept, THIRD)

    words = (
        f"{lost.last - lost.first} facts told after it, numbers {lost.first + 1} to {lost.last}, "
        "were lost by a restore"
    )
    everything = sound(lost.restored, *lost.saved)
    assert (everything.facts, everything.against) == (lost.last + 4, len(lost.saved))
    assert words in everything.reopened
    said, checkpoint = verifier.verify_range(
        exported(lost.restored), Trust(tuple(KEYS)), lost.saved
    )
    assert checkpoint.origin == SECOND
    assert words in said
    assert "because: the disk was lost." in said
    assert "2 of the checkpoints that were saved tell of facts that were so lost" in said
    assert "all 1 of the checkpoints that were saved" in said


def test_what_was_kept_outside_is_not_gone_back_to_when_reopening_broke_off(lost: Lost) -> None:
    """The row is there and the file is still the old one: it ended with that, and is superseded."""
    before = lost.kept.read_text("utf-8")
    opened_anew(lost.restored, lost.kept)
    lost.kept.write_text(before, "utf-8")
    assert signed(lost.restored, lost.kept, SECOND) is None
    assert refused(lost.restored) is None


def test_what_was_restored_again_is_reopened_again(lost: Lost) -> None:
    opened_anew(lost.restored, lost.kept)
    with disarmed(lost.restored) as superuser:
        superuser.execute(MORE, [lost.first + 1, lost.first + 5])
        superuser.execute(GROWN)
        again = signed(lost.restored, lost.kept, SECOND)
        assert again is not None
        put_back(superuser, lost.first)
    note = lost.kept.read_text("utf-8")
    with pytest.raises(Refused, match=f"a checkpoint of {again.size} was signed"):
        signed(lost.restored, lost.kept, SECOND)
    assert opened_anew(lost.restored, lost.kept, THIRD).shared == lost.first
    said = sound(lost.restored, *lost.saved, note).reopened
    assert f"The log {ORIGIN} ended" in said
    assert f"The log {SECOND} ended" in said


def test_nothing_is_reopened_of_which_nothing_was_lost(place: Place, tmp_path: Path) -> None:
    kept = tmp_path / "last-checkpoint"
    place.register(ROSA)
    place.fold()
    with pytest.raises(Refused, match="is not there"):
        opened_anew(place.database, kept)
    first = signed(place.database, kept)
    assert first is not None
    with pytest.raises(Refused, match="nothing was restored"):
        opened_anew(place.database, kept)
    place.register(TOM)
    place.fold()
    assert signed(place.database, kept)
    with disarmed(place.database) as superuser:
        superuser.execute("delete from tree.checkpoints where size > %s", [first.size])
    with pytest.raises(Refused, match="nothing was restored"):
        opened_anew(place.database, kept)
    with disarmed(place.database) as superuser:
        superuser.execute("update log.facts set label = 'drugs' where position = 3")
        put_back(superuser, first.size)
    with pytest.raises(Refused, match="more than a restore: number 3: this fact is not the one"):
        opened_anew(place.database, kept)
    assert place.rows("select count(*) from tree.origins") == [(0,)]


def test_a_history_that_was_rewritten_is_named_though_it_was_reopened(
    place: Place, tmp_path: Path
) -> None:
    """By whoever has the database and the key: others saved what they signed before."""
    kept, saved = tmp_path / "last-checkpoint", list[str]()
    sizes = []
    for person in (ROSA, TOM, MINA):
        place.register(person)
        place.fold()
        checkpoint = signed(place.database, kept)
        assert checkpoint is not None
        sizes.append(checkpoint.size)
        saved.append(kept.read_text("utf-8"))
    changed = sizes[0] + 1
    with disarmed(place.database) as superuser:
        put_back(superuser, sizes[1])
        superuser.execute("delete from tree.checkpoints where size > %s", [sizes[0]])
        superuser.execute("delete from tree.leaves where position >= %s", [changed])
        superuser.execute("update log.facts set purpose = 'audit' where position = %s", [changed])
        superuser.execute(GROWN)
        newest = tmp_path / "forged"
        newest.write_text(saved[0], "utf-8")
        assert signed(place.database, newest)
    found = opened_anew(place.database, kept)
    assert found.shared == sizes[1]
    assert sound(place.database, saved[0], saved[2]).against == 2
    with pytest.raises(Wrong, match="is not what was signed") as wrong:
        sound(place.database, *saved)
    assert wrong.value.number == changed
    with pytest.raises(Wrong, match="two histories were signed") as wrong:
        verifier.verify_range(exported(place.database), Trust(tuple(KEYS)), saved)
    assert wrong.value.number == changed


def test_who_hides_that_more_was_lost_is_named(lost: Lost, tmp_path: Path) -> None:
    """What is kept outside was put back as well, to less than partners have."""
    earlier = tmp_path / "earlier"
    earlier.write_text(lost.saved[1], "utf-8")
    told = opened_anew(lost.restored, earlier)
    assert told.ended.size < lost.last
    with pytest.raises(Wrong, match="that more was lost is hidden") as wrong:
        sound(lost.restored, lost.saved[-1])
    assert wrong.value.number == told.ended.size + 1
    lines = exported(lost.restored)
    with pytest.raises(Wrong, match="that more was lost is hidden"):
        verifier.verify_range(lines, Trust(tuple(KEYS)), [lost.saved[-1]])
    # Without the statement there is no way from one name to the other.
    lines[0] = json.dumps({k: v for k, v in json.loads(lines[0]).items() if k != "reopened"})
    with pytest.raises(Wrong, match="of another log"):
        verifier.verify_range(lines, Trust(tuple(KEYS)), [lost.saved[0]])


def test_a_statement_counts_that_the_key_of_both_names_signed(lost: Lost) -> None:
    opened_anew(lost.restored, lost.kept)
    with psycopg.connect(lost.restored.dsn(TREE)) as connection:
        ((statement,),) = connection.execute("select statement from tree.origins").fetchall()
    for key in KEYS[:2]:
        assert Reopening.parse(statement, [key]).because == "the disk was lost"
    text, _, lines = statement.rpartition("\n\n")
    one_name = f"{text}\n\n" + lines.splitlines(keepends=True)[1]
    with pytest.raises(Wrong, match="not signed by both its names"):
        Reopening.parse(one_name, KEYS)
    with pytest.raises(Wrong, match="is not a signature of this text"):
        Reopening.parse(statement.replace("the disk", "no disk"), KEYS)
    stranger = Key(ORIGIN, bytes(range(32)))
    with pytest.raises(Wrong, match=f"the key of {ORIGIN} did not sign"):
        Reopening.parse(statement, [stranger, KEYS[1]])
