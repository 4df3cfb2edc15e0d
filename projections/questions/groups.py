"""Groups: who is, waits or was in a partner's own. It refuses to know another's register."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson

from domain.vocabulary import PartnerId
from projections import earlier, groups, looking
from projections.moments import NOW, When
from projections.questions.share import ShareQuestions
from projections.statements import statements

GROUPS = statements("groups")


class GroupQuestions(ShareQuestions):
    """The registers of a partner's groups."""

    async def register(
        self, partner: PartnerId, programme: UUID, when: When = NOW
    ) -> list[dict[str, Any]]:
        """Who is, waits or was in a group of the partner's own, each with their sessions."""
        if not when.now:
            told = await self._told(partner, when)
            names = {str(key): row.get("name") for key, row in earlier.records(told).items()}
            places = groups.register(groups.folded(told), str(programme))
            looking.note_rows(partner, places)
            named = [_place(place, names.get(place["person"])) for place in places]
            return sorted(named, key=lambda place: str(place.get("name")))
        rows = await self._rows(GROUPS["register"], partner, programme)
        shown = [_place(orjson.loads(content), name) for content, name in rows]
        looking.note_rows(partner, shown)
        return shown


def _place(row: dict[str, Any], name: str | None) -> dict[str, Any]:
    return row | {"name": name} if name else row
