"""The tree over the log as PostgreSQL keeps it: its facts with their links, its nodes, its proofs.

It refuses to grow and to sign: ``tree.grow`` does the one, `projections.signing` the other.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection
from psycopg.rows import dict_row

from projections import verifier
from projections.statements import statements

SQL = statements("tree")
BITS = 8
WIDTH = 1 << BITS
"""How many hashes a subtree that is kept has, as a tile has them."""

EXPORT = "throughcare-log@1"
"""The format of an export, as its head says."""

TOGETHER = 2_000
"""Facts that are read at once."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint as it was signed."""

    size: int
    root: bytes
    note: str
    signed_at: datetime
    opening: int = 0
    """Under which of the log's names, counted from 0."""


@dataclass(frozen=True, slots=True)
class TreeStands:
    """How the tree and what is signed of it stand, all seen at one moment.

    ``age`` is of the newest checkpoint, ``waiting`` of the first fact that it does not cover, in
    seconds; 0 where there is none. ``refused`` says why nothing is signed.
    """

    size: int
    signed: int
    age: float
    waiting: float
    refused: str | None
    since: datetime | None


class Incomplete(Exception):
    """A hash of the tree is not there."""


def size(connection: Connection) -> int:
    """How many leaves there are."""
    row = connection.cursor(binary=True).execute(SQL["size"], prepare=True).fetchone()
    assert row is not None
    found: int = row[0]
    return found


def newest(connection: Connection) -> Signed | None:
    """The newest checkpoint; ``None`` before the first."""
    row = connection.cursor(binary=True).execute(SQL["newest"], prepare=True).fetchone()
    return Signed(*row) if row else None


def covering(connection: Connection, position: int) -> Signed | None:
    """The first checkpoint that covers a fact; ``None`` as long as none does."""
    asked = connection.cursor(binary=True).execute(SQL["covering"], [position], prepare=True)
    row = asked.fetchone()
    return Signed(*row) if row else None


def facts(connection: Connection, first: int, last: int) -> Iterator[dict[str, Any]]:
    """The facts from one position to another: every column, both links, and the leaf as it stands.

    A position without a fact is passed over, and a fact without a leaf has ``None`` for it.
    """
    cursor = connection.cursor(binary=True, row_factory=dict_row)
    while first <= last:
        until = min(first + TOGETHER - 1, last)
        yield from cursor.execute(SQL["facts"], [first - 1, until], prepare=True).fetchall()
        first = until + 1


def at(connection: Connection, positions: Sequence[int]) -> Iterator[dict[str, Any]]:
    """The facts at these positions, given in order; those that follow each other read at once."""
    for _, run in groupby(enumerate(positions), lambda each: each[1] - each[0]):
        following = [position for _, position in run]
        yield from facts(connection, following[0], following[-1])


@dataclass(slots=True)
class Nodes:
    """The hashes of whole subtrees, read from a connection as they are asked for."""

    connection: Connection
    _rows: dict[tuple[int, int], list[bytes]] = field(default_factory=dict)

    def __call__(self, level: int, index: int) -> bytes:
        """Of ``2**level`` leaves, the so-manieth from the left. Raises `Incomplete`."""
        kept, above = divmod(level, BITS)
        first, many = index << above, 1 << above
        row = self._row(kept, first >> BITS)
        hashes = row[first % WIDTH : first % WIDTH + many]
        if len(hashes) < many:
            raise Incomplete(f"level {kept}, {first} to {first + many - 1}")
        return verifier.root(hashes)

    def _row(self, level: int, number: int) -> list[bytes]:
        found = self._rows.get((level, number))
        if found is None:
            found = hashes(self.connection, level, number * WIDTH, (number + 1) * WIDTH)
            self._rows[level, number] = found
        return found


