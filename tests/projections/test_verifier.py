"""The verifier's leaves, tree, notes and proofs, beside a second tree and published examples."""

from __future__ import annotations

import json
import random
from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from projections import verifier
from projections.verifier import (
    COSIGNATURE,
    NOTHING,
    Checkpoint,
    Key,
    Leaf,
    Note,
    Proof,
    Range,
    Wrong,
    opened,
    sign,
)
from tests.projections import trees

SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = SECRET.public_key().public_bytes_raw()
KEY = Key("example.test/log/1", PUBLIC)
WITNESS = Key("example.test/witness", PUBLIC, COSIGNATURE)
ENTRIES = [f"entry {n}".encode() for n in range(70)]
HASHES = [verifier.leaf_hash(entry) for entry in ENTRIES]

FACT: dict[str, Any] = {
    "position": 7,
    "stream": UUID(int=11),
    "version": 2,
    "topic": "referral:ReferralMade",
    "schema": 3,
    "person": UUID(int=12),
    "label": "é",
    "effective_at": datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    "recorded_at": datetime(2026, 3, 3, 9, 30, 0, 1, tzinfo=UTC),
    "practitioner": None,
    "organisation": UUID(int=13),
    "purpose": "care",
    "correlation": UUID(int=14),
    "causation": None,
    "intention": UUID(int=15),
    "state": b"\x00sealed",
    "previous": sha256(b"before").digest(),
    "previous_of_person": NOTHING,
}


def test_the_leaf_of_a_fact_is_these_bytes_for_ever() -> None:
    envelope = (
        b"\x00\x00\x00\x15referral:ReferralMade"
        b"\x00\x03"
        b"\x01" + UUID(int=12).bytes + b"\x00\x00\x00\x02\xc3\xa9"
        b"\xff\xff\xff\xff\xff\xff\xff\xff"
        + (1_772_530_200_000_001).to_bytes(8, "big")
        + b"\x00"
        + bytes(16)
        + UUID(int=13).bytes
        + b"\x00\x00\x00\x04care"
        + UUID(int=14).bytes
        + b"\xff\xff\xff\xff"
        + UUID(int=15).bytes
    )
    assert verifier.envelope(FACT) == envelope
    assert verifier.leaf(FACT) == (
        b"\x01"
        + (7).to_bytes(8, "big")
        + UUID(int=11).bytes
        + (2).to_bytes(4, "big")
        + sha256(b"before").digest()
        + bytes(32)
        + sha256(envelope).digest()
        + sha256(b"\x00sealed").digest()
    )
    assert verifier.leaf_hash(b"leaf") == sha256(b"\x00leaf").digest()


def test_every_column_and_both_links_are_in_the_leaf() -> None:
    others = {
        "position": 8,
        "stream": UUID(int=99),
        "version": 3,
        "topic": "referral:ReferralMadf",
        "schema": 4,
        "person": None,
        "label": "",
        "effective_at": datetime(1970, 1, 1, tzinfo=UTC),
        "recorded_at": datetime(2026, 3, 3, 9, 30, 0, 2, tzinfo=UTC),
        "practitioner": UUID(int=0),
        "organisation": UUID(int=99),
        "purpose": "audit",
        "correlation": UUID(int=99),
        "causation": "",
        "intention": UUID(int=99),
        "state": b"",
        "previous": NOTHING,
        "previous_of_person": sha256(b"other").digest(),
    }
    assert list(others) == [*verifier.COLUMNS, *verifier.LINKS]
    leaves = {verifier.leaf(FACT | {name: value}) for name, value in others.items()}
    assert len(leaves - {verifier.leaf(FACT)}) == len(others)


