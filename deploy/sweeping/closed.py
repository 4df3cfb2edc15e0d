"""Referrals that wait at a service that has closed: they come back to their senders."""

from __future__ import annotations

from datetime import datetime

from psycopg import Connection

from deploy.sweeping.swept import Swept
from domain.application import CareCoordination
from domain.kernel import Asked
from projections import queues
from projections.queues import LeftBehind


def due(connection: Connection, now: datetime) -> list[LeftBehind]:
    """Who waits where nobody answers any more."""
    return queues.left_behind(connection, now)


def ask(care: CareCoordination, due: LeftBehind, now: datetime) -> Swept | None:
    """Let it come back; the referral knows its sender."""
    asked = Asked(organisation=care.host, at=now, key=due.key)
    answer = care.return_from_closed(due.id, due.service, asked=asked)
    return None if answer.repeated else Swept("closed service", due.id, "returned", due.closed_at)
