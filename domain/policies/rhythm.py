"""What each kind of meeting is for and how often it comes round: dated data with its source.

A meeting keeps its hour on the clocks of the place. One that would fall on a bank holiday is held
on the next working day, and the rhythm goes on from the day it would have fallen on.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from domain.policies.days import DAY, LONDON, add_working_days, is_working_day, local_date
from domain.vocabulary import MeetingKind, Moment, PartnerKind

WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How one kind of meeting comes round: every so many weeks, or on the same weekday of a month.

    ``lists_persons`` says whether it speaks of persons at all; ``needs`` are the kinds of
    organisation it cannot be held without.
    """

    kind: MeetingKind
    source: str
    weeks: int = 0
    months: int = 0
    lists_persons: bool = True
    needs: frozenset[PartnerKind] = frozenset()
    effective_from: date = date.min
    effective_to: date | None = None  # the first day it no longer holds

    def after(self, slot: date) -> date:
        """The day on which the one after it falls, holidays aside."""
        if self.weeks:
            return slot + self.weeks * WEEK
        month = slot.month - 1 + self.months
        return _weekday_of_month(slot.year + month // 12, month % 12 + 1, slot)


@dataclass(frozen=True, slots=True)
class Sitting:
    """When a meeting is held: the day of its rhythm, and the moment it really starts."""

    slot: date
    starts_at: Moment


JAMES_WIGG = "Camden CCG, Integrated mental health care: the James Wigg Practice case study"

RHYTHMS: tuple[Rhythm, ...] = (
    Rhythm(MeetingKind.WEEKLY_MDT, JAMES_WIGG, weeks=1),
    Rhythm(
        MeetingKind.FORTNIGHTLY_TEAM,
        f"{JAMES_WIGG}; about 30 minutes a case each fortnight: PMC6201820 table 1",
        weeks=2,
    ),
    Rhythm(
        MeetingKind.MONTHLY_PLANNING,
        f"{JAMES_WIGG}: planning by worker group, of the work and of no person",
        months=1,
        lists_persons=False,
    ),
    Rhythm(
        MeetingKind.MONTHLY_REVIEW,
        f"{JAMES_WIGG}: monthly project review with the trust, of the work and of no person",
        months=1,
        lists_persons=False,
        needs=frozenset({PartnerKind.TRUST}),
    ),
    Rhythm(
        MeetingKind.QUARTERLY_PLANNING,
        f"{JAMES_WIGG}: planning by worker group, of the work and of no person",
        months=3,
        lists_persons=False,
    ),
)


def in_force(kind: MeetingKind, at: Moment, rhythms: Collection[Rhythm] = RHYTHMS) -> Rhythm:
    """The rhythm of a kind of meeting as it held at a moment."""
    on = local_date(at)
    held = [
        rhythm
        for rhythm in rhythms
        if rhythm.kind is kind
        and rhythm.effective_from <= on
        and (rhythm.effective_to is None or on < rhythm.effective_to)
    ]
    assert held, f"no rhythm for a {kind} on {on}"
    return max(held, key=lambda rhythm: rhythm.effective_from)


def following(rhythm: Rhythm, slot: date, starts_at: Moment) -> Sitting:
    """When the meeting after this one is held, at the same hour on the clock."""
    then = rhythm.after(slot)
    held_on = then if is_working_day(then) else add_working_days(then, 1)
    hour = starts_at.astimezone(LONDON).time()
    return Sitting(then, datetime.combine(held_on, hour, LONDON).astimezone(UTC))


def _weekday_of_month(year: int, month: int, like: date) -> date:
    """The second Tuesday for a second Tuesday; the last one where there is no fifth."""
    first = date(year, month, 1)
    day = first + timedelta(days=(like.weekday() - first.weekday()) % 7)
    day += (like.day - 1) // 7 * WEEK
    return day if day.month == month else day - 7 * DAY
