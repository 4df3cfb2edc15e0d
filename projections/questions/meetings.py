"""Meetings: those a partner is invited to, and whom it might put on the next one's list.

It refuses to know a meeting that a partner is not invited to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from domain.policies.days import local_date
from domain.vocabulary import PartnerId
from projections import looking, meetings, suggestions
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
            shown = [_may(orjson.loads(row), partner) for (row,) in found]
            _note(partner, shown)
            return shown
        folded = meetings.folded(await self._told(partner, when))
        known = [row for row in folded.values() if "starts_at" in row]
        _note(partner, known)
        return sorted(known, key=lambda row: str(row["starts_at"]), reverse=True)

    async def meeting(
        self, partner: PartnerId, meeting: UUID, when: When = NOW
    ) -> dict[str, Any] | None:
        """One meeting as the partner may know it."""
        if when.now:
            rows = await self._rows(MEETINGS["one"], partner, meeting)
            shown = [_may(orjson.loads(content), partner) for (content,) in rows]
            _note(partner, shown)
            return shown[0] if shown else None
        row = meetings.folded(await self._told(partner, when)).get(str(meeting))
        if row is None or "starts_at" not in row:
            return None
        _note(partner, [row])
        return row

    async def suggestions(
        self, partner: PartnerId, meeting: dict[str, Any], now: datetime
    ) -> list[suggestions.Suggested]:
        """Whom this partner might put on a meeting's list, and why; nobody once it is over."""
        if meeting["closed"] or "cases" not in meeting.get("actions", ()):
            return []
        directory = await self.directory()
        way = directory.way(local_date(datetime.fromisoformat(meeting["starts_at"])))
        steps = {str(service.id): service.step for service in directory.services.values()}
        others = await self.meetings(partner)
        looked_for = suggestions.to_look_for(meeting, others, now) | {"partner": partner}
        (rows,) = await self._rows_of((CASELOAD["to_discuss"], looked_for))
        found = await asyncio.to_thread(
            lambda: suggestions.suggested(
                (orjson.loads(row[-1]) for row in rows),
                meeting,
                others,
                way,
                steps,
                now,
            )
        )
        looking.note_rows(partner, (suggested.row for suggested in found))
        return found


def _note(partner: PartnerId, rows: Iterable[dict[str, Any]]) -> None:
    """Whoever is on a list that was read; an answer that shows no list shows none of them."""
    looking.note_rows(partner, ({"person": case} for row in rows for case in row["cases"]))


def _may(row: dict[str, Any], partner: UUID) -> dict[str, Any]:
    row["actions"] = meetings.actions(row, partner)
    return row
