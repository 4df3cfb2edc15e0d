"""The ratios of kept runs, a line a run, so that releases can be compared.

``python -m tests.bench.trend [EARLIER] [LATER]`` prints both runs' ratios side by side: of the last
two of a kind, or of the newest ones of the versions that are named. Figures are not kept: they
belong to one machine.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson

KEPT = Path(__file__).with_name("trend.jsonl")


@dataclass(frozen=True)
class Run:
    """One run of the bench; ``load`` is the machine's load average when it ended."""

    version: str
    day: str
    quick: bool
    cores: int
    load: float
    ratios: dict[str, float]


def keep(lines: Iterable[str], *, quick: bool, kept: Path = KEPT) -> None:
    """Add a run by what it printed."""
    run = Run(
        version=version("throughcare"),
        day=datetime.now(UTC).date().isoformat(),
        quick=quick,
        cores=os.cpu_count() or 1,
        load=round(os.getloadavg()[0], 1),
        ratios=ratios(map(orjson.loads, lines)),
    )
    with kept.open("ab") as file:
        file.write(orjson.dumps(run) + b"\n")


def ratios(said: Iterable[dict[str, Any]]) -> dict[str, float]:
    """Each figure's ratio by what it is and what it is held against."""
    return {f"{each['bench']} | {each['limit']}": each["ratio"] for each in said}


def runs(kept: Path = KEPT) -> list[Run]:
    """Every kept run, oldest first."""
    return [Run(**orjson.loads(line)) for line in kept.read_bytes().splitlines()]


def compared(earlier: Run, later: Run) -> list[str]:
    """A line a ratio that either has: earlier, later, and how many times as good it is now."""
    found = []
    for name in earlier.ratios.keys() | later.ratios.keys():
        before, now = earlier.ratios.get(name), later.ratios.get(name)
        times = f"{now / before:8.2f}" if before and now else " " * 8
        shown = "".join(f"{'-' if each is None else each:>9}" for each in (before, now))
        found.append(f"{name}{shown}{times}")
    return sorted(found)


def pair(kept: Sequence[Run], names: Sequence[str]) -> tuple[Run, Run]:
    """The two runs to compare. Raises ``SystemExit`` when there are no two."""
    later = _newest(kept, names[1] if len(names) > 1 else None)
    before = [each for each in kept if each is not later and later and each.quick == later.quick]
    earlier = _newest(before, names[0] if names else None)
    if not (earlier and later):
        raise SystemExit("no two such runs are kept: python -m tests.bench --keep")
    return earlier, later


def _newest(kept: Sequence[Run], version: str | None) -> Run | None:
    found = [each for each in kept if version in (None, each.version)]
    return found[-1] if found else None


def main() -> None:
    earlier, later = pair(runs(), sys.argv[1:])
    for run in (earlier, later):
        kind = "quick" if run.quick else "whole"
        print(f"{run.version} of {run.day}, {kind}, {run.cores} cores, load average {run.load}")
    print("\n".join(compared(earlier, later)))


if __name__ == "__main__":
    main()
