"""Up to where each practitioner says they have seen what their organisation was told.

It refuses to know what it was: a mark is a number of a share, moved by whoever it is of, forwards.
"""

from __future__ import annotations

from typing import NamedTuple

from psycopg import Connection
from psycopg_pool import ConnectionPool

from domain.vocabulary import Moment, PractitionerId
from projections.statements import statements

_SQL = statements("marks")


class Mark(NamedTuple):
    """The number up to which everything was seen, and when that was said."""

    number: int
    at: Moment


class Marks:
    """The marks of everybody. Safe to share between threads."""

    def __init__(self, pool: ConnectionPool[Connection]) -> None:
        self._pool = pool

    def of(self, practitioner: PractitionerId) -> Mark | None:
        """Where somebody was; ``None`` before they ever said so."""
        with self._pool.connection() as connection:
            row = connection.execute(_SQL["of"], {"practitioner": practitioner}).fetchone()
        return Mark(*row) if row else None

    def move(self, practitioner: PractitionerId, number: int) -> None:
        """They have seen everything up to this number; one that is behind changes nothing."""
        with self._pool.connection() as connection:
            connection.execute(_SQL["move"], {"practitioner": practitioner, "number": number})
