"""Rebuilding: a view folded anew beside the one that is served, against reading its entries."""

from __future__ import annotations

from collections.abc import Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from typing import Any

import psycopg

from projections import rebuilding, schema
from projections.connections import open_pool
from projections.entries import opened
from projections.keys import PersonKeys
from tests.bench.measuring import by_turns, line, rate
from tests.projections.place import Place

ENTRIES = """
select partner, number, position, person, subject, type, effective_at, recorded_at, backfill, state
from share.entries order by position
"""


def lines(place: Place, *, repeats: int) -> Iterator[str]:
    """A caseload from the first entry on until it could be served, and what proves it equal."""
    dsn = place.database.dsn(schema.PROJECT)
    ((many,),) = place.rows("select count(*) from share.entries")
    entries = int(many)

    def rebuilt() -> float:
        with rebuilding.beside(dsn, "caseload", place.keys) as building:
            building.drop()
        return rate(entries, lambda: _build(dsn, place.keys))

    def by_two() -> float:
        with rebuilding.beside(dsn, "caseload", place.keys) as building:
            building.drop()
        ours, theirs = get_context("spawn").Pipe()
        asked = (theirs, dsn, place.database.dsn(schema.KEYS), place.master)
        other = get_context("spawn").Process(target=_help, args=asked)
        other.start()
        theirs.close()  # so that its end is seen here
        try:
            assert ours.recv() == "ready"

            def both() -> None:
                with rebuilding.beside(dsn, "caseload", place.keys, together=True) as building:
                    building.build(lambda done, of: ours.send("go"))

            return rate(entries, both)
        finally:
            other.join(timeout=60)

    def compared() -> float:
        with rebuilding.beside(dsn, "caseload", place.keys) as building:
            return rate(entries, building.compare)

    def raw() -> float:
        return rate(entries, lambda: sum(1 for _ in _stream(dsn)))

    def read() -> float:
        place.keys.many({person for (person,) in place.rows("select person from share.subjects")})
        return rate(entries, lambda: sum(opened(r, place.keys).number for r in _stream(dsn)))

    ways = {"raw": raw, "read": read, "one": rebuilt, "two": by_two, "compared": compared}
    found = by_turns(repeats, ways)
    limits = {"raw": "stream the same entries", "read": "stream, decrypt and decode them"}
    for bench, value, limit in (
        ("rebuild a caseload beside the one that is served", "one", "raw"),
        ("rebuild a caseload beside the one that is served", "one", "read"),
        ("the same by two processes", "two", "raw"),
        ("the same by two processes", "two", "read"),
        ("compare a caseload with the one beside", "compared", "raw"),
    ):
        yield line(
            bench,
            events=entries,
            value=found[value],
            unit="entries/s",
            limit=limits[limit],
            limit_value=found[limit],
            repeats=repeats,
        )


def _build(dsn: str, keys: PersonKeys) -> None:
    with rebuilding.beside(dsn, "caseload", keys, together=True) as building:
        building.build(lambda done, of: None)


def _help(pipe: Pipe[Any, Any], dsn: str, keys: str, master: bytes) -> None:
    """Another process, which helps as soon as there is something to share."""
    with open_pool(keys) as pool:
        held = PersonKeys(pool, master)
        pipe.send("ready")
        assert pipe.recv() == "go"
        _build(dsn, held)


def _stream(dsn: str) -> Iterator[Any]:
    with psycopg.connect(dsn, autocommit=True) as reader, reader.cursor(binary=True) as cursor:
        yield from cursor.stream(ENTRIES, binary=True, size=1_000)
