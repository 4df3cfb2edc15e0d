"""``python -m tests.bench.scaling --facts N``: what a large log, share and views cost beside small.

A small history is lived, folded, and made into two by `tests.bench.multiplying`: one of 100,000
facts and one of N. Then both are asked the same, by turns, so that both meet the same weather; each
line's ratio is 1.0 where the large one is as fast. Sizes are told for each table.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from os import devnull
from pathlib import Path
from random import Random
from shutil import rmtree
from statistics import quantiles
from time import perf_counter

import orjson
import psycopg
import structlog
from psycopg import sql

from deploy.cli import collect_rarely
from deploy.embedded import DATABASE, Embedded, start
from domain.application import CareCoordination
from domain.vocabulary import PersonId
from projections import paging, schema
from projections.behalf import act_for
from projections.log import PostgresLog
from projections.moments import When
from projections.reading import Reading
from tests.bench.lives import Lives
from tests.bench.measuring import by_turns, line, rate
from tests.bench.multiplying import Lived, known, lived
from tests.database import Database
from tests.people import TALKING, WIGG
from tests.projections.place import Place

BASE = 20_000
SMALL = 100_000
ROWS = 50
PAGES = 60
LIVES = 12
INTENTIONS = 10 * LIVES + LIVES // 2 + LIVES // 6
"""That many intentions are in so many lives, one after the other (`tests.bench.lives`)."""

AT_ONCE = 1_000
SIZES = """
select n.nspname || '.' || c.relname,
       pg_table_size(c.oid) - coalesce(pg_total_relation_size(nullif(c.reltoastrelid, 0)), 0),
       coalesce(pg_total_relation_size(nullif(c.reltoastrelid, 0)), 0),
       pg_indexes_size(c.oid),
       greatest(c.reltuples, 0)::bigint
from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname in ('log', 'share', 'views', 'keys')
    and pg_total_relation_size(c.oid) > 1000000
order by pg_total_relation_size(c.oid) desc
"""

WARMED = """
select sum(pg_prewarm(c.oid))
from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
where c.relkind = 'i' and n.nspname in ('log', 'share', 'views', 'keys')
"""


class Multiplied(Place):
    """A place whose partners and services were there when its database was copied."""

    def __post_init__(self) -> None:
        self.master = self.database.server.master
        self.forget_keys()
        self.log = PostgresLog(self.database.pool(schema.DECIDE))
        self.care = CareCoordination(log=self.log, keys=self.keys, host=WIGG)
        self.database.opened.callback(self.care.close)


class Grown:
    """A place with a long history, and what is measured in it."""

    def __init__(self, place: Place, facts: int) -> None:
        self.place, self.facts = place, facts
        newest = place.log.max_notification_id() or 0
        self.lives = Lives(place, seed=newest)  # nobody is born again where it is measured again
        self.chance = Random(newest)
        rows = place.rows(
            "select person from bench.log_facts where topic = 'person:PersonRegistered' "
            "order by position"
        )
        self.people = [PersonId(person) for (person,) in rows]
        self.waited: dict[str, list[float]] = {}

    def ask(self) -> float:
        """Intentions a second, of lives of new people: each asked, decided and saved by itself."""

        def live() -> None:
            for _ in range(LIVES):
                self.lives.life()

        return rate(INTENTIONS, live)

    def append(self) -> float:
        """Facts a second, in one append of about a thousand."""
        with ExitStack() as appending:
            gathered = appending.enter_context(self.place.care.batch())
            while len(gathered.facts) < AT_ONCE:
                self.lives.life()
            began = perf_counter()
        return len(gathered.facts) / (perf_counter() - began)

    def fold(self) -> float:
        """Facts a second by the engine, of what was recorded since it folded last."""
        ((waiting,),) = self.place.rows(
            "select h.position - p.position from log.head as h, views.positions as p "
            "where p.name = 'share'"
        )
        return rate(waiting, self.place.fold)

    def pages(self, asked: str, which: Callable[[Reading], Awaitable[object]]) -> float:
        """How many of these are read in a second, one after the other, on one connection."""

        async def reading() -> float:
            here = Reading(
                self.place.database.dsn(schema.SERVE),
                self.place.keys,
                self.place.pseudonyms,
                most=1,
            )
            await here.open()
            act_for(TALKING)
            try:
                for _ in range(5):  # statements are prepared, and pages of the index come near
                    await which(here)
                started = perf_counter()
                for _ in range(PAGES):
                    began = perf_counter()
                    await which(here)
                    self.waited.setdefault(asked, []).append(perf_counter() - began)
                return PAGES / (perf_counter() - started)
            finally:
                await here.close()

        return asyncio.run(reading())

    # What is read

    async def first_page(self, reading: Reading) -> None:
        """The first page of the caseload of the partner with the most people."""
        page = await reading.caseload(TALKING, limit=ROWS)
        assert len(page.rows) == ROWS

    async def page_by_name(self, reading: Reading) -> None:
        """A page somewhere in it, by name."""
        after = self.chance.choice(self.people)
        await reading.caseload(
            TALKING,
            limit=ROWS,
            sort="name",
            after=paging.cursor([str(self.place.subject(TALKING, after))]),
        )

    async def record(self, reading: Reading) -> None:
        """One person's record."""
        subject = self.place.subject(TALKING, self.chance.choice(self.people))
        assert await reading.record(TALKING, subject) is not None

    async def history(self, reading: Reading) -> None:
        """All that was told of one person, opened."""
        subject = self.place.subject(TALKING, self.chance.choice(self.people))
        assert await reading.history(TALKING, subject)

    async def feed(self, reading: Reading) -> None:
        """A hundred entries of the feed."""
        after = self.chance.randrange(len(self.people))
        assert len(await reading.entries(TALKING, after=after, limit=100)) == 100

    async def earlier_page(self, reading: Reading, *, part: float) -> None:
        """The first page of the caseload as at a moment of its history."""
        when = When(as_at=int(self.facts * part))
        page = await reading.caseload(TALKING, limit=ROWS, when=when)
        assert len(page.rows) == ROWS


