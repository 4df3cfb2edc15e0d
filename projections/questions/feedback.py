"""Feedback: what was said of a partner's services. It refuses to know who said it."""

from __future__ import annotations

from datetime import date
from typing import Any

from domain.policies.friends_and_family import month_of
from domain.vocabulary import PartnerId
from projections import feedback
from projections.questions.share import ShareQuestions
from projections.statements import statements

FEEDBACK = statements("feedback")


class FeedbackQuestions(ShareQuestions):
    """What people say of a partner's own services."""

    async def feedback(self, partner: PartnerId, today: date) -> list[dict[str, Any]]:
        """What was said of a partner's own services, by month, of the months that are over."""
        counts = await self._rows(FEEDBACK["counts"], partner, month_of(today))
        words = await self._rows(FEEDBACK["words"], partner, month_of(today))
        return feedback.months(counts, words)
