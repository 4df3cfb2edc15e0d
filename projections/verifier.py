"""Verify a log offline, with this one file: the leaf of a fact, the tree, checkpoints and proofs.

It refuses to trust whoever handed it the files: what it is told it reckons again. It needs Python
3.11 and `cryptography`, no database and no network, and knows nothing of the program it checks.

The tree is that of RFC 6962; notes, checkpoints, proofs and cosignatures are those of C2SP
(signed-note, tlog-checkpoint, tlog-proof@v1, tlog-cosignature), signed with Ed25519.
"""

from __future__ import annotations

import argparse
import json
import struct
import sys
import zipfile
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any, Self
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

COLUMNS = (
    *("position", "stream", "version", "topic", "schema", "person", "label", "effective_at"),
    *("recorded_at", "practitioner", "organisation", "purpose", "correlation", "causation"),
    *("intention", "state"),
)
LINKS = ("previous", "previous_of_person")
NOTHING = bytes(32)
"""The hash of the fact before the first."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Wrong(Exception):
    """What is not as it was signed, in plain English, and the number of the fact if it is known."""

    def __init__(self, reason: str, number: int | None = None) -> None:
        super().__init__(reason)
        self.number = number

    def __str__(self) -> str:
        reason = super().__str__()
        return reason if self.number is None else f"number {self.number}: {reason}"


# --- The leaf of a fact: canonical bytes, version 1, all integers big-endian ---


@dataclass(frozen=True, slots=True)
class Leaf:
    """What the tree holds of one fact: its place, its two links, and digests of what it says."""

    position: int
    stream: UUID
    version: int
    previous: bytes
    """The leaf hash of the fact before it in its stream; zeros if it is the first."""
    previous_of_person: bytes
    """The leaf hash of the newest earlier fact of the same person; zeros if there is none."""
    envelope: bytes
    state: bytes

    LAYOUT = struct.Struct(">BQ16sI32s32s32s32s")

    def __bytes__(self) -> bytes:
        return self.LAYOUT.pack(
            1,
            self.position,
            self.stream.bytes,
            self.version,
            self.previous,
            self.previous_of_person,
            self.envelope,
            self.state,
        )

    @classmethod
    def parse(cls, written: bytes) -> Self:
        """Raises `Wrong`."""
        if len(written) != cls.LAYOUT.size or written[0] != 1:
            raise Wrong("these are not the bytes of a leaf, version 1")
        _, position, stream, version, *digests = cls.LAYOUT.unpack(written)
        return cls(position, UUID(bytes=stream), version, *digests)

    @classmethod
    def of(cls, fact: Mapping[str, Any]) -> Self:
        """Of every column of ``log.facts`` and both links: as the database gives them, or as an
        export writes them (uuids as text, times by RFC 3339, state base64, links hex).

        Raises `Wrong` for what is not such a fact.
        """
        try:
            return cls(
                _whole(fact["position"]),
                _uuid(fact["stream"]),
                _whole(fact["version"]),
                _link(fact["previous"]),
                _link(fact["previous_of_person"]),
                sha256(envelope(fact)).digest(),
                sha256(_octets(fact["state"])).digest(),
            )
        except (KeyError, TypeError, ValueError, struct.error) as unfit:
            raise Wrong(f"this is not a fact as the log holds it ({unfit!r})") from unfit


def leaf(fact: Mapping[str, Any]) -> bytes:
    """The canonical bytes of a fact's leaf. Raises `Wrong`."""
    return bytes(Leaf.of(fact))


def envelope(fact: Mapping[str, Any]) -> bytes:
    """Every column that is not in the leaf itself, and not the state."""
    return b"".join(
        (
            _text(fact["topic"]),
            struct.pack(">H", fact["schema"]),
            _optional_uuid(fact["person"]),
            _text(fact["label"]),
            _moment(fact["effective_at"]),
            _moment(fact["recorded_at"]),
            _optional_uuid(fact["practitioner"]),
            _uuid(fact["organisation"]).bytes,
            _text(fact["purpose"]),
            _uuid(fact["correlation"]).bytes,
            b"\xff\xff\xff\xff" if fact["causation"] is None else _text(fact["causation"]),
            _uuid(fact["intention"]).bytes,
        )
    )


def exported(fact: Mapping[str, Any]) -> dict[str, Any]:
    """A fact as one line of an export: what `Leaf.of` reads, and JSON can hold."""
    line = {name: _plain(fact[name]) for name in COLUMNS}
    line["state"] = b64encode(fact["state"]).decode()
    return line | {name: fact[name].hex() for name in LINKS}


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value


def _whole(value: int) -> int:
    if type(value) is not int or value < 1:
        raise ValueError("positions and versions are whole numbers from 1")
    return value


def _text(value: str) -> bytes:
    written = value.encode()
    return struct.pack(">I", len(written)) + written


def _uuid(value: UUID | str) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def _optional_uuid(value: UUID | str | None) -> bytes:
    return bytes(17) if value is None else b"\x01" + _uuid(value).bytes


