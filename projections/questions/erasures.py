"""Erasures, as the host that ordered them reads them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.vocabulary import PartnerId
from projections import erasures
from projections.erasures import Ordered
from projections.questions.share import ShareQuestions

MOST = 200
"""How many are listed at once, those that are not over before the others."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An organisation that was told of an erasure, and when it said that it removed the person."""

    partner: UUID
    told_at: datetime
    acknowledged_at: datetime | None
    position: int


class ErasureQuestions(ShareQuestions):
    """What was ordered, how far it is, and who said that they removed the person."""

    async def erasures(self, partner: PartnerId) -> list[Ordered]:
        """What was ordered, what is to be done before what is over."""
        return [erasures.made(row) for row in await self._rows(erasures.SQL["of"], partner, MOST)]

    async def erasure(self, partner: PartnerId, erasure: UUID) -> Ordered | None:
        """One erasure."""
        rows = await self._rows(erasures.SQL["one"], partner, erasure)
        return erasures.made(rows[0]) if rows else None

    async def told_of_erasure(self, partner: PartnerId, erasure: UUID) -> list[Heard]:
        """Who was told of it."""
        return [Heard(*row) for row in await self._rows(erasures.SQL["told"], erasure, partner)]
