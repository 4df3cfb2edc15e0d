"""A sweep by a clock put forward: nobody waits for a working day in a test."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from psycopg import Connection

from deploy.sweeping import Sweep, databases_clock


@dataclass
class Later:
    """The database's clock, put forward by so many days."""

    days: float = 10

    def __call__(self, connection: Connection) -> datetime:
        return databases_clock(connection) + timedelta(days=self.days)


def later(sweep: Sweep, *, days: float = 10) -> Sweep:
    """The same sweep so many days later; ten are more than any rung has."""
    return replace(sweep, clock=Later(days))
