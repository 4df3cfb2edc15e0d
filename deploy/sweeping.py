"""The sweep: finds what has fallen due, one method for each kind, and asks what follows from it.

It keeps nothing and decides nothing: deadlines are rows of a view, and the domain says no to what
is answered by now. Killed and begun again, or run twice at once, it asks with the same keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from threading import Event
from uuid import UUID

import psycopg
import structlog

from domain.application import CareCoordination
from domain.intentions.deciding import Answer
from domain.kernel import Asked, BrokenRule
from domain.policies.escalation import Rung, Silence
from domain.vocabulary import HandoverId, ReferralId
from projections import silences
from projections.silences import Waiting

EVERY = 30.0
"""Seconds between two rounds."""

ROUND = 100
"""Silences escalated in one round at most: a place that was down for long catches up in steps."""

_log = structlog.get_logger("sweep")


@dataclass(frozen=True, slots=True)
class Escalated:
    """A rung that was told now."""

    about: Silence
    id: UUID
    rung: Rung
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Expired:
    """A referral that nobody answered, and that came back to its sender now."""

    id: UUID
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Sweep:
    """One timer for a place. ``dsn`` is the serving role's; the time is the database's."""

    care: CareCoordination
    dsn: str

    def run(self, stop: Event) -> None:
        """Sweep until told to stop."""
        while not stop.wait(EVERY):
            try:
                self.everything()
            except (psycopg.OperationalError, psycopg.InternalError) as lost:
                _log.warning("database lost; sweeping again", error=type(lost).__name__)

    def everything(self) -> list[Escalated | Expired]:
        """One round of all that falls due."""
        return [*self.once(), *self.expire()]

    def expire(self, limit: int = ROUND) -> list[Expired]:
        """Let come back to their senders what nobody answered or saw to."""
        now, overdue = self._overdue()
        expired: list[Expired] = []
        for waiting in overdue:
            if len(expired) == limit:
                break
            if waiting.due_at is None or not waiting.wait.expired(now):
                continue
            try:
                answer = self.care.expire_referral(
                    ReferralId(waiting.id), asked=self._asked(waiting, "expiry", now)
                )
            except BrokenRule as rule:
                _log.info("not expired", id=str(waiting.id), rule=rule.rule)
                continue
            if not answer.repeated:
                expired.append(Expired(waiting.id, waiting.due_at))
        if expired:
            _log.info("referrals expired", count=len(expired))
        return expired

    def once(self, limit: int = ROUND) -> list[Escalated]:
        """Escalate what is due, the longest overdue first, and each by one rung."""
        now, overdue = self._overdue()
        escalated: list[Escalated] = []
        for waiting in overdue:
            if len(escalated) == limit:
                break
            next_rung = waiting.wait.next(now)
            if next_rung is None or not next_rung.now_due:
                continue
            try:
                answer = self._ask(waiting, next_rung.rung, now)
            except BrokenRule as rule:
                # Answered or acknowledged since the view was folded, or about to be.
                _log.info("not escalated", id=str(waiting.id), rule=rule.rule)
                continue
            if not answer.repeated:
                about = waiting.wait.about
                escalated.append(Escalated(about, waiting.id, next_rung.rung, next_rung.at))
        if escalated:
            _log.info("silences escalated", count=len(escalated))
        return escalated

    def _ask(self, waiting: Waiting, rung: Rung, now: datetime) -> Answer:
        asked = self._asked(waiting, rung, now)
        if waiting.wait.about is Silence.REFERRAL:
            return self.care.escalate_referral(ReferralId(waiting.id), rung, asked=asked)
        handover = HandoverId(waiting.id)
        return self.care.escalate_handover(waiting.person, handover, rung, asked=asked)

    def _asked(self, waiting: Waiting, what: Rung | str, now: datetime) -> Asked:
        """The timer asks for the sender, with a key that is the same however often it asks."""
        return Asked(organisation=waiting.organisation, at=now, key=waiting.key(what))

    def _overdue(self) -> tuple[datetime, list[Waiting]]:
        """The database's time, and what has fallen due by it."""
        with psycopg.connect(self.dsn, connect_timeout=5) as connection:
            (now,) = connection.execute("select clock_timestamp()").fetchone() or (None,)
            assert now is not None, "a database has a clock"
            return now, silences.due(connection, now)
