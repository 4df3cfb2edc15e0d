"""Pages as they were at an earlier moment, folded anew from what a partner had been told by then.

They are ordered, filtered and cut as the pages of now are; no action is offered on the past.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from projections import paging, record, referrals
from projections.entries import Entry
from projections.paging import Page

Row = dict[str, Any]


def records(entries: Iterable[Entry]) -> dict[UUID, Row]:
    """Every row of the partner's caseload, by the person's id."""
    rows: dict[UUID, Row] = {}
    for entry in entries:
        if entry.subject:
            rows[entry.subject] = record.fold(rows.get(entry.subject), entry)
    return rows


def caseload(
    entries: Iterable[Entry],
    *,
    status: Sequence[str],
    complexity: Sequence[str] = (),
    query: str,
    sort: str,
    after: str | None,
    limit: int,
) -> Page:
    """A page of the partner's caseload as it was."""
    rows = list(records(entries).values())
    counts = dict(Counter(row["status"] for row in rows))
    wanted = record.ranks(complexity)
    shown = [
        row
        for row in rows
        if (row["status"] in status or (not status and row["status"] != "past"))
        and (not complexity or record.complexity(row) in wanted)
        and query.casefold() in row.get("name", "").casefold()
    ]
    total = sum(many for name, many in counts.items() if name != "past")
    place = PLACES[sort]
    if sort == "name":
        last = paging.by_name(after)
        ended = next((row for row in rows if row["person"] == str(last)), None)
        left = [row for row in shown if last is None or (ended and place(row) > place(ended))]
        return cut(sorted(left, key=place), place, limit, counts, total)
    urgency, moment, subject = paging.by_urgency(after)
    start = (urgency, _moment(moment), subject)
    left = [row for row in shown if place(row) > start]
    return cut(sorted(left, key=place), place, limit, counts, total)


def referred(
    entries: Sequence[Entry], *, part: str, states: Sequence[str], after: str | None, limit: int
) -> Page:
    """A page of the referrals the partner had received or sent."""
    names = {str(subject): row.get("name") for subject, row in records(entries).items()}
    rows = [row for row in referrals.folded(entries).values() if row["part"] == part]
    for row in rows:
        if name := names.get(row["person"]):
            row["name"] = name
    counts = dict(Counter(row["state"] for row in rows))
    urgency, moment, referral = paging.by_urgency(after)
    start = (urgency, _moment(moment), referral)
    left = [
        row for row in rows if (not states or row["state"] in states) and _by_priority(row) > start
    ]
    return cut(sorted(left, key=_by_priority), _by_priority, limit, counts, sum(counts.values()))


def cut(
    ordered: Sequence[Row],
    place: Callable[[Row], tuple[Any, ...]],
    limit: int,
    counts: dict[str, int],
    total: int,
) -> Page:
    """The first of these rows, ordered by their places, and where the next page begins."""
    page = list(ordered[:limit])
    following = None
    if len(ordered) > limit:
        last = place(page[-1])
        following = paging.cursor(last[1:] if place is _by_name else _said(last))
    return Page(rows=page, next=following, counts=counts, total=total)


def _by_name(row: Row) -> tuple[str, UUID]:
    return row.get("name", ""), UUID(row["person"])


def _by_urgency(row: Row) -> tuple[int, datetime, UUID]:
    return record.urgency(row), _moment(row["waiting_since"] or "infinity"), UUID(row["person"])


def _by_complexity(row: Row) -> tuple[int, datetime, UUID]:
    return record.complexity(row), *_by_urgency(row)[1:]


def _by_priority(row: Row) -> tuple[int, datetime, UUID]:
    return referrals.urgency(row), _moment(row["made_at"]), UUID(row["id"])


PLACES: Mapping[str, Callable[[Row], tuple[Any, ...]]] = {
    "urgency": _by_urgency,
    "complexity": _by_complexity,
    "name": _by_name,
}
"""By what a caseload may be ordered."""

FOREVER = datetime.max.replace(tzinfo=UTC)


def _moment(text: str) -> datetime:
    if text in paging.ALWAYS:
        return datetime.min.replace(tzinfo=UTC) if text.startswith("-") else FOREVER
    return datetime.fromisoformat(text)


def _said(place: tuple[Any, ...]) -> list[str]:
    return ["infinity" if part == FOREVER else str(part) for part in place]
