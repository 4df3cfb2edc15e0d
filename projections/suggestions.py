"""Suggestions for a meeting's list: new and existing cases that a partner holds, each with why.

Read off the partner's own rows and the place's way; it suggests, and lists nobody by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from domain.policies import discussing
from domain.policies.days import days_between, local_date
from domain.policies.ways import Way
from domain.vocabulary import Complexity, Step
from projections import record
from projections.record import concern, outcome

MOST = 50
HELD = 4 * MOST
"""How many whom the partner holds are judged: the most complex, and the newest."""

URGENT = ("concern to look at", "concern open", "review overdue")


class Why(StrEnum):
    """Why somebody is suggested."""

    NEW = "new since the last meeting"
    NEVER = "no meeting has looked at them"
    AGAIN = "not looked at in time"
    OVERDUE = "review overdue"
    CONCERN = "concern open"
    NOT_IMPROVING = "not improving"
    OVER_LIMIT = "over limit"


@dataclass(frozen=True, slots=True)
class Suggested:
    """Somebody for the list. ``days`` nobody has looked; ``within`` how many are fair.

    ``because`` says what of the record speaks for it, in words and figures.
    """

    row: dict[str, Any]
    why: tuple[Why, ...]
    days: int
    within: int | None
    because: tuple[str, ...] = ()

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
    steps: Mapping[str, Step],
    at: datetime,
) -> list[Suggested]:
    """Whom to list: an open concern first, then whom the record speaks for, then the most complex.

    ``rows`` are the partner's own; ``meetings`` all it is invited to; ``steps`` those of services.
    Who is on the list is left out; whom another organisation holds is suggested only for a concern,
    a wait or scores.
    """
    on = local_date(datetime.fromisoformat(meeting["starts_at"]))
    before = _before(meeting, meetings)
    found = []
    for row in {row["person"]: row for row in rows}.values():
        if row.get("died") or row["status"] == "past" or row["person"] in meeting["cases"]:
            continue
        held = row["open"] and row.get("responsible") == row["partner"]
        each = _judged(row, on, before, way) if held else Suggested(row, (), 0, None)
        spoken = dict(_spoken(row, steps, at))
        found.append(replace(each, why=(*spoken, *each.why), because=tuple(spoken.values())))
    found = [each for each in found if each.why]
    found.sort(
        key=lambda s: (
            Why.CONCERN not in s.why,
            not s.because,
            record.complexity(s.row),
            -s.late,
            s.row.get("name", ""),
        )
    )
    return found[:MOST]


def _spoken(
    row: dict[str, Any], steps: Mapping[str, Step], at: datetime
) -> Iterator[tuple[Why, str]]:
    """What of the record itself says that somebody should look, with its figures."""
    if open_ones := sum(map(concern.open_to, concern.of(row))):
        yield Why.CONCERN, f"{open_ones} concern{'' if open_ones == 1 else 's'} open"
    if said := not_improving(row, at):
        yield Why.NOT_IMPROVING, said
    since = row["waiting_since"]
    waits = [
        steps[asked["service"]]
        for asked in row["referrals"].values()
        if asked.get("made_at") == since and asked.get("service") in steps
    ]
    if since and waits:
        over = discussing.over_limit(waits[0], datetime.fromisoformat(since), at)
        if over:
            days, weeks = over
            yield Why.OVER_LIMIT, f"{days} day{'' if days == 1 else 's'} over {weeks} weeks"


def not_improving(row: dict[str, Any], at: datetime) -> str:
    """The scores that show no improvement for as long as the rule waits; or nothing."""
    within = discussing.improves_within(local_date(at))
    return "; ".join(
        f"{s.instrument} {s.first} to {s.last} in {days_between(s.since, at) // 7} weeks"
        for s in outcome.unimproved(row)
        if days_between(s.since, at) >= within
    )


def to_look_for(
    meeting: dict[str, Any], meetings: Iterable[dict[str, Any]], at: datetime
) -> dict[str, Any]:
    """Where in a caseload to look, as the statement asks it; no whole caseload is read."""
    on = local_date(at)
    return {
        "urgent": [record.STATUSES.index(status) for status in URGENT],
        "waiting": at - timedelta(days=discussing.shortest_limit(on)),
        "unimproved": at - timedelta(days=discussing.improves_within(on) - 1),
        "before": record.moment(_before(meeting, meetings)),
        "most": MOST,
        "held": HELD,
    }


def _judged(row: dict[str, Any], on: date, before: str, way: Way | None) -> Suggested:
    came = str(row.get("at_step_since") or "")
    looked = record.looked_at(row)
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
        "because": list(each.because),
    }
