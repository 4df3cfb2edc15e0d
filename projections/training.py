"""Training: the sessions that were held, and who of an organisation attended which.

Folded from the facts and not from a share: it is about those who work here. Who attended is read by
their own organisation and by the one that held the session, and by nobody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.kernel import Recorded
from domain.policies.training import due
from domain.training import TrainingAttended, TrainingHeld
from domain.vocabulary import Topic
from projections.directory import PartnerEntry
from projections.statements import columns, statements

SQL = statements("training")


class Training:
    """The view's fold: a row for each session, and one for each who was there."""

    name = "training"

    def __init__(self) -> None:
        self._held: list[tuple[object, ...]] = []
        self._attended: list[tuple[object, ...]] = []

    def load(self, connection: Connection, facts: Sequence[Recorded]) -> None:
        """Begin a batch; what was held and who was there never changes."""
        self._held, self._attended = [], []

    def fold(self, recorded: Recorded) -> None:
        """Follow one fact."""
        stream = recorded.originator_id
        match recorded.fact:
            case TrainingHeld() as held:
                roles = [role.value for role in held.roles]
                self._held.append(
                    (
                        stream,
                        held.holder,
                        held.topic.value,
                        held.title,
                        held.held_on,
                        held.minutes,
                        held.trainer,
                        roles,
                    )
                )
            case TrainingAttended(practitioner=practitioner, partner=partner):
                self._attended.append((stream, practitioner, partner))
            case _:
                pass

    def save(self, connection: Connection) -> None:
        """Write them, in the open transaction."""
        cursor = connection.cursor(binary=True)
        for held in self._held:
            cursor.execute(SQL["hold"], held, prepare=True)
        if self._attended:
            cursor.execute(SQL["attend"], columns(self._attended), prepare=True)


Session = tuple[UUID, UUID, str, str, date, int, UUID | None, Sequence[str]]
Attendance = tuple[UUID, UUID, UUID, str, date]


def sessions(held: Iterable[Session], attended: Iterable[Attendance]) -> list[dict[str, Any]]:
    """Every session, the latest first, with those of whom this reader may know that they came."""
    came: dict[UUID, list[str]] = {}
    for training, practitioner, *_ in attended:
        came.setdefault(training, []).append(str(practitioner))
    return [
        {
            "id": str(training),
            "holder": str(holder),
            "topic": topic,
            "title": title,
            "held_on": held_on.isoformat(),
            "minutes": minutes,
            "trainer": str(trainer) if trainer else None,
            "roles": list(roles),
            "attended": came.get(training, []),
        }
        for training, holder, topic, title, held_on, minutes, trainer, roles in held
    ]


def owing(
    employer: PartnerEntry, attended: Iterable[Attendance], today: date
) -> list[dict[str, Any]]:
    """What each who works for an organisation has still to attend, the first that is due first."""
    had: Mapping[UUID, list[tuple[Topic, date]]] = {who: [] for who in employer.practitioners}
    for _, practitioner, partner, topic, held_on in attended:
        if partner == employer.id and practitioner in had:
            had[practitioner].append((Topic(topic), held_on))
    rows = [
        {
            "practitioner": str(one.id),
            "role": one.role.value,
            "topic": each.topic.value,
            "due_on": each.due_on.isoformat(),
            "overdue": each.overdue,
        }
        for one in employer.here
        if one.since is not None
        for each in due(one.role, one.since, had[one.id], today)
    ]
    return sorted(rows, key=lambda row: (str(row["due_on"]), str(row["practitioner"])))
