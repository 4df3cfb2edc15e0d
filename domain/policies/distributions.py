"""Distributions of a month: how many waited for how long, and how scores and steps moved.

Each bar or cell is a measure like any other, of ``everybody`` alone, and never a dot for a person.
Its name is ``<distribution>: <cell>``:

- ``wait to treatment: week 1`` to ``week 18``, ``wait to treatment: over 18 weeks``. Week 6 is days
  36 to 42, so that weeks 1 to 6 are those of the six-week standard; week 1 begins with day 0.
- ``PHQ-9, first and last: 10 to 14, 5 to 9``: the bands of the first score and of the last one.
  ``GAD-7, first and last: …`` likewise. Bands are of five points; the last ends with the scale.
- ``moves between steps: 2 to 3``: from the first to the second.

`cells` has every name of one, in order. It refuses to know what of it may be shown.
"""

from __future__ import annotations

from collections.abc import Callable

from domain.policies.counted import Course, Happening, Of
from domain.policies.measures import (
    ANNUAL,
    EIGHTEEN_WEEKS,
    MONTHLY,
    Measure,
)
from domain.policies.outcomes import ANXIETY, DEPRESSION
from domain.vocabulary import Instrument, Step

WAITS = "wait to treatment"
SCORES = {each: f"{each}, first and last" for each in (DEPRESSION, ANXIETY)}
MOVES = "moves between steps"

WEEKS = EIGHTEEN_WEEKS // 7
LONGEST = f"over {WEEKS} weeks"
BAND = 5
HIGHEST: dict[Instrument, int] = {DEPRESSION: 27, ANXIETY: 21}


def wait(days: int) -> str:
    """The bar of a wait of so many days."""
    week = max(1, -(-days // 7))
    return f"{WAITS}: {f'week {week}' if week <= WEEKS else LONGEST}"


def band(instrument: Instrument, score: float) -> str:
    """The band of a score."""
    least = int(score) // BAND * BAND
    return f"{least} to {min(least + BAND - 1, HIGHEST[instrument])}"


def scores(instrument: Instrument, first: float, last: float) -> str:
    """The cell of a first and a last score."""
    return f"{SCORES[instrument]}: {band(instrument, first)}, {band(instrument, last)}"


def move(from_step: Step, to_step: Step) -> str:
    """The cell of a move from one step to another."""
    return f"{MOVES}: {int(from_step)} to {int(to_step)}"


def bands(instrument: Instrument) -> tuple[str, ...]:
    """Every band of an instrument, the lowest first."""
    return tuple(band(instrument, least) for least in range(0, HIGHEST[instrument] + 1, BAND))


def cells(distribution: str) -> tuple[str, ...]:
    """Every name of one of them, in order."""
    if distribution == WAITS:
        return (*(wait(7 * week) for week in range(1, WEEKS + 1)), f"{WAITS}: {LONGEST}")
    if distribution == MOVES:
        return tuple(move(a, b) for a in Step for b in Step if a is not b)
    instrument = next(each for each, name in SCORES.items() if name == distribution)
    return tuple(
        f"{distribution}: {first}, {last}"
        for first in bands(instrument)
        for last in bands(instrument)
    )


UP = tuple(move(a, b) for a in Step for b in Step if a < b)
DOWN = tuple(move(a, b) for a in Step for b in Step if a > b)


def waited(course: Course) -> str | None:
    """The bar that a course counts in."""
    return None if course.waited is None else wait(course.waited)


def scored(course: Course) -> tuple[str, ...]:
    """The cells of both measures that a course counts in, where both have two scores."""
    outcome = course.outcome
    if outcome is None:
        return ()
    pairs = (outcome.depression, outcome.anxiety)
    return tuple(scores(pair.instrument, pair.first, pair.last) for pair in pairs)


def moved(happening: Happening) -> str:
    """The cell that a move between steps counts in."""
    return f"{MOVES}: {happening.said}"


def _of(name: str) -> Callable[[Course], bool]:
    return lambda course: waited(course) == name


def _in(name: str) -> Callable[[Course], bool]:
    return lambda course: name in scored(course)


def _to(name: str) -> Callable[[Happening], bool]:
    return lambda happening: moved(happening) == name


DEFINED: tuple[Measure, ...] = (
    *(
        Measure(name, Of.FINISHED, "from the referral to the first treatment", MONTHLY, _of(name))
        for name in cells(WAITS)
    ),
    *(
        Measure(name, Of.SCORED, "first and last score in these bands", ANNUAL, _in(name))
        for each in SCORES.values()
        for name in cells(each)
    ),
    *(
        Measure(name, Of.MOVED, "from the first to the second step", ANNUAL, _to(name))
        for name in cells(MOVES)
    ),
)
"""Every bar and cell as a measure."""
