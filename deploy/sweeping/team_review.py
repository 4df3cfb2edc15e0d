"""Cases that no team looked at in time, in the place's way: who holds the person is told, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from psycopg import Connection

from deploy.sweeping.swept import Swept
from domain.application import CareCoordination
from domain.kernel import Asked
from domain.policies.days import end_of_day, local_date
from domain.vocabulary import ReviewOf
from projections import directory, team_reviews
from projections.team_reviews import TeamReview


@dataclass(frozen=True, slots=True)
class Late:
    """A case, and the day by which the way in force would have had it looked at."""

    case: TeamReview
    due_on: date

    @property
    def id(self) -> UUID:
        return self.case.id


def due(connection: Connection, now: datetime) -> list[Late]:
    """What the way in force today would have had looked at by a day that has passed in London."""
    today = local_date(now)
    way = directory.load(connection).way(today)
    if way is None:
        return []
    late = ((case, case.due_on(way)) for case in team_reviews.due(connection, way, today))
    return [Late(case, by) for case, by in late if by is not None]


def ask(care: CareCoordination, due: Late, now: datetime) -> Swept | None:
    """Tell it; the pathway knows who is responsible."""
    case = due.case
    asked = Asked(organisation=care.host, at=now, key=case.key)
    answer = care.let_review_fall_due(case.person, case.id, ReviewOf.TEAM, due.due_on, asked=asked)
    if answer.repeated:
        return None
    return Swept(ReviewOf.TEAM, case.id, "fell due", end_of_day(due.due_on))
