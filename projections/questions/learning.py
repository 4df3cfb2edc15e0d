"""Lists to learn from, each of one organisation's own rows as they are now.

It refuses to know anybody the partner was not told of.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import orjson

from domain.vocabulary import PartnerId
from projections import learning, looking, meetings
from projections.learning import Incomplete
from projections.questions.place import PlaceQuestions
from projections.statements import statements

LEARNING = statements("learning")


class LearningQuestions(PlaceQuestions):
    """Who does not improve, what was decided and not done, what came or went incomplete."""

    async def unimproved(self, partner: PartnerId, now: datetime) -> list[dict[str, Any]]:
        """Whose scores show no improvement for as long as the rule waits, the longest first."""
        rows = await self._rows(LEARNING["unimproved"], learning.to_look_for(partner, now))
        found = await asyncio.to_thread(
            lambda: learning.unimproved((orjson.loads(row) for (row,) in rows), now)
        )
        looking.note_rows(partner, found)
        return found

    async def listing_next(self, partner: PartnerId, now: datetime) -> dict[str, Any] | None:
        """The next meeting that somebody can be put on the list of."""
        rows = await self._rows(LEARNING["coming"], learning.to_look_for(partner, now))
        coming = (orjson.loads(row) for (row,) in rows)
        return next((row for row in coming if "cases" in meetings.actions(row, partner)), None)

    async def undone(self, partner: PartnerId, now: datetime) -> list[dict[str, Any]]:
        """What was agreed and is not done in its time, the longest first."""
        rows = await self._rows(LEARNING["undone"], learning.to_look_for(partner, now))
        found = learning.undone((orjson.loads(content), name) for content, name in rows)
        looking.note_rows(partner, found)
        return found

    async def incomplete(self, partner: PartnerId, now: datetime) -> list[Incomplete]:
        """How many referrals were turned back as incomplete, by whom they came from or went to."""
        asked = learning.to_look_for(partner, now)
        rows = await self._rows(LEARNING["turned_back"], asked)
        directory = await self.directory()
        return await asyncio.to_thread(
            lambda: learning.incomplete(
                ((part, orjson.loads(content)) for part, content in rows), directory
            )
        )