def lines(small: Grown, large: Grown, *, repeats: int) -> Iterator[str]:
    """Every figure of the large one beside the small one's."""
    both = {"large": large, "small": small}
    for bench, unit, measured in (
        ("ask one intention of a new life", "intentions/s", Grown.ask),
        (f"append {AT_ONCE:,} facts at once", "facts/s", Grown.append),
        ("fold what is new, share and every view", "facts/s", Grown.fold),
    ):
        if measured is Grown.fold:
            for each in both.values():
                each.fold()

        def once(grown: Grown, measured: Callable[[Grown], float] = measured) -> float:
            if measured is Grown.fold:
                grown.append()
            return measured(grown)

        found = by_turns(repeats, {name: partial(once, each) for name, each in both.items()})
        yield _beside(bench, unit, found, large, small, repeats)
    for each in both.values():
        each.fold()
    reads: dict[str, str] = {
        f"caseload, first page of {ROWS}": "first_page",
        f"caseload, a page of {ROWS} by name": "page_by_name",
        "one person's record": "record",
        "one person's history, opened": "history",
        "a hundred entries of the feed, opened": "feed",
    }
    for bench, name in reads.items():
        yield _read(bench, {k: getattr(g, name) for k, g in both.items()}, large, small, repeats)
    kept = large.place.rows("select to_regclass('views.caseload_versions') is not null")[0][0]
    for part in (0.1, 0.5, 0.9) if kept else ():
        asking = {k: partial(g.earlier_page, part=part) for k, g in both.items()}
        bench = f"caseload as at {part:.0%} of the history, first page of {ROWS}"
        yield _read(bench, asking, large, small, repeats)


def _read(
    bench: str,
    asking: Mapping[str, Callable[[Reading], Awaitable[object]]],
    large: Grown,
    small: Grown,
    repeats: int,
) -> str:
    both = {"large": large, "small": small}
    ways = {name: partial(both[name].pages, bench, which) for name, which in asking.items()}
    found = by_turns(repeats, ways)
    late = {name: quantiles(grown.waited[bench], n=20)[18] for name, grown in both.items()}
    return _beside(
        bench,
        "reads/s",
        found,
        large,
        small,
        repeats,
        p95_ms=late["large"] * 1000,
        limit_p95_ms=late["small"] * 1000,
    )


def _beside(
    bench: str,
    unit: str,
    found: dict[str, float],
    large: Grown,
    small: Grown,
    repeats: int,
    **more: float,
) -> str:
    return line(
        f"{bench}, {large.facts:,} facts",
        events=large.facts,
        value=found["large"],
        unit=unit,
        limit=f"the same, {small.facts:,} facts",
        limit_value=found["small"],
        repeats=repeats,
        **more,
    )


