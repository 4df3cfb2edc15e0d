"""The witness: what it signs was not taken back; it knows by itself, from one file."""

from __future__ import annotations

import ast
import subprocess
import sys
import zipfile
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from threading import Thread

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consumers import witness
from consumers.witness import Checkpoint, Key, Witness, follows, proof_of
from tests.consumers.logs import Book, Monotony, asking, of, running, served, text
from tests.projections import trees

FILE = Path(witness.__file__)
PLACE = FILE.parents[1] / "deploy" / "witness"
NAME = "council.example/witness"


def entries(many: int, *, but: str = "") -> list[bytes]:
    return [f"{but}{number}".encode() for number in range(many)]


@pytest.fixture
def book() -> Book:
    return Book(entries(7))


@contextmanager
def asked(folder: Path, *books: Book) -> Iterator[httpx.Client]:
    """A witness of these logs, over HTTP; it remembers what lies in the folder."""
    key = folder / "key"
    if not key.exists():
        key.write_bytes(Ed25519PrivateKey.generate().private_bytes_raw())
    private = Ed25519PrivateKey.from_private_bytes(key.read_bytes())
    one = Witness(NAME, private, folder, [Key.read(each.vkey) for each in books])
    with running(one.server("127.0.0.1:0")) as url, httpx.Client(base_url=url, timeout=10) as ask:
        yield ask


def add(ask: httpx.Client, old: int, book: Book, proof: list[bytes] | None = None) -> int:
    shown = book.proof(old) if proof is None and 0 < old <= len(book.entries) else proof or []
    return ask.post("/add-checkpoint", content=asking(old, shown, book.note())).status_code


def watch(folder: Path, url: str, book: Book) -> int:
    said = ["--name", NAME, "--log", book.vkey, "--folder", str(folder), "--every", "0"]
    return witness.main(["watch", f"{url}/log", *said])


# Trees


def test_it_proves_and_believes_what_another_tree_says() -> None:
    leaves = entries(40)
    for new in range(1, 41):
        root = trees.mth(leaves[:new])

        def hash_of(first: int, end: int) -> bytes:
            return trees.mth(leaves[first:end])

        for old in range(1, new + 1):
            shown = trees.proof(old, leaves[:new])
            assert proof_of(old, 0, new, hash_of) == shown
            assert follows(old, new, trees.mth(leaves[:old]), root, shown)


def test_no_proof_of_another_tree_is_believed() -> None:
    leaves, other = entries(23), entries(23, but="not ")
    root = trees.mth(leaves)
    for old in range(1, 24):
        before, shown = trees.mth(leaves[:old]), trees.proof(old, leaves)
        assert not follows(old, 23, trees.mth(other[:old]), root, shown)
        assert not follows(old, 23, before, trees.mth(other), shown)
        assert not follows(old, 23, before, root, [*shown, root])
        assert not follows(23, old, root, before, shown) or old == 23
        for at in range(len(shown)):
            assert not follows(old, 23, before, root, shown[:at] + shown[at + 1 :])
            assert not follows(old, 23, before, root, [*shown[:at], root, *shown[at + 1 :]])


def test_it_reads_a_note_that_others_signed() -> None:
    """The one in the documentation of golang.org/x/mod/sumdb/note."""
    key = Key.read("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    said = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
    )
    line = (
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngot"
        "pRZb6KE6RyyBwJnAM="
    )
    assert Checkpoint(said, [line], "", 0, b"").signed_by(key)
    assert not Checkpoint(said.replace("n't", ""), [line], "", 0, b"").signed_by(key)


@pytest.mark.parametrize("wrong", ["", "a+b", "a+00000000+AQ==", "a+b+c+d"])
def test_it_takes_no_key_that_is_none(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"^(?!$)"):
        Key.read(wrong)


# It is asked


def test_what_it_signs_is_a_cosignature(tmp_path: Path, book: Book) -> None:
    with asked(tmp_path, book) as ask:
        answer = ask.post("/add-checkpoint", content=asking(0, [], book.note()))
    assert answer.status_code == 200
    dash, name, signed = answer.text.removesuffix("\n").split(" ")
    octets = b64decode(signed)
    private = Ed25519PrivateKey.from_private_bytes((tmp_path / "key").read_bytes())
    public = private.public_key()
    named = f"{NAME}\n".encode() + b"\x04" + public.public_bytes_raw()
    assert (dash, name, octets[:4]) == ("—", NAME, sha256(named).digest()[:4])
    when = int.from_bytes(octets[4:12], "big")
    body = book.note().rpartition("\n\n")[0] + "\n"
    public.verify(octets[12:], f"cosignature/v1\ntime {when}\n{body}".encode())


