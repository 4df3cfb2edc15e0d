"""Silences that have fallen due: the next rung of the ladder is told that no answer came."""

from __future__ import annotations

from datetime import datetime

from psycopg import Connection

from deploy.sweeping.swept import Swept
from domain.application import CareCoordination
from domain.kernel import Asked
from domain.policies.escalation import Silence
from domain.vocabulary import HandoverId, ReferralId
from projections import silences
from projections.silences import Waiting


def due(connection: Connection, now: datetime) -> list[Waiting]:
    """What waits for an answer and whose next rung has fallen due."""
    return [
        waiting
        for waiting in silences.due(connection, now)
        if (rung := waiting.wait.next(now)) and rung.now_due
    ]


def ask(care: CareCoordination, due: Waiting, now: datetime) -> Swept | None:
    """Escalate by one rung, for the sender."""
    next_rung = due.wait.next(now)
    assert next_rung is not None, "what has no rung left is not due"
    rung = next_rung.rung
    asked = Asked(organisation=due.organisation, at=now, key=due.key(rung))
    if due.wait.about is Silence.HANDOVER:
        answer = care.escalate_handover(due.person, HandoverId(due.id), rung, asked=asked)
    else:
        answer = care.escalate_referral(ReferralId(due.id), rung, asked=asked)
    if answer.repeated:
        return None
    return Swept(due.wait.about, due.id, rung, next_rung.at)
