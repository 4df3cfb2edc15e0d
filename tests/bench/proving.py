"""Proving: how fast the tree grows, is signed and verified, and what a proof costs."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from statistics import median
from threading import Event, Thread
from time import perf_counter, sleep

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from projections import log, schema, soundness, tree, verifier
from projections.signing import Signing
from projections.verifier import Key
from tests.bench import processes
from tests.bench.folding import RATE, word
from tests.bench.lives import Lives
from tests.bench.measuring import by_turns, line, p99, rate
from tests.people import TALKING
from tests.projections.place import Place

TABLES = ("leaves", "subtrees", "checkpoints", "cosignatures")


class Signs:
    """A key in memory."""

    def __init__(self) -> None:
        self._private = Ed25519PrivateKey.generate()
        self.key = Key("bench.example/log", self._private.public_key().public_bytes_raw())

    def signed(self, message: bytes) -> bytes:
        return self._private.sign(message)


def throughput(place: Place, facts: int, *, repeats: int) -> Iterator[str]:
    """Leaves, signatures and verification, each of the whole log, beside the least it could be."""
    signs = Signs()
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "last-checkpoint"
        signing = Signing(place.database.dsn(schema.TREE), signs, kept)
        with psycopg.connect(place.database.dsn(schema.AUDIT), autocommit=True) as auditor:
            facts = log.head(auditor)

            def grow() -> float:
                forget(place)
                with psycopg.connect(place.database.dsn(schema.PROJECT), autocommit=True) as engine:
                    return rate(facts, lambda: engine.execute("select tree.grow(%s)", [facts]))

            def sign() -> float:
                kept.unlink(missing_ok=True)
                forget(place, but="leaves")
                return rate(facts, signing.once)

            def verify() -> float:
                return rate(
                    facts,
                    lambda: soundness.verify(auditor, [signs.key], told=lambda done, of: None),
                )

            def read() -> float:
                return rate(facts, lambda: sum(1 for _ in log.whole(auditor)))

            states = [fact.state for fact in log.whole(auditor)]

            def hashing() -> float:
                return rate(facts, lambda: [_three(state) for state in states])

            def fold() -> float:
                place.forget_what_was_told()
                return rate(facts, place.fold)

            def fold_and_grow() -> float:
                forget(place)
                return fold()

            ways = {"grow": grow, "sign": sign, "verify": verify, "read": read, "hash": hashing}
            found = by_turns(repeats, ways)
            folded = by_turns(repeats, {"with": fold_and_grow, "without": fold})
            sign()
            yield from _proofs(auditor, signs, facts, repeats=200)
    hashed = "three SHA-256 of as many bytes, in memory"
    for bench, value, limit, name in (
        ("the tree over the log, grown by PostgreSQL", "grow", hashed, "hash"),
        ("reckon every leaf again and sign", "sign", "read the same facts", "read"),
        ("verify the whole log, fact by fact", "verify", "read the same facts", "read"),
    ):
        yield line(
            bench,
            events=facts,
            value=found[value],
            unit="facts/s",
            limit=limit,
            limit_value=found[name],
            repeats=repeats,
        )
    yield line(
        "the whole engine, with leaves",
        events=facts,
        value=folded["with"],
        unit="facts/s",
        limit="the same, where the leaves are there",
        limit_value=folded["without"],
        repeats=repeats,
    )


def _proofs(
    auditor: psycopg.Connection, signs: Signs, facts: int, *, repeats: int
) -> Iterator[str]:
    newest = tree.newest(auditor)
    assert newest is not None
    made, verified, alone, read, sizes = [], [], [], [], []
    for n in range(repeats):
        number = 1 + n * (facts - 1) // repeats
        began = perf_counter()
        written = str(tree.proof(auditor, number, newest))
        made.append(perf_counter() - began)
        began = perf_counter()
        next(tree.facts(auditor, number, number))
        read.append(perf_counter() - began)
        proof = verifier.Proof.parse(written)
        began = perf_counter()
        tree.proved(proof, [signs.key])
        verified.append(perf_counter() - began)
        note = verifier.Note.parse(newest.note)
        began = perf_counter()
        signs.key.made(note.signatures[0][2], note.text)
        alone.append(perf_counter() - began)
        sizes.append(32 * len(proof.hashes))
    for bench, seconds, limit, at_least in (
        ("make the proof of a fact", made, "read that fact with its links", read),
        ("verify the proof of a fact", verified, "verify an Ed25519 signature", alone),
    ):
        yield line(
            bench,
            events=facts,
            value=median(seconds) * 1e6,
            unit="us",
            limit=limit,
            limit_value=median(at_least) * 1e6,
            repeats=repeats,
            bytes_of_hashes=median(sizes),
        )


def lag(place: Place, lives: Lives, *, asked: int) -> Iterator[str]:
    """From a fact's being recorded until a checkpoint covers it, at a hundred facts a second."""
    stop = Event()
    forget(place, but="leaves")
    with tempfile.TemporaryDirectory() as folder, processes.engine(place):
        signing = Signing(
            place.database.dsn(schema.TREE), Signs(), Path(folder) / "last-checkpoint"
        )
        signer = Thread(target=signing.run, args=(stop,), daemon=True)
        signer.start()
        head = place.log.max_notification_id() or 0
        _signed(place, head)
        began = perf_counter()
        for number in range(asked):
            sleep(max(0.0, began + number / RATE - perf_counter()))
            place.care.record_communication_needs(
                lives.people[number], f"Ring {number}.", language=None, asked=place.by(TALKING)
            )
        took = perf_counter() - began
        _signed(place, place.log.max_notification_id() or 0)
        stop.set()
        signer.join(timeout=10)
    late = [
        seconds
        for (seconds,) in place.rows(
            "select extract(epoch from c.signed_at - f.recorded_at)::float8 from log.facts as f "
            "cross join lateral (select signed_at from tree.checkpoints where size >= f.position "
            "order by size limit 1) as c where f.position > %s",
            head,
        )
    ]
    bare = word(place)
    for percentile, value, limit in (
        ("median", median(late), median(bare)),
        ("99th percentile", p99(late), p99(bare)),
    ):
        yield line(
            f"fact to checkpoint, {percentile}",
            events=len(late),
            value=value * 1000,
            unit="ms",
            limit="NOTIFY to another connection and back",
            limit_value=limit * 1000,
            repeats=1,
            facts_per_second=asked / took,
        )


def _signed(place: Place, position: int) -> None:
    while not place.rows("select from tree.checkpoints where size >= %s::bigint", position):
        sleep(0.05)


def forget(place: Place, *, but: str = "") -> None:
    """As if the tree had never grown, or been signed. Only a superuser can."""
    with place.as_superuser() as connection, connection.transaction():
        for table in TABLES:
            connection.execute(f"alter table tree.{table} disable trigger user")
        gone = ", ".join(f"tree.{table}" for table in TABLES if table != but)
        connection.execute(f"truncate {gone}")
        for table in TABLES:
            connection.execute(f"alter table tree.{table} enable always trigger {table}_are_kept")


def _three(state: bytes) -> bytes:
    sha256(state).digest()
    sha256(state[:180]).digest()
    return sha256(state[:158]).digest()
