"""Signs how far the log has come: what SQL wrote of each leaf is reckoned a second time before.

It refuses to sign a smaller or another tree than it signed before, whatever the database says now,
and to know where its key is kept.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Protocol

import psycopg
import structlog
from psycopg import Connection

from projections import tree
from projections.connections import SETTINGS
from projections.statements import columns, statements
from projections.verifier import (
    Checkpoint,
    Key,
    Reopening,
    Wrong,
    leaf,
    leaf_hash,
    opened,
    sign,
    subtree,
)

SQL = statements("tree")

GAP = 0.2
"""Seconds between two checkpoints at least."""

PATIENCE = 1.0
"""Seconds to wait for word of new facts before looking anyway; as old may a checkpoint be."""

AGAIN = 5.0
"""Seconds until it is looked anew at what was refused."""

SIGNING = 7310585026117870
"""The advisory lock: one signer at a time in a database."""

_log = structlog.get_logger("projections")


class Signer(Protocol):
    """A key that signs, wherever it is kept."""

    @property
    def key(self) -> Key:
        """Its name, which is the log's origin, and its public half."""

    def signed(self, message: bytes) -> bytes:
        """The Ed25519 signature of a message. Raises `KeyIsAway`."""


class KeyIsAway(Exception):
    """The key cannot be asked now; says nothing of what was to be signed."""


class Refused(Exception):
    """What would be signed is not what it should be: a sentence that says what, and where."""


class Signing:
    """Signs as long as it runs; of any number that do, one at a time.

    ``kept`` is a file outside of the database with the newest note: what it says was signed stays
    so, though the database be put back to before it.
    """

    def __init__(self, dsn: str, signer: Signer, kept: Path) -> None:
        self._dsn, self._signer, self._kept = dsn, signer, kept
        self._edge: tree.Edge | None = None
        self._bound: Checkpoint | None = None
        self._opening = 0
        self._said: tuple[str | None] | None = None

    def run(self, stop: Event) -> None:
        """Sign until told to stop. A lost database or key is waited for."""
        while not stop.is_set():
            self._edge = None
            try:
                with psycopg.connect(self._dsn, **SETTINGS) as connection:  # type: ignore[arg-type]
                    if not self._leads(connection, stop):
                        return
                    connection.execute("listen throughcare_share")
                    self._follow(connection, stop)
            except psycopg.Error as lost:
                _log.warning("nothing signed; trying again", error=type(lost).__name__)
            except KeyIsAway as away:
                _log.error("nothing signed: the key is away", reason=str(away))
            except OSError as unwritten:
                _log.error("nothing signed: the note cannot be kept", reason=str(unwritten))
            stop.wait(PATIENCE)

    def once(self) -> Checkpoint | None:
        """Sign all there is now; the checkpoint, or ``None`` when nothing is new.

        Raises `Refused`, `KeyIsAway`.
        """
        with psycopg.connect(self._dsn, **SETTINGS) as connection:  # type: ignore[arg-type]
            if not leads(connection):
                raise Refused("another process signs")
            self._edge = None
            signed = None
            while (more := self.step(connection)) is not None:
                signed = more
            return signed

    def step(self, connection: Connection) -> Checkpoint | None:
        """Sign what is new, or of much the first part; ``None`` when nothing is.

        Raises `Refused`, having said so in the database.
        """
        try:
            signed = self._step(connection)
        except Refused as refused:
            self._edge = None
            self._say(connection, str(refused))
            raise
        except BaseException:
            self._edge = None  # what it holds may be more than what was kept
            raise
        self._say(connection, None)
        return signed

    def _leads(self, connection: Connection, stop: Event) -> bool:
        while not stop.is_set():
            if leads(connection):
                return True
            stop.wait(PATIENCE)
        return False

    def _follow(self, connection: Connection, stop: Event) -> None:
        while not stop.is_set():
            began = monotonic()
            try:
                signed = self.step(connection)
            except Refused as refused:
                _log.error("nothing signed", reason=str(refused))
                stop.wait(AGAIN)
                continue
            if signed is None:
                for _ in connection.notifies(timeout=PATIENCE, stop_after=1):
                    pass
            stop.wait(max(0.0, began + GAP - monotonic()))

    def _step(self, connection: Connection) -> Checkpoint | None:
        edge = self._edge or self._begun(connection)
        bound, whole = self._bound, tree.size(connection)
        if bound and whole < bound.size:
            raise Refused(
                f"the tree has {whole} leaves, and a checkpoint of {bound.size} was signed: "
                "the database is older than what was given out"
            )
        _undenied(connection, bound, self._opening)
        if edge.size == whole:
            self._edge = edge
            return None
        began, filled = monotonic(), list[tuple[int, int, bytes]]()
        while edge.size < whole:
            until = min(whole, edge.size + tree.TOGETHER)
            if bound and edge.size < bound.size:
                until = min(until, bound.size)
            filled += grown(connection, edge, until)
            if bound and edge.size == bound.size and edge.root() != bound.root:
                raise Refused(
                    f"the tree is not the one of which a checkpoint of {bound.size} was signed: "
                    "another history was recorded in the place of what was given out"
                )
            if monotonic() - began > PATIENCE / 2 and not (bound and edge.size < bound.size):
                break
        checkpoint = Checkpoint(self._signer.key.name, edge.size, edge.root())
        note = str(sign(str(checkpoint), self._signer.key, self._signer.signed))
        keep(self._kept, note)
        with connection.transaction():
            cursor = connection.cursor(binary=True)
            if filled:
                cursor.execute(SQL["keep_subtrees"], columns(filled))
            cursor.execute(
                SQL["keep_checkpoint"], [self._opening, checkpoint.size, checkpoint.root, note]
            )
        self._edge, self._bound = edge, checkpoint
        return checkpoint

    def _begun(self, connection: Connection) -> tree.Edge:
        """The edge under the newest checkpoint, once both and what was kept agree."""
        newest, edge = tree.newest(connection), tree.Edge()
        self._bound, ended = None, self._opens(connection)
        connection.cursor(binary=True).execute(SQL["publish_key"], [str(self._signer.key)])
        try:
            if newest:
                self._bound = self._opened(newest.note, "the newest checkpoint of the database")
                edge = tree.edge(connection, newest.size)
                if (newest.size, newest.root) != (self._bound.size, edge.root()):
                    raise Refused(
                        "the leaves are not those of which a checkpoint of "
                        f"{newest.size} was signed"
                    )
            with suppress(FileNotFoundError):
                note = self._kept.read_text("utf-8")
                if note == ended:
                    return edge  # it was reopened, and stopped before that was kept outside
                kept = self._opened(note, str(self._kept))
                if kept.size > edge.size:
                    self._bound = kept
                elif subtree(0, kept.size, tree.Nodes(connection)) != kept.root:
                    raise Refused(
                        f"the tree is not the one of which a checkpoint of {kept.size} was signed: "
                        "another history was recorded in the place of what was given out"
                    )
        except tree.Incomplete as lacking:
            raise Refused(f"hashes of the tree are not there: {lacking}") from None
        return edge

    def _opens(self, connection: Connection) -> str | None:
        """Go on under the name that the log was given last; what ended with the one before."""
        self._opening = 0
        for opening in tree.openings(connection)[-1:]:
            if opening.origin != self._signer.key.name:
                raise Refused(
                    f"the log of this database was reopened as {opening.origin}, and it would be "
                    f"signed as {self._signer.key.name}: give the newer one in "
                    "THROUGHCARE_LOG_ORIGIN, or nothing"
                )
            try:
                Reopening.parse(opening.statement, [self._signer.key])
            except Wrong as wrong:
                raise Refused(f"nobody signed that the log was reopened: {wrong}") from None
            self._opening = opening.number
            return opening.ended
        return None

    def _opened(self, note: str, where: str) -> Checkpoint:
        origin = note.partition("\n")[0]
        if origin != self._signer.key.name:
            raise Refused(
                f"{where} is of another log, {origin or 'without a name'}, and it would be signed "
                f"as {self._signer.key.name}"
            )
        try:
            checkpoint = Checkpoint.parse(opened(note, [self._signer.key]).text)
        except Wrong as wrong:
            raise Refused(f"{where} was not signed by this key: {wrong}") from None
        if not checkpoint.size:
            raise Refused(f"{where} is of a log without facts")
        return checkpoint

    def _say(self, connection: Connection, reason: str | None) -> None:
        if self._said != (reason,):
            connection.cursor(binary=True).execute(SQL["refuse"], {"reason": reason})
            self._said = (reason,)


