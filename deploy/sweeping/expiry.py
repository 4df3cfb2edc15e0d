"""Referrals that nobody answered or saw to: they come back to their senders."""

from __future__ import annotations

from datetime import datetime

from psycopg import Connection

from deploy.sweeping.swept import Swept
from domain.application import CareCoordination
from domain.kernel import Asked
from domain.vocabulary import ReferralId
from projections import silences
from projections.silences import Waiting


def due(connection: Connection, now: datetime) -> list[Waiting]:
    """What everybody was told of, and nobody has acknowledged in time."""
    return [waiting for waiting in silences.due(connection, now) if waiting.wait.expired(now)]


def ask(care: CareCoordination, due: Waiting, now: datetime) -> Swept | None:
    """Let it come back, for the sender."""
    assert due.due_at is not None, "what expires has its day"
    asked = Asked(organisation=due.organisation, at=now, key=due.key("expiry"))
    answer = care.expire_referral(ReferralId(due.id), asked=asked)
    return None if answer.repeated else Swept(due.wait.about, due.id, "expired", due.due_at)
