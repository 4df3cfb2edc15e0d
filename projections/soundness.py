"""Is the whole log as it was signed? Every stored fact, leaf and subtree, and every checkpoint.

It refuses to trust what it verifies: leaves are reckoned from their facts, roots from the leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from psycopg import Connection

from projections import tree
from projections.statements import statements
from projections.verifier import (
    Checkpoint,
    Key,
    Wrong,
    leaf,
    leaf_hash,
    opened,
    reopenings,
    still_holds,
)

SQL = statements("tree")


@dataclass(frozen=True, slots=True)
class Sound:
    """What was found to be so: so many facts, so many of them signed; others wait for a leaf."""

    facts: int
    signed: int
    checkpoints: int
    against: int
    waiting: int
    reopened: str = ""
    """As what the log was reopened, when, why and what was lost; empty if it never was."""


def verify(
    connection: Connection,
    keys: Sequence[Key],
    against: Sequence[str] = (),
    *,
    told: Callable[[int, int], None],
) -> Sound:
    """Verify everything; ``against`` are notes that were saved elsewhere.

    Raises `Wrong` with the first number that is not as it was signed. It reads a piece at a time
    and in no one transaction: what comes meanwhile is left for the next time.
    """
    newest = tree.newest(connection)
    size, head = tree.size(connection), _head(connection)
    signed = [_opened(newest.note, keys)] if newest else []
    reopened = reopenings([each.statement for each in tree.openings(connection)], keys)
    origin = signed[0].origin if signed else ""
    if reopened and reopened[-1].origin != origin:
        raise Wrong(f"the log was reopened as {reopened[-1].origin}, and signed as {origin} since")
    told_of = [_opened(note, keys) for note in against]
    saved = [each for each in told_of if not reopened or still_holds(each, origin, reopened)]
    saved += [one.agreed for one in reopened if one.agreed]
    saved.sort(key=lambda each: each.size)
    for each in [*saved, *signed]:
        if each.size > min(size, head):
            raise Wrong(
                f"{each.size} facts were signed, and the log ends with number {min(size, head)}: "
                "what was recorded after it is missing",
                min(size, head) + 1,
            )
    checkpoints = _checkpoints(connection)
    roots = _wanted(checkpoints)
    if newest and roots.get(newest.size) != {signed[0].root}:
        raise Wrong(f"the checkpoint of {newest.size} is not the one that was signed")
    edge, sound_up_to = tree.Edge(), 0
    wanted = _wanted((each.size, each.root) for each in saved)
    for fact in tree.facts(connection, 1, size):
        number = edge.size + 1
        if fact["position"] != number:
            raise Wrong("this fact is missing", number)
        hashed = leaf_hash(leaf(fact))
        if fact["leaf"] is None:
            raise Wrong("its leaf in the tree is missing", number)
        if hashed != fact["leaf"]:
            raise Wrong("this fact is not the one that was recorded", number)
        for level, index, subtree in edge.add(hashed):
            _same_subtree(connection, level, index, subtree, edge.size <= _signed(newest))
        if number in roots or number in wanted:
            reckoned = edge.root()
            if (roots.get(number, set()) | wanted.get(number, set())) != {reckoned}:
                raise Wrong(
                    f"somewhere from here to number {number} is not what was signed, though "
                    "each follows from the one before: somebody reckoned the links again",
                    sound_up_to + 1,
                )
            sound_up_to = number
        if number % tree.TOGETHER == 0:
            told(number, size)
    if edge.size < size:
        raise Wrong("this fact is missing", edge.size + 1)
    told(size, size)
    words = " ".join(map(str, reopened))
    return Sound(size, _signed(newest), len(checkpoints), len(told_of), head - size, words)


def _signed(newest: tree.Signed | None) -> int:
    return newest.size if newest else 0


def _same_subtree(
    connection: Connection, level: int, index: int, reckoned: bytes, signed: bool
) -> None:
    first = (index << (tree.BITS * level)) + 1
    last = (index + 1) << (tree.BITS * level)
    kept = tree.hashes(connection, level, index, index + 1)
    if kept != [reckoned] and (kept or signed):
        raise Wrong(f"the facts from here to number {last} are not those of their subtree", first)


def _checkpoints(connection: Connection) -> list[tuple[int, bytes]]:
    cursor = connection.cursor(binary=True)
    return [(size, root) for size, root, _ in cursor.execute(SQL["checkpoints"]).fetchall()]


def _wanted(roots: Iterable[tuple[int, bytes]]) -> dict[int, set[bytes]]:
    """What was signed of each size: one root, if nothing is wrong."""
    wanted: dict[int, set[bytes]] = {}
    for size, root in roots:
        wanted.setdefault(size, set()).add(root)
    return wanted


def _head(connection: Connection) -> int:
    row = connection.execute("select coalesce(max(position), 0) from log.facts").fetchone()
    assert row is not None
    found: int = row[0]
    return found


def _opened(note: str, keys: Sequence[Key]) -> Checkpoint:
    return Checkpoint.parse(opened(note, keys).text)
