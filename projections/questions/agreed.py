"""What was agreed: actions and decisions, and who has to do what by when.

It refuses to know what was agreed about somebody the partner may not know.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson

from domain.vocabulary import PartnerId
from projections import agreed, earlier, looking, record
from projections.moments import NOW, When
from projections.questions.share import ShareQuestions
from projections.statements import statements

AGREED = statements("agreed")


class AgreedQuestions(ShareQuestions):
    """What a partner has to do, and what it waits for others to do."""

    async def agreed(
        self,
        partner: PartnerId,
        kind: str,
        states: Sequence[str],
        *,
        mine: bool = False,
        limit: int = 200,
        when: When = NOW,
    ) -> list[dict[str, Any]]:
        """Actions or decisions, the first that are due first; ``mine`` leaves the partner's own."""
        owner = partner if mine else None
        if not when.now:
            told = await self._told(partner, when)
            names = {str(key): row.get("name") for key, row in earlier.records(told).items()}
            rows = agreed.chosen(agreed.folded(told).values(), kind, states, owner)
            looking.note_rows(partner, rows[:limit])
            return [_agreed(row, names.get(row["person"]), partner) for row in rows[:limit]]
        asked = {"partner": partner, "kind": kind, "states": list(states)}
        found = await self._rows(AGREED["all"], asked | {"owner": owner, "limit": limit})
        shown = [_agreed(orjson.loads(content), name, partner) for content, name in found]
        looking.note_rows(partner, shown)
        return shown

    async def action(self, partner: PartnerId, action: UUID) -> dict[str, Any] | None:
        """One action as the partner may know it."""
        rows = await self._rows(AGREED["one"], partner, action)
        row = orjson.loads(rows[0][0]) if rows else None
        if row:
            looking.note(partner, UUID(row["person"]))
        return row if row and row["kind"] == agreed.ACTION else None


def _agreed(row: dict[str, Any], name: str | None, partner: UUID) -> dict[str, Any]:
    if name:
        row["name" if "name" not in row else "cares_for"] = name
    if row["kind"] == agreed.ACTION:
        row["actions"] = record.action.actions(row, str(partner))
    if row["kind"] == agreed.CARER:
        row["actions"] = record.carer.actions(row, str(partner))
    return row
