"""Lists to learn from: of published figures, and of one organisation's rows as they are now.

It refuses to know anybody the partner was not told of.
"""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from typing import Any

import orjson

from domain.vocabulary import Moment, PartnerId
from projections import learning, looking, meetings
from projections.learning import Incomplete, Outgrown, Signal
from projections.measured import ALWAYS, Said
from projections.questions.measured import MeasuredQuestions
from projections.questions.place import PlaceQuestions
from projections.statements import statements

LEARNING = statements("learning")


class LearningQuestions(MeasuredQuestions, PlaceQuestions):
    """What published figures say, who does not improve, what was not done, what came incomplete."""

    async def published_lists(
        self, on: date, as_at: Moment | None = None
    ) -> tuple[list[Signal], list[Outgrown]]:
        """What is more than chance, and where demand outgrows capacity: by published figures."""
        asked = {
            "services": await self.services_said(),
            "measures": list(learning.PUBLISHED),
            "as_at": as_at or ALWAYS,
        }
        said = [Said(*row) for row in await self._of_everybody(LEARNING["published"], asked)]
        directory = await self.directory()
        return await asyncio.to_thread(
            lambda: (learning.signals(said), learning.outgrown(said, directory, on))
        )

    async def unimproved(
        self, partner: PartnerId, now: datetime, most: int = learning.MOST
    ) -> list[dict[str, Any]]:
        """Whose scores show no improvement for as long as the rule waits, the longest first."""
        rows = await self._rows(LEARNING["unimproved"], learning.to_look_for(partner, now, most))
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

    async def undone(
        self, partner: PartnerId, now: datetime, most: int = learning.MOST
    ) -> list[dict[str, Any]]:
        """What was agreed and is not done in its time, the longest first."""
        rows = await self._rows(LEARNING["undone"], learning.to_look_for(partner, now, most))
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