def sizes(grown: Grown) -> Iterator[str]:
    """How many bytes each large table has for each fact of the log, and what all take together."""
    whole = 0
    ((head,),) = grown.place.rows("select position from log.head")
    for table, heap, aside, indexes, rows in grown.place.rows(SIZES):
        whole += heap + aside + indexes
        said = {
            "size": table,
            "facts": head,
            "rows": rows,
            "bytes_a_fact": round((heap + aside + indexes) / head, 1),
            "table": round(heap / head, 1),
            "toast": round(aside / head, 1),
            "indexes": round(indexes / head, 1),
        }
        yield orjson.dumps(said).decode()
    said = {"size": "all", "facts": head, "bytes_a_fact": round(whole / head), "bytes": whole}
    yield orjson.dumps(said).decode()


def grown(server: Embedded, opened: ExitStack, facts: int, *, light: bool) -> tuple[Grown, Grown]:
    """The small place and the large one, made now unless they were there."""
    of = {SMALL: DATABASE, facts: f"grown_{facts}"}
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as admin:
        history = known(admin)
        if history is None:
            place = Place(Database(DATABASE, server, opened))
            before = place.log.max_notification_id() or 0
            _said(f"living {BASE:,} facts")
            Lives(place).load(BASE)
            place.fold()
            place.care.close()
            history = lived(admin, before)
            _grow(admin, history, 1, SMALL)
    with psycopg.connect(server.dsn("postgres", "postgres"), autocommit=True) as other:
        there = other.execute("select from pg_database where datname = %s", [of[facts]]).rowcount
        if not there:
            other.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where datname = %s and pid <> pg_backend_pid()",
                [DATABASE],
            )
            copied = sql.SQL("create database {} template {} strategy file_copy")
            other.execute(copied.format(sql.Identifier(of[facts]), sql.Identifier(DATABASE)))
            with psycopg.connect(server.dsn("postgres", of[facts]), autocommit=True) as admin:
                _grow(admin, history, SMALL // history.facts, facts, light=light)
    small, large = (
        Grown(Multiplied(Database(name, server, opened)), many) for many, name in of.items()
    )
    return small, large


def _grow(
    admin: psycopg.Connection, history: Lived, first: int, facts: int, *, light: bool = False
) -> None:
    began, last = perf_counter(), facts // history.facts - 1
    for reached in history.multiply(admin, first, last, asked=TALKING if light else None):
        _said(f"{reached:,} facts after {perf_counter() - began:.0f} s", end="\r")
    _said(f"{facts:,} facts after {perf_counter() - began:.0f} s")


def _with_memory(folder: Path, memory: str) -> Embedded:
    server = start(folder)
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as admin:
        told = sql.SQL("alter system set shared_buffers = {}").format(sql.Literal(memory))
        admin.execute(told)
    server.stop()
    return start(folder)


def _said(text: str, end: str = "\n") -> None:
    print(text, file=sys.stderr, end=end, flush=True)


def main() -> None:
    asked = ArgumentParser(prog="python -m tests.bench.scaling", description=__doc__)
    asked.add_argument("--facts", type=int, default=1_000_000)
    asked.add_argument("--repeats", type=int, default=5)
    asked.add_argument("--data", type=Path, help="a folder that is kept, and measured again")
    asked.add_argument(
        "--light",
        action="store_true",
        help="leave out what nobody could open, and versions of partners that are not asked",
    )
    asked.add_argument("--memory", default="128MB", help="PostgreSQL's shared_buffers")
    asked.add_argument("--warm", action="store_true", help="read all indexes before measuring")
    given = asked.parse_args()
    collect_rarely()
    log = Path(devnull).open("w")  # noqa: SIM115 - written to until the process ends
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(log))
    folder = given.data or Path(tempfile.mkdtemp(prefix="throughcare-"))
    server = _with_memory(folder, given.memory)
    try:
        with ExitStack() as opened:
            small, large = grown(server, opened, given.facts, light=given.light)
            if given.warm:
                for place in (large.place, small.place):
                    with place.as_superuser() as connection:
                        connection.execute("create extension if not exists pg_prewarm")
                        connection.execute(WARMED)
            for each in (*sizes(small), *sizes(large)):
                print(each, flush=True)
            for each in lines(small, large, repeats=given.repeats):
                print(each, flush=True)
    finally:
        server.stop()
        if given.data is None:
            rmtree(folder)


if __name__ == "__main__":
    main()
