"""The log as it was signed: ``log checkpoint``, ``prove``, ``export``, ``verify``, ``reopen``."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import psycopg
from cyclopts import App, Parameter

from deploy.commands.house import connected, settings
from deploy.commands.output import (
    NOT_VERIFIED,
    NOTHING,
    USAGE,
    Json,
    Progress,
    Stopped,
    line,
    note,
    say,
)
from deploy.kept import now
from projections import schema, soundness, tree
from projections.verifier import Key, Wrong

if TYPE_CHECKING:
    from psycopg import Connection

    from deploy.settings import Settings
    from deploy.wiring import Database

app = App(name="log", help="The log as it was signed.")

LONGEST_REASON = 500
"""Characters."""


@app.command
def checkpoint(*, json: Json = False) -> None:
    """How far the log has come, as it was signed last."""
    with _auditing() as (connection, _, _):
        newest = tree.newest(connection)
        if newest is None:
            raise Stopped("nothing is signed yet: `throughcare work` or `up` signs", NOTHING)
        if json:
            line(
                {
                    "size": newest.size,
                    "root": newest.root.hex(),
                    "signed_at": newest.signed_at,
                    "note": newest.note,
                }
            )
        else:
            sys.stdout.write(newest.note)


@app.command
def prove(
    position: Annotated[int, Parameter(help="The number of a fact.")],
    /,
    *,
    out: Annotated[str, Parameter(help="A file to write to; stdout if left out.")] = "",
) -> None:
    """The proof that a fact is in the log: one file that verifies offline, with the fact in it."""
    with _auditing() as (connection, asked, database):
        under = tree.witnessed(connection, position) or tree.newest(connection)
        if position < 1 or under is None or under.size < position:
            signed = under.size if under else 0
            raise Stopped(f"number {position} is not signed: {signed} facts are", NOTHING)
        try:
            proof = tree.proof(connection, position, under)
            tree.proved(proof, _keys(connection, asked, database, ()))
        except (tree.Incomplete, Wrong) as wrong:
            raise Stopped(f"number {position} cannot be proved: {wrong}", NOT_VERIFIED) from None
        _looked(connection, asked, database, "log prove", position, position)
    if out:
        Path(out).write_text(str(proof), "utf-8")
    else:
        sys.stdout.write(str(proof))


@app.command
def export(
    out: Annotated[str, Parameter(help="A file to write to.")],
    /,
    *,
    first: Annotated[int, Parameter(help="The number of the first fact.")] = 1,
    last: Annotated[int, Parameter(help="Of the last; the last that is signed if left out.")] = 0,
) -> None:
    """A range of the log, sealed as it lies, with what proves it: a line a fact."""
    with _auditing() as (connection, asked, database):
        newest = tree.newest(connection)
        signed = newest.size if newest else 0
        last = last or signed
        if newest is None or not 1 <= first <= last <= signed:
            raise Stopped(f"numbers {first} to {last} are not all signed: {signed} are", USAGE)
        progress, path = Progress("exporting", now()), Path(out)
        beside = path.with_name(f".{path.name}.part")
        try:
            # Nobody else's from the first byte on: ids and open fields are about persons.
            with open(beside, "wb", opener=_of_the_owner) as file:
                for number, written in enumerate(tree.exported(connection, newest, first, last)):
                    file.write(written + b"\n")
                    if number and number % 10_000 == 0:
                        progress(number, last - first + 1, now())
            _looked(connection, asked, database, "log export", first, last)
            beside.rename(path)
        finally:
            beside.unlink(missing_ok=True)
    note(f"{last - first + 1:,} facts in {out}")


@app.command
def verify(
    *,
    against: Annotated[
        list[str] | None, Parameter(negative="", help="A file with a checkpoint that was saved.")
    ] = None,
    key: Annotated[
        list[str] | None,
        Parameter(negative="", help="Whose checkpoints are believed, name+id+key."),
    ] = None,
    json: Json = False,
) -> None:
    """Every stored fact against its leaf, and the leaves against every checkpoint."""
    from deploy.log_key import last_checkpoint

    with _auditing() as (connection, asked, database):
        kept = last_checkpoint(asked, database)
        files = [Path(each) for each in against or ()] + ([kept] if kept.exists() else [])
        progress = Progress("verifying", now())
        try:
            found = soundness.verify(
                connection,
                _keys(connection, asked, database, key or ()),
                [_read(each) for each in files],
                told=lambda done, of: progress(done, of, now()),
            )
        except Wrong as wrong:
            raise Stopped(f"the log is not as it was signed: {wrong}", NOT_VERIFIED) from None
    say([asdict(found)], json=json)


@app.command
def reopen(
    *,
    origin: Annotated[str, Parameter(help="Its new name: the old one with a greater number.")],
    because: Annotated[
        str, Parameter(help="Why, for every partner to read. Name nobody who is helped.")
    ],
    approved_by: Annotated[
        str, Parameter(help="Who else decided it: the name of a second person.")
    ],
    json: Json = False,
) -> None:
    """Go on under another name, after a restore lost what was signed; says what was lost."""
    from deploy.log_key import last_checkpoint, signer
    from deploy.settings import SettingIsWrong, log_origin
    from projections.reopening import reopen as opened_anew
    from projections.signing import KeyIsAway, Refused

    by, because, approved = getpass.getuser(), because.strip(), approved_by.strip()
    if not approved or approved.casefold() == by.casefold():
        raise Stopped(f"--approved-by names a second person, and not {by}, who asks", USAGE)
    if not because or not because.isprintable() or len(because) > LONGEST_REASON:
        raise Stopped(
            f"--because says why in one line of at most {LONGEST_REASON} characters", USAGE
        )
    with _auditing() as (_, asked, database):
        try:
            name = log_origin(origin, "--origin")
            progress = Progress("verifying", now())
            found = opened_anew(
                database.dsn(schema.TREE),
                signer(asked, database, name or origin),
                last_checkpoint(asked, database),
                because=because,
                by=by,
                approved_by=approved,
                told=lambda done, of: progress(done, of, now()),
            )
        except SettingIsWrong as wrong:
            raise Stopped(str(wrong), USAGE) from None
        except KeyIsAway as away:
            raise Stopped(f"the key is away: {away}") from None
        except Refused as refused:
            raise Stopped(f"the log is not reopened: {refused}", NOT_VERIFIED) from None
    if json:
        line(
            {
                "origin": found.origin,
                "size": found.size,
                "shared": found.shared,
                "ended": found.ended.origin,
                "ended_size": found.ended.size,
            }
        )
    else:
        note(str(found))
        if asked.log_origin:
            note(
                f"Set THROUGHCARE_LOG_ORIGIN to {found.origin}, or leave it out, before you start."
            )


@contextmanager
def _auditing() -> Iterator[tuple[Connection, Settings, Database]]:
    asked = settings()
    with ExitStack() as stack:
        database = connected(asked, stack)
        connection = psycopg.connect(database.dsn(schema.AUDIT), autocommit=True)
        yield stack.enter_context(connection), asked, database


def _of_the_owner(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


def _looked(
    connection: Connection, asked: Settings, database: Database, command: str, first: int, last: int
) -> None:
    """Write down who took these facts, which name persons by their ids, before anybody has them."""
    from deploy.commands.looked import exported

    exported(database, asked.holder, command, tree.persons(connection, first, last), last)


def _keys(
    connection: Connection, asked: Settings, database: Database, given: list[str] | tuple[()]
) -> list[Key]:
    """Whose signatures are believed: those given, else our own key, else what is published.

    Whoever can write to the database could publish another key and sign by it.
    """
    from deploy.log_key import own_keys
    from deploy.settings import SettingIsWrong

    try:
        if given:
            return [Key.parse(each) for each in given]
        return own_keys(asked, database) or tree.keys(connection)
    except SettingIsWrong as wrong:
        raise Stopped(str(wrong), USAGE) from None
    except Wrong as wrong:
        raise Stopped(f"--key: {wrong}", USAGE) from None


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise Stopped(f"--against {path} cannot be read", USAGE) from None