def test_a_log_that_grows_is_signed_again_and_again(tmp_path: Path, book: Book) -> None:
    with asked(tmp_path, book) as ask:
        assert add(ask, 0, book) == 200
        for size in (8, 8, 9, 300, 513):
            old = len(book.entries)
            book.entries = entries(size)
            assert add(ask, old, book) == 200
    kept = Checkpoint.read(next(tmp_path.glob("*.checkpoint")).read_text("utf-8"))
    assert (kept.size, kept.root, len(kept.lines)) == (513, book.root(), 2)


def test_rewritten_history_is_refused_and_kept_as_evidence(tmp_path: Path, book: Book) -> None:
    with asked(tmp_path, book) as ask:
        assert add(ask, 0, book) == 200
        book.entries = [*entries(3), b"rewritten", *entries(12)[4:]]
        assert add(ask, 7, book) == 422
        assert add(ask, 7, book, []) == 422
    evidence = Checkpoint.read(next(tmp_path.glob("*.refused")).read_text("utf-8"))
    assert (evidence.size, evidence.signed_by(Key.read(book.vkey))) == (12, True)


def test_another_tree_of_the_same_size_is_refused(tmp_path: Path, book: Book) -> None:
    with asked(tmp_path, book) as ask:
        assert add(ask, 0, book) == 200
        book.entries[2] = b"rewritten"
        answer = ask.post("/add-checkpoint", content=asking(7, [], book.note()))
    assert (answer.status_code, answer.text) == (409, "7\n")
    assert answer.headers["Content-Type"] == "text/x.tlog.size"


def test_history_that_was_put_back_is_refused(tmp_path: Path, book: Book) -> None:
    with asked(tmp_path, book) as ask:
        assert add(ask, 0, book) == 200
        del book.entries[4:]
        assert add(ask, 7, book) == 400
        for old in (0, 4):
            answer = ask.post("/add-checkpoint", content=asking(old, [], book.note()))
            assert (answer.status_code, answer.text) == (409, "7\n")


def test_it_remembers_when_it_begins_again(tmp_path: Path, book: Book) -> None:
    with asked(tmp_path, book) as ask:
        assert add(ask, 0, book) == 200
    half_written = next(tmp_path.glob("*.checkpoint")).with_suffix(".new")
    half_written.write_text("cut sh")
    book.entries = entries(5, but="other ")
    with asked(tmp_path, book) as ask:
        assert add(ask, 0, book) == 409


def test_who_is_no_log_of_its_is_not_signed(tmp_path: Path, book: Book) -> None:
    stranger, forger = Book(entries(3), "other.example/1"), Book(entries(3))
    with asked(tmp_path, book) as ask:
        assert add(ask, 0, stranger) == 404
        assert add(ask, 0, forger) == 403
        note = book.note()
        altered = note.replace("\n7\n", "\n8\n")
        assert ask.post("/add-checkpoint", content=asking(0, [], altered)).status_code == 403
        both = note + f"— someone.example {text(bytes(68))}\n"
        assert ask.post("/add-checkpoint", content=asking(0, [], both)).status_code == 200


@pytest.mark.parametrize(
    "said",
    [
        "",
        "old\n\n",
        "old 00\n\nNOTE",
        "old -1\n\nNOTE",
        "old 1_0\n\nNOTE",
        "old 0\nnot a hash\n\nNOTE",
        "old 0\n" + "A" * 42 + "E=\n" * 64 + "\nNOTE",
        "old 0\n\nlog.example/1\n7\n",
        "old 0\n\nlog.example/1\n007\n" + text(bytes(32)) + "\n\n",
        "old 0\n\nlog.example/1\n9" + "9" * 30 + "\n" + text(bytes(32)) + "\n\n",
        "old 0\n\nlog.example/1\n7\nAAAA\n\n",
    ],
)
def test_what_cannot_be_read_is_said_to_be_so(tmp_path: Path, book: Book, said: str) -> None:
    with asked(tmp_path, book) as ask:
        asks = said.replace("NOTE", book.note())
        assert ask.post("/add-checkpoint", content=asks).status_code in (400, 404)
        assert ask.post("/add-checkpoint", content=b"old 0\n\n\xff").status_code == 400
    assert not list(tmp_path.glob("*.checkpoint"))


