"""The Friends and Family Test: which answers count how, and when a result is shown.

Source: NHS England, *Using the Friends and Family Test to improve patient experience* (2020). Good
and poor are shares of all answers, those who did not know among them. It refuses to know who
answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from domain.vocabulary import Experience

QUESTION = "Overall, how was your experience of our service?"
GOOD = frozenset({Experience.VERY_GOOD, Experience.GOOD})
POOR = frozenset({Experience.POOR, Experience.VERY_POOR})
FEWEST = 5
"""Fewer answers than this in a month are not shown: they would tell who gave them."""


@dataclass(frozen=True, slots=True)
class Result:
    """A service's month. The shares are whole percents; ``None`` where too few answered."""

    answers: int | None
    good: int | None
    poor: int | None


TOO_FEW = Result(None, None, None)


def result(counts: Mapping[Experience, int]) -> Result:
    """What is shown of a month's answers."""
    answers = sum(counts.values())
    if answers < FEWEST:
        return TOO_FEW
    good = sum(counts.get(each, 0) for each in GOOD)
    poor = sum(counts.get(each, 0) for each in POOR)
    return Result(answers, _percent(good, answers), _percent(poor, answers))


def month_of(day: date) -> date:
    """Results are by month, and a month's are shown once it is over: no single answer moves one."""
    return day.replace(day=1)


def _percent(part: int, whole: int) -> int:
    return (200 * part + whole) // (2 * whole)
