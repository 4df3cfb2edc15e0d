"""Missed appointments: how many in a row are looked into, as dated data with its source.

It refuses to discharge anybody: what follows is a person's decision. NHS England counts what is a
missed appointment (codes 3 and 7) and leaves what follows to each service.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from domain.policies.days import local_date
from domain.vocabulary import Attendance, Moment

SEEN = frozenset({Attendance.ON_TIME, Attendance.LATE})
MISSED = frozenset({Attendance.TOO_LATE, Attendance.DID_NOT_ATTEND})


@dataclass(frozen=True, slots=True)
class MissedRule:
    """After so many missed in a row somebody looks into why before anything else is booked."""

    name: str
    source: str
    in_a_row: int
    effective_from: date
    effective_to: date | None = None  # the first day it holds no longer


RULES: tuple[MissedRule, ...] = (
    MissedRule(
        "two in a row",
        "Gender Identity Clinic (NHS), did-not-attend policy: two in a row are reviewed; taken as"
        " this place's own, for no national rule says how many",
        in_a_row=2,
        effective_from=date(2015, 1, 1),
    ),
)


def in_force(at: Moment) -> MissedRule | None:
    """The rule as it held at a moment."""
    on = local_date(at)
    held = [
        rule
        for rule in RULES
        if rule.effective_from <= on and (rule.effective_to is None or on < rule.effective_to)
    ]
    return max(held, key=lambda rule: rule.effective_from, default=None)


def in_a_row(outcomes: Iterable[Attendance]) -> int:
    """How many of the newest were missed, one after another; ``outcomes`` are oldest first.

    What was called off in time neither counts nor breaks the row.
    """
    row = 0
    for outcome in outcomes:
        if outcome in SEEN:
            row = 0
        row += outcome in MISSED
    return row


def repeated(row: int, at: Moment) -> bool:
    """Whether so many missed in a row are to be looked into."""
    rule = in_force(at)
    return rule is not None and row >= rule.in_a_row
