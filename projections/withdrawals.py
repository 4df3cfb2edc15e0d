"""Withdrawals: what each partner may no longer know, and whether it said that it removed it.

It refuses to know why anything was withdrawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from psycopg import Connection

from domain.acknowledgement import WithdrawalsAcknowledged
from domain.policies.days import local_date
from domain.sharing import ERASED, LET_GO, WITHDRAWN, message_type
from projections.entries import TO_ACKNOWLEDGE, Entry
from projections.statements import statements

SQL = statements("withdrawals")
ACKNOWLEDGED = message_type(WithdrawalsAcknowledged)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """One notice that a partner may no longer know what it was told of a person."""

    partner: UUID
    subject: UUID
    position: int
    withdrawn_at: datetime
    number: int = 0
    acknowledged_at: datetime | None = None
    kept_as: str | None = None
    """Which kind of thing was kept for long enough; ``None``: all of the person is withdrawn."""

    def days(self, now: datetime) -> int:
        """For how many days nobody has said that it is removed."""
        return max(0, (local_date(now) - local_date(self.withdrawn_at)).days)


def folded(entries: Iterable[Entry]) -> list[Withdrawal]:
    """Every notice in these entries of one partner, with whether it was acknowledged."""
    view = Withdrawals()
    for entry in entries:
        view.fold(entry)
    return view.rows


class Withdrawals:
    """The view's fold. A row is a notice that has to be acknowledged."""

    name = "withdrawals"

    def __init__(self) -> None:
        self.rows: list[Withdrawal] = []
        self._said: list[tuple[UUID, int, datetime]] = []

    def load(self, connection: Connection, entries: Sequence[Entry]) -> None:
        """Fetch nothing: every entry says all that its row holds."""
        self.rows, self._said = [], []

    def fold(self, entry: Entry) -> None:
        """Follow one entry."""
        taken_back = entry.type in (WITHDRAWN, ERASED, LET_GO)
        if taken_back and entry.data.get(TO_ACKNOWLEDGE) and entry.subject:
            self.rows.append(
                Withdrawal(
                    entry.partner,
                    entry.subject,
                    entry.position,
                    entry.recorded_at,
                    entry.number,
                    kept_as=entry.data.get("kept_as"),
                )
            )
        elif entry.type == ACKNOWLEDGED:
            up_to, at = int(entry.data["up_to"]), entry.recorded_at
            self._said.append((entry.partner, up_to, at))
            self.rows = [
                replace(row, acknowledged_at=row.acknowledged_at or at)
                if row.partner == entry.partner and row.position <= up_to
                else row
                for row in self.rows
            ]

    def save(self, connection: Connection) -> None:
        """Write the rows, and what was said of earlier ones, in the open transaction."""
        cursor = connection.cursor()
        if self._said:
            cursor.execute(SQL["acknowledge"], [list(c) for c in zip(*self._said, strict=True)])
        if self.rows:
            cursor.execute(
                SQL["keep"],
                [
                    [row.partner for row in self.rows],
                    [row.number for row in self.rows],
                    [row.subject for row in self.rows],
                    [row.position for row in self.rows],
                    [row.withdrawn_at for row in self.rows],
                    [row.acknowledged_at for row in self.rows],
                    [row.kept_as for row in self.rows],
                ],
                binary=True,
            )
