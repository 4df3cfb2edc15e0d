"""Meetings: those a partner is invited to, and whom it might put on the next one's list.

It refuses to know a meeting that a partner is not invited to.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from domain.policies.days import local_date
from domain.vocabulary import PartnerId
from projections import meetings, suggestions
from projections.moments import NOW, When
from projections.questions.persons import CASELOAD
from projections.questions.place import PlaceQuestions
from projections.statements import statements

MEETINGS = statements("meetings")


class MeetingQuestions(PlaceQuestions):
    """Where organisations decide together, and about whom."""

    async def meetings(self, partner: PartnerId, when: When = NOW) -> list[dict[str, Any]]:
        """The meetings the partner is invited to, newest first."""
        if when.now:
            found = await self._rows(MEETINGS["all"], partner)
            return [_may(orjson.loads(row), partner) for (row,) in found]
        folded = meetings.folded(await self._told(partner, when))
        known = [row for row in folded.values() if "starts_at" in row]
        return sorted(known, key=lambda row: str(row["starts_at"]), reverse=True)

    async def meeting(
        self, partner: PartnerId, meeting: UUID, when: When = NOW
    ) -> dict[str, Any] | None:
        """One meeting as the partner may know it."""
        if when.now:
            rows = await self._rows(MEETINGS["one"], partner, meeting)
            return _may(orjson.loads(rows[0][0]), partner) if rows else None
        row = meetings.folded(await self._told(partner, when)).get(str(meeting))
        return row if row and "starts_at" in row else None

    async def suggestions(
        self, partner: PartnerId, meeting: dict[str, Any]
    ) -> list[suggestions.Suggested]:
        """Whom this partner might put on a meeting's list, and why; nobody once it is over."""
        if meeting["closed"] or "cases" not in meeting.get("actions", ()):
            return []
        way = (await self.directory()).way(local_date(datetime.fromisoformat(meeting["starts_at"])))
        others = await self.meetings(partner)
        rows = await self._rows(CASELOAD["held_open"], partner)
        return await asyncio.to_thread(
            lambda: suggestions.suggested(
                (orjson.loads(content) for (content,) in rows), meeting, others, way
            )
        )


def _may(row: dict[str, Any], partner: UUID) -> dict[str, Any]:
    row["actions"] = meetings.actions(row, partner)
    return row
