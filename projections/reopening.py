"""Opens the log anew under another name, after a lawful restore lost what was signed of it.

It refuses to open what nothing was lost of, and to say that a history agrees which does not: all
that the restored database signed is verified first. Who may decide it, it does not know.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import psycopg
from psycopg import Connection

from projections import soundness, tree
from projections.connections import SETTINGS
from projections.signing import SQL, Refused, Signer, grown, keep, leads
from projections.statements import columns
from projections.verifier import (
    Checkpoint,
    Key,
    Note,
    Reopening,
    Wrong,
    opened,
    sign,
    subtree,
)


def reopen(
    dsn: str,
    signer: Signer,
    kept: Path,
    *,
    because: str,
    by: str,
    approved_by: str,
    told: Callable[[int, int], None],
) -> Reopening:
    """Sign all there is under the name of ``signer``, and say what of the log before was lost.

    ``kept`` is the file outside of the database with the newest note.
    Raises `Refused`, `KeyIsAway`.
    """
    with psycopg.connect(dsn, **SETTINGS) as connection:  # type: ignore[arg-type]
        if not leads(connection):
            raise Refused("another process signs: stop `throughcare work` or `up` first")
        try:
            ended = kept.read_text("utf-8")
        except FileNotFoundError:
            raise Refused(f"{kept} is not there: nothing says that more was signed") from None
        last, newest = _read(ended, signer.key, str(kept)), tree.newest(connection)
        before = _read(newest.note, signer.key, "the newest checkpoint") if newest else None
        number = _number(connection, signer.key.name, last, before)
        try:
            keys = [Key(each, signer.key.public) for each in _names(connection, last, before)]
            soundness.verify(connection, keys, told=told)
        except Wrong as wrong:
            raise Refused(f"this was more than a restore: {wrong}") from None
        edge, filled = _shut(connection, last, before)
        at: datetime = connection.execute(SQL["now"]).fetchall()[0][0]
        one = Reopening(
            origin=signer.key.name,
            opened_at=f"{at:%Y-%m-%dT%H:%M:%S%z}",
            size=edge.size,
            shared=before.size if before else 0,
            agreed=before,
            ended=last,
            because=because,
        )
        text = one.text(ended, newest.note if newest else None)
        both = [
            sign(text, Key(name, signer.key.public), signer.signed)
            for name in (last.origin, one.origin)
        ]
        statement = str(Note(text, tuple(each.signatures[0] for each in both)))
        checkpoint = Checkpoint(one.origin, edge.size, edge.root())
        note = str(sign(str(checkpoint), signer.key, signer.signed))
        row = {
            "opening": number,
            "origin": one.origin,
            "opened_at": at,
            "size": one.size,
            "shared": one.shared,
            "ended": ended,
            "because": because,
            "opened_by": by,
            "approved_by": approved_by,
            "statement": statement,
        }
        with connection.transaction():
            cursor = connection.cursor(binary=True)
            cursor.execute(SQL["reopen"], row)
            cursor.execute(SQL["publish_key"], [str(signer.key)])
            if filled:
                cursor.execute(SQL["keep_subtrees"], columns(filled))
            cursor.execute(SQL["keep_checkpoint"], [number, checkpoint.size, checkpoint.root, note])
            cursor.execute(SQL["refuse"], {"reason": None})
        keep(kept, note)
        return one


def _read(note: str, key: Key, where: str) -> Checkpoint:
    """A checkpoint that this key signed, by whatever name the log had then."""
    origin = note.partition("\n")[0]
    try:
        return Checkpoint.parse(opened(note, [Key(origin, key.public)]).text)
    except Wrong as wrong:
        raise Refused(f"{where} was not signed by this key: {wrong}") from None


def _names(connection: Connection, *known: Checkpoint | None) -> set[str]:
    """What the log is called and was called."""
    openings = tree.openings(connection)
    ends = (each.ended.partition("\n")[0] for each in openings)
    return {each.origin for each in openings} | {*ends} | {each.origin for each in known if each}


def _number(connection: Connection, name: str, last: Checkpoint, before: Checkpoint | None) -> int:
    """Of this opening. Raises `Refused` if it is none, or not one that can be told of."""
    if name in _names(connection, last, before):
        raise Refused(f"the log is called {name}, or was: give another name, with a greater number")
    if before and last.origin != before.origin:
        raise Refused(
            f"what was kept outside is of the log {last.origin}, and this database signed last as "
            f"{before.origin}: how far those agree cannot be said. Restore it to a moment after "
            f"{last.origin} was opened"
        )
    return len(tree.openings(connection)) + 1


def _shut(
    connection: Connection, last: Checkpoint, before: Checkpoint | None
) -> tuple[tree.Edge, list[tuple[int, int, bytes]]]:
    """The edge of the whole tree, and what it fills anew, if it is not the one that was signed.

    Raises `Refused` if it is.
    """
    open_ = Refused(
        f"nothing was restored: all {last.size} facts of which the newest checkpoint was signed "
        f"are there, and signing goes on as {last.origin}. If a witness says otherwise, put its "
        "checkpoint in the place of THROUGHCARE_LAST_CHECKPOINT first"
    )
    edge = tree.edge(connection, before.size) if before else tree.Edge()
    if last.size <= edge.size:
        if subtree(0, last.size, tree.Nodes(connection)) == last.root:
            raise open_
        raise Refused(
            f"two histories were signed of {last.size} facts: one was kept outside, the other is "
            "in the database. That is no restore"
        )
    whole = tree.size(connection)
    if whole == 0:
        raise Refused("there is no fact: restore the database first")
    filled = list(grown(connection, edge, min(whole, last.size)))
    if edge.size == last.size and edge.root() == last.root:
        raise open_
    filled += grown(connection, edge, whole)
    return edge, filled
