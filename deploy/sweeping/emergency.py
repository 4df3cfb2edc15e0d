"""Access in an emergency whose hour is over: it is closed, and what it showed is withdrawn."""

from __future__ import annotations

from datetime import datetime

from psycopg import Connection

from deploy.sweeping.swept import Swept
from domain.application import CareCoordination
from domain.kernel import Asked
from projections import exceptional
from projections.exceptional import Access


def due(connection: Connection, now: datetime) -> list[Access]:
    """What is open still and should be no longer."""
    return exceptional.over(connection, now, "emergency")


def ask(care: CareCoordination, due: Access, now: datetime) -> Swept | None:
    """Close it, for the organisation that took it."""
    asked = Asked(organisation=due.organisation, at=now, key=due.key("over"))
    answer = care.end_emergency_access(due.id, asked=asked)
    return None if answer.repeated else Swept("emergency", due.id, "ended", due.until)
