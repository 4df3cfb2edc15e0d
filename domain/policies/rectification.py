"""Within which time a request to put something right is answered: dated, with its source."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Term:
    """How many months an organisation has to answer, from the day it is asked."""

    months: int
    source: str
    effective_from: date
    effective_to: date | None = None


TERMS: tuple[Term, ...] = (
    Term(
        1,
        "UK GDPR art. 12(3) and 16; NHS England, Amending patient and service user records",
        date(2018, 5, 25),
    ),
)


def due_on(asked_on: date) -> date:
    """The corresponding day of the month by which it is answered, or the last day of that month."""
    term = next(
        one for one in reversed(TERMS) if one.effective_to is None or asked_on < one.effective_to
    )
    month = asked_on.month - 1 + term.months
    year, month = asked_on.year + month // 12, month % 12 + 1
    return date(year, month, min(asked_on.day, monthrange(year, month)[1]))