def test_an_exported_line_has_the_leaf_of_the_row_it_was() -> None:
    line = json.loads(json.dumps(verifier.exported(FACT)))
    assert line["effective_at"] == "1969-12-31T23:59:59.999999Z"
    assert verifier.leaf(line) == verifier.leaf(FACT)
    assert bytes(Leaf.parse(verifier.leaf(FACT))) == verifier.leaf(FACT)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("position", 7.5),
        ("position", "7"),
        ("schema", 70_000),
        ("state", "not base64"),
        ("previous", "00"),
        ("recorded_at", "2026-03-03T09:30:00"),
        ("stream", None),
    ],
)
def test_what_is_not_a_fact_has_no_leaf(name: str, value: object) -> None:
    with pytest.raises(Wrong):
        verifier.leaf(FACT | {name: value})
    with pytest.raises(Wrong):
        verifier.leaf({key: FACT[key] for key in FACT if key != name})


def test_the_examples_that_certificate_transparency_is_tested_with() -> None:
    leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
    leaves.append("606162636465666768696a6b6c6d6e6f")
    roots = (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
    hashes = [verifier.leaf_hash(bytes.fromhex(each)) for each in leaves]
    assert [verifier.root(hashes[:n]).hex() for n in range(1, 9)] == list(roots)
    assert verifier.root([]).hex().startswith("e3b0c442")


def test_roots_and_proofs_are_those_of_the_second_tree() -> None:
    for size in range(len(ENTRIES) + 1):
        assert verifier.root(HASHES[:size]) == trees.mth(ENTRIES[:size])
    for size in (1, 2, 3, 7, 8, 9, 31, 33, 70):
        entries, hashes = ENTRIES[:size], HASHES[:size]
        root = trees.mth(entries)
        for index in range(size):
            proof = verifier.inclusion(index, size, hashes)
            assert proof == trees.path(index, entries)
            assert verifier.verify_inclusion(index, size, hashes[index], proof, root)
        for old in range(size + 1):
            proof = verifier.consistency(old, size, hashes)
            assert proof == (trees.proof(old, entries) if old else [])
            assert verifier.verify_consistency(old, size, trees.mth(entries[:old]), root, proof)


def test_no_wrong_proof_is_right_by_chance() -> None:
    chance = random.Random(8)
    for _ in range(400):
        size = chance.randint(2, 70)
        index = chance.randrange(size)
        root = verifier.root(HASHES[:size])
        right = verifier.inclusion(index, size, HASHES[:size])
        for wrong in _spoiled(right, chance):
            assert not verifier.verify_inclusion(index, size, HASHES[index], wrong, root)
        other = (index + chance.randrange(1, size)) % size
        assert not verifier.verify_inclusion(other, size, HASHES[index], right, root)
        assert not verifier.verify_inclusion(index, size, HASHES[other], right, root)
        old = chance.randint(1, size - 1)
        before = verifier.root(HASHES[:old])
        right = verifier.consistency(old, size, HASHES[:size])
        for wrong in _spoiled(right, chance):
            assert not verifier.verify_consistency(old, size, before, root, wrong)
        assert not verifier.verify_consistency(old, size, root, root, right)
        assert not verifier.verify_consistency(old, size, before, before, right)


def _spoiled(proof: list[bytes], chance: random.Random) -> list[list[bytes]]:
    at = chance.randrange(len(proof))
    bit = bytearray(proof[at])
    bit[chance.randrange(32)] ^= 1 << chance.randrange(8)
    return [
        [*proof[:at], bytes(bit), *proof[at + 1 :]],
        proof[:-1],
        [*proof, proof[-1]],
        [NOTHING, *proof],
    ]


def test_a_range_and_what_is_around_it_give_the_root() -> None:
    for size in (1, 6, 8, 13, 64, 70):
        root = verifier.root(HASHES[:size])
        for begin in range(size):
            for end in range(begin + 1, size + 1):
                held = Range(begin)
                for hashed in HASHES[begin:end]:
                    held.add(hashed)
                proof = verifier.around(begin, end, size, HASHES[:size])
                assert held.root(size, proof) == root
                with pytest.raises(Wrong, match="too many"):
                    held.root(size, [*proof, NOTHING])
                if proof:
                    with pytest.raises(Wrong, match="too few"):
                        held.root(size, proof[1:])


def test_a_range_that_was_kept_goes_on() -> None:
    for kept in range(40):
        held = Range()
        for hashed in HASHES[:kept]:
            held.add(hashed)
        assert len(held.nodes) == kept.bit_count()
        again = Range(0, held.nodes)
        for hashed in HASHES[kept:]:
            again.add(hashed)
        assert again.root() == verifier.root(HASHES)


def test_two_thousand_leaves_have_one_root_by_both_trees() -> None:
    entries = [n.to_bytes(4, "big") for n in range(2_000)]
    assert verifier.root(map(verifier.leaf_hash, entries)) == trees.mth(entries)


def test_the_note_that_other_implementations_are_tested_with_is_opened() -> None:
    written = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
        "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSN"
        "XgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )
    key = Key.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    assert opened(written, [key]).by == (key,)
    assert str(Note.parse(written)) == written
    with pytest.raises(Wrong, match="does not have the id"):
        Key.parse(str(key).replace("c74f20a3", "c74f20a4"))


def test_a_note_is_opened_only_by_a_key_that_was_given() -> None:
    text = str(Checkpoint("example.test/log/1", 70, verifier.root(HASHES)))
    note = str(sign(text, KEY, SECRET.sign))
    assert Checkpoint.parse(opened(note, [KEY]).text) == Checkpoint.parse(text)
    with pytest.raises(Wrong, match="not signed by a key that was given"):
        opened(note, [replace(KEY, name="example.test/log/2")])
    with pytest.raises(Wrong, match="not a signature of this text"):
        opened(note.replace("\n70\n", "\n71\n"), [KEY])
    cosigned = note + str(sign(text, WITNESS, SECRET.sign, 1_772_530_200)).partition("\n\n")[2]
    assert opened(cosigned, [KEY, WITNESS]).by == (KEY, WITNESS)
    assert opened(cosigned, [WITNESS]).by == (WITNESS,)
    assert Key.parse(str(WITNESS)) == WITNESS
    later = Note.parse(cosigned)
    name, key_id, signature = later.signatures[1]
    moved = (name, key_id, b"\x00" * 7 + b"\x01" + signature[8:])
    with pytest.raises(Wrong, match="not a signature of this text"):
        opened(str(replace(later, signatures=(later.signatures[0], moved))), [WITNESS])


ZEROS = "A" * 43 + "="


@pytest.mark.parametrize(
    "text",
    [
        "a\n1\n",
        f"a\n01\n{ZEROS}\n",
        f"a\n-1\n{ZEROS}\n",
        f"\n1\n{ZEROS}\n",
        f"a\n1\n{ZEROS}\n\nb\n",
        "a\n1\nAAAA\n",
        "a\n1\n" + "A" * 42 + "B=\n",
    ],
)
def test_what_is_not_a_checkpoint_is_not_read(text: str) -> None:
    with pytest.raises(Wrong, match="not a checkpoint"):
        Checkpoint.parse(text)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n\n— a\n",
        "text\n\n— a AAAA\n",
        "text\n\n- a AAAAAAAA\n",
        "te\rxt\n\n— a AAAAAAAA\n",
        "text\n\n— a AAAAAAAA",
        "text\n\n" + "— a AAAAAAAA\n" * 65,
    ],
)
def test_what_is_not_a_note_is_not_read(written: str) -> None:
    with pytest.raises(Wrong, match="note"):
        Note.parse(written)


def test_a_proof_is_one_file() -> None:
    note = str(sign(str(Checkpoint("a", 70, verifier.root(HASHES))), KEY, SECRET.sign))
    proof = Proof(5, tuple(verifier.inclusion(5, 70, HASHES)), note, b"{}")
    assert Proof.parse(str(proof)) == proof
    assert str(proof).startswith("c2sp.org/tlog-proof@v1\nextra e30=\nindex 5\n")
    assert b64decode(str(proof).split("\n")[3]) == HASHES[4]
    for wrong in ("", "c2sp.org/tlog-proof@v1\n", str(proof).replace("index 5", "index 05")):
        with pytest.raises(Wrong, match="not a c2sp"):
            Proof.parse(wrong)
