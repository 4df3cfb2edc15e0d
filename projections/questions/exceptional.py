"""Access by exception, as a privacy officer is told of it: a reference, and nobody it is about."""

from __future__ import annotations

from domain.vocabulary import PartnerId
from projections import exceptional
from projections.exceptional import Access
from projections.questions.share import ShareQuestions

MOST = 200
"""How many are listed at once, the newest first."""


class ExceptionalQuestions(ShareQuestions):
    """What an organisation's clinicians opened by exception, and what nobody else reviewed."""

    async def exceptional(self, partner: PartnerId) -> list[Access]:
        """Taken in this organisation, or come up to it because nobody reviewed it there."""
        rows = await self._rows(exceptional.SQL["of"], {"partner": partner, "limit": MOST})
        return [exceptional.read(row) for row in rows]

    async def exceptional_counts(self) -> tuple[int, int, int]:
        """In the whole place: how many are open, wait for a review, and are overdue for it."""
        ((open_now, waiting, overdue),) = await self._rows(exceptional.SQL["counts"])
        return int(open_now), int(waiting), int(overdue)
