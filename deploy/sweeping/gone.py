"""What still binds a person to an organisation although one of them is gone: it is ended."""

from __future__ import annotations

from datetime import datetime

from psycopg import Connection

from deploy.sweeping.swept import Swept
from domain.application import CareCoordination
from domain.kernel import Asked
from projections import ties
from projections.ties import Tie


def due(connection: Connection, now: datetime) -> list[Tie]:
    """What binds the dead, or binds somebody to an organisation that left."""
    return ties.loose(connection, now)


def ask(care: CareCoordination, due: Tie, now: datetime) -> Swept | None:
    """End it, for the host: whom nobody else would hold, it holds."""
    asked = Asked(organisation=care.host, at=now, key=due.key)
    answer = care.end_tie(due.about, due.id, due.person, due.organisation, asked=asked)
    return None if answer.repeated else Swept(due.about, due.id, "ended", due.gone_at)
