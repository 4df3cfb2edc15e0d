"""Pages of rows and the cursors between them. It refuses a cursor it could not have given out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from domain.kernel import BrokenRule

FIRST = UUID(int=0)
ALWAYS = frozenset({"infinity", "-infinity"})


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows in their order; ``next`` continues after the last one."""

    rows: list[dict[str, Any]]
    next: str | None = None
    counts: dict[str, int] = field(default_factory=dict)
    total: int = 0


class NoSuchPage(BrokenRule):
    """The page's cursor is not one that was given out; begin again without it."""


def by_urgency(after: str | None) -> tuple[int, str, UUID]:
    """The place to go on from in rows ordered by urgency, moment and id. Raises `NoSuchPage`."""
    if after is None:
        return -1, "-infinity", FIRST
    urgency, moment, key = _parts(after, 3)
    try:
        if moment not in ALWAYS:
            datetime.fromisoformat(moment)
        return int(urgency) % 1000, moment, UUID(key)
    except ValueError as unknown:
        raise NoSuchPage from unknown


def by_name(after: str | None) -> UUID | None:
    """The row to go on from in rows ordered by name: its id, for a name is not put into an address.

    Raises `NoSuchPage`.
    """
    if after is None:
        return None
    (key,) = _parts(after, 1)
    try:
        return UUID(key)
    except ValueError as unknown:
        raise NoSuchPage from unknown


def cursor(place: Sequence[object]) -> str:
    """Where a page ended, as the next one is asked for."""
    return orjson.dumps([str(part) for part in place]).decode()


def literal(query: str) -> str:
    """A search text as it is, with nothing in it that stands for something else."""
    return query.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def following(rows: Sequence[Any], limit: int) -> str | None:
    """The cursor of the page after this one, when more rows came than it shows."""
    if len(rows) <= limit:
        return None
    return cursor(rows[limit - 1][:-1])


def _parts(after: str, many: int) -> list[str]:
    try:
        place = orjson.loads(after)
    except orjson.JSONDecodeError as unknown:
        raise NoSuchPage from unknown
    fits = isinstance(place, list) and len(place) == many
    if not fits or not all(isinstance(part, str) and "\0" not in part for part in place):
        raise NoSuchPage
    parts: list[str] = place
    return parts
