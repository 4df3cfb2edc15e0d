"""Matches: which records may be one person's, as a partner or the place may know it.

It refuses to say of anybody that they are known to a partner that is not involved with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson

from domain.policies.matching import Known
from domain.vocabulary import PartnerId, PersonId
from projections import looking
from projections.matching import blinded
from projections.questions.share import SHARE, ShareQuestions
from projections.statements import statements

MATCHING = statements("matching")


class MatchQuestions(ShareQuestions):
    """Who is alike, and what became of it."""

    async def alike(self, told: Known) -> list[PersonId]:
        """Whom these details may be of: few of many, looked up by blinded keys."""
        blinds = blinded(told, self.pseudonyms)
        rows = await self._rows(MATCHING["alike"], list(blinds))
        return sorted({PersonId(person) for _, person in rows})

    async def only_said(self, partner: PartnerId, person: PersonId) -> bool:
        """Whether a partner made this person known again, and knows what it said itself alone."""
        rows = await self._rows(SHARE["only_said"], person)
        return bool(rows and rows[0][0])

    async def matches(
        self, partner: PartnerId, states: Sequence[str], *, match: UUID | None = None
    ) -> list[dict[str, Any]]:
        """Records that may be one person's, of those the partner is involved with both of."""
        asked = {"partner": partner, "states": list(states), "match": match}
        found = []
        for which, one, other, verdict, state, since, *rows in await self._rows(
            MATCHING["known_to"], asked
        ):
            shown = [orjson.loads(row) for row in rows]
            if not any(row["withdrawn"] or row["ended"] for row in shown):
                looking.note_rows(partner, shown)
                found.append(
                    {
                        "id": str(which),
                        "verdict": verdict,
                        "state": state,
                        "since": since.isoformat(),
                        "persons": (PersonId(one), PersonId(other)),
                        "rows": shown,
                    }
                )
        return found

    async def every_match(
        self, states: Sequence[str], *, match: UUID | None = None
    ) -> list[dict[str, Any]]:
        """Records that may be one person's, for who looks after the records of the place."""
        asked = {"states": list(states), "match": match}
        rows = await self._rows(MATCHING["all"], asked)
        looking.note_persons(PersonId(person) for row in rows for person in row[1:3])
        return [
            {
                "id": str(which),
                "verdict": verdict,
                "state": state,
                "since": since.isoformat(),
                "persons": (PersonId(one), PersonId(other)),
            }
            for which, one, other, verdict, state, since in rows
        ]
