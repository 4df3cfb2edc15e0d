"""Suggestions for a meeting's list: new and existing cases that a partner holds, each with why.

Read off the partner's own rows and the place's way; it suggests, and lists nobody by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from domain.policies.days import local_date
from domain.policies.ways import Way
from domain.vocabulary import Complexity
from projections import record

MOST = 50


class Why(StrEnum):
    """Why somebody is suggested."""

    NEW = "new since the last meeting"
    NEVER = "no meeting has looked at them"
    AGAIN = "not looked at in time"
    OVERDUE = "review overdue"


@dataclass(frozen=True, slots=True)
class Suggested:
    """Somebody for the list. ``days`` nobody has looked; ``within`` how many are fair."""

    row: dict[str, Any]
    why: tuple[Why, ...]
    days: int
    within: int | None

    @property
    def complexity(self) -> Complexity | None:
        coded = self.row.get("complexity")
        return Complexity(coded["complexity"]) if coded else None

    @property
    def late(self) -> int:
        """Days beyond what is fair; the busier the case, the sooner they count."""
        return self.days - (self.within or 0)


def suggested(
    rows: Iterable[dict[str, Any]],
    meeting: dict[str, Any],
    meetings: Sequence[dict[str, Any]],
    way: Way | None,
) -> list[Suggested]:
    """Whom to list, the most complex first, and of those whoever has waited longest.

    ``rows`` are the partner's own; ``meetings`` all it is invited to. Who is on the list is left
    out, and so is whom another organisation holds.
    """
    on = local_date(datetime.fromisoformat(meeting["starts_at"]))
    before = _before(meeting, meetings)
    found = []
    for row in rows:
        held = row["open"] and row.get("responsible") == row["partner"]
        if not held or row.get("died") or row["person"] in meeting["cases"]:
            continue
        found.append(_judged(row, on, before, way))
    found = [each for each in found if each.why]
    found.sort(key=lambda s: (record.complexity(s.row), -s.late, s.row.get("name", "")))
    return found[:MOST]


def _judged(row: dict[str, Any], on: date, before: str, way: Way | None) -> Suggested:
    came = str(row.get("at_step_since") or "")
    looked = max(
        (str(at) for case in row["meetings"].values() for at in _looks(case) if str(at) >= came),
        default="",
    )
    since = looked or came
    days = (on - local_date(datetime.fromisoformat(since))).days if since else 0
    why = [Why.OVERDUE] if row.get("reviews") else []
    review = way.team_review if way else None
    if review is not None and row.get("step") not in review.steps:
        return Suggested(row, tuple(why), days, None)
    if came > before and not looked:
        why.append(Why.NEW)
    within = None
    if way is not None and review is not None:
        coded = row.get("complexity")
        colour = Complexity(coded["complexity"]) if coded else None
        within = way.looked_at_within(colour, new=not looked)
        if not looked and Why.NEW not in why:
            why.append(Why.NEVER)
        elif looked and within is not None and days >= within:
            why.append(Why.AGAIN)
    return Suggested(row, tuple(why), days, within)


def _looks(case: dict[str, Any]) -> list[str]:
    return [case[name] for name in ("decided_at", "noted_at") if case.get(name)]


def _before(meeting: dict[str, Any], meetings: Iterable[dict[str, Any]]) -> str:
    """When the meeting of this kind before this one began; of a first one, nothing came before."""
    return max(
        (
            str(other["starts_at"])
            for other in meetings
            if other["kind"] == meeting["kind"] and other["starts_at"] < meeting["starts_at"]
        ),
        default="",
    )


def answer(each: Suggested) -> dict[str, Any]:
    """A suggestion as the interface says it."""
    row = each.row
    return {
        "person": row["person"],
        "name": row.get("name"),
        "step": row.get("step"),
        "complexity": each.complexity,
        "why": list(each.why),
        "days": each.days,
        "within": each.within,
    }
