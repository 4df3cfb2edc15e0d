"""``python -m tests.bench [--quick]``: one JSON object a line, each figure beside its limit."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from os import devnull
from pathlib import Path
from shutil import rmtree

import structlog

from deploy.embedded import DATABASE, start
from tests.bench import appending, folding, grouping, relaying, serving
from tests.bench.lives import Lives
from tests.database import Database
from tests.projections.place import Place


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    facts: int
    repeats: int
    singles: int
    many: int
    late: int
    pages: int
    relayed: int


FULL = Size(facts=50_000, repeats=5, singles=400, many=2_000, late=600, pages=200, relayed=1_000)
QUICK = Size(facts=10_000, repeats=3, singles=100, many=1_000, late=150, pages=60, relayed=300)


def lines(place: Place, size: Size) -> Iterator[str]:
    """Every figure, as it is measured."""
    lives = Lives(place)
    loaded = lives.load(size.facts)
    yield from folding.throughput(place, loaded, repeats=size.repeats)
    place.fold()
    yield from serving.lines(place, repeats=size.repeats, asked=size.pages)
    yield from folding.lateness(place, lives, asked=size.late)
    yield from relaying.lines(place, lives, repeats=size.repeats, asked=size.relayed)
    yield from appending.lines(
        place, lives, repeats=size.repeats, singles=size.singles, many=size.many
    )
    yield from grouping.lines(place)


def main() -> None:
    unknown = set(sys.argv[1:]) - {"--quick"}
    if unknown:
        raise SystemExit(f"usage: python -m tests.bench [--quick] (not {', '.join(unknown)})")
    size = QUICK if "--quick" in sys.argv else FULL
    log = Path(devnull).open("w")  # noqa: SIM115 - written to until the process ends
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(log))
    folder = Path(tempfile.mkdtemp(prefix="throughcare-"))
    server = start(folder)
    try:
        with ExitStack() as opened:
            for each in lines(Place(Database(DATABASE, server, opened)), size):
                print(each, flush=True)
    finally:
        server.stop()
        rmtree(folder)


if __name__ == "__main__":
    main()
