"""What was said of each month: published figures, now or as they were at an earlier moment.

Every figure went through disclosure control before it was written, so whoever may see totals may
read all of this. It refuses to count: `projections.measuring` does, and publishes.

A distribution is measures of one name each, as in `domain.policies.distributions`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from psycopg import Connection

from domain.vocabulary import Moment
from projections.monthly import EVERY, EVERYBODY
from projections.statements import statements

SQL = statements("measured")
ALWAYS = datetime.max.replace(tzinfo=UTC)


class Said(NamedTuple):
    """One figure of a month, and what makes it checkable; ``None`` is hidden.

    ``position`` is the fact of the log up to which it was counted. ``restated``: it took the place
    of figures published before. ``frozen``: somebody said that the month's figures stay these.
    """

    month: date
    position: int
    published_at: Moment
    restated: bool
    frozen: bool
    measure: str
    service: str
    characteristic: str
    value: str
    counted: int | None
    of: int | None


def asked(
    *,
    service: str | None = EVERY,
    characteristic: str | None = EVERYBODY,
    measures: Sequence[str] | None = None,
    since: date | None = None,
    until: date | None = None,
    as_at: Moment | None = None,
) -> dict[str, Any]:
    """What the statement ``said`` is asked with; ``None`` leaves a condition out.

    ``since`` and ``until`` are first days of months, both included. ``as_at`` asks for what was
    current then.
    """
    return {
        "service": service,
        "characteristic": characteristic,
        "measures": None if measures is None else list(measures),
        "since": since or date.min,
        "until": until or date.max,
        "as_at": as_at or ALWAYS,
    }


def said(
    connection: Connection,
    *,
    service: str | None = EVERY,
    characteristic: str | None = EVERYBODY,
    measures: Sequence[str] | None = None,
    since: date | None = None,
    until: date | None = None,
    as_at: Moment | None = None,
) -> list[Said]:
    """The figures of each month that was published: those frozen, or else the last ones."""
    asking = asked(
        service=service,
        characteristic=characteristic,
        measures=measures,
        since=since,
        until=until,
        as_at=as_at,
    )
    rows = connection.cursor(binary=True).execute(SQL["said"], asking, prepare=True)
    return [Said(*row) for row in rows]


def months(connection: Connection) -> list[date]:
    """Every month that was published, the first one first."""
    return [month for (month,) in connection.execute(SQL["months"])]


def services(connection: Connection) -> list[str]:
    """Every service with figures, by name, and ``all services``."""
    return [service for (service,) in connection.execute(SQL["services"])]


def percent(said: Said) -> int | None:
    """The share, of figures that are rounded to 5; ``None`` where either is hidden."""
    if said.counted is None or not said.of:
        return None
    return min(100, round(100 * said.counted / said.of))


def unbroken(months: Sequence[Said]) -> list[tuple[Said, int]]:
    """The months since the last one that is hidden: a chart's rules are of what has no gaps."""
    kept: list[tuple[Said, int]] = []
    for each in months:
        value = percent(each)
        kept = [] if value is None else [*kept, (each, value)]
    return kept
