"""What a form was opened on, and what was told since: nobody answers unseen what has moved on."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.pages import telling, words
from api.pages.visit import Visit
from projections.entries import Entry


@dataclass(frozen=True, slots=True)
class Opened:
    """A person's record, or one referral in it, as it was when entry ``number`` was the newest."""

    person: UUID
    number: int
    referral: UUID | None = None

    async def since(self, visit: Visit, number: int) -> tuple[list[str], int]:
        """What was told of it after an entry, in words, and the newest entry there is now."""
        told = await visit.here.reading.history(visit.caller.organisation, self.person)
        news = [entry for entry in told if entry.number > number and self._concerns(entry)]
        newest = max((entry.number for entry in told), default=number)
        return [_said(entry, visit) for entry in news], newest

    def _concerns(self, entry: Entry) -> bool:
        if self.referral is None:
            return entry.type.startswith(("person.", "pathway."))
        return str(self.referral) in (entry.data.get("stream"), entry.data.get("referral"))


def _said(entry: Entry, visit: Visit) -> str:
    who = visit.names.by(entry.data)
    happened = telling.happened(entry.type, entry.data, visit.names)
    return f"{happened}, {words.moment(entry.effective_at)}" + (f" ({who})" if who else "")
