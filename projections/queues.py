"""Queues: who waits at which service, so that they go back to their senders when it closes.

Folded from the facts and not from a share, because it is the timer's and no partner's: it holds ids
and times, and refuses to hold a word about anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from psycopg import Connection

from domain import referral
from domain.advice import AdviceAsked, AdviceGiven
from domain.kernel import Recorded
from domain.service import ServiceClosed, ServiceOpened
from domain.unanswered import ReferralExpired
from domain.vocabulary import ReferralId, ServiceId
from projections.statements import columns, statements

SQL = statements("queues")


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """A referral that waits at a service that is no longer offered."""

    id: ReferralId
    service: ServiceId
    since: int
    closed_at: datetime

    @property
    def key(self) -> UUID:
        """The idempotency key of its return: whoever asks for it, and how often."""
        return uuid5(self.id, f"closed {self.since} {self.closed_at.isoformat()}")


class Queues:
    """The view's fold. A row is a referral that waits; what was answered has none."""

    name = "queues"

    def __init__(self) -> None:
        self._waits: dict[UUID, tuple[ServiceId, int] | None] = {}
        self._closed: dict[UUID, datetime | None] = {}

    def load(self, connection: Connection, facts: Sequence[Recorded]) -> None:
        """Fetch nothing: every fact says all that its row holds."""
        self._waits, self._closed = {}, {}

    def fold(self, recorded: Recorded) -> None:
        """Follow one fact."""
        stream = recorded.originator_id
        match recorded.fact:
            case AdviceAsked() | referral.ReferralMade() | referral.ReferralRedirected() as asked:
                self._waits[stream] = (asked.service, recorded.position)
            case (
                AdviceGiven()
                | referral.ReferralAccepted()
                | referral.ReferralDeclined()
                | referral.ReferralWithdrawn()
                | ReferralExpired()
            ):
                self._waits[stream] = None
            case ServiceClosed():
                self._closed[stream] = recorded.effective_at
            case ServiceOpened():
                self._closed[stream] = None
            case _:
                pass

    def save(self, connection: Connection) -> None:
        """Write the touched rows, in the open transaction."""
        cursor = connection.cursor(binary=True)
        if gone := [stream for stream, waits in self._waits.items() if waits is None]:
            cursor.execute(SQL["go"], [gone], prepare=True)
        if waiting := [(stream, *waits) for stream, waits in self._waits.items() if waits]:
            cursor.execute(SQL["wait"], columns(waiting), prepare=True)
        for service, at in self._closed.items():
            if at is None:
                cursor.execute(SQL["open"], (service,))
            else:
                cursor.execute(SQL["close"], (service, at))


def left_behind(connection: Connection, now: datetime) -> list[LeftBehind]:
    """Who waits where nobody answers any more, the longest closed first."""
    return [
        LeftBehind(ReferralId(waits), ServiceId(at), since, closed)
        for waits, at, since, closed in connection.cursor(binary=True).execute(
            SQL["left_behind"], [now]
        )
    ]
