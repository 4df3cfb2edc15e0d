"""How long what is kept of a person is kept, by what it is: dated data, each with a source.

A place's own records manager confirms them. It refuses to know any person.
"""

from __future__ import annotations

from calendar import isleap
from dataclasses import dataclass
from datetime import date

from domain.vocabulary import Retention

CODE = "NHS England, Records Management Code of Practice (2021, updated 7 August 2023), Appendix II"


@dataclass(frozen=True, slots=True)
class Keeping:
    """For how many years something is kept, from when it was over; after a death, if not as long.

    The care record is over with the last contact; a request with its answer; what was said when it
    was said.
    """

    retention: Retention
    years: int
    after_death: int | None
    effective_from: date
    source: str
    effective_to: date | None = None  # the first day it no longer holds


RULES: tuple[Keeping, ...] = (
    Keeping(
        Retention.CARE,
        20,
        10,
        date(2021, 8, 4),
        f"{CODE}: mental health records, 20 years from discharge or last seen, 10 after death",
    ),
    Keeping(
        Retention.CORRESPONDENCE,
        3,
        None,
        date(2021, 8, 4),
        f"{CODE}: subject access requests, 3 years from closure",
    ),
    Keeping(
        Retention.FEEDBACK,
        1,
        None,
        date(2021, 8, 4),
        f"{CODE}: patient surveys, individual returns, 1 year",
    ),
)


def in_force(retention: Retention, on: date) -> Keeping:
    """The rule of a day; before the first, the first."""
    of_it = [rule for rule in RULES if rule.retention is retention]
    return max(
        (
            rule
            for rule in of_it
            if rule.effective_from <= on and not (rule.effective_to and rule.effective_to <= on)
        ),
        key=lambda rule: rule.effective_from,
        default=of_it[0],
    )


def due_on(retention: Retention, over: date, died_on: date | None, on: date) -> date:
    """The first day on which something may go, by the rule of the day on which that is asked."""
    rule = in_force(retention, on)
    if died_on is not None and rule.after_death is not None:
        return _later(died_on, rule.after_death)
    return _later(over, rule.years)


def over_before(retention: Retention, on: date) -> date:
    """Whatever of a kind is due on a day was over by this one, whoever died when."""
    rule = in_force(retention, on)
    return _later(on, -min(rule.years, rule.after_death or rule.years))


def _later(day: date, years: int) -> date:
    """The same day so many years on; where there is no leap day, the first of March."""
    if (day.month, day.day) == (2, 29) and not isleap(day.year + years):
        return date(day.year + years, 3, 1)
    return day.replace(year=day.year + years)
