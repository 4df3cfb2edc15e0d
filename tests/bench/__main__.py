"""``python -m tests.bench [--quick] [--only PART…] [--keep]``: one JSON object a line, each figure
beside its limit. ``--keep`` adds the ratios of this run to `tests.bench.trend`.
"""

from __future__ import annotations

import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from os import devnull
from pathlib import Path
from shutil import rmtree
from time import perf_counter

import structlog

from deploy.cli import collect_rarely
from deploy.embedded import DATABASE, start
from tests.bench import (
    appending,
    earlier,
    folding,
    grouping,
    pages,
    paging,
    proving,
    publishing,
    rebuilding,
    relaying,
    serving,
    trend,
)
from tests.bench.lives import Lives
from tests.database import Database
from tests.projections.place import Place


@dataclass(frozen=True)
class Size:
    """How much is measured; ``of_long`` are the repeats of what takes long."""

    facts: int
    repeats: int
    singles: int
    many: int
    late: int
    pages: int
    relayed: int
    grouped: int
    people: int
    drawn: int
    of_long: int
    earlier: int


FULL = Size(
    facts=50_000,
    repeats=5,
    singles=400,
    many=2_000,
    late=600,
    pages=200,
    relayed=1_000,
    grouped=8_000,
    people=1_000_000,
    drawn=100_000,
    of_long=5,
    earlier=1_000_000,
)
QUICK = Size(
    facts=6_000,
    repeats=5,
    singles=100,
    many=1_000,
    late=150,
    pages=40,
    relayed=300,
    grouped=2_000,
    people=30_000,
    drawn=30_000,
    of_long=3,
    earlier=100_000,
)


@dataclass(frozen=True)
class Bench:
    """A place with so many facts, of whose lives some more may be recorded."""

    place: Place
    lives: Lives
    facts: int
    size: Size

    def folded(self) -> Place:
        """The place with all that is recorded folded."""
        self.place.fold()
        return self.place


PARTS: Mapping[str, Callable[[Bench], Iterator[str]]] = {
    "folding": lambda b: folding.throughput(b.place, b.facts, repeats=b.size.of_long),
    "serving": lambda b: serving.lines(b.folded(), repeats=b.size.repeats, asked=b.size.pages),
    "lateness": lambda b: folding.lateness(b.folded(), b.lives, asked=b.size.late),
    "proving": lambda b: proving.throughput(b.folded(), b.facts, repeats=b.size.of_long),
    "signing": lambda b: proving.lag(b.folded(), b.lives, asked=b.size.late),
    "keeping": lambda b: earlier.keeping(b.place, b.facts, repeats=b.size.of_long),
    "earlier": lambda b: earlier.pages(
        b.place, b.size.earlier, repeats=b.size.of_long, asked=b.size.pages
    ),
    "rebuilding": lambda b: rebuilding.lines(b.folded(), repeats=b.size.of_long),
    "relaying": lambda b: relaying.lines(
        b.folded(), b.lives, repeats=b.size.of_long, asked=b.size.relayed
    ),
    "grouping": lambda b: grouping.lines(b.folded(), repeats=b.size.of_long, facts=b.size.grouped),
    "pages": lambda b: pages.lines(  # late, for it fills the place, as the next does
        b.folded(), people=b.size.drawn, repeats=b.size.repeats, asked=b.size.pages
    ),
    "paging": lambda b: paging.growth(
        b.folded(), people=b.size.people, repeats=b.size.repeats, asked=10 * b.size.pages
    ),
    "publishing": lambda b: publishing.lines(
        b.place, referrals=b.size.people, repeats=b.size.repeats, asked=b.size.pages
    ),
    "appending": lambda b: appending.lines(
        b.place, b.lives, repeats=b.size.repeats, singles=b.size.singles, many=b.size.many
    ),
}
"""What can be measured, in this order: what is appended last would take long to fold."""


def lines(bench: Bench, parts: Mapping[str, Callable[[Bench], Iterator[str]]]) -> Iterator[str]:
    """Every figure of these parts, as it is measured."""
    for name, part in parts.items():
        began = perf_counter()
        yield from part(bench)
        print(f"{name}: {perf_counter() - began:.0f} s", file=sys.stderr)


def main() -> None:
    asked = ArgumentParser(prog="python -m tests.bench")
    asked.add_argument("--quick", action="store_true", help="fewer facts, in about 4 minutes")
    asked.add_argument(
        "--only", nargs="+", choices=list(PARTS), default=list(PARTS), metavar="PART"
    )
    asked.add_argument("--keep", action="store_true", help="add the ratios to the trend")
    told = asked.parse_args()
    size = QUICK if told.quick else FULL
    collect_rarely()
    log = Path(devnull).open("w")  # noqa: SIM115 - written to until the process ends
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(log))
    folder = Path(tempfile.mkdtemp(prefix="throughcare-"))
    server = start(folder)
    said = []
    try:
        with ExitStack() as opened:
            place = Place(Database(DATABASE, server, opened))
            lives = Lives(place)
            bench = Bench(place, lives, lives.load(size.facts), size)
            for each in lines(bench, {name: PARTS[name] for name in PARTS if name in told.only}):
                print(each, flush=True)
                said.append(each)
    finally:
        server.stop()
        rmtree(folder)
    if told.keep:
        trend.keep(said, quick=told.quick)


if __name__ == "__main__":
    main()
