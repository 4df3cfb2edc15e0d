"""Which points of a series are more than chance: the XmR chart as NHS Making Data Count reads it.

Source: NHS England, *Making Data Count: strengthening your decisions* (2019), with the constants
and the screening of NHSRplotthedots, which NHS England's tools share. It refuses to give limits to
a series that is too short for them, and to know what is measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from statistics import fmean

FEWEST = 10
"""Points below which limits mean nothing: the series is a run chart."""

LIMIT = 2.66
"""Limits are so many average moving ranges from the mean."""

SCREENED = 3.267
"""A moving range of so many averages or more is left out of the average."""

RUN = 7
"""Points in a row, on one side of the mean or each beyond the one before, that are no chance."""


class Cause(StrEnum):
    """Why a point is special cause."""

    OUTSIDE = "outside the limits"
    SHIFT = "seven in a row on one side of the mean"
    TREND = "seven in a row rising or falling"
    NEAR = "two of three close to one limit"


class Better(StrEnum):
    """Which way is improvement; neither, where only the change itself is news."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


class Meaning(StrEnum):
    """What a point says."""

    COMMON = "common cause"
    IMPROVEMENT = "improvement"
    CONCERN = "concern"
    NEUTRAL = "change"


class Assurance(StrEnum):
    """Whether a process as it is will meet its target."""

    ALWAYS = "will meet it each time"
    NEVER = "will miss it each time"
    BY_CHANCE = "meets and misses it by chance"


@dataclass(frozen=True, slots=True)
class Point:
    """One value, and every rule that makes it special."""

    value: float
    causes: frozenset[Cause]
    meaning: Meaning


@dataclass(frozen=True, slots=True)
class ControlChart:
    """A series with its mean and limits, in the unit of its values."""

    points: tuple[Point, ...]
    mean: float
    lower: float
    upper: float
    better: Better

    @property
    def special(self) -> tuple[Point, ...]:
        return tuple(point for point in self.points if point.causes)

    def assurance(self, target: float) -> Assurance:
        """Whether a target, where more or less is better, is met by this process. Asserts that."""
        assert self.better is not Better.NEITHER, "there is no good side"
        if self.lower < target < self.upper:
            return Assurance.BY_CHANCE
        above = self.lower >= target
        return Assurance.ALWAYS if above == (self.better is Better.HIGHER) else Assurance.NEVER


def control_chart(values: Sequence[float], better: Better) -> ControlChart | None:
    """The chart of a series in the order of time; ``None`` where it is too short for limits."""
    if len(values) < FEWEST:
        return None
    mean = fmean(values)
    spread = LIMIT * _moving_range(values)
    causes = _causes(values, mean, spread)
    points = tuple(
        Point(value, why, _meaning(value - mean, why, better))
        for value, why in zip(values, causes, strict=True)
    )
    return ControlChart(points, mean, mean - spread, mean + spread, better)


def _moving_range(values: Sequence[float]) -> float:
    """The average step from one value to the next, without steps that are none of chance's."""
    steps = [abs(later - earlier) for earlier, later in pairwise(values)]
    kept = [step for step in steps if step < SCREENED * fmean(steps)]
    return fmean(kept) if kept else 0.0


def _causes(values: Sequence[float], mean: float, spread: float) -> list[frozenset[Cause]]:
    found: list[set[Cause]] = [set() for _ in values]
    off = [value - mean for value in values]
    outside = [abs(each) > spread for each in off]
    near = [abs(each) > 2 * spread / 3 and not out for each, out in zip(off, outside, strict=True)]
    rises = [later - earlier for earlier, later in pairwise(values)]
    for place, out in enumerate(outside):
        if out:
            found[place].add(Cause.OUTSIDE)
    for first, last in _runs(off, RUN):
        for place in range(first, last):
            found[place].add(Cause.SHIFT)
    for first, last in _runs(rises, RUN - 1):
        for place in range(first, last + 1):
            found[place].add(Cause.TREND)
    for first in range(len(values) - 2):
        three = range(first, first + 3)
        close = [place for place in three if near[place]]
        if len(close) >= 2 and _one_way([off[place] for place in three]):
            for place in close:
                found[place].add(Cause.NEAR)
    return [frozenset(each) for each in found]


def _runs(signed: Sequence[float], long: int) -> list[tuple[int, int]]:
    """From where to before where so many or more in a row have one sign."""
    return [
        (first, first + long)
        for first in range(len(signed) - long + 1)
        if _one_way(signed[first : first + long])
    ]


def _one_way(signed: Sequence[float]) -> bool:
    return all(each > 0 for each in signed) or all(each < 0 for each in signed)


def _meaning(off: float, causes: frozenset[Cause], better: Better) -> Meaning:
    if not causes:
        return Meaning.COMMON
    if better is Better.NEITHER:
        return Meaning.NEUTRAL
    good = off > 0 if better is Better.HIGHER else off < 0
    return Meaning.IMPROVEMENT if good else Meaning.CONCERN
