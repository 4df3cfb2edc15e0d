"""A person's history looked at from one of its moments: what was known by then, and was true.

It refuses to say what that means for anybody; pages do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query

from api.pages import moments, telling, words
from api.pages.visit import Freshness, Visit
from api.problems import NothingIsHere
from projections import record
from projections.entries import Entry
from projections.moments import When

Ordinal = Annotated[int | None, Query(ge=1, le=2**31)]
"""One event of a history, counted from the oldest, which is 1."""


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the timeline; ``ordinal`` counts from the oldest, which is 1."""

    ordinal: int
    title: str
    at: datetime
    recorded_at: datetime
    by: str
    why: str
    elapsed: str
    backfill: bool
    late: bool


@dataclass(frozen=True, slots=True)
class LookedBack:
    """All that is known now of a person, and which of its events was the last one known then."""

    person: UUID
    entries: Sequence[Entry]
    ordinal: int
    when: When
    clocks: Mapping[str, str]

    @property
    def past(self) -> bool:
        return self.ordinal < len(self.entries) or self.when.as_of is not None

    @property
    def then(self) -> list[Entry]:
        """What was known, as far as it was true."""
        return self.true(self.entries[: self.ordinal])

    @property
    def just_before(self) -> list[Entry]:
        """The same without the last event that was known."""
        return self.true(self.entries[: self.ordinal - 1])

    @property
    def known(self) -> dict[str, Any]:
        """The record by all that was known, true by then or not."""
        row = record.folded(self.entries[: self.ordinal])
        assert row is not None
        return row

    def true(self, entries: Sequence[Entry]) -> list[Entry]:
        return [entry for entry in entries if not self.untrue(entry)]

    def untrue(self, entry: Entry) -> bool:
        """Whether it came true only after the moment one asks about."""
        return self.when.as_of is not None and entry.effective_at > self.when.as_of

    @property
    def at(self) -> dict[str, str]:
        """The moment as an address says it; now is said by nothing."""
        if "as-at" in self.clocks or self.ordinal == len(self.entries):
            return dict(self.clocks)
        return {"at": str(self.ordinal), **self.clocks}

    async def freshness(self, visit: Visit) -> Freshness:
        """How new the page is: looking at an earlier event is looking at the past."""
        now = await visit.freshness()
        if now.past or self.ordinal == len(self.entries):
            return now
        said = f"event {self.ordinal} of {len(self.entries)}"
        return replace(now, past=True, said=said, now_link=f"/people/{self.person}/history")

    def address(self, page: str = "history", **query: str | int) -> str:
        """A page of this person at this moment, or at another event if one is given."""
        kept = {**self.at, **{name: str(value) for name, value in query.items()}}
        if "at" in query:
            kept.pop("as-at", None)
        return moments.address(f"/people/{self.person}/{page}", kept)


async def looked_back(visit: Visit, person: UUID, at: int | None) -> LookedBack:
    """The history of somebody, from the moment asked for. Raises `NothingIsHere`."""
    reading, me, when = visit.here.reading, visit.caller.organisation, visit.when
    entries = await reading.history(me, person)
    ordinal = min(at or len(entries), len(entries))
    if when.as_at is not None:
        ordinal = len(await reading.history(me, person, When(as_at=when.as_at)))
    if not ordinal:
        raise NothingIsHere
    return LookedBack(person, entries, ordinal, when, visit.clocks)


def timeline(entries: Sequence[Entry], names: words.Names) -> list[Event]:
    """The entries as events, oldest first."""
    events = []
    for ordinal, entry in enumerate(entries, start=1):
        earlier = entries[ordinal - 2].effective_at if ordinal > 1 else None
        since = earlier is not None and entry.effective_at >= earlier
        known_on, true_on = (
            words.instant(at).date() for at in (entry.recorded_at, entry.effective_at)
        )
        events.append(
            Event(
                ordinal,
                telling.happened(entry.type, entry.data, names),
                entry.effective_at,
                entry.recorded_at,
                names.by(entry.data),
                telling.why(entry.data),
                words.elapsed(earlier, entry.effective_at) if since and earlier else "",
                entry.backfill,
                known_on > true_on,
            )
        )
    return events
