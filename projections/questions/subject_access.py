"""Requests to see what is held of somebody, for the organisation that they were made to."""

from __future__ import annotations

from domain.vocabulary import PartnerId
from projections import subject_access
from projections.questions.share import ShareQuestions
from projections.subject_access import Requested

MOST = 200
"""How many are listed at once, those to answer before the others."""


class SubjectAccessQuestions(ShareQuestions):
    """What is due, and what was answered."""

    async def subject_access(self, partner: PartnerId) -> list[Requested]:
        """The requests of one organisation: what is to be answered, the first due first."""
        rows = await self._rows(subject_access.SQL["of"], partner, MOST)
        return [Requested(*row) for row in rows]
