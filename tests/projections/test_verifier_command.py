"""The verifier as somebody outside runs it: one file in an empty folder, on files it was handed."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from projections import verifier
from tests.projections.signed_log import (
    KEY,
    WITNESS,
    Fact,
    chained,
    export,
    hashes,
    lived,
    proved,
    signed,
)

FACTS = chained(lived(60))
NOTE = signed(FACTS)
EARLIER = signed(FACTS[:40])
EARLIEST = signed(FACTS[:20])

Verify = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(verifier.__file__, tmp_path / "verifier.py")
    (tmp_path / "note").write_text(NOTE)
    (tmp_path / "earlier").write_text(EARLIER)
    (tmp_path / "earliest").write_text(EARLIEST)
    (tmp_path / "log.key").write_text(f"{KEY}\n")
    return tmp_path


@pytest.fixture
def verify(folder: Path) -> Verify:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-I", "verifier.py", *arguments],
            cwd=folder,
            env={},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def said(facts: Sequence[Fact], note: str = NOTE, *saved: str, first: int = 1) -> str:
    """What the verifier says of an export of these facts; in this process, for it is quick."""
    trust = verifier.Trust((KEY,))
    try:
        return verifier.verify_range(export(facts, note, first), trust, saved)[0]
    except verifier.Wrong as wrong:
        return f"WRONG: {wrong}"


def test_it_imports_the_standard_library_and_cryptography() -> None:
    tree = ast.parse(Path(verifier.__file__).read_text(encoding="utf-8"))
    imported = {
        name.partition(".")[0]
        for each in ast.walk(tree)
        for name in (
            [alias.name for alias in each.names]
            if isinstance(each, ast.Import)
            else [each.module or ""]
            if isinstance(each, ast.ImportFrom)
            else []
        )
    }
    assert imported - set(sys.stdlib_module_names) == {"cryptography"}
    assert imported.isdisjoint({"socket", "ssl", "urllib", "http", "os", "subprocess"})


def test_one_facts_proof(folder: Path, verify: Verify) -> None:
    (folder / "right").write_text(proved(FACTS, 7, NOTE))
    right = verify("proof", "right", "--key", str(KEY))
    assert (right.returncode, right.stderr) == (0, "")
    assert "Fact number 7 (contact:Attended" in right.stdout
    proof = verifier.Proof.parse(proved(FACTS, 7, NOTE))
    other = json.loads(proof.extra or b"") | {"purpose": "audit"}
    (folder / "other").write_text(json.dumps(other))
    wrong = verify("proof", "right", "--fact", "other", "--key", "log.key")
    assert wrong.returncode == 5
    assert wrong.stdout.startswith("WRONG: number 7: it is not in the log")
    absent = verify("proof", "nowhere", "--key", "log.key")
    assert (absent.returncode, absent.stdout) == (2, "")


def test_an_exported_range(folder: Path, verify: Verify) -> None:
    (folder / "log").write_text("".join(export(FACTS, NOTE)))
    right = verify("range", "log", "--key", "log.key", "--saved", "earlier", "--saved", "note")
    assert right.returncode == 0, right.stdout
    assert "Facts number 1 to 60" in right.stdout
    assert "all 2 of the checkpoints" in right.stdout
    lines = export(FACTS, NOTE)
    lines[23] = lines[23].replace('"purpose": "care"', '"purpose": "carf"')
    (folder / "log").write_text("".join(lines))
    wrong = verify("range", "log", "--key", "log.key")
    assert wrong.returncode == 5
    assert wrong.stdout.startswith("WRONG: number 23: it is not the fact that was recorded")


def test_two_checkpoints_against_each_other(folder: Path, verify: Verify) -> None:
    proof = verifier.consistency(40, 60, hashes(FACTS))
    (folder / "proof").write_text("\n".join(b64encode(each).decode() for each in proof))
    right = verify("checkpoints", "earlier", "note", "--proof", "proof", "--key", "log.key")
    assert (right.returncode, right.stdout[:20]) == (0, "RIGHT: The 40 facts ")
    rolled_back = verify("checkpoints", "note", "earlier", "--key", "log.key")
    assert rolled_back.returncode == 5
    assert "it had 60 facts and now has 40, so numbers 41 to 60 are gone" in rolled_back.stdout
    (folder / "log").write_text("".join(export(FACTS, NOTE)))
    by_range = verify("checkpoints", "earliest", "earlier", "--range", "log", "--key", "log.key")
    assert by_range.returncode == 0, by_range.stdout
    unsigned = verify("checkpoints", "earlier", "note", "--proof", "proof", "--key", str(WITNESS))
    assert unsigned.returncode == 5
    assert "not signed by a key that was given" in unsigned.stdout


def test_any_part_of_the_log_is_proved_by_what_is_around_it() -> None:
    for first in range(1, 61, 7):
        for last in range(first, 61, 5):
            lines = export(FACTS, NOTE, first, last)
            assert verifier.verify_range(lines, verifier.Trust((KEY,)))[1].size == 60


def test_a_byte_that_was_flipped_is_named_though_no_hash_was_kept() -> None:
    facts = [dict(fact) for fact in FACTS]
    facts[11]["state"] = b"Sealed 11"
    lines = [json.loads(line) for line in export(facts, NOTE)]
    for line in lines:
        line.pop("hash", None)
    # Without the stored leaves it is the next fact of the stream that no longer follows.
    with pytest.raises(verifier.Wrong, match=r"number 15: .* of the same person"):
        verifier.verify_range(map(json.dumps, lines), verifier.Trust((KEY,)))
    assert said(facts).startswith("WRONG: number 12: it is not the fact that was recorded")


def test_two_facts_that_changed_places_are_named() -> None:
    facts = list(FACTS)
    facts[4], facts[16] = facts[16], facts[4]
    assert said(facts) == "WRONG: number 5: number 17 stands in its place"
    moved = [fact | {"position": n} for n, fact in enumerate(facts, 1)]
    assert said(moved).startswith("WRONG: number 5: it is not the fact that was recorded")
    assert said(chained(moved)).startswith("WRONG: number 5: it is the 3. fact of its stream")


def test_the_last_ten_are_missed() -> None:
    shorter = FACTS[:50]
    assert "number 51: 60 facts were signed" in said(shorter)
    assert "numbers 51 to 60 are missing" in said(shorter)
    signed_again = said(shorter, signed(shorter), NOTE)
    assert "it had 60 facts and now has 50, so numbers 51 to 60 are gone" in signed_again
    assert said(shorter, signed(shorter), EARLIER).startswith("Facts number 1 to 50")


def test_history_that_was_written_and_chained_anew_is_not_that_of_a_saved_checkpoint() -> None:
    facts = [dict(fact) for fact in lived(60)]
    facts[29]["purpose"] = "audit"
    rewritten = chained(facts)
    assert said(rewritten).startswith("WRONG: numbers 1 to 60 are not what was signed")
    signed_again = signed(rewritten)
    assert said(rewritten, signed_again).startswith("Facts number 1 to 60")
    assert said(rewritten, signed_again, EARLIEST).startswith("Facts number 1 to 60")
    found = said(rewritten, signed_again, EARLIER, EARLIEST)
    assert found.startswith("WRONG: number 21: history was rewritten")
    assert found.endswith("numbers 21 to 40 are not all as they were")
    assert "two histories were signed" in said(rewritten, signed_again, NOTE)


def test_a_link_that_leads_elsewhere_in_its_stream_is_named() -> None:
    facts = [dict(fact) for fact in FACTS]
    facts[40]["previous"] = verifier.NOTHING
    facts[40]["hash"] = verifier.leaf_hash(verifier.leaf(facts[40]))
    found = said(facts, signed(facts))
    assert found.startswith("WRONG: number 41: the fact before it in its stream is not")


def test_a_fact_that_was_left_out_of_a_persons_history_is_missed() -> None:
    facts = lived(60)
    stream = [n for n, fact in enumerate(facts) if fact["stream"] == facts[59]["stream"]]
    del facts[stream[-1]]
    after = [fact | {"position": n} for n, fact in enumerate(facts, 1)]
    linked = chained(after)
    linked[58]["previous_of_person"] = FACTS[59]["hash"]
    linked[58]["hash"] = verifier.leaf_hash(verifier.leaf(linked[58]))
    assert said(linked, signed(linked)).startswith("WRONG: number 59: ")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda lines: lines[:-1], "number 61: the export breaks off"),
        (lambda lines: lines[:-2] + lines[-1:], "number 60: the export says that it ends with"),
        (lambda lines: [*lines, "{}"], "something stands after the checkpoint"),
        (lambda lines: lines[1:], "this is not an export of a log"),
        (lambda lines: [], "this line is not JSON"),
        (lambda lines: [*lines[:9], '{"note": 1}', *lines[9:]], "number 9: it says what no leaf"),
        (lambda lines: [*lines[:9], "[]", *lines[9:]], "this line is not a fact"),
    ],
)
def test_an_export_that_was_spoiled_is_not_believed(
    spoil: Callable[[list[str]], list[str]], reason: str
) -> None:
    with pytest.raises(verifier.Wrong, match=reason):
        verifier.verify_range(spoil(export(FACTS, NOTE)), verifier.Trust((KEY,)))


def test_so_many_witnesses_must_have_signed_as_were_asked_for() -> None:
    trust = verifier.Trust((KEY, WITNESS), quorum=1)
    assert trust.checkpoint(signed(FACTS, witnessed=True)).size == 60
    with pytest.raises(verifier.Wrong, match="of the witnesses that were given 0 signed, not 1"):
        trust.checkpoint(NOTE)
    with pytest.raises(verifier.Wrong, match="not signed by the key of its log"):
        verifier.Trust((WITNESS,)).checkpoint(signed(FACTS, witnessed=True))
