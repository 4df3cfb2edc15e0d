"""Concerns: which are open, since when somebody is to look, and who is told next that nobody has.

Folded from the facts and not from a share, because it is the timer's and no partner's: it holds
ids, rungs and times, and refuses to hold a word about anybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid5

from psycopg import Connection

from domain.concern import (
    ConcernAcknowledged,
    ConcernEscalated,
    ConcernFact,
    ConcernFellBack,
    ConcernNotTaken,
    ConcernPassedOn,
    ConcernResolved,
    SafetyConcernRaised,
)
from domain.kernel import Recorded
from domain.policies.concerns import ConcernDue, ConcernRung, in_force, next_rung
from domain.vocabulary import ConcernId, PersonId
from projections.statements import statements

SQL = statements("concerns")


@dataclass(frozen=True, slots=True)
class Waiting:
    """One open concern; ``since`` is when the wait for somebody to look began, if one goes on."""

    id: ConcernId
    person: PersonId
    looked: bool = False
    since: datetime | None = None
    sent: tuple[ConcernRung, ...] = ()
    told_at: datetime | None = None

    @property
    def next(self) -> ConcernDue | None:
        """Who is told next that nobody has looked, and when."""
        if self.since is None:
            return None
        look_by = in_force(self.since).look_by(self.since)
        return next_rung(since=self.since, look_by=look_by, sent=self.sent, told_at=self.told_at)

    def key(self, rung: ConcernRung) -> UUID:
        """The idempotency key of a rung: whoever tells it, and how often, it is told once."""
        return uuid5(self.id, f"{rung} {self.since.isoformat() if self.since else ''}")

    def begun(self, since: datetime | None) -> Waiting:
        """The wait begins anew, or is over."""
        return replace(self, since=since, sent=(), told_at=None)


class Concerns:
    """The view's fold. A row is an open concern; what is resolved has none."""

    name = "concerns"

    def __init__(self) -> None:
        self._rows: dict[UUID, Waiting] = {}
        self._stored: dict[UUID, Waiting] = {}

    def load(self, connection: Connection, facts: Sequence[Recorded]) -> Iterator[None]:
        """Fetch the concerns these facts are about."""
        ids = {each.originator_id for each in facts if isinstance(each.fact, ConcernFact)}
        self._stored = {}
        if ids:
            cursor = connection.cursor(binary=True)
            cursor.execute(SQL["rows"], [list(ids)], prepare=True)
            yield
            self._stored = {row.id: row for row in map(_waiting, cursor)}
        self._rows = dict(self._stored)

    def fold(self, recorded: Recorded) -> None:
        """Follow one fact."""
        fact, stream = recorded.fact, recorded.originator_id
        known = max(recorded.recorded_at or recorded.effective_at, recorded.effective_at)
        if isinstance(fact, SafetyConcernRaised):
            assert recorded.person is not None, "a concern is about a person"
            raised = Waiting(ConcernId(stream), recorded.person)
            self._rows[stream] = raised.begun(known)
            return
        row = self._rows.get(stream)
        if row is None:
            return
        match fact:
            case ConcernAcknowledged():
                self._rows[stream] = replace(row, looked=True).begun(None)
            case ConcernPassedOn() if row.looked:
                self._rows[stream] = row.begun(known)
            case ConcernNotTaken() if row.looked:
                self._rows[stream] = row.begun(None)
            case ConcernEscalated(rung=rung):
                at = recorded.effective_at
                self._rows[stream] = replace(row, sent=(*row.sent, rung), told_at=at)
            case ConcernFellBack():
                self._rows[stream] = replace(row, looked=False).begun(known)
            case ConcernResolved():
                del self._rows[stream]
            case _:
                pass

    def save(self, connection: Connection) -> None:
        """Write what changed, in the open transaction."""
        cursor = connection.cursor(binary=True)
        gone = [each for each in self._stored if each not in self._rows]
        if gone:
            cursor.execute(SQL["forget"], [gone])
        for key, row in self._rows.items():
            if self._stored.get(key) != row:
                cursor.execute(SQL["save"], _columns(row), prepare=True)


def due(connection: Connection, now: datetime) -> list[Waiting]:
    """What somebody was to look at and nobody has, the longest overdue first."""
    return [_waiting(row) for row in connection.cursor(binary=True).execute(SQL["due"], [now])]


def _columns(row: Waiting) -> tuple[object, ...]:
    following = row.next
    return (
        row.id,
        row.person,
        row.looked,
        row.since,
        [rung.value for rung in row.sent],
        row.told_at,
        following.rung.value if following else None,
        following.at if following else None,
    )


def _waiting(row: Sequence[object]) -> Waiting:
    which, person, looked, since, sent, told_at = row
    assert isinstance(which, UUID)
    assert isinstance(person, UUID)
    assert since is None or isinstance(since, datetime)
    assert isinstance(sent, list)
    assert told_at is None or isinstance(told_at, datetime)
    return Waiting(
        ConcernId(which),
        PersonId(person),
        bool(looked),
        since,
        tuple(ConcernRung(rung) for rung in sent),
        told_at,
    )
