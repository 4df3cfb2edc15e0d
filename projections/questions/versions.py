"""The caseload as it was at an earlier moment, read from what is kept of each row's versions.

It refuses to know what was before anything was kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from domain.vocabulary import PartnerId
from projections import earlier, paging, record, versions
from projections.arranging import arranged
from projections.entries import Entry
from projections.moments import When
from projections.paging import Page
from projections.questions.place import PlaceQuestions
from projections.questions.share import SHARE

VERSIONS = versions.SQL


@dataclass(frozen=True, slots=True)
class Asked:
    """Which page of a caseload is asked for."""

    status: Sequence[str]
    complexity: Sequence[str]
    query: str
    sort: str
    after: str | None
    limit: int


class VersionQuestions(PlaceQuestions):
    """What a partner's caseload was when the log was shorter."""

    async def kept_at(self, when: When) -> int | None:
        """The position of a moment, if versions of then are kept: what was true is not asked.

        Nothing is kept of what was taken back since, which was told all the same.
        """
        if when.as_of is not None or when.as_told:
            return None
        time = when.as_at if isinstance(when.as_at, datetime) else None
        ((reached, kept_from, at_time),) = await self._rows(VERSIONS["moment"], time)
        position = min(when.as_at if isinstance(when.as_at, int) else int(at_time), int(reached))
        return position if position >= kept_from else None

    async def _caseload_then(self, partner: PartnerId, position: int, asked: Asked) -> Page:
        """A page of the partner's caseload as it was known at a position."""
        if asked.status:
            wanted = [s for s in record.STATUSES if s in asked.status]
        else:
            wanted = [s for s in record.STATUSES if s != "past"]
        page: dict[str, Any] = {
            "partner": partner,
            "position": position,
            "ranks": [record.STATUSES.index(status) for status in wanted],
            "complexity": record.ranks(asked.complexity),
            "pattern": f"%{paging.literal(asked.query)}%" if asked.query else None,
            "limit": asked.limit + 1,
        }
        if asked.sort == "name":
            page |= {"after": paging.by_name(asked.after)}
        else:
            urgency, waiting, subject = paging.by_urgency(asked.after)
            page |= {"urgency": urgency, "waiting": waiting, "subject": subject}
            page |= {"cells": versions.cells(position)}
        spans, lows, highs = versions.stretches(position)
        stood = {"partner": partner, "spans": spans, "lows": lows, "highs": highs}
        found, counted = await self._rows_of(
            (VERSIONS[f"page_by_{asked.sort}"], page), (VERSIONS["counts"], stood)
        )
        rows = [orjson.loads(versions.unpacked(kept) if kept else now) for _, kept, now, _ in found]
        if gone := [subject for subject, _, _, erased in found if erased]:
            again = await self._without_a_word(partner, gone, position)
            rows = [again.get(row["person"], row) for row in rows]
        counts = {record.STATUSES[urgency]: many for urgency, many in counted}
        total = sum(many for name, many in counts.items() if name != "past")
        return earlier.cut(rows, earlier.PLACES[asked.sort], asked.limit, counts, total)

    async def _without_a_word(
        self, partner: PartnerId, subjects: Sequence[UUID], position: int
    ) -> dict[str, dict[str, Any]]:
        """Rows of those whose keys are destroyed, folded from what can still be read of them."""
        told = await self._rows(SHARE["of_subjects"], partner, list(subjects))
        of: dict[UUID, list[Entry]] = {subject: [] for subject in subjects}
        for entry in await self._known(told, When(as_at=position)):
            assert entry.subject is not None, "asked for by person"
            of[entry.subject].append(entry)
        rows = earlier.records(entry for each in of.values() for entry in arranged(each))
        return {row["person"]: row for row in rows.values()}
