"""Waiting: when the person asked to wait, and clocks that should never have started.

Its facts belong to the referral, which decides (`domain.referral`). It refuses to know how a clock
counts them: that is dated data (`domain.policies.clocks`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import ClassVar

from domain.kernel import (
    Ask,
    Asked,
    BrokenRule,
    Category,
    Clinical,
    Fact,
    PersonalText,
    Recorded,
    Recorder,
)
from domain.request import ADVICE, WAITED_UNDER, OnlyTheReceiverMay, Request
from domain.vocabulary import Moment, NullificationReason, PauseReason

# What happened


class WaitingFact(Fact):
    """What is said of the wait for a service."""

    TOPIC: ClassVar[str] = "referral:"
    CATEGORY: ClassVar[Category] = Category.REFERRAL
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.RECEIVER,)


class WaitPaused(WaitingFact):
    """The person cannot be seen for a while, at their own word; the wait is paused from then on.

    National clocks go on (NHS England takes off no pause); a local one may take it off.
    """

    TOPIC: ClassVar[str] = "referral:WaitPaused"

    reason: Clinical[PauseReason]
    until: date | None = None  # when the person thinks that they can be seen again
    note: Clinical[PersonalText | None] = None


class WaitResumed(WaitingFact):
    """The person can be seen again."""

    TOPIC: ClassVar[str] = "referral:WaitResumed"


class ClockNullified(WaitingFact):
    """The wait should never have started: the referral was a mistake. No clock counts it."""

    TOPIC: ClassVar[str] = "referral:ClockNullified"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.SENDER, Recorder.RECEIVER)

    reason: NullificationReason
    note: Ask[PersonalText | None] = None


class ClockReinstated(WaitingFact):
    """The nullification was the mistake: the wait counts from its first day, as if never gone."""

    TOPIC: ClassVar[str] = "referral:ClockReinstated"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.SENDER, Recorder.RECEIVER)


# What is refused


class NobodyWaits(BrokenRule):
    """Nobody waits under this referral: it has ended, or is not made yet."""


class WaitIsNotPaused(BrokenRule):
    """The wait is not paused, so there is no pause to end."""


class PauseEndsBeforeItBegan(BrokenRule):
    """The wait was paused later than that; say when the person could be seen again."""


class OnlyThePartiesMayNullify(BrokenRule):
    """A wait is nullified by the organisation that made the referral, or by the one that has it."""


class ClockIsNotNullified(BrokenRule):
    """The wait counts already; no nullification is to be taken back."""


# What is true now


@dataclass(frozen=True, slots=True)
class Clock:
    """Whether the wait is paused, and since when; whether it counts at all."""

    paused_since: Moment | None = None
    nullified: bool = False

    def follow(self, fact: WaitingFact, at: Moment) -> Clock:
        """The clock after one more fact."""
        match fact:
            case WaitPaused():
                return replace(self, paused_since=at)
            case WaitResumed():
                return replace(self, paused_since=None)
            case ClockNullified():
                return replace(self, nullified=True)
            case ClockReinstated():
                return replace(self, nullified=False)
            case other:
                raise AssertionError(f"{other.TOPIC} is not a fact about a wait")

    def may_resume(self, at: Moment) -> None:
        """Raises `WaitIsNotPaused`, `PauseEndsBeforeItBegan`."""
        if self.paused_since is None:
            raise WaitIsNotPaused
        if at < self.paused_since:
            raise PauseEndsBeforeItBegan

    def next_actions(self, *, receiving: bool, sending: bool, waits: bool) -> tuple[str, ...]:
        """What a party may ask of the wait; ``waits`` while the referral has not ended."""
        actions: list[str] = []
        if receiving and waits:
            actions.append("resumption" if self.paused_since else "pause")
        if receiving or sending:
            actions.append("reinstatement" if self.nullified else "nullification")
        return tuple(actions)


# What may happen next


@dataclass
class Waiting(Request):
    """Whether the wait to be seen is paused, and whether it counts."""

    clock: Clock = field(default_factory=Clock)

    def pause_wait(
        self, reason: PauseReason, *, until: date | None, note: str | None, asked: Asked
    ) -> Recorded | None:
        """Note that the person cannot be seen for a while. Raises `OnlyTheReceiverMay`.

        The receiver's silence goes on: it is asked for an answer, not for an appointment. Raises
        `NobodyWaits` too.
        """
        self._keeping_waiting(asked)
        if self.clock.paused_since is not None:
            return None
        return self._record(WaitPaused(reason=reason, until=until, note=note), asked)

    def resume_wait(self, *, asked: Asked) -> Recorded:
        """Note that the person can be seen again.

        Raises `OnlyTheReceiverMay`, `NobodyWaits`, `WaitIsNotPaused`, `PauseEndsBeforeItBegan`.
        """
        self._keeping_waiting(asked)
        self.clock.may_resume(asked.at)
        return self._record(WaitResumed(), asked)

    def nullify_clock(
        self, reason: NullificationReason, *, note: str | None, asked: Asked
    ) -> Recorded | None:
        """Say that the wait should never have started, also when the referral has ended.

        Before a referral is made nobody waits under it. Raises `OnlyThePartiesMayNullify`,
        `NobodyWaits`.
        """
        self._party(asked)
        if self.state in ADVICE:
            raise NobodyWaits(self.id)
        if self.clock.nullified:
            return None
        return self._record(ClockNullified(reason=reason, note=note), asked)

    def reinstate_clock(self, *, asked: Asked) -> Recorded:
        """Take a nullification back. Raises `OnlyThePartiesMayNullify`, `ClockIsNotNullified`."""
        self._party(asked)
        if not self.clock.nullified:
            raise ClockIsNotNullified(self.id)
        return self._record(ClockReinstated(), asked)

    def _keeping_waiting(self, asked: Asked) -> None:
        if asked.organisation != self.receiver:
            raise OnlyTheReceiverMay(self.id)
        if self.state not in WAITED_UNDER:
            raise NobodyWaits(self.id)

    def _party(self, asked: Asked) -> None:
        if asked.organisation not in (self.receiver, self.sender):
            raise OnlyThePartiesMayNullify(self.id)


FACTS: tuple[type[Fact], ...] = (WaitPaused, WaitResumed, ClockNullified, ClockReinstated)
