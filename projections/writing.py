"""Rows of a list as the bytes they are answered with, written anew only when their content changes.

It refuses to answer with a row that PostgreSQL did not just give: what is kept here saves writing
it, and never reading it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID

import orjson

from domain.vocabulary import PartnerId

MOST = 48_000_000
"""Bytes that are kept at most, as they were read and as they are answered."""


@dataclass(frozen=True, slots=True)
class WrittenRow:
    """One row's content, what is answered for it, and whether its person has other records."""

    content: bytes
    answered: bytes
    linked: bool

    @property
    def size(self) -> int:
        return len(self.content) + len(self.answered)


@dataclass(frozen=True, slots=True)
class WrittenPage:
    """Some rows in their order, ready to be answered; ``next`` continues after the last one."""

    rows: list[bytes]
    next: str | None
    counts: Mapping[str, int]
    total: int

    def answer(self) -> bytes:
        """The page as JSON."""
        more = {"next": self.next, "counts": self.counts, "total": self.total}
        return b'{"rows":[%b],%b' % (b",".join(self.rows), orjson.dumps(more)[1:])


@dataclass(slots=True)
class WrittenRows:
    """The rows that one process answered with last; who came first goes first."""

    _rows: dict[tuple[PartnerId, UUID, bool], WrittenRow] = field(default_factory=dict)
    _size: int = 0

    def row(
        self,
        partner: PartnerId,
        subject: UUID,
        content: bytes,
        *,
        coded: bool,
        shown: Callable[[bytes, bool], dict[str, Any]],
    ) -> WrittenRow:
        """The row with this content as it is answered; ``shown`` makes it when it is not known."""
        key = partner, subject, coded
        known = self._rows.get(key)
        if known is not None and known.content == content:
            return known
        row = shown(content, coded)
        new = WrittenRow(content, orjson.dumps(row), bool(row.get("linked")))
        self._keep(key, new)
        return new

    def _keep(self, key: tuple[PartnerId, UUID, bool], row: WrittenRow) -> None:
        before = self._rows.pop(key, None)
        self._size += row.size - (before.size if before else 0)
        self._rows[key] = row
        while self._size > MOST:
            for oldest in [*islice(self._rows, 100)]:
                self._size -= self._rows.pop(oldest).size
