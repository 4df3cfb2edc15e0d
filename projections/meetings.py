"""Meetings as each invited partner may know them: the list, who was there, what was decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection

from domain.sharing import WITHDRAWN
from projections.entries import Entry
from projections.record import meeting, moment
from projections.statements import statements

SQL = statements("meetings")


def fold(row: dict[str, Any] | None, entry: Entry) -> dict[str, Any]:
    """The meeting's row after one more entry about it."""
    _, fact, _ = entry.type.split(".")
    if row is None:
        row = {"id": entry.data["stream"], "cases": {}, "closed": False}
    match fact:
        case "MeetingScheduled":
            row.update(
                {
                    name: entry.data[name]
                    for name in ("kind", "name", "starts_at", "chair", "invited")
                }
            )
        case "MeetingClosed":
            row["closed"] = True
        case _:
            case = row["cases"].setdefault(str(entry.subject), {})
            meeting.fold(case, fact, entry.data, entry.effective_at.isoformat())
    return row


def folded(entries: Iterable[Entry]) -> dict[str, dict[str, Any]]:
    """Every meeting in these entries of one partner, by id."""
    rows: dict[str, dict[str, Any]] = {}
    for entry in entries:
        if entry.type.startswith("meeting."):
            key = entry.data["stream"]
            rows[key] = fold(rows.get(key), entry)
        elif entry.type == WITHDRAWN:
            for row in rows.values():
                row["cases"].pop(str(entry.subject), None)
    return rows


class Meetings:
    """The view's fold. Rows are keyed by partner and meeting."""

    name = "meetings"

    def __init__(self) -> None:
        self._rows: dict[tuple[UUID, UUID], dict[str, Any] | None] = {}

    def load(self, connection: Connection, entries: Sequence[Entry]) -> None:
        """Fetch the rows these entries touch."""
        keys = {(e.partner, UUID(e.data["stream"])) for e in entries if _concerns(e)}
        withdrawn = [e.partner for e in entries if e.type == WITHDRAWN]
        self._rows = dict.fromkeys(keys)
        if not keys and not withdrawn:
            return
        cursor = connection.cursor(binary=True)
        cursor.execute(SQL["rows"], ([p for p, _ in keys], [m for _, m in keys], withdrawn))
        for partner, meeting_id, content in cursor:
            self._rows[partner, meeting_id] = orjson.loads(content)

    def fold(self, entry: Entry) -> None:
        """Follow one entry. A person withdrawn from a partner leaves its lists."""
        if entry.type == WITHDRAWN:
            for (partner, _), row in self._rows.items():
                if partner == entry.partner and row is not None:
                    row["cases"].pop(str(entry.subject), None)
        elif _concerns(entry):
            key = (entry.partner, UUID(entry.data["stream"]))
            self._rows[key] = fold(self._rows.get(key), entry)

    def save(self, connection: Connection) -> None:
        """Write the touched rows, in the open transaction."""
        rows = [(p, m, row) for (p, m), row in self._rows.items() if row]
        if not rows:
            return
        connection.cursor().execute(
            SQL["save"],
            (
                [p for p, _, _ in rows],
                [m for _, m, _ in rows],
                [moment(row.get("starts_at")) for _, _, row in rows],
                [orjson.dumps(row) for _, _, row in rows],
            ),
            binary=True,
        )


def _concerns(entry: Entry) -> bool:
    return entry.type.startswith("meeting.")
