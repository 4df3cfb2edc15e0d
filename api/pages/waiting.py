"""Waiting clocks on pages: of a row in few words, of a record with all that is behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from api.pages import drawing, words
from domain.policies import clocks
from domain.policies.days import days_between
from domain.policies.ways import Way
from domain.vocabulary import PartnerKind, Priority, Step
from projections.clocks import GOING_ON

STANDARDS = {
    Step.TALKING_THERAPIES: (clocks.Clock.TALKING_THERAPIES_6_WEEKS, None),
    Step.COLLABORATIVE_CARE: (clocks.Clock.COMMUNITY_4_WEEKS, "A05"),
    Step.HOSPITAL_CARE: (clocks.Clock.COMMUNITY_4_WEEKS, "A06"),
}
"""The clock that runs at a step, and the MHSDS team type it is counted under."""

NEAR_DAYS = 7
OVER = words.Tag("Over", "red")
TAGS = {
    "running": words.Tag("Running", "blue"),
    "paused": words.Tag("Paused", "yellow"),
    "stopped": words.Tag("In time", "green"),
    "ended without its stop": words.Tag("Ended", "grey"),
    "nullified": words.Tag("Nullified", "grey"),
}
"""A clock's state; one that is over its limit says so instead."""


def overdue_reviews(row: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """The reviews that fell due and that nobody has done, the oldest first."""
    return sorted(row.get("reviews", {}).items(), key=lambda pair: str(pair[1]["due_on"]))


@dataclass(frozen=True, slots=True)
class Clock:
    """A waiting clock in words, with its bar."""

    text: str
    tone: str  # over, near, running or plain
    bar: Markup | None = None


def clock(
    row: Mapping[str, Any],
    step: Step | None,
    now: datetime,
    *,
    local: clocks.Clock | None = None,
) -> Clock | None:
    """The clock of somebody who waits for this organisation; ``None`` for those who do not.

    ``local`` is the one that the place's way has run for them instead.
    """
    since = row.get("waiting_since")
    if not since:
        return None
    started = words.instant(since)
    if local is not None:
        return _assessment(local, started, now)
    standard = STANDARDS.get(step) if step else None
    if standard is None:
        days = max(0, days_between(started, now))
        return Clock(f"Waiting {days} day{'' if days == 1 else 's'}", "plain")
    which, team = standard
    received = clocks.Happening(clocks.Kind.REFERRAL_RECEIVED, started, started, team=team)
    reading = clocks.read(which, [received], at=now)
    limit = reading.limit.amount
    if reading.breached:
        over = reading.day - limit
        text = f"{over} day{'' if over == 1 else 's'} over {limit // 7} weeks"
        return Clock(text, "over", drawing.bar(1, "over"))
    tone = "near" if reading.day >= limit - NEAR_DAYS else "running"
    return Clock(f"Day {reading.day} of {limit}", tone, drawing.bar(reading.day / limit, tone))


def initial_assessment(
    way: Way | None, step: Step, kind: PartnerKind, priority: str
) -> clocks.Clock | None:
    """The clock of an initial assessment that a referral runs in this way; ``None`` for no such."""
    acute = priority == Priority.EMERGENCY.value
    which = clocks.Clock.SANDWELL_ACUTE if acute else clocks.Clock.SANDWELL_ASSESSMENT
    runs = any(
        standard.clock is which and kind in standard.kinds and step in standard.steps
        for standard in clocks.STANDARDS
    )
    return which if way is not None and which in way.clocks and runs else None


def _assessment(which: clocks.Clock, started: datetime, now: datetime) -> Clock:
    received = clocks.Happening(clocks.Kind.REFERRAL_RECEIVED, started, started)
    reading = clocks.read(which, [received], at=now)
    limit = reading.limit.amount
    if reading.breached:
        over = reading.day - limit
        return Clock(
            f"Assessment {over} day{'' if over == 1 else 's'} over", "over", drawing.bar(1, "over")
        )
    if not limit:
        return Clock("Assess today", "near", drawing.bar(1, "near"))
    tone = "near" if reading.day >= limit - 1 else "running"
    return Clock(
        f"Assessment: day {reading.day} of {limit}", tone, drawing.bar(reading.day / limit, tone)
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """One clock of a person's record, ready to be shown."""

    name: str
    where: str
    said: str
    tag: words.Tag
    due: str
    awaits: str
    notes: tuple[str, ...]
    source: str
    going_on: bool


def standings(clocks_read: Sequence[Mapping[str, Any]], names: words.Names) -> list[Standing]:
    """Where a person's clocks stand, in the order they were read."""
    return [_standing(read, names) for read in clocks_read]


def _standing(read: Mapping[str, Any], names: words.Names) -> Standing:
    notes = []
    if read["paused_days"]:
        days = f"{read['paused_days']} day{'' if read['paused_days'] == 1 else 's'}"
        notes.append(f"Paused for {days} at the person's word")
    if read["opens_on"]:
        notes.append(f"Not before {words.day(read['opens_on'])}")
    if restated := read["restated"]:
        notes.append(
            f"Restated on {words.day(restated['at'])}: was {restated['was']}, is {restated['is']}"
        )
    going_on = read["state"] in GOING_ON
    over = read["breached"]
    return Standing(
        name=words.sentence(read["clock"]),
        where=names.organisation(read["provider"]) if read["provider"] else "",
        said=words.sentence(read["words"]),
        tag=OVER if over else TAGS[read["state"]],
        due=words.day(read["due"]) if read["due"] and going_on else "",
        awaits="; ".join(words.sentence(kind) for kind in read["awaits"]) if going_on else "",
        notes=tuple(notes),
        source=f"{words.sentence(read['standing'])}: {read['rule']}. {read['source']}",
        going_on=going_on,
    )