def test_of_two_histories_at_once_one_is_signed(tmp_path: Path, book: Book) -> None:
    with asked(tmp_path, book) as ask:
        assert add(ask, 0, book) == 200
        told: list[int] = []
        threads = []
        for each in range(8):
            branch = Book([*book.entries, f"branch {each}".encode()], key=book.key)
            content = asking(7, branch.proof(7), branch.note())

            def tell(content: str = content) -> None:
                told.append(ask.post("/add-checkpoint", content=content).status_code)

            threads.append(Thread(target=tell))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(told) == [200, *[409] * 7]


# It asks


def test_it_watches_a_log_grow(tmp_path: Path, book: Book) -> None:
    with served(of(lambda: book)) as (url, paths):
        for size in (7, 7, 200, 256, 257, 700):
            book.entries = entries(size)
            assert watch(tmp_path, url, book) == 0
    assert "/log/tile/0/002.p/188" in paths
    assert "/log/tile/0/001" in paths
    assert len(paths) == len(set(paths)) + 5  # the checkpoint six times, each tile once


@pytest.mark.parametrize("size", [7, 11, 300])
def test_it_sees_that_a_log_was_rewritten(tmp_path: Path, book: Book, size: int) -> None:
    with served(of(lambda: book)) as (url, _):
        assert watch(tmp_path, url, book) == 0
        book.entries = [b"rewritten", *entries(size)[1:]]
        assert watch(tmp_path, url, book) == witness.NOT_SIGNED


def test_it_sees_that_a_log_was_put_back(
    tmp_path: Path, book: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    with served(of(lambda: book)) as (url, _):
        assert watch(tmp_path, url, book) == 0
        book.entries.pop()
        assert watch(tmp_path, url, book) == witness.NOT_SIGNED
    assert "put back from 7 leaves to 6" in capsys.readouterr().err


def test_it_asks_for_few_tiles_of_a_large_log(tmp_path: Path) -> None:
    book = Monotony([], many=10**12)
    with served(of(lambda: book)) as (url, paths):
        assert watch(tmp_path, url, book) == 0
        book.many += 256 * 1_234_067
        assert watch(tmp_path, url, book) == 0
    assert len(paths) < 20
    assert any(path.count("/x") == 2 for path in paths)


def test_who_does_not_answer_is_asked_again_later(tmp_path: Path, book: Book) -> None:
    with served(lambda _: (503, b"")) as (url, _):
        assert watch(tmp_path, url, book) == witness.AWAY
    assert watch(tmp_path, url, book) == witness.AWAY
    with served(lambda _: (200, b"<html>")) as (url, _):
        assert watch(tmp_path, url, book) == witness.AWAY


def test_it_is_sent_nowhere_else(tmp_path: Path, book: Book) -> None:
    with (
        served(of(lambda: book)) as (elsewhere, asked_there),
        served(lambda path: (302, f"{elsewhere}{path}".encode())) as (url, _),
    ):
        assert watch(tmp_path, url, book) == witness.AWAY
    assert asked_there == []


# It is one file


def test_it_is_short_and_needs_nobody() -> None:
    source = FILE.read_text("utf-8")
    assert len(source.splitlines()) < 300
    imported = {
        name.partition(".")[0]
        for each in ast.walk(ast.parse(source))
        for name in (
            [alias.name for alias in each.names]
            if isinstance(each, ast.Import)
            else [each.module or ""]
            if isinstance(each, ast.ImportFrom)
            else []
        )
    }
    assert imported - sys.stdlib_module_names == {"cryptography"}


def test_it_is_installed_alone(tmp_path: Path, book: Book) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=PLACE, check=True, capture_output=True, timeout=60)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as opened:
        assert [n for n in opened.namelist() if ".dist-info" not in n] == ["throughcare_witness.py"]
    run = f"import sys; sys.path.insert(0, {str(wheel)!r}); import throughcare_witness as w; "
    with served(of(lambda: book)) as (url, _):
        words = ["watch", f"{url}/log", "--name", NAME, "--log", book.vkey, "--every", "0"]
        run += f"sys.exit(w.main({[*words, '--folder', str(tmp_path / 'kept')]!r}))"
        done = subprocess.run(
            [sys.executable, "-I", "-c", run], capture_output=True, text=True, timeout=60
        )
    assert (done.returncode, done.stdout[: len(NAME) + 1]) == (0, f"{NAME}+")
