"""What a month was published to have been, as files to hand on: ``report``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import psycopg
from cyclopts import Parameter

from deploy.commands.house import opened
from deploy.commands.measures import Month, begun_on
from deploy.commands.output import CONFLICT, NOTHING, USAGE, Json, Stopped, note, say
from projections import schema


def report(
    month: Month,
    folder: Annotated[Path, Parameter(help="Where to write the files.")],
    /,
    *,
    as_at: Annotated[
        datetime | None,
        Parameter(help="As it was published at this time, with its zone; now if left out."),
    ] = None,
    without_parquet: Annotated[bool, Parameter(negative=(), help="Write no Parquet.")] = False,
    json: Json = False,
) -> None:
    """A month as it was published: a page, CSV, Parquet, and a dictionary of columns and measures.

    Safe to publish: each figure went through disclosure control.
    """
    from api.pages import printed_month, tables
    from deploy import extract
    from projections import measured, measuring

    begun = begun_on(month)
    if as_at and as_at.tzinfo is None:
        raise Stopped("--as-at needs its zone: write 2026-03-31T09:00:00Z", USAGE)
    with opened() as house, psycopg.connect(house.database.dsn(schema.PROJECT)) as connection:
        said = measured.said(
            connection, service=None, characteristic=None, until=begun, as_at=as_at
        )
        held = measuring.frozen(connection, begun)
    of_month = [each for each in said if each.month == begun]
    if not of_month:
        raise Stopped(f"{month} was not published: `measures publish` does it", NOTHING)
    files: dict[str, Callable[[], bytes]] = {
        f"report-{month}.html": lambda: printed_month.page(
            begun, said, held.frozen_by if held and of_month[0].frozen else ""
        ),
        f"measures-{month}.csv": lambda: tables.written(
            {
                name: "hidden" if value is None else value
                for name, value in row.items()
                if name != "hidden"
            }
            for row in extract.rows(of_month)
        ),
        f"measures-{month}-dictionary.csv": lambda: tables.written(extract.dictionary()),
    }
    if not without_parquet:
        files[f"measures-{month}.parquet"] = lambda: extract.parquet(of_month)
    for name in files:
        if (folder / name).exists():
            raise Stopped(f"{folder / name} is there already: name another folder", CONFLICT)
    try:
        made = {name: make() for name, make in files.items()}
    except extract.ParquetIsNotInstalled:
        raise Stopped(
            "Parquet needs `pip install 'throughcare[parquet]'`; `--without-parquet` writes none",
            USAGE,
        ) from None
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in made.items():
        (folder / name).write_bytes(content)
    shown = sum(each.of is not None for each in of_month)
    told = {"position": of_month[0].position, "lines": len(of_month), "shown": shown}
    say([told | {"files": sorted(made)}], json=json)
    note("Counts under 5, and those that would tell of them, are hidden. " + extract.EVERYONE_WHO)
