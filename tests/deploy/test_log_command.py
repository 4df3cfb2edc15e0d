"""``throughcare log``: what it writes verifies elsewhere, and what is not as it was ends with 5."""

from __future__ import annotations

import getpass
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from deploy.cli import main
from deploy.commands import log as commands
from deploy.commands.output import FAILED, NOT_VERIFIED, NOTHING, OK, USAGE
from deploy.embedded import Embedded
from deploy.log_key import own_keys, signing
from deploy.settings import Settings, from_environment
from deploy.wiring import Database
from projections import schema, verifier
from projections.verifier import Checkpoint, opened
from tests.database import made
from tests.people import ROSA, TOM
from tests.projections.place import Place
from tests.projections.test_signing import disarmed, put_back
from tests.waiting import until


@pytest.fixture(scope="module")
def place(server: Embedded) -> Iterator[Place]:
    with made(server) as database:
        lived = Place(database)
        lived.register(ROSA)
        lived.fold()
        yield lived


@pytest.fixture(scope="module")
def parts(place: Place, tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Database]:
    folder = tmp_path_factory.mktemp("data")
    asked = from_environment({"THROUGHCARE_DATA": str(folder)})
    dsns = {role: place.database.dsn(role) for role in schema.ROLES}
    return asked, Database(dsns, place.master, folder)


