"""Reviews whose day has passed with nobody looking: who holds the person is told, once."""

from __future__ import annotations

from datetime import datetime

from psycopg import Connection

from deploy.sweeping.swept import Swept
from domain.application import CareCoordination
from domain.kernel import Asked
from domain.policies.days import end_of_day, local_date
from projections import reviews
from projections.reviews import Review


def due(connection: Connection, now: datetime) -> list[Review]:
    """What was to be looked at by a day that has passed in London."""
    return reviews.due(connection, local_date(now))


def ask(care: CareCoordination, due: Review, now: datetime) -> Swept | None:
    """Tell it; the pathway knows who is responsible."""
    asked = Asked(organisation=care.host, at=now, key=due.key)
    answer = care.let_review_fall_due(due.person, due.id, due.about, due.due_on, asked=asked)
    if answer.repeated:
        return None
    return Swept(due.about, due.id, "fell due", end_of_day(due.due_on))
