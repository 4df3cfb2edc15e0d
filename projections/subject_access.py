"""Requests to see what is held: when each is due, and whether it was answered.

Folded from the facts, for they are in nobody's share. It refuses to know whose a request is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from psycopg import Connection

from domain.kernel import Recorded
from domain.subject_access import SubjectAccessAnswered, SubjectAccessRequested
from projections.statements import statements

SQL = statements("subject_access")


@dataclass(frozen=True, slots=True)
class Requested:
    """One request, by its reference."""

    request: UUID
    received_on: date
    due_on: date
    answered_at: datetime | None


class SubjectAccessRequests:
    """The view's fold."""

    name = "subject_access"

    def __init__(self) -> None:
        self._asked: list[tuple[str, tuple[object, ...]]] = []

    def load(self, connection: Connection, facts: Sequence[Recorded]) -> None:
        """Fetch nothing: every fact says all that its row holds."""
        self._asked = []

    def fold(self, recorded: Recorded) -> None:
        """Follow one fact."""
        request = recorded.originator_id
        match recorded.fact:
            case SubjectAccessRequested(received_on=received_on, due_on=due_on):
                row = (request, recorded.organisation, received_on, due_on)
                self._asked.append(("request", row))
            case SubjectAccessAnswered():
                self._asked.append(("answer", (recorded.effective_at, request)))
            case _:
                pass

    def save(self, connection: Connection) -> None:
        """Write what changed, in its order, in the open transaction."""
        for statement, values in self._asked:
            connection.execute(SQL[statement], values, binary=True)
