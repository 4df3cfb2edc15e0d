"""Reading a clock: where it stands at a moment, on what was known, and what was said before.

A pure function of what happened. It refuses to know the time: ``at`` is the moment asked about and
``known_at`` the moment up to which records count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from domain.policies.clocks.happening import Happening, Kind, counts
from domain.policies.clocks.rules import RULES, Clock, ClockRule, Standing, in_force
from domain.policies.clocks.spells import Spell, spells
from domain.policies.days import DAY, Unit, Within, days_between, end_of_day, local_date
from domain.vocabulary import Moment

BACKWARDS = frozenset(
    {Kind.REFERRAL_RECEIVED, Kind.REFERRAL_REOPENED, Kind.NULLIFIED, Kind.TAKEN_BACK}
)
"""Kinds that may change what was said of days before, on whichever day they are recorded."""


class State(StrEnum):
    NOT_STARTED = "not started"
    RUNNING = "running"
    PAUSED = "paused"  # only under a rule that takes pauses off
    STOPPED = "stopped"
    ENDED = "ended without its stop"
    NULLIFIED = "nullified"


@dataclass(frozen=True, slots=True)
class ClockReading:
    """Where a clock stands.

    ``day`` counts nights in London since the start: the day of referral is day 0, so 42 days are
    kept on day 42. ``due`` is the last moment in time. ``paused_days`` are shown apart; only a
    rule that takes them off has them taken off ``day``. ``awaits`` names what has still to happen.
    ``restated`` is what this clock read before a record made at ``restated_at`` changed the past.
    """

    clock: Clock
    rule: str
    source: str
    standing: Standing
    limit: Within
    state: State
    started: Moment | None = None
    stopped: Moment | None = None
    ended: Moment | None = None
    day: int = 0
    elapsed: timedelta = timedelta()
    paused_days: int = 0
    due: Moment | None = None
    breached: bool = False
    days_left: int | None = None
    opens_on: date | None = None
    awaits: tuple[str, ...] = ()
    restated: ClockReading | None = None
    restated_at: Moment | None = None

    @property
    def words(self) -> str:
        """The reading in a short line: ``day 40 of 42``, ``stopped on day 44, over 42 days``."""
        if self.started is None:
            return self.state.value
        hours, rest = divmod(int(self.elapsed.total_seconds()), 3600)
        spent = f"{hours} h {rest // 60:02} min" if self._by_hours else f"day {self.day}"
        if self.state is not State.RUNNING:
            spent = f"{self.state.value} {'after' if self._by_hours else 'on'} {spent}"
        if self.breached:
            return f"{spent}, over {self.limit.words}"
        if self._by_hours:
            return f"{spent} of {self.limit.words}"
        return f"{spent} of {self.limit.amount}" if self.limit.amount else spent

    @property
    def _by_hours(self) -> bool:
        return self.limit.unit is Unit.HOURS


def read(
    clock: Clock,
    happenings: Iterable[Happening],
    *,
    at: Moment,
    known_at: Moment | None = None,
) -> ClockReading:
    """Read the latest run of a clock at a moment; with ``known_at``, on what was known by then.

    ``happenings`` are those of one person at one provider, in any order.
    """
    known = [h for h in happenings if known_at is None or h.recorded_at <= known_at]
    reading = reckoned(clock, known, at)
    by_hours = reading.limit.unit is Unit.HOURS
    late = {h.recorded_at for h in known if by_hours or _may_restate(h)}
    for recorded_at in sorted(late, reverse=True):
        before = [h for h in known if h.recorded_at < recorded_at]
        after = [h for h in known if h.recorded_at <= recorded_at]
        if _past_changed(clock, before, after, recorded_at, at):
            previous = read(clock, before, at=min(at, recorded_at))
            return replace(reading, restated=previous, restated_at=recorded_at)
    return reading


def _may_restate(happening: Happening) -> bool:
    """Whether it may change a day before the one it was recorded on.

    What is recorded on its own day does not, unless it speaks of what was said before it.
    """
    return happening.kind in BACKWARDS or local_date(happening.at) != local_date(
        happening.recorded_at
    )


def _past_changed(
    clock: Clock,
    before: Sequence[Happening],
    after: Sequence[Happening],
    recorded_at: Moment,
    at: Moment,
) -> bool:
    """Whether what was recorded at one moment changes what had been said until then.

    So it does when a day before then now reads otherwise, when the verdict on the limit turns,
    when a start or a stop that had been said moves or goes, or when a stop turns out to lie on a
    day before. A stop recorded on its day does not.
    """
    eve = min(at, end_of_day(local_date(recorded_at) - DAY))
    if _said(reckoned(clock, before, eve)) != _said(reckoned(clock, after, eve)):
        return True
    then = min(at, recorded_at)
    old, new = reckoned(clock, before, then), reckoned(clock, after, then)
    return (
        old.breached != new.breached
        or old.started not in (None, new.started)
        or old.stopped not in (None, new.stopped)
        or (new.stopped is not None and new.stopped <= eve and new.stopped != old.stopped)
    )


def _said(reading: ClockReading) -> tuple[object, ...]:
    return (reading.state, reading.started, reading.stopped, reading.day, reading.breached)


def reckoned(
    clock: Clock, happenings: Sequence[Happening], at: Moment, rules: Sequence[ClockRule] = RULES
) -> ClockReading:
    """Where the latest run of a clock stands at a moment, whatever was said of it before.

    ``rules`` are others than those that hold, for who asks what they would have changed.
    """
    taken_back = {h.of for h in happenings if h.kind is Kind.TAKEN_BACK}
    standing = [h for h in happenings if h.at <= at and (not h.id or h.id not in taken_back)]
    nullified = {
        h.referral
        for h in happenings
        if h.kind is Kind.NULLIFIED and (not h.id or h.id not in taken_back)
    }
    counted = [h for h in standing if h.referral not in nullified]

    today = local_date(at)
    rule = in_force(clock, today, rules)
    runs = spells(rule, counted)
    if not runs:
        never = bool(nullified) and bool(spells(rule, standing))
        return _blank(rule, State.NULLIFIED if never else State.NOT_STARTED)
    spell = runs[-1]
    held = [h for h in counted if spell.holds(h)]
    rule = _governing(rule, spell, held, today, rules)

    firsts = [_first(rule, spell, held, kinds) for kinds in rule.stops]
    reached = [first for first in firsts if first is not None]
    stopped = max(reached) if len(reached) == len(firsts) else None
    ended = spell.end if stopped is None else None
    until = stopped or ended or at
    paused_days, in_pause = _pauses(counted, spell, until)
    deducted = paused_days if rule.deducts_pauses else 0
    due = rule.limit.due(spell.start, longer=deducted)
    running = stopped is None and ended is None
    state = State.STOPPED if stopped else State.ENDED if ended else State.RUNNING
    return replace(
        _blank(rule, State.PAUSED if running and in_pause and rule.deducts_pauses else state),
        started=spell.start,
        stopped=stopped,
        ended=ended,
        day=max(0, days_between(spell.start, until) - deducted),
        elapsed=max(timedelta(), until - spell.start),
        paused_days=paused_days,
        due=due,
        breached=until > due,
        days_left=days_between(until, due) if running else None,
        opens_on=local_date(spell.start) + timedelta(rule.opens) if rule.opens else None,
        awaits=tuple(
            " or ".join(kind.value for kind in Kind if kind in kinds)
            for kinds, first in zip(rule.stops, firsts, strict=True)
            if first is None
        ),
    )


def _blank(rule: ClockRule, state: State) -> ClockReading:
    return ClockReading(rule.clock, rule.name, rule.source, rule.standing, rule.limit, state)


def _governing(
    rule: ClockRule,
    spell: Spell,
    held: Iterable[Happening],
    today: date,
    rules: Sequence[ClockRule],
) -> ClockRule:
    if not rule.dated_by:
        return in_force(rule.clock, local_date(spell.start), rules)
    days = (local_date(h.at) for h in held if h.kind in rule.dated_by and counts(h))
    return in_force(rule.clock, min(days, default=today), rules)


def _first(
    rule: ClockRule, spell: Spell, held: Iterable[Happening], kinds: frozenset[Kind]
) -> Moment | None:
    """The first of some kinds that counts; under an hourly rule, to the minute from the start."""
    by_hours = rule.limit.unit is Unit.HOURS
    found = sorted(
        h.at
        for h in held
        if h.kind in kinds
        and (counts(h) or not rule.counts_media)
        and days_between(spell.start, h.at) >= rule.opens
        and not (by_hours and h.at < spell.start)
    )
    return next(iter(found[1:] if rule.again else found), None)


def _pauses(happenings: Iterable[Happening], spell: Spell, until: Moment) -> tuple[int, bool]:
    """Days paused within the wait, overlapping pauses counted once, and whether one goes on."""
    own = [h for h in happenings if h.referral in spell.referrals and h.at <= until]
    depth, total = 0, 0
    began = until
    for pause in sorted(own, key=lambda h: (h.at, h.kind is Kind.PAUSE_ENDED)):
        if pause.kind is Kind.PAUSE_BEGAN:
            if depth == 0:
                began = max(pause.at, spell.start)
            depth += 1
        elif pause.kind is Kind.PAUSE_ENDED and depth > 0:
            depth -= 1
            if depth == 0:
                total += max(0, days_between(began, pause.at))
    if depth > 0:
        total += max(0, days_between(began, until))
    return total, depth > 0
