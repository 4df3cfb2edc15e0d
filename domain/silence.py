"""Silence: since when something offered waits for an answer, and who was told that none came.

It knows the ladder and the moment of the offer; it refuses to know a clock, a referral, a pathway.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from domain.kernel import Asked, BrokenRule, Recorded
from domain.policies.escalation import Due, Rung, Silence, in_force, next_rung
from domain.vocabulary import Moment, PartnerId, Priority


class ThisRungIsNotDue(BrokenRule):
    """It is not time to escalate this silence so far; the rungs before it come first."""


class SilenceIsAcknowledged(BrokenRule):
    """Somebody has acknowledged this silence, so it is escalated no further."""


class NothingWasEscalated(BrokenRule):
    """No silence was escalated here, so there is none to acknowledge."""


class OnlyThePartiesMayAcknowledge(BrokenRule):
    """A silence is acknowledged by the organisation that offered, or by the one to answer."""


class OnlySomebodyMayAcknowledge(BrokenRule):
    """A silence is acknowledged by somebody, never by a system."""


@dataclass(frozen=True, slots=True)
class Wait:
    """One wait for an answer. Its deadlines hang on ``offered_at``, the moment it was known.

    ``told_at`` is when the last rung was told: the next one has its time from then on.
    ``expires_at`` is there once every rung was told and nobody has acknowledged it.
    """

    about: Silence
    offered_at: Moment
    priority: Priority = Priority.ROUTINE
    sent: tuple[Rung, ...] = ()
    acknowledged: bool = False
    told_at: Moment | None = None
    expires_at: Moment | None = None

    @classmethod
    def since(
        cls, about: Silence, recorded: Recorded, priority: Priority = Priority.ROUTINE
    ) -> Wait:
        """The wait that a fact begins: when it was true or, recorded later, when it was known.

        Nobody is late with what they could not have known; an old message imported today waits
        from today.
        """
        known = recorded.recorded_at or recorded.effective_at
        return cls(about, max(known, recorded.effective_at), priority)

    @property
    def unacknowledged(self) -> bool:
        """Whether a silence was escalated that nobody has acknowledged."""
        return bool(self.sent) and not self.acknowledged

    def next(self, now: Moment) -> Due | None:
        """The rung that comes next, and when; ``None`` when there is none."""
        return next_rung(
            self.about,
            offered_at=self.offered_at,
            priority=self.priority,
            acknowledged=self.acknowledged,
            sent=self.sent,
            told_at=self.told_at,
            now=now,
        )

    def climb(self, rung: Rung, now: Moment) -> Due | None:
        """Tell this rung, each once and in their order; ``None`` when it was told already.

        Raises `SilenceIsAcknowledged`, `ThisRungIsNotDue`.
        """
        if rung in self.sent:
            return None
        due = self.next(now)
        if due is None:
            raise SilenceIsAcknowledged(rung)
        if due.rung is not rung or not due.now_due:
            raise ThisRungIsNotDue(rung)
        return due

    def may_acknowledge(self, parties: tuple[PartnerId | None, ...], asked: Asked) -> bool:
        """Whether this acknowledges it; ``False`` when somebody did before.

        Raises `OnlyThePartiesMayAcknowledge`, `OnlySomebodyMayAcknowledge`, `NothingWasEscalated`.
        """
        if asked.organisation not in parties:
            raise OnlyThePartiesMayAcknowledge(asked.organisation)
        if asked.practitioner is None:
            raise OnlySomebodyMayAcknowledge(asked.organisation)
        if not self.sent:
            raise NothingWasEscalated(asked.organisation)
        return not self.acknowledged

    def expired(self, now: Moment) -> bool:
        """Whether everybody was told, nobody has acknowledged it, and the time to do so is over."""
        return self.expires_at is not None and now >= self.expires_at

    def climbed(self, rung: Rung, at: Moment) -> Wait:
        """The wait after a rung was told at that moment; after the last one, it can expire."""
        ladder = in_force(self.about, self.offered_at)
        sent = (*self.sent, rung)
        over = ladder.expires(at, self.priority) if set(sent) >= set(ladder.rungs) else None
        return replace(self, sent=sent, told_at=at, expires_at=None if self.acknowledged else over)

    def heard(self) -> Wait:
        return replace(self, acknowledged=True, expires_at=None)
