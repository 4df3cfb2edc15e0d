"""How many of a view's rows stand where, kept beside the rows: what a batch makes of it.

It refuses to count rows: it compares where those of a batch stood with where they stand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any
from uuid import UUID

Key = tuple[UUID, UUID]
Where = tuple[Any, ...]


class Counts:
    """One batch's rows: where each stood when it was fetched, in so many columns with the count."""

    def __init__(self, columns: int) -> None:
        self._stood: dict[Key, Where] = {}
        self._columns = columns

    def stood(self, key: Key, where: Where) -> None:
        """A row was fetched."""
        self._stood[key] = where

    def moved(self, now: Iterable[tuple[Key, Where]]) -> list[list[Any]]:
        """Where more or fewer of these rows stand than stood there, and by how many: in columns."""
        moved: Counter[Where] = Counter()
        for key, where in now:
            moved[where] += 1
            if key in self._stood:
                moved[self._stood[key]] -= 1
        changed = [(*where, many) for where, many in moved.items() if many]
        columns = zip(*changed, strict=True) if changed else [()] * self._columns
        return [list(column) for column in columns]