class Edge:
    """The right edge of a tree: on each level that is kept, the hashes that fill no subtree yet."""

    def __init__(self, size: int = 0, rows: Sequence[list[bytes]] = ()) -> None:
        self.size = size
        self._rows = list(rows) or [[]]
        nodes = []
        for level, row in reversed(list(enumerate(self._rows))):
            begin, first = 0, (size >> (BITS * level)) - len(row)
            for bit in reversed(range(BITS)):
                if len(row) & (1 << bit):
                    hashed = verifier.root(row[begin : begin + (1 << bit)])
                    nodes.append((BITS * level + bit, (first + begin) >> bit, hashed))
                    begin += 1 << bit
        self._range = verifier.Range(0, nodes)

    def add(self, hashed: bytes) -> Iterator[tuple[int, int, bytes]]:
        """One leaf more; the subtrees that it fills: level, index, hash."""
        self._range.add(hashed)
        index = self.size
        self.size += 1
        for level in range(64 // BITS):
            if level == len(self._rows):
                self._rows.append([])
            self._rows[level].append(hashed)
            if len(self._rows[level]) < WIDTH:
                return
            hashed, index = verifier.root(self._rows[level]), index >> BITS
            self._rows[level] = []
            yield level + 1, index, hashed

    def root(self) -> bytes:
        """The root of the tree."""
        return self._range.root()


def edge(connection: Connection, size: int) -> Edge:
    """The right edge of the tree of a size, from what is kept. Raises `Incomplete`."""
    rows, level = list[list[bytes]](), 0
    while many := size >> (BITS * level):
        row = hashes(connection, level, many - many % WIDTH, many)
        if len(row) < many % WIDTH:
            raise Incomplete(f"level {level}, up to {many}")
        rows.append(row)
        level += 1
    return Edge(size, rows)


def hashes(connection: Connection, level: int, first: int, end: int) -> list[bytes]:
    """The leaves (level 0) or kept subtrees of one level, from an index to before another."""
    cursor = connection.cursor(binary=True)
    if level == 0:
        cursor.execute(SQL["hashes"], [first, end], prepare=True)
    else:
        cursor.execute(SQL["subtrees"], [level, first, end], prepare=True)
    return [row[0] for row in cursor.fetchall()]


def proof(connection: Connection, position: int, under: Signed) -> verifier.Proof:
    """That a fact is in the tree of a checkpoint, with the fact in it as a line of an export.

    Raises `Incomplete`, also where there is no such fact.
    """
    fact = next(facts(connection, position, position), None)
    if fact is None:
        raise Incomplete(f"there is no fact {position}")
    path = verifier.inclusion(position - 1, under.size, Nodes(connection))
    return verifier.Proof(position - 1, tuple(path), under.note, line(fact))


def proved(proof: verifier.Proof, keys: Sequence[verifier.Key]) -> None:
    """Whether a proof proves its own fact under a checkpoint of these keys. Raises `Wrong`."""
    checkpoint = verifier.Checkpoint.parse(verifier.opened(proof.note, keys).text)
    assert proof.extra is not None, "we put the fact in"
    hashed = verifier.leaf_hash(verifier.leaf(verifier.fact_of(proof.extra)))
    if not verifier.verify_inclusion(
        proof.index, checkpoint.size, hashed, proof.hashes, checkpoint.root
    ):
        raise verifier.Wrong("it is not the fact that was signed", proof.index + 1)


def exported(connection: Connection, under: Signed, first: int, last: int) -> Iterator[bytes]:
    """The lines of an export: its head, the facts, and what proves them under a checkpoint.

    Raises `Incomplete`.
    """
    origin, *_ = under.note.split("\n", 1)
    head: dict[str, Any] = {"format": EXPORT, "origin": origin, "first": first, "last": last}
    if reopened := [each.statement for each in openings(connection)]:
        head["reopened"] = reopened
    yield orjson.dumps(head)
    for fact in facts(connection, first, last):
        yield line(fact)
    around = verifier.around(first - 1, last, under.size, Nodes(connection))
    yield orjson.dumps(
        {"checkpoint": under.note, "around": [b64encode(each).decode() for each in around]}
    )


def line(fact: dict[str, Any]) -> bytes:
    """A fact as a line of an export, without its end."""
    return orjson.dumps(verifier.exported(fact))


@dataclass(frozen=True, slots=True)
class Opening:
    """A name that the log was given after a restore: what ended then, and what was said of it."""

    number: int
    origin: str
    ended: str
    statement: str


def openings(connection: Connection) -> list[Opening]:
    """Every name of the log after its first, the oldest first."""
    rows = connection.cursor(binary=True).execute(SQL["openings"]).fetchall()
    return [Opening(*row) for row in rows]


def keys(connection: Connection) -> list[verifier.Key]:
    """By which keys checkpoints were signed, as they are published."""
    rows = connection.cursor(binary=True).execute(SQL["keys"]).fetchall()
    return [verifier.Key.parse(key) for (key,) in rows]


def persons(connection: Connection, first: int, last: int) -> set[UUID]:
    """Whom the facts from one position to another are about."""
    rows = connection.cursor(binary=True).execute(SQL["persons"], [first, last]).fetchall()
    return {person for (person,) in rows}


def witnessed(connection: Connection, position: int) -> Signed | None:
    """The newest checkpoint over a fact that somebody outside signed too, with their lines."""
    cursor = connection.cursor(binary=True)
    rows = cursor.execute(SQL["witnessed"], [position], prepare=True).fetchall()
    if not rows:
        return None
    size, root, note, at, opening, _ = rows[0]
    return Signed(size, root, note + "".join(line for *_, line in rows), at, opening)
