"""Referrals: those a partner received or sent, now or as at an earlier moment.

It refuses to know one that is between others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson

from domain.vocabulary import PartnerId, PartnerKind
from projections import earlier, looking, paging, record, referrals
from projections.arranging import arranged
from projections.moments import NOW, When
from projections.paging import Page
from projections.questions.place import PlaceQuestions
from projections.questions.share import SHARE
from projections.statements import statements

REFERRALS = statements("referrals")


class ReferralQuestions(PlaceQuestions):
    """What was asked of a partner, and what it asked."""

    async def referrals(
        self,
        partner: PartnerId,
        *,
        part: str,
        states: Sequence[str] = (),
        after: str | None = None,
        limit: int = 50,
        when: When = NOW,
    ) -> Page:
        """A page of the referrals the partner received or sent, most urgent and oldest first."""
        if not when.now:
            told = await self._told(partner, when)
            then = await asyncio.to_thread(
                earlier.referred, told, part=part, states=states, after=after, limit=limit
            )
            looking.note_rows(partner, then.rows)
            return then
        urgency, made, referral = paging.by_urgency(after)
        asked = {
            "partner": partner,
            "part": part,
            "states": list(states),
            "urgency": urgency,
            "made": made,
            "referral": referral,
            "limit": limit + 1,
        }
        found, counted = await self._rows_of(
            (REFERRALS["page"], asked), (REFERRALS["counts"], (partner, part))
        )
        counts = dict(counted)
        shown = [_named(content, name, partner) for _, _, _, content, name in found[:limit]]
        looking.note_rows(partner, shown)
        return Page(
            rows=shown,
            next=paging.following([row[:4] for row in found], limit),
            counts=counts,
            total=sum(counts.values()),
        )

    async def referral(
        self, partner: PartnerId, referral: UUID, when: When = NOW
    ) -> dict[str, Any] | None:
        """One referral as the partner may know it."""
        if when.now:
            rows = await self._rows(REFERRALS["one"], partner, referral)
            if not rows:
                return None
            found = _named(rows[0][0], rows[0][1], partner)
            if "appointments" in found["actions"] and await self._social_work(partner):
                found["actions"] = [*found["actions"], "work"]
            person = UUID(found["person"])
            looking.note(partner, person)
            of_person = await self._rows(REFERRALS["of_subjects"], [partner], [person])
            return referrals.with_earlier(found, (orjson.loads(each[2]) for each in of_person))
        whose = await self._rows(REFERRALS["whose"], partner, referral)
        if not whose:
            return None
        of_person = await self._rows(SHARE["of_subject"], partner, whose[0][0])
        told = arranged(await self._known(of_person, when))
        known = referrals.folded(told)
        row = known.get(str(referral))
        if row is not None:
            looking.note(partner, UUID(row["person"]))
            referrals.with_earlier(row, known.values())
            if name := (record.folded(told) or {}).get("name"):
                row["name"] = name
        return row

    async def _social_work(self, partner: PartnerId) -> bool:
        """Whether a partner is a social work team, and so takes up social work."""
        known = (await self.directory()).partners.get(partner)
        return known is not None and known.kind is PartnerKind.SOCIAL_WORK


def _named(content: bytes, name: str | None, partner: UUID) -> dict[str, Any]:
    row: dict[str, Any] = orjson.loads(content)
    if name:
        row["name"] = name
    row["actions"] = record.referral.actions(row, str(partner))
    return row
