"""Concerns that nobody has looked at by their deadline: the next one is told, each once."""

from __future__ import annotations

from datetime import datetime

from psycopg import Connection

from deploy.sweeping.swept import Swept
from domain.application import CareCoordination
from domain.kernel import Asked
from projections import concerns
from projections.concerns import Waiting


def due(connection: Connection, now: datetime) -> list[Waiting]:
    """What somebody was to look at, and nobody has."""
    return concerns.due(connection, now)


def ask(care: CareCoordination, due: Waiting, now: datetime) -> Swept | None:
    """Escalate by one rung, for the host; the concern knows who is told."""
    following = due.next
    assert following is not None, "what has no rung left is not due"
    asked = Asked(organisation=care.host, at=now, key=due.key(following.rung))
    answer = care.escalate_concern(due.id, following.rung, asked=asked)
    if answer.repeated:
        return None
    return Swept("concern", due.id, following.rung, following.at)
