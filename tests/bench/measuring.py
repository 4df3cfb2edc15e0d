"""Measuring a thing and its limit by turns, so that both meet the same weather."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import median, quantiles
from time import perf_counter

import orjson


def rate(things: int, work: Callable[[], object]) -> float:
    """How many of these things were done in a second."""
    began = perf_counter()
    work()
    return things / (perf_counter() - began)


def by_turns(repeats: int, ways: Mapping[str, Callable[[], float]]) -> dict[str, float]:
    """The median of each way's figures; every repeat measures every way once."""
    figures: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(repeats):
        for name, way in ways.items():
            figures[name].append(way())
    return {name: median(found) for name, found in figures.items()}


def p99(figures: list[float]) -> float:
    """The 99th percentile."""
    return quantiles(figures, n=100, method="inclusive")[98]


def line(
    bench: str,
    *,
    events: int,
    value: float,
    unit: str,
    limit: str,
    limit_value: float,
    repeats: int,
    **more: float,
) -> str:
    """One figure beside its limit. ``ratio`` is 1.0 where the thing reaches the limit."""
    faster = unit.endswith("/s")
    ratio = value / limit_value if faster else limit_value / value
    said = {
        "bench": bench,
        "events": events,
        "value": _short(value),
        "unit": unit,
        "limit": limit,
        "limit_value": _short(limit_value),
        "ratio": round(ratio, 3),
        "repeats": repeats,
    }
    return orjson.dumps(said | {name: _short(figure) for name, figure in more.items()}).decode()


def _short(figure: float) -> float:
    return round(figure) if figure >= 1000 else float(f"{figure:.4g}")
