"""What a person had sealed and somebody opened: when the time is over it is sealed again."""

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
    return exceptional.over(connection, now, "opening")


def ask(care: CareCoordination, due: Access, now: datetime) -> Swept | None:
    """Close it, for the organisation that opened it."""
    asked = Asked(organisation=due.organisation, at=now, key=due.key("over"))
    answer = care.close_sealed_item(due.id, asked=asked)
    return None if answer.repeated else Swept("opening", due.id, "closed", due.until)
