"""How far the log has come, as somebody outside sees it: over HTTP, and through witnesses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import httpx
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consumers import witness
from consumers.subscriber import Entry, Kept, NotVerified, _Log, subscribe
from consumers.witnessing import Witnessing
from deploy.embedded import Embedded
from domain.application import CareCoordination
from domain.facts import FACTS
from domain.mapping import FactMapper
from projections import schema, verifier
from projections.engine import Engine
from projections.keys import PersonKeys
from projections.log import PostgresLog
from projections.reopening import reopen
from projections.signing import Refused, Signing
from projections.verifier import Note
from projections.witnesses import SQL, UNWITNESSED, Asked, WitnessStands, alarm
from tests.consumers.logs import running
from tests.consumers.place import HOUSING, Place
from tests.consumers.signing import ORIGIN, Signer, rewrite
from tests.consumers.test_subscriber import Edge
from tests.database import made
from tests.projections.test_tampering import postgres

NAME = "council.example/witness"


@pytest.fixture
def signer(town: Place) -> Signer:
    town.tell()
    return Signer(town)


@pytest.fixture
def url(town: Place) -> Iterator[str]:
    edge = Edge(town)
    with edge.up():
        yield f"{edge.url}/log"


def more(town: Place, people: int = 1) -> None:
    with town.care.batch():
        for _ in range(people):
            town.refer(HOUSING)
    town.tell()


def watched(folder: Path, url: str, signer: Signer) -> int:
    said = ["--name", NAME, "--log", str(signer.key), "--folder", str(folder), "--every", "0"]
    return witness.main(["watch", url, *said])


# Over HTTP, to anybody


def test_anybody_reads_the_newest_checkpoint_and_the_key(signer: Signer, url: str) -> None:
    assert httpx.get(f"{url}/checkpoint", timeout=5).status_code == 404
    signed = signer.sign()
    answer = httpx.get(f"{url}/checkpoint", timeout=5)
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=1"
    found = verifier.opened(answer.text, [signer.key])
    assert verifier.Checkpoint.parse(found.text) == signed
    assert httpx.get(f"{url}/key", timeout=5).text == f"{signer.key}\n"
    assert httpx.get(f"{url}/checkpoint/witnessed", timeout=5).status_code == 404


def test_anybody_reads_the_verifier(url: str) -> None:
    answer = httpx.get(f"{url}/verifier.py", timeout=5)
    assert answer.status_code == 200
    assert answer.content == Path(verifier.__file__).read_bytes()


def test_tiles_are_there_as_far_as_is_signed(town: Place, signer: Signer, url: str) -> None:
    more(town, 90)
    signed = signer.sign()
    more(town)
    assert 512 > signed.size > 256, "a whole tile and a part of another"
    with httpx.Client(base_url=f"{url}/tile", timeout=5) as ask:
        whole, part = ask.get("/0/000"), ask.get(f"/0/001.p/{signed.size - 256}")
        above = ask.get(f"/1/000.p/{signed.size // 256}")
        assert [len(each.content) for each in (whole, part)] == [8192, 32 * (signed.size - 256)]
        assert whole.headers["Content-Type"] == "application/octet-stream"
        assert whole.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        hashes = [
            content[at : at + 32]
            for content in (whole.content, part.content)
            for at in range(0, len(content), 32)
        ]
        assert verifier.root(hashes) == signed.root
        assert verifier.root(hashes[:256]) == above.content[:32]
        for missing in (
            f"/0/001.p/{signed.size - 255}",  # recorded, and not signed yet
            "/0/001",
            "/1/000",
            "/2/000.p/1",
            "/0/000.p/0",
            "/0/000.p/256",
            "/0/000.p/01",
            "/0/x000/000",
            "/0/0",
            "/00/000",
            "/64/000",
            "/0/x999/x999/x999/x999/x999/x999/x999/999",
            "/entries/000",
        ):
            assert ask.get(missing).status_code == 404, missing


def test_a_witness_follows_a_real_log(
    town: Place, signer: Signer, url: str, tmp_path: Path
) -> None:
    for people in (0, 1, 20):
        more(town, people)
        signer.sign()
        assert watched(tmp_path, url, signer) == 0


@pytest.mark.parametrize("how", ["rewritten", "put back"])
def test_a_witness_sees_that_a_real_log_took_something_back(
    town: Place, signer: Signer, url: str, tmp_path: Path, how: str
) -> None:
    more(town, 10)
    size = signer.sign().size
    assert watched(tmp_path, url, signer) == 0
    if how == "rewritten":
        rewrite(town, "update tree.leaves set hash = sha256(hash) where position = 3")
        more(town)
        signer.sign()
    else:
        rewrite(town, f"delete from tree.checkpoints where size = {size}")
        signer.sign(size - 9)
    assert watched(tmp_path, url, signer) == witness.NOT_SIGNED


# Witnesses that are asked


@contextmanager
def outside(folder: Path, signer: Signer) -> Iterator[Asked]:
    """A witness elsewhere, which remembers what lies in the folder."""
    folder.mkdir(exist_ok=True)
    key = folder / "key"
    if not key.exists():
        key.write_bytes(Ed25519PrivateKey.generate().private_bytes_raw())
    private = Ed25519PrivateKey.from_private_bytes(key.read_bytes())
    one = witness.Witness(NAME, private, folder, [witness.Key.read(str(signer.key))])
    with running(one.server("127.0.0.1:0")) as url:
        yield Asked.read(f"{one.me} {url}/")


def asking(town: Place, *witnesses: Asked) -> int:
    return Witnessing(town.dsn, witnesses).once()


def stands(town: Place) -> list[WitnessStands]:
    with psycopg.connect(town.dsn) as connection:
        return [WitnessStands(*row) for row in connection.execute(SQL["stand"])]


def test_what_witnesses_sign_is_kept_and_given_out(
    town: Place, signer: Signer, url: str, tmp_path: Path
) -> None:
    with outside(tmp_path, signer) as asked:
        assert asking(town, asked) == 0, "there is nothing to sign yet"
        for people in (0, 2, 3):
            more(town, people)
            signed = signer.sign()
            assert asking(town, asked) == 1
            assert asking(town, asked) == 0, "it signed that already"
        found = verifier.opened(
            httpx.get(f"{url}/checkpoint/witnessed", timeout=5).text, [asked.key]
        )
    assert verifier.Checkpoint.parse(found.text) == signed
    assert {name for name, _, _ in found.signatures} == {signer.key.name, NAME}
    (one,) = stands(town)
    assert (one.name, one.size, one.failure, one.waits_since) == (NAME, signed.size, None, None)


def test_a_witness_that_signed_more_than_was_kept_goes_on(
    town: Place, signer: Signer, tmp_path: Path
) -> None:
    with outside(tmp_path, signer) as asked:
        signer.sign()
        assert asking(town, asked) == 1
        rewrite(town, "delete from tree.cosignatures")
        more(town)
        signer.sign()
        assert asking(town, asked) == 1


@pytest.mark.parametrize("how", ["rewritten", "put back"])
def test_a_witness_that_was_shown_another_history_is_an_alarm_at_once(
    town: Place, signer: Signer, tmp_path: Path, how: str
) -> None:
    more(town, 10)
    with outside(tmp_path, signer) as asked:
        size = signer.sign().size
        assert asking(town, asked) == 1
        if how == "rewritten":
            rewrite(town, "update tree.leaves set hash = sha256(hash) where position = 3")
            more(town)
            signer.sign()
        else:
            rewrite(town, "delete from tree.cosignatures; delete from tree.checkpoints")
            signer.sign(size - 9)
        assert asking(town, asked) == 0
    (one,) = stands(town)
    assert one.denied
    assert one.denied == one.failure
    assert f"{NAME} does not sign: " in alarm([one], datetime.now(UTC))
    with psycopg.connect(town.dsn) as connection:
        found = connection.execute("select knows from tree.witnesses").fetchall()
    assert found == [(size if how == "put back" else None,)]
    assert asking(town, Asked(asked.key, "http://127.0.0.1:1")) == 0
    (away,) = stands(town)
    assert (away.denied, away.failure) == (one.denied, "it cannot be asked: ConnectError")


def test_a_signature_of_another_is_not_kept(town: Place, signer: Signer, tmp_path: Path) -> None:
    signer.sign()
    with outside(tmp_path / "one", signer) as one, outside(tmp_path / "other", signer) as other:
        assert asking(town, Asked(one.key, other.url)) == 0
        (stand,) = stands(town)
        assert (stand.size, stand.denied) == (0, None)
        assert "no cosignature" in str(stand.failure)
        assert asking(town, Asked(one.key, f"{one.url}/elsewhere")) == 0
        assert [each.failure for each in stands(town)] == ["it answers 404"]


def test_who_does_not_answer_holds_nobody_up(town: Place, signer: Signer, tmp_path: Path) -> None:
    signer.sign()
    gone = verifier.Key("gone.example/w", bytes(31) + b"\x01", verifier.COSIGNATURE)
    with outside(tmp_path, signer) as asked:
        assert asking(town, Asked(gone, "http://127.0.0.1:1"), asked) == 1
    late = datetime.now(UTC) + UNWITNESSED + timedelta(minutes=1)
    one, other = stands(town)
    assert (one.name, one.late(late), other.late(late)) == (NAME, False, True)
    assert other.failure == "it cannot be asked: ConnectError"
    assert not alarm([one, other], late), "one that keeps up is enough"
    assert "no witness has signed" in alarm([other], late)
    assert not alarm([other], late - timedelta(minutes=2))


def test_who_is_named_no_more_is_no_alarm(town: Place, signer: Signer, tmp_path: Path) -> None:
    signer.sign()
    with outside(tmp_path, signer) as asked:
        assert asking(town, asked) == 1
        assert asking(town) == 0
    assert stands(town) == []


@pytest.mark.parametrize(
    "wrong", ["", "name", "name https://a.example", "log.example/1+00+AQ== https://a.example"]
)
def test_a_witness_is_named_by_its_key_and_its_address(wrong: str) -> None:
    with pytest.raises(ValueError, match="by its key and its address"):
        Asked.read(wrong)


# Partners that follow their share


def follow(
    town: Place, url: str, cursor: Path, accepted: str | None = None, entries: int = 0
) -> list[int]:
    """Follow the live stream of the housing adviser until a checkpoint has come, or entries."""
    stop, seen = Event(), list[int]()

    def say(_: str) -> None:
        if not entries:
            stop.set()

    def emit(entry: Entry) -> None:
        seen.append(entry["sharenumber"])
        if len(seen) == entries:
            stop.set()

    subscribe(
        url.removesuffix("/log"),
        Edge(town).token(town.partners[HOUSING]),
        after=None,
        cursor=cursor,
        live=True,
        stop=stop,
        emit=emit,
        accept_log=accepted,
        say=say,
    )
    return seen


@pytest.mark.parametrize("how", ["rewritten", "put back"])
def test_a_subscriber_sees_that_the_log_took_something_back(
    town: Place, signer: Signer, url: str, tmp_path: Path, how: str
) -> None:
    more(town, 10)
    size = signer.sign().size
    cursor = tmp_path / "cursor"
    follow(town, url, cursor)
    kept = Kept.read(cursor)
    assert kept.log_keys == [str(signer.key)]
    assert verifier.Checkpoint.parse(Note.parse(kept.checkpoint).text).size == size
    if how == "rewritten":
        rewrite(town, "update tree.leaves set hash = sha256(hash) where position = 3")
        more(town)
        signer.sign()
    else:
        rewrite(town, f"delete from tree.checkpoints where size = {size}")
        more(town)
        signer.sign(size - 9)
    with pytest.raises(NotVerified, match=f"the log was {how}"):
        follow(town, url, cursor)


# A log that goes on under another name after a restore

SECOND = "throughcare.test/log/2"


@dataclass
class Named:
    """The key of the place, by a name of the log."""

    signer: Signer
    name: str = ORIGIN

    @property
    def key(self) -> verifier.Key:
        return verifier.Key(self.name, self.signer.key.public)

    def signed(self, message: bytes) -> bytes:
        return self.signer.private.sign(message)


@contextmanager
def put_back(town: Place, server: Embedded, dump: Path) -> Iterator[Place]:
    """The place as its dump has it, in another database."""
    with made(server, template="template0") as restored, ExitStack() as stack:
        postgres("pg_restore", "-d", restored.dsn("postgres"), dump)
        keys = PersonKeys(restored.pool(schema.KEYS), server.master)
        care = CareCoordination(
            log=PostgresLog(restored.pool(schema.DECIDE)), keys=keys, host=town.care.host
        )
        stack.callback(care.close)
        mapper, dsn = FactMapper(FACTS, keys), restored.dsn(schema.PROJECT)
        engine = Engine(dsn, mapper, keys, town.pseudonyms)
        yield replace(town, database=restored, keys=keys, care=care, engine=engine)


def signed(town: Place, signs: Named, kept: Path) -> int:
    checkpoint = Signing(town.database.dsn(schema.TREE), signs, kept).once()
    assert checkpoint is not None
    return checkpoint.size


def test_a_log_that_was_reopened_is_another_log_to_everybody_until_they_accept_it(
    town: Place, signer: Signer, url: str, server: Embedded, tmp_path: Path
) -> None:
    """Witnesses by their operators, and a subscriber that goes on from what both logs share."""
    first, second, kept = Named(signer), Named(signer, SECOND), tmp_path / "last-checkpoint"
    cursor, watching, dump = tmp_path / "cursor", tmp_path / "watching", tmp_path / "dump"
    more(town, 3)
    shared = signed(town, first, kept)
    postgres("pg_dump", "-Fc", "-f", dump, town.database.dsn("postgres"))
    before = town.told()[town.partners[HOUSING]]
    more(town, 4)
    ended = signed(town, first, kept)
    follow(town, url, cursor, entries=town.told()[town.partners[HOUSING]])
    known = Kept.read(cursor)
    assert known.number > before
    assert watched(watching, url, signer) == 0
    with (
        put_back(town, server, dump) as again,
        outside(tmp_path / "asked", signer) as asked,
    ):
        assert asking(town, asked) == 1
        with pytest.raises(Refused, match="older than what was given out"):
            signed(again, first, kept)
        assert asking(again, asked) == 0
        assert stands(again)[0].denied, "it signed more"
        reopen(
            again.database.dsn(schema.TREE),
            second,
            kept,
            because="the disk was lost",
            by="ann",
            approved_by="Dr Tolley",
            told=lambda done, of: None,
        )
        assert stands(again)[0].denied is None, "what it said was of the log that ended"
        more(again, 2)
        size = signed(again, second, kept)
        told = again.told()[town.partners[HOUSING]]
        edge = Edge(again)
        with edge.up():
            # What it knew by the old name it still knows, and signs nothing by it.
            assert asking(again, asked) == 0
            (stand,) = stands(again)
            assert (stand.denied, stand.failure, stand.size) == (None, "it answers 404", 0)
            assert watched(watching, f"{edge.url}/log", signer) == witness.NOT_SIGNED
            reopened = httpx.get(f"{edge.url}/log/reopened", timeout=5).text
            (tmp_path / "reopened").write_text(reopened)
            assert (
                verifier.main(["reopened", str(tmp_path / "reopened"), f"--key={first.key}"]) == 0
            )
            assert httpx.get(f"{edge.url}/log/key", timeout=5).text.splitlines() == [
                str(first.key),
                str(second.key),
            ]
            with_second = [witness.Key.read(str(each.key)) for each in (first, second)]
            private = Ed25519PrivateKey.from_private_bytes((tmp_path / "asked/key").read_bytes())
            one = witness.Witness(NAME, private, tmp_path / "asked", with_second)
            with running(one.server("127.0.0.1:0")) as at:
                assert asking(again, Asked(asked.key, at)) == 1
            assert one.remembered(ORIGIN).size == ended
            assert one.remembered(SECOND).size == size

            sentence = (
                f"{ORIGIN} was reopened as {SECOND} on .*, because: the disk was lost.*numbers "
                f"{shared + 1} to {ended} .* lost by a restore.*go on with --accept-log {SECOND}"
            )
            for wrong in (None, "throughcare.test/log/3"):
                with pytest.raises(NotVerified, match=sentence):
                    follow(again, f"{edge.url}/log", cursor, wrong, entries=1)
            seen = follow(again, f"{edge.url}/log", cursor, SECOND, told - before)
            assert seen == list(range(before + 1, told + 1))
            after = Kept.read(cursor)
            assert (after.number, after.checkpoint) == (told, kept.read_text("utf-8"))
            assert after.log_keys == [str(first.key), str(second.key)]
            more(again)
            signed(again, second, kept)
            assert follow(again, f"{edge.url}/log", cursor, entries=1) == [told + 1]
            # A digest of an earlier day may still have the old name.
            with httpx.Client(base_url=edge.url, timeout=5) as client:
                log = _Log(edge.url, client, Kept.read(cursor), lambda _: None)
                log.check(known.checkpoint)
    # Nobody but who has the key that it knows can say so.
    stranger = replace(known, file=None, log_keys=[str(Named(Signer(town)).key)])
    log = _Log(url, httpx.Client(), stranger, lambda _: None)
    with pytest.raises(NotVerified, match="no key that you know"):
        log.check(kept.read_text("utf-8"))
