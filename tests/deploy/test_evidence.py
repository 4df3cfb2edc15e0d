"""``throughcare evidence``: a pack verifies offline, names what was changed, is written down."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from psycopg import errors

from deploy.cli import main
from deploy.commands import evidence
from deploy.commands.output import NOTHING, OK, USAGE
from deploy.embedded import Embedded
from deploy.wiring import Lookups
from domain.vocabulary import PersonId
from projections import schema, verifier
from projections.reading import Reading
from projections.verifier import Trust, Wrong, unpacked, verify_pack
from tests.database import made
from tests.people import ROSA, TOM, WIGG
from tests.projections.place import Place
from tests.projections.test_signing import SIGNS, signing
from tests.projections.week import busy_week

TRUST = Trust((SIGNS.key,))


@pytest.fixture(scope="module")
def place(server: Embedded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A week, signed."""
    with made(server) as database:
        lived = Place(database)
        busy_week(lived)
        lived.fold()
        assert signing(database, tmp_path_factory.mktemp("kept") / "last").once()
        yield lived


@pytest.fixture(autouse=True)
def house(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    dsn = place.database.dsn(schema.SERVE)
    parts = SimpleNamespace(
        database=place.database,
        care=place.care,
        pseudonyms=place.pseudonyms,
        lookups=Lookups(dsn, place.pseudonyms),
        reading=lambda: Reading(dsn, place.keys, place.pseudonyms),
    )
    monkeypatch.setattr(evidence, "opened", lambda: nullcontext(parts))


def typed(*words: str) -> int:
    try:
        main(["evidence", *words])
    except SystemExit as ended:
        return int(ended.code or OK)
    return OK


def known(place: Place, person: PersonId) -> str:
    return str(place.pseudonyms.of(WIGG, person))


def entries(pack: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in unpacked(pack)["entries.jsonl"].splitlines()]


@pytest.fixture(scope="module")
def of_rosa(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pack") / "rosa.zip"


@pytest.fixture
def pack(place: Place, of_rosa: Path) -> Path:
    if not of_rosa.exists():
        assert typed(str(of_rosa), "--person", known(place, ROSA)) == OK
    return of_rosa


def test_a_persons_pack_verifies_where_nothing_of_ours_is(pack: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(pack) as archive:
        archive.extractall(tmp_path)
    run = subprocess.run(
        [sys.executable, "-I", "verifier.py", "pack", ".", "--key", str(SIGNS.key)],
        cwd=tmp_path,
        env={},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, ""), run.stdout
    assert "Of this person's history nothing is left out up to number" in run.stdout
    page = (tmp_path / "index.html").read_text("utf-8")
    assert "<script" not in page
    for part in ("What happened", "Who was told", "Who looked", "Referred to"):
        assert part in page
    assert "WHAT IS NOT" in (tmp_path / "README.txt").read_text("utf-8")


def test_it_holds_every_fact_of_the_person_and_tells_nothing_of_what_was_not_told(
    place: Place, pack: Path
) -> None:
    facts = [json.loads(line) for line in unpacked(pack)["facts.jsonl"].splitlines()]
    every = place.rows("select position from log.facts where person = %b order by 1", ROSA)
    assert [fact["position"] for fact in facts if fact["of_person"]] == [p for (p,) in every]
    told = {entry["fact"] for entry in entries(pack)}
    for fact in facts:
        leaf = verifier.Leaf.parse(b64decode(fact["leaf"]))
        assert (fact["envelope"] is not None) is (f"{leaf.stream}/{leaf.version}" in told)
    assert not any(str(TOM) in json.dumps(fact) for fact in facts)


def again(files: dict[str, bytes]) -> dict[str, bytes]:
    """With the digests of what the files are now, as whoever changes one would write them."""
    made = json.loads(files["pack.json"])
    made["files"] = {
        name: sha256(content).hexdigest() for name, content in files.items() if name != "pack.json"
    }
    return files | {"pack.json": json.dumps(made).encode()}


def altered(number: int, change: Callable[[dict[str, object]], None]) -> Callable[[bytes], bytes]:
    def alter(content: bytes) -> bytes:
        lines = [json.loads(line) for line in content.splitlines()]
        change(lines[number])
        return b"".join(json.dumps(line).encode() + b"\n" for line in lines)

    return alter


def test_what_was_changed_in_a_pack_is_named(pack: Path) -> None:
    files = unpacked(pack)
    assert verify_pack(files, TRUST).startswith(f"{len(files['facts.jsonl'].splitlines())} facts")
    changed = files | {"index.html": files["index.html"].replace(b"Referred", b"Refused")}
    with pytest.raises(Wrong, match=r"index\.html was changed"):
        verify_pack(changed, TRUST)
    facts = [json.loads(line) for line in files["facts.jsonl"].splitlines()]
    number = next(n for n, fact in enumerate(facts) if fact["envelope"])

    def elsewhen(fact: dict[str, object]) -> None:
        assert isinstance(fact["envelope"], dict)
        fact["envelope"]["recorded_at"] = "2020-01-01T00:00:00.000000Z"

    def another(fact: dict[str, object]) -> None:
        written = bytearray(b64decode(str(fact["leaf"])))
        written[-1] ^= 1
        fact["leaf"] = b64encode(written).decode()

    for change, reason in ((elsewhen, "is not what was signed"), (another, "it was changed")):
        spoiled = altered(number, change)(files["facts.jsonl"])
        with pytest.raises(Wrong, match=reason) as wrong:
            verify_pack(again(files | {"facts.jsonl": spoiled}), TRUST)
        assert wrong.value.number == facts[number]["position"]


def test_a_fact_that_was_left_out_of_a_pack_is_missed(pack: Path) -> None:
    files = unpacked(pack)
    lines = files["facts.jsonl"].splitlines(keepends=True)
    of = [n for n, line in enumerate(lines) if json.loads(line)["of_person"]]
    fewer = b"".join(lines[: of[2]] + lines[of[2] + 1 :])
    with pytest.raises(Wrong, match="left out") as wrong:
        verify_pack(again(files | {"facts.jsonl": fewer, "entries.jsonl": b""}), TRUST)
    assert wrong.value.number == json.loads(lines[of[3]])["position"]
    with pytest.raises(Wrong, match="which is not proved here"):
        verify_pack(again(files | {"facts.jsonl": b""}), TRUST)


def test_a_period_is_whole_and_a_decision_is_chosen(
    place: Place, pack: Path, tmp_path: Path
) -> None:
    week = tmp_path / "week.zip"
    assert typed(str(week), "--since", "2020-01-01T00:00:00Z") == OK
    ((last,),) = place.rows("select max(size) from tree.checkpoints")
    said = verify_pack(unpacked(week), TRUST)
    assert f"Of what happened from number 1 to number {last} nothing is left out" in said
    decision = next(e["data"]["decision"] for e in entries(pack) if "decision" in e["data"])
    chosen = tmp_path / "decision.zip"
    assert typed(str(chosen), "--person", known(place, ROSA), "--decision", decision) == OK
    assert "They were chosen" in verify_pack(unpacked(chosen), TRUST)


def test_that_a_pack_was_made_is_written_down_and_stays(place: Place, pack: Path) -> None:
    ((kind, persons),) = place.rows(
        "select kind, persons from looks.looks where route = 'evidence' order by number limit 1"
    )
    assert (kind, persons) == ("export", [ROSA])
    ((about, subject, digest, facts),) = place.rows(
        "select about, subject, digest, facts from looks.packs order by made_at limit 1"
    )
    files = unpacked(pack)
    assert (about, str(subject)) == ("person", known(place, ROSA))
    assert digest == sha256(files["pack.json"]).digest()
    assert facts == len(files["facts.jsonl"].splitlines())
    with place.as_superuser() as superuser, pytest.raises(errors.RestrictViolation):
        superuser.execute("delete from looks.packs")


def test_what_cannot_be_packed_is_said(place: Place, tmp_path: Path) -> None:
    out = str(tmp_path / "none.zip")
    assert typed(out) == USAGE
    assert typed(out, "--person", known(place, ROSA), "--since", "2020-01-01T00:00:00Z") == USAGE
    assert typed(out, "--person", "00000000-0000-4000-8000-000000000000") == NOTHING
    assert (
        typed(out, "--since", "2019-01-01T00:00:00Z", "--until", "2019-02-01T00:00:00Z") == NOTHING
    )
    assert not (tmp_path / "none.zip").exists()
