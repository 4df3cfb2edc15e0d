"""Unanswered: a referral's silence, who was told of it, and its end when nobody sees to it.

Its facts belong to the referral, which decides (`domain.referral`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from domain.kernel import (
    Asked,
    BrokenRule,
    Fact,
    Recorded,
    Recorder,
)
from domain.policies.escalation import Rung, Silence
from domain.request import UNANSWERED, ReferralFact, ReferralIsNotWaiting, Request, State
from domain.silence import Wait
from domain.vocabulary import (
    Moment,
    PartnerId,
)

# What happened


class SilenceEscalated(ReferralFact):
    """Nobody answered by ``due_at``, so the next one to act is told; recorded for the sender."""

    TOPIC: ClassVar[str] = "referral:SilenceEscalated"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.SENDERS_TIMER,)

    rung: Rung
    due_at: Moment
    about: Silence = Silence.REFERRAL  # or the question back, which waits for the sender


class SilenceAcknowledged(ReferralFact):
    """Somebody has seen that nobody answered, and sees to it: no other rung is told."""

    TOPIC: ClassVar[str] = "referral:SilenceAcknowledged"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.SENDER, Recorder.RECEIVER)


class ReferralExpired(ReferralFact):
    """Nobody answered in time; the sender still holds the person and must act."""

    TOPIC: ClassVar[str] = "referral:ReferralExpired"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.SENDERS_TIMER,)

    receiver: PartnerId


# What is refused


class ReferralHasNotExpired(BrokenRule):
    """The referral may still be answered: not everybody was told, or somebody sees to it."""


# What may happen next


@dataclass
class Unanswered(Request):
    """What becomes of a request that nobody answers."""

    def escalate_silence(self, rung: Rung, *, asked: Asked) -> Recorded | None:
        """Tell the next one that nobody answered. Asked twice, it tells once.

        A timer asks this for the sender, who still holds the question. Raises `OnlyTheSenderMay`,
        `ReferralIsNotWaiting` and what `Wait.climb` raises.
        """
        self._sending(asked)
        wait = self._waiting()
        due = wait.climb(rung, asked.at)
        if due is None:
            return None
        fact = SilenceEscalated(rung=rung, due_at=due.at, about=wait.about)
        return self._record(fact, asked)

    def expire(self, *, left: bool = False, asked: Asked) -> Recorded | None:
        """Let an unanswered referral come back to its sender. Asked twice, it expires once.

        A timer asks this for the sender: when everybody was told of the silence and nobody sees to
        it, or when the receiver has ``left``. Raises `OnlyTheSenderMay`, `ReferralIsNotWaiting`,
        `ReferralHasNotExpired`.
        """
        self._sending(asked)
        if self.state is State.EXPIRED:
            return None
        if self.state not in UNANSWERED:
            raise ReferralIsNotWaiting(self.id, self.state)
        if not left and not (self.wait and self.wait.expired(asked.at)):
            raise ReferralHasNotExpired(self.id)
        assert self.receiver is not None
        return self._record(ReferralExpired(receiver=self.receiver), asked)

    def acknowledge_silence(self, *, asked: Asked) -> Recorded | None:
        """See to an escalated silence. Asked twice, it answers once.

        Raises `ReferralIsNotWaiting` and what `Wait.may_acknowledge` raises.
        """
        if self._waiting().may_acknowledge((self.receiver, self.sender), asked):
            return self._record(SilenceAcknowledged(), asked)
        return None

    def _waiting(self) -> Wait:
        if self.wait is None:
            raise ReferralIsNotWaiting(self.id, self.state)
        return self.wait


FACTS: tuple[type[Fact], ...] = (ReferralExpired, SilenceEscalated, SilenceAcknowledged)
