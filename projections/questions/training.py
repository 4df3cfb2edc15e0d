"""Training: what was held and who has still to attend. It refuses to name another's staff."""

from __future__ import annotations

from datetime import date
from typing import Any

from domain.vocabulary import PartnerId
from projections import training
from projections.questions.place import PlaceQuestions
from projections.statements import statements

TRAINING = statements("training")


class TrainingQuestions(PlaceQuestions):
    """Who of a partner's own attended which training."""

    async def training(self, partner: PartnerId) -> list[dict[str, Any]]:
        """The sessions that were held, and who of a partner's own, or at its own, was there."""
        attended = await self._rows(TRAINING["attended"], partner, partner)
        return training.sessions(await self._rows(TRAINING["sessions"]), attended)

    async def training_owing(self, partner: PartnerId, today: date) -> list[dict[str, Any]]:
        """What each who works for a partner has still to attend, the first that is due first."""
        employer = (await self.directory()).partners.get(partner)
        if employer is None or employer.left:
            return []
        attended = await self._rows(TRAINING["attended"], partner, partner)
        return training.owing(employer, attended, today)
