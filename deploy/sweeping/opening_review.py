"""Openings that nobody reviewed in time: the next privacy officer is told, once."""

from __future__ import annotations

from datetime import datetime

from psycopg import Connection

from deploy.sweeping.swept import Swept
from domain.application import CareCoordination
from domain.kernel import Asked
from projections import exceptional
from projections.exceptional import Access


def due(connection: Connection, now: datetime) -> list[Access]:
    """What was to be reviewed, and was not."""
    return exceptional.due(connection, now, "opening")


def ask(care: CareCoordination, due: Access, now: datetime) -> Swept | None:
    """Escalate by one rung, for the host; the opening knows who is told."""
    following = due.next
    assert following is not None, "what has no rung left is not due"
    asked = Asked(organisation=care.host, at=now, key=due.key(following.rung))
    answer = care.escalate_opening_review(due.id, following.rung, asked=asked)
    return None if answer.repeated else Swept("opening", due.id, following.rung, following.at)
