"""What became of a partner's messages, in the order in which it was said."""

from __future__ import annotations

from domain.vocabulary import PartnerId
from projections.inbox import SQL, Taken, taken
from projections.questions.share import ShareQuestions


class InboxQuestions(ShareQuestions):
    """Outcomes of messages: ids, words of refusal and positions, and nobody's details."""

    async def outcomes(self, partner: PartnerId, after: int, limit: int) -> list[Taken]:
        """The outcomes that follow a number, 1, 2, 3 … without a gap."""
        return [taken(row) for row in await self._rows(SQL["after"], partner, after, limit)]
