"""Replaying: a new subscriber that reads a long share ends as one attached from the first day.

``python -m tests.bench.replaying [ENTRIES] [DAYS]``: both verify each day's digest. It prints how
fast they read, and fails unless what they remember is the same to the byte. It measures with one
process for server and subscriber; the limit is the same pages asked for and thrown away.
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from os import devnull
from pathlib import Path
from shutil import rmtree
from time import perf_counter

import httpx
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.embedded import DATABASE, start
from projections import schema
from projections.digests import Signer
from projections.entries import Entry, sealed
from projections.statements import statements
from tests.bench.measuring import line
from tests.consumers.place import HOUSING, Place, place
from tests.consumers.test_subscriber import Edge
from tests.consumers.test_verifying import closed, follow
from tests.database import Database

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
PIECE = 5_000


def told(town: Place, first: int, many: int, at: datetime) -> None:
    """So many more entries of the housing adviser's share, of one day."""
    housing = town.partners[HOUSING]
    one = Entry(housing, 0, 1, None, "service.ServiceOpened.v1", at, at, False, {"name": "x" * 300})
    with town.database.pool(schema.PROJECT, most=1).connection() as connection:
        for begin in range(first, first + many, PIECE):
            some = [replace(one, number=n) for n in range(begin, min(begin + PIECE, first + many))]
            columns = [
                (
                    *(e.partner, e.number, e.position, None, e.subject, e.type, e.effective_at),
                    *(e.recorded_at, e.backfill, sealed(e, frozenset(), None, town.keys)),
                )
                for e in some
            ]
            nobody: list[list[object]] = [[]] * 7
            entries = [list(each) for each in zip(*columns, strict=True)]
            connection.cursor(binary=True).execute(
                statements("share")["save"], [*entries, *nobody, [housing], [some[-1].number]]
            )


def read(edge: Edge) -> int:
    """The same pages, asked for and thrown away; how many entries."""
    number = 0
    headers = {"Authorization": f"Bearer {edge.token(edge.town.partners[HOUSING])}"}
    with httpx.Client(base_url=edge.url, headers=headers, timeout=60) as client:
        while page := client.get("/v1/share", params={"after": number, "limit": 500}).json():
            number = page[-1]["sharenumber"]
    return int(number)


def measured(town: Place, folder: Path, entries: int, days: int) -> str:
    edge, signer = Edge(town), Signer(Ed25519PrivateKey.generate())
    attached, late = folder / "attached", folder / "late"
    first = town.told().get(town.partners[HOUSING], 0) + 1
    last, spent = first - 1, 0.0
    with edge.up():
        for day in range(days):
            told(town, last + 1, entries // days, MONDAY + timedelta(days=day))
            last += entries // days
            closed(town, signer, day + 1)
            began = perf_counter()
            follow(edge, last, cursor=attached, said=1, within=600.0)
            spent += perf_counter() - began
        began = perf_counter()
        follow(edge, last, cursor=late, said=days, within=600.0)
        replayed = perf_counter() - began
        began = perf_counter()
        assert read(edge) == last
        limit = perf_counter() - began
    assert late.read_bytes() == attached.read_bytes(), "they do not remember the same"
    return line(
        "replay and verify a share",
        events=last,
        value=last / replayed,
        unit="entries/s",
        limit="the same pages, asked for and thrown away",
        limit_value=last / limit,
        repeats=1,
        days=days,
        attached_from_the_first_day=round(last / spent),
    )


def main() -> None:
    entries, days = (int(word) for word in [*sys.argv[1:], "100000", "5"][:2])
    log = Path(devnull).open("w")  # noqa: SIM115 - written to until the process ends
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(log))
    folder = Path(tempfile.mkdtemp(prefix="throughcare-"))
    server = start(folder)
    try:
        with ExitStack() as opened:
            database = Database(DATABASE, server, opened)
            with place(database, MONDAY) as town:
                town.tell()
                print(measured(town, folder, entries, days), flush=True)
    finally:
        server.stop()
        rmtree(folder)


if __name__ == "__main__":
    main()
