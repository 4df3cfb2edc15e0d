"""Erasures: who is to be forgotten, when, and how far that is.

Folded from the facts, for they are in nobody's share. With the fact that somebody is erased, what
of them rests outside their key is taken out in the same transaction. It refuses to know a name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from psycopg import Connection

from domain.erased import PersonErased
from domain.erasure import ErasureCancelled, ErasureConfirmed, ErasureOrdered, KeysDestroyed
from domain.kept_no_longer import KeptNoLonger
from domain.kernel import Recorded
from domain.mapping import Volume, head_of
from projections.statements import statements

SQL = statements("erasures")
KEYS = statements("keys")


class State(StrEnum):
    """How far an erasure is."""

    ORDERED = "ordered"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    ERASED = "erased"  # everybody was told, and views hold no word; a key may still stand
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Ordered:
    """One erasure, by its order's reference. ``person`` is an id of the place's own."""

    id: UUID
    person: UUID
    order: str
    reason: str
    state: State
    ordered_at: datetime
    ordered_by: UUID | None
    confirmed_at: datetime | None
    confirmed_by: UUID | None
    erases_at: datetime | None
    erased_at: datetime | None
    position: int | None
    destroyed_at: datetime | None
    backups_for: int | None

    @property
    def final_at(self) -> datetime | None:
        """When the last backup of a key expires: from then on nobody can read who it was."""
        if self.destroyed_at is None or self.backups_for is None:
            return None
        return self.destroyed_at + timedelta(days=self.backups_for)


class Erasures:
    """The view's fold."""

    name = "erasures"

    def __init__(self) -> None:
        self._asked: list[tuple[str, tuple[object, ...]]] = []

    def load(self, connection: Connection, facts: Sequence[Recorded]) -> None:
        """Fetch nothing: every fact says all that its row holds."""
        self._asked = []

    def fold(self, recorded: Recorded) -> None:
        """Follow one fact."""
        erasure, at, by = recorded.originator_id, recorded.effective_at, recorded.practitioner
        match recorded.fact:
            case ErasureOrdered(order=order, reason=reason):
                who = (recorded.organisation, recorded.person)
                self._asked.append(("order", (erasure, *who, order, reason.value, at, by)))
            case ErasureConfirmed(erases_at=erases_at):
                self._asked.append(("confirm", (at, by, erases_at, erasure)))
            case ErasureCancelled():
                self._asked.append(("cancel", (erasure,)))
            case PersonErased(erasure=of, order=order):
                said = (recorded.recorded_at or at, recorded.position)
                self._asked.append(("erase", (*said, of)))
                self._asked.append(("erased", (recorded.person, of, order, *said)))
                self._asked.append(("purge", ([recorded.person],)))
            case KeptNoLonger(kept_as=kept_as, volumes=volumes, rule=rule, rule_since=since):
                whose, numbers = recorded.person, list(volumes)
                at = recorded.recorded_at or at
                row = (whose, kept_as.value, rule, since, at, recorded.position, numbers)
                self._asked.append(("let_go", row))
                heads = [head_of(Volume(kept_as, each)) for each in volumes]
                self._asked.append(("purge_volumes", (whose, heads)))
            case KeysDestroyed(backups_for=backups_for):
                self._asked.append(("finish", (at, backups_for, erasure)))
            case _:
                pass

    def save(self, connection: Connection) -> None:
        """Write what changed, in its order, in the open transaction."""
        for statement, values in self._asked:
            connection.execute(SQL[statement], values, binary=True)


def due(connection: Connection, now: datetime) -> list[Ordered]:
    """What has come to its time, and what is begun and not finished, the longest waiting first."""
    cursor = connection.cursor(binary=True)
    return [made(row) for row in cursor.execute(SQL["due"], [now]).fetchall()]


def made(row: Sequence[object]) -> Ordered:
    """One row, as it is selected."""
    found = list(row)
    found[4] = State(str(found[4]))
    return Ordered(*found)  # type: ignore[arg-type]


def rewrite(events: Connection, keys: Connection) -> None:
    """Write the files anew in which names, words or keys lay, each table locked meanwhile.

    It is asked of both databases as their owners, outside a transaction.
    """
    keys.execute(KEYS["rewrite"])
    events.execute(SQL["rewrite"])
