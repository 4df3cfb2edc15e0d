"""Access by exception: which is open until when, which waits for a review, and who is told next.

Folded from the facts and not from a share, because a privacy officer looks at who looked. It holds
who took it, why and when, and refuses to hold whom it was about or a word that was written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from psycopg import Connection

from domain.emergency import EmergencyAccessEnded, EmergencyAccessTaken
from domain.exceptional import AccessFact, AccessReviewed, ReviewEscalated
from domain.kernel import Recorded
from domain.opening import SealedItemClosed, SealedItemOpened
from domain.policies.exceptional import EMERGENCY, OPENING, ReviewDue, Rule, in_force, next_rung
from domain.vocabulary import AccessId, OfficerRung, PartnerId, PractitionerId
from projections.statements import statements

SQL = statements("exceptional")

RULES: dict[str, tuple[Rule, ...]] = {"emergency": EMERGENCY, "opening": OPENING}
"""By which rules each kind of access goes."""


@dataclass(frozen=True, slots=True)
class Access:
    """One access by exception, as whoever is to look into it is told: a reference to look up."""

    id: AccessId
    kind: str
    organisation: PartnerId
    practitioner: PractitionerId
    reason: str
    dissent: bool
    found: bool
    taken_at: datetime
    until: datetime
    ended_at: datetime | None = None
    outcome: str | None = None
    reviewed_at: datetime | None = None
    sent: tuple[OfficerRung, ...] = ()
    told_at: datetime | None = None
    escalated_to: PartnerId | None = None

    @property
    def rule(self) -> Rule:
        return in_force(self.taken_at, RULES[self.kind])

    @property
    def review_by(self) -> datetime:
        return self.rule.review_by(self.taken_at)

    @property
    def next(self) -> ReviewDue | None:
        """Who is told next that nobody reviewed it, and when."""
        if self.outcome is not None:
            return None
        return next_rung(self.rule, taken_at=self.taken_at, sent=self.sent, told_at=self.told_at)

    def key(self, words: str) -> UUID:
        """The idempotency key of what a timer asks of it: asked by whomever, it is asked once."""
        return uuid5(self.id, words)


class Exceptional:
    """The view's fold. A row stays when its access is over: it is looked back at."""

    name = "exceptional"

    def __init__(self) -> None:
        self._rows: dict[UUID, Access] = {}
        self._stored: dict[UUID, Access] = {}

    def load(self, connection: Connection, facts: Sequence[Recorded]) -> Iterator[None]:
        """Fetch the accesses these facts are about."""
        ids = {each.originator_id for each in facts if isinstance(each.fact, AccessFact)}
        self._stored = {}
        if ids:
            cursor = connection.cursor(binary=True)
            cursor.execute(SQL["rows"], [list(ids)], prepare=True)
            yield
            self._stored = {row.id: row for row in map(read, cursor)}
        self._rows = dict(self._stored)

    def fold(self, recorded: Recorded) -> None:
        """Follow one fact."""
        fact, stream, at = recorded.fact, recorded.originator_id, recorded.effective_at
        match fact:
            case EmergencyAccessTaken() | SealedItemOpened():
                assert recorded.practitioner is not None, "a record is opened by somebody"
                self._rows[stream] = Access(
                    AccessId(stream),
                    fact.TOPIC.split(":")[0],
                    recorded.organisation,
                    recorded.practitioner,
                    fact.reason.value,
                    isinstance(fact, EmergencyAccessTaken) and fact.dissent,
                    isinstance(fact, EmergencyAccessTaken) and fact.found,
                    at,
                    fact.until,
                )
            case EmergencyAccessEnded() | SealedItemClosed():
                self._rows[stream] = replace(self._rows[stream], ended_at=at)
            case AccessReviewed(outcome=outcome):
                row = self._rows[stream]
                self._rows[stream] = replace(row, outcome=outcome.value, reviewed_at=at)
            case ReviewEscalated(rung=rung, to=to):
                row = self._rows[stream]
                sent = (*row.sent, rung)
                self._rows[stream] = replace(row, sent=sent, told_at=at, escalated_to=to)
            case _:
                pass

    def save(self, connection: Connection) -> None:
        """Write what changed, in the open transaction."""
        cursor = connection.cursor(binary=True)
        for key, row in self._rows.items():
            if self._stored.get(key) != row:
                cursor.execute(SQL["save"], _columns(row), prepare=True)


def over(connection: Connection, now: datetime, kind: str) -> list[Access]:
    """Access whose time is over and that nobody has closed, the longest over first."""
    return [read(row) for row in connection.cursor(binary=True).execute(SQL["over"], [now, kind])]


def due(connection: Connection, now: datetime, kind: str) -> list[Access]:
    """Access that nobody has reviewed by the next rung, the longest overdue first."""
    return [read(row) for row in connection.cursor(binary=True).execute(SQL["due"], [now, kind])]


def next_over(connection: Connection) -> datetime | None:
    """When the next access is over by the clock; ``None`` when none is open."""
    (at,) = connection.execute(SQL["next_over"]).fetchone() or (None,)
    assert at is None or isinstance(at, datetime)
    return at


def _columns(row: Access) -> tuple[object, ...]:
    following = row.next
    return (
        row.id,
        row.kind,
        row.organisation,
        row.practitioner,
        row.reason,
        row.dissent,
        row.found,
        row.taken_at,
        row.until,
        row.ended_at,
        row.outcome,
        row.reviewed_at,
        [rung.value for rung in row.sent],
        row.told_at,
        row.escalated_to,
        row.review_by,
        following.rung.value if following else None,
        following.at if following else None,
    )


def read(row: Sequence[Any]) -> Access:
    """A row of the view."""
    *_, sent, told_at, escalated_to = row
    return replace(
        Access(*row[:12]),
        sent=tuple(OfficerRung(rung) for rung in sent),
        told_at=told_at,
        escalated_to=escalated_to,
    )
