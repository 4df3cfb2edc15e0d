"""Replaying: why a field of somebody's record says what it says, and what two moments differ in.

It refuses to know more than one partner was told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from domain.policies.roles import WHOLE, Sight
from domain.vocabulary import PartnerId
from projections import (
    agreed,
    difference,
    earlier,
    groups,
    looking,
    meetings,
    record,
    referrals,
    why,
    withdrawals,
)
from projections.difference import Difference
from projections.entries import Entry
from projections.moments import NOW, When
from projections.questions.place import PlaceQuestions
from projections.sight import row as seen_row
from projections.sight import seen
from projections.why import Because

Row = dict[str, Any]


def _caseload(entries: Iterable[Entry]) -> list[Row]:
    return [*earlier.records(entries).values()]


def _groups(entries: Iterable[Entry]) -> list[Row]:
    return [place for places in groups.folded(entries).values() for place in places.values()]


FOLDS: Mapping[str, Callable[[Iterable[Entry]], list[Row]]] = {
    "caseload": _caseload,
    "referrals": lambda entries: [*referrals.folded(entries).values()],
    "meetings": lambda entries: [*meetings.folded(entries).values()],
    "agreed": lambda entries: [*agreed.folded(entries).values()],
    "groups": _groups,
    "withdrawals": lambda entries: [asdict(each) for each in withdrawals.folded(entries)],
}
"""Every view whose rows are a partner's own, folded anew from what it was told."""

VIEWS = (*FOLDS, "unmet")
"""Every view that can be replayed: what was wanted in vain is counted, and nobody's row."""


@dataclass(frozen=True, slots=True)
class Moments:
    """Two moments that are put side by side."""

    before: When
    after: When = NOW


class ReplayQuestions(PlaceQuestions):
    """What made a record so, and how it came from one moment to another."""

    async def rows(self, partner: PartnerId, view: str, when: When = NOW) -> list[Row]:
        """Every row that a view of the partner had, folded anew from what it was told by then."""
        if view not in FOLDS:
            return [asdict(counted) for counted in await self.unmet(partner, when)]
        told = await self._told(partner, when)
        found = await asyncio.to_thread(FOLDS[view], told)
        looking.note_all(partner, {entry.subject for entry in told if entry.subject})
        return found

    async def why(
        self,
        partner: PartnerId,
        subject: UUID,
        field: str,
        when: When = NOW,
        *,
        sight: Sight = WHOLE,
    ) -> Because | None:
        """What made a field of one record so; ``None``: the partner knew nothing of the person."""
        told = await self.history(partner, subject, when, sight=sight)
        return why.why(told, field) if told else None

    async def difference(
        self, partner: PartnerId, subject: UUID, moments: Moments, *, sight: Sight = WHOLE
    ) -> Difference | None:
        """How one record differs at two moments; ``None``: it was known at neither."""
        before = await self.history(partner, subject, moments.before)
        after = await self.history(partner, subject, moments.after)
        if not before and not after:
            return None
        came, gone = difference.between(before, after)
        return difference.difference(
            _row(before, sight),
            _row(after, sight),
            seen(came, sight),
            seen(gone, sight),
            names=difference.names_of(await self.directory()),
        )


def _row(told: list[Entry], sight: Sight) -> dict[str, object] | None:
    return record.folded(told) if sight.whole else seen_row(told, sight)
