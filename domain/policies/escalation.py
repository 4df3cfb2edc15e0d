"""Escalation ladders: who is told, and when, while a hand-over or a referral meets silence.

Times hang on when the offer was known and when the rung before was told, both of them facts: a
sweep that was down finds the same rungs due. It sends nothing and keeps nothing: what was sent is
told to it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.policies.days import Unit, Within, local_date
from domain.vocabulary import Moment, Priority


class Silence(StrEnum):
    """What nobody has answered."""

    HANDOVER = "hand-over"
    REFERRAL = "referral"
    INFORMATION = "information"


class Rung(StrEnum):
    """Who is told, one after the other."""

    RECEIVER = "receiver"
    LEAD = "lead"
    SENDER = "sender"
    COMMISSIONER = "commissioner"


@dataclass(frozen=True, slots=True)
class Ladder:
    """One ladder: each rung falls due one more ``step`` after the offer was known.

    It never falls due less than a step after the rung before was told, so that what is recorded
    long after it began gives everybody on the ladder their time to act.
    ``expiry`` is how long after the last rung was told the request comes back to its sender;
    without it, nothing expires.
    """

    about: Silence
    source: str
    effective_from: date
    steps: Mapping[Priority, Within]
    rungs: tuple[Rung, ...] = tuple(Rung)
    expiry: Mapping[Priority, Within] | None = None
    effective_to: date | None = None  # the first day it no longer holds

    def expires(self, told_at: Moment, priority: Priority) -> Moment | None:
        """When it expires, counted from the moment the last rung was told, not from its deadline.

        So a place whose timer was down for long lets nothing expire that nobody was told of.
        """
        return self.expiry[priority].due(told_at) if self.expiry else None

    def due(
        self,
        rung: Rung,
        offered_at: Moment,
        priority: Priority,
        told_at: Moment | None = None,
    ) -> Moment:
        """When a rung falls due; ``told_at`` is when the rung before it was told."""
        step = self.steps[priority]
        at = Within(step.amount * (self.rungs.index(rung) + 1), step.unit).due(offered_at)
        return at if told_at is None else max(at, step.due(told_at))


@dataclass(frozen=True, slots=True)
class Due:
    """The next rung and when it falls due; ``now_due`` says that it has."""

    rung: Rung
    at: Moment
    now_due: bool


SOURCE = (
    "Throughcare's own default, after the rule that every offered transition is accepted, declined "
    "or escalated within a deadline by risk; a place changes it by a ladder of its own"
)
STEPS = {
    Priority.EMERGENCY: Within(4, Unit.HOURS),
    Priority.URGENT: Within(24, Unit.HOURS),
    Priority.ROUTINE: Within(5, Unit.WORKING_DAYS),
}

EXPIRY = {
    Priority.EMERGENCY: Within(4, Unit.HOURS),
    Priority.URGENT: Within(24, Unit.HOURS),
    Priority.ROUTINE: Within(10, Unit.WORKING_DAYS),
}
"""Throughcare's own default, like the steps: no list or standard says when silence is an answer."""

ASKED_BACK = (Rung.SENDER, Rung.LEAD, Rung.RECEIVER, Rung.COMMISSIONER)
"""A question back waits for the sender: it is told first, then its lead, then who asked.

It expires with nothing: the receiver still has the referral, and may answer it as it stands.
"""

LADDERS: tuple[Ladder, ...] = (
    Ladder(Silence.HANDOVER, SOURCE, date.min, STEPS),
    Ladder(Silence.REFERRAL, SOURCE, date.min, STEPS, expiry=EXPIRY),
    Ladder(Silence.INFORMATION, SOURCE, date.min, STEPS, rungs=ASKED_BACK),
)


def in_force(about: Silence, at: Moment, ladders: Collection[Ladder] = LADDERS) -> Ladder:
    """The ladder that held when the offer was made."""
    on = local_date(at)
    held = [
        ladder
        for ladder in ladders
        if ladder.about is about
        and ladder.effective_from <= on
        and (ladder.effective_to is None or on < ladder.effective_to)
    ]
    assert held, f"no ladder for a {about} on {on}"
    return max(held, key=lambda ladder: ladder.effective_from)


def next_rung(
    about: Silence,
    *,
    offered_at: Moment,
    priority: Priority,
    acknowledged: bool,
    sent: Collection[Rung],
    now: Moment,
    told_at: Moment | None = None,
    ladders: Collection[Ladder] = LADDERS,
) -> Due | None:
    """The first rung not sent yet; ``None`` once a human acknowledged, or when all are sent."""
    if acknowledged:
        return None
    ladder = in_force(about, offered_at, ladders)
    for rung in ladder.rungs:
        if rung not in sent:
            at = ladder.due(rung, offered_at, priority, told_at)
            return Due(rung, at, now_due=now >= at)
    return None
