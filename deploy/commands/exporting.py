"""Histories for process mining, as files: ``export ocel`` and ``export xes``."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from secrets import token_bytes
from typing import IO, TYPE_CHECKING, Annotated

import psycopg
from cyclopts import App, Parameter

from deploy.commands.house import moment, opened
from deploy.commands.looked import exported
from deploy.commands.output import CONFLICT, Json, Stopped, note, say
from projections import log, schema

if TYPE_CHECKING:
    from projections.mining.exporting import Export
    from projections.mining.outline import Counted

app = App(name="export", help="Histories for process mining, with nobody's name.")

Where = Annotated[Path, Parameter(help="The file to write; it must not be there yet.")]
Since = Annotated[str, Parameter(name="--from", help="Only what was true from this time on.")]
Until = Annotated[str, Parameter(name="--to", help="Only what was true before this time.")]
Written = Callable[["Export", IO[bytes]], "tuple[Counted, int]"]


@app.command
def ocel(path: Where, /, *, from_: Since = "", to: Until = "", json: Json = False) -> None:
    """OCEL 2.0 (JSON): events beside persons, pathways, referrals, meetings and appointments."""
    _export("export ocel", "objects", lambda e, file: e.ocel(file), path, from_, to, json=json)


@app.command
def xes(path: Where, /, *, from_: Since = "", to: Until = "", json: Json = False) -> None:
    """XES: each person's pathway a case."""
    _export("export xes", "cases", lambda e, file: e.xes(file), path, from_, to, json=json)


def _export(
    command: str, of: str, written: Written, path: Path, since: str, until: str, *, json: bool
) -> None:
    from projections.mining.exporting import Export
    from projections.mining.outline import ALWAYS, Period, Pseudonym

    if path.exists():
        raise Stopped(f"{path} is there already: name a file that is not", CONFLICT)
    period = Period(
        moment(since, "--from") if since else ALWAYS.since,
        moment(until, "--to") if until else ALWAYS.until,
    )
    beside = path.with_name(f".{path.name}.part")
    with (
        opened() as house,
        psycopg.connect(house.database.dsn(schema.AUDIT), autocommit=True) as connection,
    ):
        names, up_to = Pseudonym(token_bytes(32)), log.head(connection)
        export = Export(connection, names, up_to, period)
        try:
            # Nobody else's from the first byte on: it is still about persons.
            with os.fdopen(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as f:
                counted, many = written(export, f)
            exported(house.database, house.care.host, command, counted.persons, up_to)
            beside.rename(path)
        finally:
            beside.unlink(missing_ok=True)
    row = {"position": up_to, "facts": counted.facts, "events": counted.events, of: many}
    say(
        [
            row
            | {
                "persons": len(counted.persons),
                "other_facts": counted.other,
                "of_persons_left_out": counted.opted_out,
                "sealed": counted.sealed,
            }
        ],
        json=json,
    )
    note("It names nobody, and is still about persons: keep it as their records are kept.")
