"""What is unusual or risky enough to stop for: it warns, and lets go on with a reason in words.

The reason is the fact's own note, so that whoever reads the history reads it. It refuses to
prevent anything: what must never happen, the domain refuses.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from api.pages import words
from api.pages.visit import Visit
from api.pages.waiting import overdue_reviews
from domain.vocabulary import Priority, ServiceId
from projections.record import concern

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Interruption:
    """Why to stop and think, and which question's answer keeps the reason to go on."""

    because: Sequence[str]
    reason: str


Weighing = Callable[[Visit, Row, Any], Awaitable[Interruption | None]]
"""Whether what is about to be asked, of this record or referral, is unusual or risky."""

CONCERN = "A concern for their safety is open."
HASTE = (Priority.URGENT.value, Priority.EMERGENCY.value)


def _stopping(because: Sequence[str], reason: str) -> Interruption | None:
    return Interruption(because, reason) if because else None


def worried(record: Row) -> list[str]:
    """That a concern is open, as far as the visitor's organisation may know."""
    return [CONCERN] if any(map(concern.open_to, concern.of(dict(record)))) else []


async def turning_away(_visit: Visit, row: Row, _body: Any) -> Interruption | None:
    """An urgent referral is declined."""
    if row.get("priority") not in HASTE:
        return None
    said = f"This referral is marked {row['priority']}: nobody helps them until somebody else does."
    return _stopping([said], "note")


async def taking_back(_visit: Visit, row: Row, _body: Any) -> Interruption | None:
    """An urgent referral is withdrawn."""
    if row.get("priority") not in HASTE:
        return None
    said = f"This referral is marked {row['priority']}: who received it stops working on it."
    return _stopping([said], "note")


async def ending_help(visit: Visit, row: Row, _body: Any) -> Interruption | None:
    """Help ends while something about the person is still open."""
    record = await visit.here.reading.record(visit.caller.organisation, UUID(row["person"]))
    if record is None:
        return None
    because = worried(record)
    because += [
        f"A review has been due since {words.day(what['due_on'])}: {what['about']}."
        for _, what in overdue_reviews(record)
    ]
    because += [
        f"An appointment is booked for {words.moment(each['starts_at'])}."
        for each in record["contacts"].values()
        if each.get("referral") == str(row["id"])
        and not each.get("outcome")
        and each.get("starts_at")
        and words.instant(each["starts_at"]) > visit.now
    ]
    return _stopping(because, "summary")


async def stepping_down(visit: Visit, row: Row, body: Any) -> Interruption | None:
    """A hand-over to less intensive help is offered while a concern is open."""
    offered = visit.names.directory.services.get(ServiceId(body.service))
    down = offered is not None and row.get("step") is not None and offered.step < row["step"]
    return _stopping(worried(row) if down else [], "evidence")


async def going_back(_visit: Visit, row: Row, _body: Any) -> Interruption | None:
    """They are handed back, or put on hold, while a concern is open."""
    return _stopping(worried(row), "reason")


async def not_taking(_visit: Visit, row: Row, _body: Any) -> Interruption | None:
    """A hand-over is declined while a concern is open."""
    return _stopping(worried(row), "note")