def leads(connection: Connection) -> bool:
    """Whether it is we who sign, from now on, as long as this connection lives."""
    row = connection.execute("select pg_try_advisory_lock(%s)", [SIGNING]).fetchone()
    return row == (True,)


def _undenied(connection: Connection, bound: Checkpoint | None, opening: int) -> None:
    """Whoever countersigns outside knows no other history. Raises `Refused`.

    A witness may say that it signed more leaves than there were: with a checkpoint of as many in
    the file that is kept outside, nothing but what has those leaves is signed, and it may go on.
    """
    cursor = connection.cursor(binary=True)
    known = [bound.size if bound else 0, opening]
    asked = cursor.execute(SQL["denials"], known, prepare=True)
    if denials := asked.fetchall():
        said = "; ".join(f"{name}: {why}" for name, why in denials)
        raise Refused(f"a witness says that what it signed was taken back: {said}")


def grown(connection: Connection, edge: tree.Edge, until: int) -> Iterator[tuple[int, int, bytes]]:
    """Leaves more, up to a position, each as the fact has it; the subtrees they fill."""
    for fact in tree.facts(connection, edge.size + 1, until):
        if fact["position"] != edge.size + 1:
            break
        hashed = leaf_hash(leaf(fact))
        if hashed != fact["leaf"]:
            raise Refused(f"fact {fact['position']} is not what its leaf in the tree says")
        yield from edge.add(hashed)
    if edge.size < until:
        raise Refused(f"fact {edge.size + 1} is not there")


def keep(path: Path, note: str) -> None:
    """On the disk, whole, before anybody else can have it."""
    new = path.with_name(f"{path.name}.new")
    with new.open("w", encoding="utf-8") as file:
        file.write(note)
        file.flush()
        os.fsync(file.fileno())
    new.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