@pytest.fixture
def typed(
    parts: tuple[Settings, Database],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Any:
    asked, database = parts

    @contextmanager
    def auditing() -> Iterator[tuple[psycopg.Connection, Settings, Database]]:
        with psycopg.connect(database.dsn(schema.AUDIT), autocommit=True) as connection:
            yield connection, asked, database

    monkeypatch.setattr(commands, "_auditing", auditing)

    def type_(*words: str) -> SimpleNamespace:
        capfd.readouterr()
        code = OK
        try:
            main(["log", *words])
        except SystemExit as ended:
            code = int(ended.code or OK)
        said = capfd.readouterr()
        return SimpleNamespace(code=code, out=said.out, err=said.err)

    return type_


def test_what_is_signed_is_told_proved_exported_and_verified(
    place: Place, parts: tuple[Settings, Database], typed: Any, tmp_path: Path
) -> None:
    assert typed("checkpoint").code == NOTHING
    stop = Event()
    signer = Thread(target=signing(*parts).run, args=(stop,), daemon=True)
    signer.start()
    place.register(TOM)
    place.fold()
    ((head,),) = place.rows("select position from log.head")
    try:
        until(lambda: place.rows("select max(size) from tree.checkpoints") == [(head,)])
    finally:
        stop.set()
        signer.join(timeout=10)
    assert not signer.is_alive()

    (key,) = own_keys(*parts)
    note = typed("checkpoint").out
    assert Checkpoint.parse(opened(note, [key]).text).size == head
    (tmp_path / "saved").write_text(note)
    (tmp_path / "key").write_text(str(key))

    assert typed("prove", "3", "--out", str(tmp_path / "third")).code == OK
    ((about,),) = place.rows("select person from log.facts where position = 3")
    assert looked(place) == ("export", "log prove", 3, [about] if about else [])
    assert verifier.Proof.parse((tmp_path / "third").read_text()).index == 2
    assert typed("prove", str(head + 1)).code == NOTHING
    trusting = ["--key", str(key)]
    assert verifier.main(["proof", str(tmp_path / "third"), *trusting]) == 0

    for first, last in ((1, head), (5, head - 2), (head, head)):
        out = str(tmp_path / f"from {first}")
        assert typed("export", out, "--first", str(first), "--last", str(last)).code == OK
        assert verifier.main(["range", out, *trusting]) == 0
        assert Path(out).stat().st_mode & 0o777 == 0o600
        about = place.rows(
            "select distinct person from log.facts where person is not null"
            " and position between %s and %s order by person",
            first,
            last,
        )
        assert looked(place) == ("export", "log export", last, [who for (who,) in about])
    assert typed("export", out, "--last", str(head + 1)).code == USAGE
    assert typed("verify", "--against", str(tmp_path / "saved")).code == OK
    assert typed("verify", *trusting, "--json").code == OK


def test_nothing_leaves_unless_it_is_written_down_who_took_it(
    place: Place, parts: tuple[Settings, Database], typed: Any, tmp_path: Path
) -> None:
    before, earlier = looked(place), tmp_path / "range"
    earlier.write_text("of another day")
    with place.as_superuser() as admin:
        admin.execute("revoke insert on looks.looks from throughcare_serve")
        try:
            for words in (["prove", "3"], ["export", str(earlier)]):
                found = typed(*words)
                assert (found.code, found.out) == (FAILED, "")
                assert "it cannot be recorded who looks" in found.err
        finally:
            admin.execute("grant insert on looks.looks to throughcare_serve")
    assert earlier.read_text() == "of another day"
    assert [each.name for each in tmp_path.iterdir()] == ["range"]
    assert looked(place) == before


def looked(place: Place) -> tuple[Any, ...]:
    """The newest look: how, by which command, up to where, at whom."""
    return place.rows(
        "select kind, route, position, persons from looks.looks order by number desc limit 1"
    )[0]


def test_what_was_altered_is_named_and_is_not_proved(place: Place, typed: Any) -> None:
    with disarmed(place.database) as superuser:
        superuser.execute("update log.facts set label = 'drugs' where position = 4")
    try:
        found = typed("verify")
        assert found.code == NOT_VERIFIED
        assert "number 4" in found.err
        found = typed("prove", "4")
        assert found.code == NOT_VERIFIED
        assert found.out == ""
        assert typed("prove", "5").code == OK
    finally:
        with disarmed(place.database) as superuser:
            superuser.execute("update log.facts set label = 'ordinary' where position = 4")
    assert typed("verify").code == OK


def runbook() -> list[list[str]]:
    """What the runbook has typed to reopen the log, each without the program's name."""
    page = (Path(__file__).parents[2] / "docs" / "runbook.md").read_text("utf-8")
    block = page.partition("## Reopen the log after a restore")[2].split("```")[1]
    typed = block.removeprefix("sh\n").replace("\\\n", " ").splitlines()
    return [shlex.split(line, comments=True)[2:] for line in typed]


def test_a_log_that_was_put_back_is_reopened_by_two_people_as_the_runbook_says(
    place: Place, parts: tuple[Settings, Database], typed: Any, tmp_path: Path
) -> None:
    first, named, last = runbook()
    assert typed(*named[:-1], getpass.getuser()).code == USAGE
    assert "a second person" in typed(*named[:-1], "").err
    assert typed(*named, "--because", "").code == USAGE
    assert typed(*named, "--origin", "https://x").code == USAGE
    refused = typed(*named)
    assert (refused.code, "nothing was restored" in refused.err) == (NOT_VERIFIED, True)

    ((head,),) = place.rows("select position from log.head")
    with disarmed(place.database) as superuser:
        put_back(superuser, head - 2)
    found = typed(*first)
    assert (found.code, f"number {head - 1}" in found.err) == (NOT_VERIFIED, True)
    found = typed(*named)
    assert found.code == OK
    assert "The log was reopened as throughcare.example.org/log/2" in found.err
    assert f"ended with {head} facts" in found.err
    verified = typed(*last, "--json")
    assert verified.code == OK
    assert "The disk of the database failed" in verified.out
    assert place.rows("select opened_by, approved_by from tree.origins") == [
        (getpass.getuser(), "Dr A. Tolley")
    ]
    out = str(tmp_path / "range")
    assert typed("export", out).code == OK
    keys = [word for each in own_keys(*parts) for word in ("--key", str(each))]
    (tmp_path / "note").write_text(place.rows("select ended from tree.origins")[0][0])
    assert verifier.main(["range", out, *keys, "--saved", str(tmp_path / "note")]) == 0