def _moment(value: datetime | str) -> bytes:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return struct.pack(">q", (moment - EPOCH) // MICROSECOND)


def _octets(value: bytes | str) -> bytes:
    return _base64(value) if isinstance(value, str) else bytes(value)


def _link(value: bytes | str) -> bytes:
    link = bytes.fromhex(value) if isinstance(value, str) else bytes(value)
    if len(link) != len(NOTHING):
        raise ValueError("a link is 32 bytes")
    return link


def _base64(text: str) -> bytes:
    octets = b64decode(text, validate=True)
    if b64encode(octets).decode() != text:
        raise NotBase64("padded with bits that say nothing")
    return octets


# --- The tree (RFC 6962, 2.1): indexes count from 0, so the index of a fact is its position - 1 ---

NodeAt = Callable[[int, int], bytes]
"""The hash of a complete subtree: of ``2**level`` leaves, the so-manieth from the left."""

Nodes = NodeAt | Sequence[bytes]
"""Where proofs are made from: complete subtrees, or simply all leaf hashes."""


def leaf_hash(written: bytes) -> bytes:
    return sha256(b"\x00" + written).digest()


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


class Range:
    """Consecutive leaves as few complete subtrees: what must be kept of them to reckon a root.

    With the nodes of a range that was kept, it goes on where that one ended.
    """

    def __init__(self, first: int = 0, nodes: Iterable[tuple[int, int, bytes]] = ()) -> None:
        """``nodes`` from the left, each with its level, its index in that level and its hash."""
        self.first = first
        self.nodes = list(nodes)
        self.end = (self.nodes[-1][1] + 1) << self.nodes[-1][0] if self.nodes else first

    def add(self, hash_of_leaf: bytes) -> None:
        level, index, hashed = 0, self.end, hash_of_leaf
        while index % 2 and self.nodes and self.nodes[-1][:2] == (level, index - 1):
            hashed = node(self.nodes.pop()[2], hashed)
            level, index = level + 1, index // 2
        self.nodes.append((level, index, hashed))
        self.end += 1

    def root(self, size: int | None = None, proof: Sequence[bytes] = ()) -> bytes:
        """The root of the tree of that size, with the hashes around the range from `around`.

        Raises `Wrong` if there are too few or too many of them.
        """
        size = self.end if size is None else size
        if size == 0:
            return sha256(b"").digest()
        own = {(level, index): hashed for level, index, hashed in self.nodes}
        rest = iter(proof)

        def reckoned(begin: int, end: int) -> bytes:
            if end <= self.first or begin >= self.end:
                given = next(rest, None)
                if given is None:
                    raise Wrong("the proof has too few hashes")
                return given
            level = (end - begin).bit_length() - 1
            if end - begin == 1 << level and (level, begin >> level) in own:
                return own[level, begin >> level]
            middle = begin + _half(end - begin)
            left = reckoned(begin, middle)
            return node(left, reckoned(middle, end))

        reckoned_root = reckoned(0, size)
        if next(rest, None) is not None:
            raise Wrong("the proof has hashes too many")
        return reckoned_root


def root(hashes: Iterable[bytes]) -> bytes:
    """The root of the tree of these leaf hashes."""
    leaves = Range()
    for each in hashes:
        leaves.add(each)
    return leaves.root()


def subtree(begin: int, end: int, nodes: Nodes) -> bytes:
    """The root of the leaves ``begin`` to ``end`` (not included) that RFC 6962 takes together."""
    node_at = _node_at(nodes)
    level = (end - begin).bit_length() - 1
    if end - begin == 1 << level:
        return node_at(level, begin >> level)
    middle = begin + _half(end - begin)
    return node(subtree(begin, middle, node_at), subtree(middle, end, node_at))


def inclusion(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """The hashes that prove one leaf to be in the tree of that size (2.1.1)."""
    assert 0 <= index < size, "there is no such leaf in that tree"
    return around(index, index + 1, size, nodes, from_the_leaf=True)


def around(
    begin: int, end: int, size: int, nodes: Nodes, *, from_the_leaf: bool = False
) -> list[bytes]:
    """The hashes around a range of leaves, from the left to the right, for `Range.root`."""
    node_at = _node_at(nodes)
    hashes: list[tuple[int, bytes]] = []

    def walk(first: int, last: int, depth: int) -> None:
        if last <= begin or first >= end:
            hashes.append((depth, subtree(first, last, node_at)))
        elif first < begin or last > end:
            middle = first + _half(last - first)
            walk(first, middle, depth + 1)
            walk(middle, last, depth + 1)

    walk(0, size, 0)
    if from_the_leaf:
        hashes.sort(key=lambda each: -each[0])
    return [hashed for _, hashed in hashes]


def verify_inclusion(
    index: int, size: int, hash_of_leaf: bytes, proof: Sequence[bytes], root_hash: bytes
) -> bool:
    """Whether the leaf is in the tree of that root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    here, last, hashed = index, size - 1, hash_of_leaf
    for sibling in proof:
        if last == 0:
            return False
        if here % 2 or here == last:
            hashed = node(sibling, hashed)
            while here and not here % 2:
                here, last = here >> 1, last >> 1
        else:
            hashed = node(hashed, sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and hashed == root_hash


def consistency(old: int, new: int, nodes: Nodes) -> list[bytes]:
    """The hashes that prove the tree of the old size to be the beginning of the new one (2.1.2)."""
    assert 0 <= old <= new, "a tree is not the beginning of a smaller one"
    if old in (0, new):
        return []
    node_at = _node_at(nodes)
    proof, begin, end = [], 0, new
    while end != old:
        middle = begin + _half(end - begin)
        if old <= middle:
            proof.append(subtree(middle, end, node_at))
            end = middle
        else:
            proof.append(subtree(begin, middle, node_at))
            begin = middle
    if begin:
        proof.append(subtree(begin, end, node_at))
    return proof[::-1]


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether the tree of the old root is the beginning of the new one's (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= new:
        return False
    if old == 0:
        return not proof and old_root == sha256(b"").digest()
    if old == new:
        return not proof and old_root == new_root
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        return False
    here, last = old - 1, new - 1
    while here % 2:
        here, last = here >> 1, last >> 1
    as_old = as_new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if here % 2 or here == last:
            as_old, as_new = node(sibling, as_old), node(sibling, as_new)
            while here and not here % 2:
                here, last = here >> 1, last >> 1
        else:
            as_new = node(as_new, sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and as_old == old_root and as_new == new_root


def _half(size: int) -> int:
    """The greatest power of two below a size."""
    return 1 << ((size - 1).bit_length() - 1)


def _node_at(nodes: Nodes) -> NodeAt:
    if callable(nodes):
        return nodes
    leaves = nodes

    def node_at(level: int, index: int) -> bytes:
        if level == 0:
            return leaves[index]
        return node(node_at(level - 1, 2 * index), node_at(level - 1, 2 * index + 1))

    return node_at


# --- Signed notes, checkpoints and proofs (C2SP) ---

ED25519 = 0x01
COSIGNATURE = 0x04
MOST_SIGNATURES = 64
LONGEST_NOTE = 1 << 18


@dataclass(frozen=True)
class Key:
    """Whom a signature is believed of: a name, a kind of signature and an Ed25519 public key."""

    name: str
    public: bytes
    kind: int = ED25519

    def __post_init__(self) -> None:
        if not self.name or "+" in self.name or len(self.name.split()) != 1:
            raise Wrong("the name of a key is without spaces and without a plus")
        if len(self.public) != 32 or self.kind not in (ED25519, COSIGNATURE):
            raise Wrong("this is not an Ed25519 key for checkpoints or for cosignatures")

    @property
    def id(self) -> bytes:
        named = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return sha256(named).digest()[:4]

    @classmethod
    def parse(cls, text: str) -> Self:
        """A verifier key as it is published: ``name+id+key``. Raises `Wrong`."""
        try:
            name, told, written = text.strip().split("+", 2)
            octets = _base64(written)
        except ValueError as unfit:
            raise Wrong("this is not a verifier key (name+id+key)") from unfit
        if not octets:
            raise Wrong("this is not a verifier key (name+id+key)")
        key = cls(name, octets[1:], octets[0])
        if key.id.hex() != told:
            raise Wrong("the verifier key does not have the id that it says")
        return key

    def __str__(self) -> str:
        written = b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{written}"

    def made(self, signature: bytes, text: str) -> bool:
        """Whether this key made the signature of that text."""
        message = text.encode()
        if self.kind == COSIGNATURE:
            message = _cosigned(int.from_bytes(signature[:8], "big"), text)
            signature = signature[8:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True)
class Note:
    """A text and who signed it: each signature with the name and the id of the key it says."""

    text: str
    signatures: tuple[tuple[str, bytes, bytes], ...] = ()
    by: tuple[Key, ...] = field(default=(), compare=False)
    """Whose signatures were verified: nobody's, until the note is `opened`."""

    @classmethod
    def parse(cls, written: str) -> Self:
        """Raises `Wrong`."""
        if len(written) > LONGEST_NOTE or any(c < " " and c != "\n" for c in written):
            raise Wrong("this is not a signed note: too long, or with characters of control")
        text, apart, lines = written.rpartition("\n\n")
        if not apart or not text or not lines.endswith("\n"):
            raise Wrong("this is not a signed note: a text, an empty line, signatures")
        signatures = []
        for line in lines[:-1].split("\n"):
            dash, _, rest = line.partition(" ")
            name, _, signature = rest.partition(" ")
            try:
                octets = _base64(signature)
            except ValueError as unfit:
                raise Wrong("this is not a signed note: a signature is not base64") from unfit
            if dash != "—" or not name or len(octets) < 5:
                raise Wrong("this is not a signed note: a line of its end is no signature")
            signatures.append((name, octets[:4], octets[4:]))
        if len(signatures) > MOST_SIGNATURES:
            raise Wrong(f"a note with more than {MOST_SIGNATURES} signatures is not read")
        return cls(text + "\n", tuple(signatures))

    def __str__(self) -> str:
        return (
            self.text
            + "\n"
            + "".join(
                f"— {name} {b64encode(key + signature).decode()}\n"
                for name, key, signature in self.signatures
            )
        )


@dataclass(frozen=True)
class Checkpoint:
    """How large the log of that origin was, and the root of its tree."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """The text of a note. Raises `Wrong`."""
        lines = text.removesuffix("\n").split("\n")
        try:
            origin, size, written, *extensions = lines
            root_hash = _base64(written)
        except ValueError as unfit:
            raise Wrong("this is not a checkpoint: an origin, a size and a root") from unfit
        if len(root_hash) != 32 or not _is_number(size) or "" in lines:
            raise Wrong("this is not a checkpoint: an origin, a size and a root")
        return cls(origin, int(size), root_hash, tuple(extensions))

    def __str__(self) -> str:
        lines = (self.origin, str(self.size), b64encode(self.root).decode(), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True)
class Proof:
    """That one entry is in the tree of a checkpoint, as one file."""

    index: int
    hashes: tuple[bytes, ...]
    note: str
    extra: bytes | None = None
    """Here: the fact as a line of an export. Nothing vouches for it but that its leaf is proved."""

    HEAD = "c2sp.org/tlog-proof@v1"

    @classmethod
    def parse(cls, written: str) -> Self:
        """Raises `Wrong`."""
        head, _, note = written.partition("\n\n")
        lines = head.split("\n")
        try:
            if lines.pop(0) != cls.HEAD:
                raise ValueError("another first line")
            extra = None
            if lines[0].startswith("extra "):
                extra = _base64(lines.pop(0).removeprefix("extra "))
            word, _, index = lines.pop(0).partition(" ")
            hashes = tuple(_base64(line) for line in lines)
            if word != "index" or not _is_number(index) or any(len(h) != 32 for h in hashes):
                raise ValueError("no index, or no hashes")
        except (ValueError, IndexError) as unfit:
            raise Wrong(f"this is not a {cls.HEAD}") from unfit
        return cls(int(index), hashes, note, extra)

    def __str__(self) -> str:
        lines = [self.HEAD]
        if self.extra is not None:
            lines.append(f"extra {b64encode(self.extra).decode()}")
        lines.append(f"index {self.index}")
        lines += [b64encode(each).decode() for each in self.hashes]
        return "\n".join(lines) + "\n\n" + self.note


def sign(text: str, key: Key, signed: Callable[[bytes], bytes], at: int = 0) -> Note:
    """A note of that text. ``signed`` makes the Ed25519 signature, wherever the private key is.

    A key for cosignatures says ``at`` what second it was seen.
    """
    if key.kind == COSIGNATURE:
        signature = struct.pack(">Q", at) + signed(_cosigned(at, text))
    else:
        signature = signed(text.encode())
    return Note(text, ((key.name, key.id, signature),), (key,))


def opened(written: str, keys: Iterable[Key]) -> Note:
    """A note that at least one of these keys signed, and none of them wrongly. Raises `Wrong`."""
    note = Note.parse(written)
    known = {(key.name, key.id): key for key in keys}
    by = {}
    for name, key_id, signature in note.signatures:
        key = known.get((name, key_id))
        if key is None:
            continue
        if not key.made(signature, note.text):
            raise Wrong(f"the signature of {name} is not a signature of this text")
        by[name, key_id] = key
    if not by:
        raise Wrong("it is not signed by a key that was given")
    return Note(note.text, note.signatures, tuple(by.values()))


def _cosigned(at: int, text: str) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and (text == "0" or text[0] != "0")


def fact_of(line: str | bytes) -> dict[str, Any]:
    """A fact from a line of an export. Raises `Wrong`."""
    try:
        told = json.loads(line)
    except ValueError as unfit:
        raise Wrong("this line is not JSON") from unfit
    if not isinstance(told, dict):
        raise Wrong("this line is not a fact")
    return told


# --- What is verified: a fact, a range of the log, two checkpoints, an evidence pack ---

EXPORT = "throughcare-log@1"
REOPENED = "throughcare-log-reopened@1"
PACK = "throughcare-evidence@1"
WRONG = 5
UNUSABLE = 2


@dataclass(frozen=True)
class Trust:
    """Whose word is taken: the log's key, and of these witnesses so many at least."""

    keys: tuple[Key, ...]
    quorum: int = 0

    def checkpoint(self, written: str) -> Checkpoint:
        """A checkpoint, if its signatures are enough. Raises `Wrong`."""
        by = opened(written, self.keys).by
        checkpoint = Checkpoint.parse(Note.parse(written).text)
        if not any(key.kind == ED25519 and key.name == checkpoint.origin for key in by):
            raise Wrong(f"the checkpoint is not signed by the key of its log, {checkpoint.origin}")
        seen = len({key.public for key in by if key.kind == COSIGNATURE})
        if seen < self.quorum:
            raise Wrong(f"of the witnesses that were given {seen} signed, not {self.quorum}")
        return checkpoint


@dataclass(frozen=True)
class Reopening:
    """That the log goes on under another name after a restore, and what was lost: said and signed.

    Both names sign it: whoever knew the log by the one that ended is told by it.
    """

    origin: str
    opened_at: str
    size: int
    """How many facts there were when it was reopened."""
    shared: int
    """Up to which number both logs agree."""
    agreed: Checkpoint | None
    """What was signed of those; ``None`` if they share nothing."""
    ended: Checkpoint
    """The newest checkpoint under the name before."""
    because: str

    @classmethod
    def parse(cls, written: str, keys: Sequence[Key]) -> Self:
        """A statement that the keys of both names signed. Raises `Wrong`.

        Of either name the one key vouches for the other: they are the same key.
        """
        names = {name for name, _, _ in Note.parse(written).signatures}
        known = [
            Key(name, key.public) for key in keys if key.kind == ED25519 for name in sorted(names)
        ]
        note = opened(written, known)
        head, _, rest = note.text.partition("\n")
        told = fact_of(rest)
        if head != REOPENED:
            raise Wrong(f"this is not a statement that a log was reopened ({REOPENED})")
        try:
            ended, agreed = _said(told["ended"], known), _said(told.get("agreed"), known)
            one = cls(
                str(told["origin"]),
                str(told["opened_at"]),
                int(told["size"]),
                int(told["shared"]),
                agreed,
                ended or Checkpoint("", 0, NOTHING),
                str(told["because"]),
            )
        except (KeyError, TypeError, ValueError) as unfit:
            raise Wrong("the statement that the log was reopened cannot be read") from unfit
        by = {key.name for key in note.by}
        if not {one.origin, one.ended.origin} <= by:
            raise Wrong("the statement that the log was reopened is not signed by both its names")
        pinned = {key for key in keys if key.kind == ED25519 and key.name == one.ended.origin}
        if pinned and not pinned & set(note.by):
            raise Wrong(f"the key of {one.ended.origin} did not sign that it ended")
        if one.shared != (agreed.size if agreed else 0) or one.shared >= one.ended.size:
            raise Wrong("the statement that the log was reopened contradicts itself")
        return one

    def text(self, ended: str, agreed: str | None) -> str:
        """What is signed, with the notes of both checkpoints."""
        told = {
            "origin": self.origin,
            "opened_at": self.opened_at,
            "size": self.size,
            "shared": self.shared,
            "ended": ended,
            "agreed": agreed,
            "because": self.because,
        }
        return f"{REOPENED}\n{json.dumps(told)}\n"

    def __str__(self) -> str:
        first, last = self.shared + 1, self.ended.size
        return (
            f"The log was reopened as {self.origin} on {self.opened_at}, because: "
            f"{self.because.rstrip('.')}. The log {self.ended.origin} ended with {last} facts, and "
            f"both agree up to number {self.shared}: {last - self.shared} facts told after it, "
            f"numbers {first} to {last}, were lost by a restore, and what of them is told again "
            "has a new number."
        )


def _said(note: object, known: Sequence[Key]) -> Checkpoint | None:
    """A checkpoint of either name, that the same key signed. Raises `Wrong`."""
    if note is None:
        return None
    written = Note.parse(str(note))
    checkpoint = Checkpoint.parse(written.text)
    opened(str(note), [Key(checkpoint.origin, key.public) for key in known])
    return checkpoint


def reopenings(written: object, keys: Sequence[Key]) -> list[Reopening]:
    """Statements in their order, each of the log that the one before opened. Raises `Wrong`."""
    if not isinstance(written, list):
        raise Wrong("statements that a log was reopened are a list")
    return [Reopening.parse(str(each), keys) for each in written]


def still_holds(each: Checkpoint, origin: str, reopened: Sequence[Reopening]) -> bool:
    """Whether what was signed under an earlier name must be so now; if not, its loss was told.

    Raises `Wrong` if it is of another log, or if more was signed than was told to be lost.
    """
    if each.origin == origin:
        return True
    ends = [n for n, one in enumerate(reopened) if one.ended.origin == each.origin]
    if not ends:
        raise Wrong(f"the checkpoint that was saved is of another log, {each.origin}")
    end = reopened[ends[0]].ended
    if each.size > end.size:
        raise Wrong(
            f"the log {each.origin} was signed with {each.size} facts, and it is said to have "
            f"ended with {end.size}: that more was lost is hidden",
            end.size + 1,
        )
    if each.size == end.size and each.root != end.root:
        raise Wrong(f"two histories were signed of the first {each.size} facts of {each.origin}")
    return each.size <= min(one.shared for one in reopened[ends[0] :])


def verify_proof(written: str, trust: Trust, line: str | None = None) -> str:
    """That one fact is in the log: the fact in the proof, or another ``line``. Raises `Wrong`."""
    proof = Proof.parse(written)
    number = proof.index + 1
    with _at(number):
        checkpoint = trust.checkpoint(proof.note)
        if line is None and proof.extra is None:
            raise Wrong("the proof does not hold the fact: give it with --fact")
        fact = fact_of(line if line is not None else proof.extra or b"")
        whole = Leaf.of(fact)
        if whole.position != number:
            raise Wrong(f"the fact says that it is number {whole.position}")
        _included(whole, proof.hashes, checkpoint)
    return (
        f"Fact number {number} ({fact['topic']}, recorded {fact['recorded_at']}) is in the log "
        f"{checkpoint.origin}, unchanged, as it was signed with {checkpoint.size} facts."
    )


def verify_checkpoints(old: Checkpoint, new: Checkpoint, proof: Sequence[bytes] | None) -> str:
    """That the log of the old checkpoint is the beginning of the new one's. Raises `Wrong`."""
    if old.origin != new.origin:
        raise Wrong(f"these are two logs: {old.origin} and {new.origin}")
    if old.size > new.size:
        raise Wrong(
            f"the log became shorter: it had {old.size} facts and now has {new.size}, "
            f"so {_numbers(new.size + 1, old.size)} gone",
            new.size + 1,
        )
    if old.size == new.size:
        if old.root != new.root:
            raise Wrong(
                f"two histories were signed: both checkpoints have {old.size} facts, and they are "
                "not the same facts"
            )
        return f"Both checkpoints are of the same {old.size} facts."
    if proof is None and old.size:
        raise Wrong("nothing proves one to be the beginning of the other: give --proof or --range")
    if not verify_consistency(old.size, new.size, old.root, new.root, proof or ()):
        raise Wrong(
            f"history was rewritten: the {old.size} facts that were signed first are not the "
            f"beginning of the {new.size} that were signed later"
        )
    return f"The {old.size} facts signed first are the beginning of the {new.size} signed later."


@dataclass
class Chains:
    """The newest fact of each stream and of each person, as facts are read in their order."""

    whole: bool
    """Whether reading began with the first fact of the log, so that nothing came before."""
    streams: dict[UUID, tuple[int, bytes]] = field(default_factory=dict)
    persons: dict[UUID, bytes] = field(default_factory=dict)

    def follow(self, one: Leaf, person: UUID | None, hashed: bytes) -> None:
        """Raises `Wrong` if a link does not lead to the fact before."""
        version, before = self.streams.get(one.stream, (0, NOTHING))
        if version or self.whole or one.version == 1:
            if one.version != version + 1:
                raise Wrong(
                    f"it is the {one.version}. fact of its stream, and the one before it in these "
                    f"is the {version}.: one is missing, or two changed places"
                )
            if one.previous != before:
                raise Wrong("the fact before it in its stream is not the one that it follows")
        self.streams[one.stream] = one.version, hashed
        if person is None:
            if one.previous_of_person != NOTHING:
                raise Wrong("it tells of nobody, and has a link to a fact of somebody")
            return
        known = self.persons.get(person, NOTHING if self.whole else None)
        if known is not None and one.previous_of_person != known:
            raise Wrong("the last fact before it of the same person is not the one that it follows")
        self.persons[person] = hashed


def verify_range(
    lines: Iterable[str], trust: Trust, saved: Iterable[str] = ()
) -> tuple[str, Checkpoint]:
    """That an export is what was signed, and the beginning of every checkpoint that was saved.

    It reads line by line: memory grows with the number of streams and persons. Raises `Wrong`.
    """
    kept = sorted((trust.checkpoint(note) for note in saved), key=lambda each: each.size)
    rest = iter(lines)
    head = fact_of(next(rest, ""))
    first, last = head.get("first"), head.get("last")
    if head.get("format") != EXPORT or type(first) is not int or type(last) is not int:
        raise Wrong(f"this is not an export of a log ({EXPORT})")
    if not 1 <= first <= last + 1:
        raise Wrong(f"an export from number {first} to number {last} cannot be")
    reopened = reopenings(head.get("reopened", []), trust.keys)
    kept, lost = _lost(kept, str(head.get("origin")), reopened)
    agreed = [one.agreed for one in reopened if one.agreed]
    right = len(kept)
    held, chains = Range(first - 1), Chains(whole=first == 1)
    roots: dict[int, bytes] = {}
    sizes = {each.size for each in (*kept, *agreed)} if first == 1 else set()
    end: dict[str, Any] | None = None
    for line in rest:
        told = fact_of(line)
        number = held.end + 1
        if "checkpoint" in told:
            end = told
            break
        with _at(number):
            _follow(told, number, chains, held)
        if held.end in sizes:
            roots[held.end] = held.root()
    if end is None:
        raise Wrong("the export breaks off: it does not end with a checkpoint", held.end + 1)
    if next(rest, None) is not None:
        raise Wrong("something stands after the checkpoint, which must be the last line")
    if held.end != last:
        raise Wrong(f"the export says that it ends with number {last}", held.end + 1)
    checkpoint = trust.checkpoint(str(end["checkpoint"]))
    if head.get("origin") != checkpoint.origin:
        raise Wrong(f"the export is of {head.get('origin')}, its checkpoint of {checkpoint.origin}")
    if last < checkpoint.size and not end.get("around"):
        raise Wrong(
            f"{checkpoint.size} facts were signed, and the export ends with number {last}: "
            f"{_numbers(last + 1, checkpoint.size)} missing",
            last + 1,
        )
    said = [f"Facts number {first} to {last} are those that the log {checkpoint.origin} signed"]
    said.append(f"with {checkpoint.size} facts: none is changed, missing or out of its place.")
    if reopened and checkpoint.origin != reopened[-1].origin:
        raise Wrong(f"the log was reopened as {reopened[-1].origin}, and its checkpoint is earlier")
    if first == 1:
        kept = sorted((*kept, *agreed), key=lambda each: each.size)
    _saved(kept, checkpoint, roots, first)
    if held.root(checkpoint.size, _hashes(end.get("around", []))) != checkpoint.root:
        raise Wrong(
            f"{_numbers(first, last)} not what was signed: they give another root, though each "
            "follows from the one before. Somebody reckoned the links again"
        )
    said += map(str, reopened)
    if lost:
        said.append(f"{lost} of the checkpoints that were saved tell of facts that were so lost.")
    if right:
        said.append(f"It goes on from all {right} of the checkpoints that were saved.")
    return " ".join(said), checkpoint


def _lost(
    kept: Sequence[Checkpoint], origin: str, reopened: Sequence[Reopening]
) -> tuple[list[Checkpoint], int]:
    """Those that must still hold, and how many cover what was told to be lost. Raises `Wrong`."""
    hold = [each for each in kept if still_holds(each, origin, reopened)]
    return hold, len(kept) - len(hold)


def _follow(told: Mapping[str, Any], number: int, chains: Chains, held: Range) -> None:
    more = set(told) - {*COLUMNS, *LINKS, "hash"}
    if more:
        raise Wrong(f"it says what no leaf covers: {', '.join(sorted(more))}")
    one = Leaf.of(told)
    if one.position != number:
        raise Wrong(f"number {one.position} stands in its place")
    hashed = leaf_hash(bytes(one))
    if told.get("hash", hashed.hex()) != hashed.hex():
        raise Wrong("it is not the fact that was recorded: its leaf in the tree is another")
    chains.follow(one, None if told["person"] is None else _uuid(told["person"]), hashed)
    held.add(hashed)


def _saved(
    kept: Sequence[Checkpoint], now: Checkpoint, roots: Mapping[int, bytes], first: int
) -> None:
    """Each saved checkpoint against what was read. Raises `Wrong` for the first that differs."""
    right = 0
    for each in kept:
        if each.size >= now.size:
            with _at(right + 1 if first == 1 else None):
                verify_checkpoints(replace(each, origin=now.origin), now, None)
        elif first != 1:
            raise Wrong("only an export from number 1 can be held against a saved checkpoint")
        elif each.size and each.size not in roots:
            raise Wrong(f"the export ends before the {each.size} facts of a saved checkpoint")
        elif each.size and roots[each.size] != each.root:
            raise Wrong(
                f"history was rewritten: what was signed of the first {each.size} facts is not "
                f"what they are now. {_numbers(right + 1, each.size)} not all as they were",
                right + 1,
            )
        right = each.size


def verify_pack(files: Mapping[str, bytes], trust: Trust) -> str:
    """That each fact of an evidence pack is in the log, and each file is as it was made.

    Raises `Wrong`.
    """
    made = fact_of(_file(files, "pack.json"))
    listed = made.get("files")
    if made.get("format") != PACK or not isinstance(listed, dict):
        raise Wrong(f"this is not an evidence pack ({PACK})")
    for name in sorted({*files, *listed} - {"pack.json"}):
        if name not in listed:
            raise Wrong(f"the file {name} does not belong to the pack")
        if sha256(_file(files, name)).hexdigest() != listed[name]:
            raise Wrong(f"the file {name} was changed after the pack was made")
    checkpoint = trust.checkpoint(_file(files, "checkpoint.txt").decode())
    leaves: list[Leaf] = []
    of_person: list[Leaf] = []
    for line in _file(files, "facts.jsonl").splitlines():
        told = fact_of(line)
        with _at(told.get("position")):
            leaves.append(_packed(told, checkpoint))
        if told.get("of_person"):
            of_person.append(leaves[-1])
    known = {f"{one.stream}/{one.version}" for one in leaves}
    numbers = {one.position for one in leaves}
    for line in _file(files, "entries.jsonl").splitlines():
        entry = fact_of(line)
        fact, number = entry.get("fact"), entry.get("position")
        if number not in numbers or (fact is not None and fact not in known):
            raise Wrong(f"an entry tells of {fact or number}, which is not proved here")
    return (
        f"{len(leaves)} facts are in the log {checkpoint.origin}, unchanged, as it was signed with "
        f"{checkpoint.size} facts. {_wholeness(made.get('whole'), leaves, of_person)}"
    )


def _packed(told: Mapping[str, Any], checkpoint: Checkpoint) -> Leaf:
    try:
        one = Leaf.parse(_base64(told["leaf"]))
        proof = _hashes(told["proof"])
    except (KeyError, ValueError, TypeError) as unfit:
        raise Wrong("its leaf or its proof cannot be read") from unfit
    if one.position != told.get("position"):
        raise Wrong(f"its leaf is that of number {one.position}")
    _included(one, proof, checkpoint)
    told_envelope = told.get("envelope")
    if told_envelope is not None:
        try:
            digest = sha256(envelope(told_envelope)).digest()
        except (KeyError, ValueError, TypeError, struct.error) as unfit:
            raise Wrong("what the pack says of it cannot be read") from unfit
        if digest != one.envelope:
            raise Wrong(
                "what the pack says of it (when, by whom, what kind) is not what was signed"
            )
    return one


def _wholeness(whole: object, leaves: Sequence[Leaf], of_person: Sequence[Leaf]) -> str:
    """What of a pack is proved to be complete. Raises `Wrong` if it is less than it says."""
    for before, one in pairwise(leaves):
        if one.position <= before.position:
            raise Wrong("the facts are not in their order", one.position)
        if whole == "period" and one.position != before.position + 1:
            first, last = before.position + 1, one.position - 1
            raise Wrong(f"{_numbers(first, last)} left out", first)
    link = NOTHING
    for one in of_person if whole == "person" else ():
        if one.previous_of_person != link:
            raise Wrong("a fact of this person before it was left out", one.position)
        link = leaf_hash(bytes(one))
    if not leaves:
        return "It holds nothing."
    if whole == "person" and of_person:
        last = of_person[-1].position
        return f"Of this person's history nothing is left out up to number {last}."
    if whole == "period":
        first, last = leaves[0].position, leaves[-1].position
        return f"Of what happened from number {first} to number {last} nothing is left out."
    return "They were chosen: that nothing else belongs to them is not proved."


def _included(one: Leaf, proof: Sequence[bytes], checkpoint: Checkpoint) -> None:
    hashed, index = leaf_hash(bytes(one)), one.position - 1
    if not verify_inclusion(index, checkpoint.size, hashed, proof, checkpoint.root):
        raise Wrong(f"it is not in the log {checkpoint.origin} as it was signed: it was changed")


@contextmanager
def _at(number: object) -> Iterator[None]:
    """What is wrong in here is wrong at this number."""
    try:
        yield
    except Wrong as wrong:
        if wrong.number is None and isinstance(number, int):
            raise Wrong(str(wrong), number) from wrong
        raise


def _numbers(first: int, last: int) -> str:
    return f"number {first} is" if first == last else f"numbers {first} to {last} are"


def _hashes(written: object) -> list[bytes]:
    if not isinstance(written, list):
        raise Wrong("a proof is a list of hashes")
    try:
        hashes = [_base64(each) for each in written]
    except (TypeError, ValueError) as unfit:
        raise Wrong("a proof is a list of hashes") from unfit
    if any(len(each) != len(NOTHING) for each in hashes):
        raise Wrong("a hash has 32 bytes")
    return hashes


def _file(files: Mapping[str, bytes], name: str) -> bytes:
    if name not in files:
        raise Wrong(f"the pack has no file {name}")
    return files[name]


# --- The command ---


def main(arguments: Sequence[str] | None = None) -> int:
    """Say what is right (0), or what is wrong and at which number (5), or why nobody knows (2)."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    try:
        said = asked.verify(asked)
    except Wrong as wrong:
        sys.stdout.write(f"WRONG: {wrong}.\n")
        return WRONG
    except (OSError, UnicodeDecodeError, zipfile.BadZipFile) as unusable:
        sys.stderr.write(f"cannot be read: {unusable}\n")
        return UNUSABLE
    sys.stdout.write(f"RIGHT: {said}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="verifier.py", description="Verify a log offline. Exits 5 if something is wrong."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    proof = _command(commands, "proof", _proof, "one fact's proof")
    proof.add_argument("file", type=Path)
    proof.add_argument("--fact", type=Path, help="the fact, a line of an export; else the proof's")
    export = _command(commands, "range", _range, "an exported range of the log")
    export.add_argument("file", type=Path)
    export.add_argument("--saved", type=Path, action="append", default=[], metavar="NOTE")
    pair = _command(commands, "checkpoints", _checkpoints, "two checkpoints against each other")
    pair.add_argument("old", type=Path)
    pair.add_argument("new", type=Path)
    pair.add_argument("--proof", type=Path, help="hashes in base64, a line each")
    pair.add_argument("--range", type=Path, help="an export of the whole log")
    told = _command(commands, "reopened", _reopened, "a statement that a log was reopened")
    told.add_argument("file", type=Path)
    pack = _command(commands, "pack", _pack, "an evidence pack: its zip, or its folder")
    pack.add_argument("file", type=Path)
    return parser


def _command(
    commands: Any, name: str, verify: Callable[[argparse.Namespace], str], words: str
) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=words, description=words)
    command.add_argument(
        "--key",
        action="append",
        required=True,
        metavar="KEY",
        help="the log's key as you know it from elsewhere (name+id+key), or a file with such keys",
    )
    command.add_argument("--witness", action="append", default=[], metavar="KEY")
    command.add_argument("--quorum", type=int, help="how many witnesses must have signed")
    command.set_defaults(verify=verify)
    return command


def _trust(asked: argparse.Namespace) -> Trust:
    keys = [key for each in asked.key for key in _keys(each)]
    witnesses = [key for each in asked.witness for key in _keys(each)]
    quorum = len(witnesses) if asked.quorum is None else asked.quorum
    return Trust((*keys, *witnesses), quorum)


def _keys(given: str) -> list[Key]:
    try:
        return [Key.parse(given)]
    except Wrong:
        lines = Path(given).read_text(encoding="utf-8").splitlines()
    return [Key.parse(line) for line in lines if line.strip()]


def _proof(asked: argparse.Namespace) -> str:
    line = asked.fact.read_text(encoding="utf-8") if asked.fact else None
    return verify_proof(asked.file.read_text(encoding="utf-8"), _trust(asked), line)


def _range(asked: argparse.Namespace) -> str:
    saved = [each.read_text(encoding="utf-8") for each in asked.saved]
    with asked.file.open(encoding="utf-8") as lines:
        return verify_range(lines, _trust(asked), saved)[0]


def _checkpoints(asked: argparse.Namespace) -> str:
    trust = _trust(asked)
    old, new = (each.read_text(encoding="utf-8") for each in (asked.old, asked.new))
    if asked.range:
        with asked.range.open(encoding="utf-8") as lines:
            return verify_range(lines, trust, [old, new])[0]
    proof = None
    if asked.proof:
        proof = _hashes(asked.proof.read_text(encoding="utf-8").split())
    return verify_checkpoints(trust.checkpoint(old), trust.checkpoint(new), proof)


def _reopened(asked: argparse.Namespace) -> str:
    written = asked.file.read_text(encoding="utf-8").split(f"{REOPENED}\n")
    if written[0] or not written[1:]:
        raise Wrong(f"this is not a statement that a log was reopened ({REOPENED})")
    told = reopenings([f"{REOPENED}\n{each}" for each in written[1:]], _trust(asked).keys)
    return " ".join(map(str, told))


def _pack(asked: argparse.Namespace) -> str:
    return verify_pack(unpacked(asked.file), _trust(asked))


def unpacked(path: Path) -> dict[str, bytes]:
    """The files of a pack, by their names."""
    if path.is_dir():
        return {str(p.relative_to(path)): p.read_bytes() for p in path.rglob("*") if p.is_file()}
    with zipfile.ZipFile(path) as packed:
        names = packed.namelist()
        if len(set(names)) != len(names):
            raise Wrong("the pack has two files of one name")
        return {name: packed.read(name) for name in names}


if __name__ == "__main__":
    sys.exit(main())
