"""What is to be done, as each partner may know it: actions, decisions, carers on the register."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection

from domain.policies.days import local_date
from domain.sharing import WITHDRAWN
from projections.entries import Entry
from projections.record import action, carer, meeting
from projections.statements import statements

SQL = statements("agreed")
ACTION, DECISION, CARER = "action", "decision", "carer"


def item_of(entry: Entry) -> UUID | None:
    """The action or the decision an entry is about, if any."""
    noun = entry.type.split(".")[0]
    if noun in ("action", "registered_carer"):
        return UUID(entry.data["stream"])
    return UUID(entry.data["decision"]) if noun == "implementation" else None


def fold(row: dict[str, Any] | None, entry: Entry) -> dict[str, Any]:
    """The row after one more entry about it."""
    noun, fact, _ = entry.type.split(".")
    at = entry.effective_at.isoformat()
    row = row or {"id": str(item_of(entry)), "person": str(entry.subject)}
    if noun == "action":
        row["kind"] = ACTION
        action.fold(row, fact, entry.data, at)
        return row
    if noun == "registered_carer":
        row["kind"] = CARER
        carer.register(row, fact, entry.data, at)
        return row
    row["kind"] = DECISION
    row.update(meeting=entry.data["meeting"], outcome=entry.data["outcome"])
    became: dict[str, Any] = {"implementation": {k: v for k, v in row.items() if k in BECAME}}
    meeting.follow_up(became, fact, entry.data, at)
    row.update(became["implementation"])
    return row


BECAME = ("state", "owner", "since", "ended_at", "reason", "note", "by")
"""What a row says of a decision's way."""


def folded(entries: Iterable[Entry]) -> dict[str, dict[str, Any]]:
    """Every action and decision in these entries of one partner, by id."""
    rows: dict[str, dict[str, Any]] = {}
    for entry in entries:
        if entry.type == WITHDRAWN:
            rows = {k: row for k, row in rows.items() if row["person"] != str(entry.subject)}
        elif item := item_of(entry):
            rows[str(item)] = fold(rows.get(str(item)), entry)
    return rows


def chosen(
    rows: Iterable[dict[str, Any]], kind: str, states: Sequence[str], owner: UUID | None
) -> list[dict[str, Any]]:
    """Those of a kind, in these states and of this owner, the first that are due first."""
    left = [
        row
        for row in rows
        if row["kind"] == kind
        and row["state"] in states
        and owner in (None, UUID(row["owner"]) if row.get("owner") else None)
    ]
    return sorted(left, key=lambda row: (str(day(row) or "infinity"), UUID(row["id"])))


def day(row: dict[str, Any]) -> date | None:
    """When it is due; of a decision, since when it is awaited, or when that ended."""
    if row["kind"] != DECISION:
        return date.fromisoformat(row["due_on"]) if row.get("due_on") else None
    at = row.get("ended_at") or row.get("since")
    return local_date(datetime.fromisoformat(at)) if at else None


class Agreed:
    """The view's fold. Rows are keyed by partner and by action or decision."""

    name = "agreed"

    def __init__(self) -> None:
        self._rows: dict[tuple[UUID, UUID], dict[str, Any] | None] = {}

    def load(self, connection: Connection, entries: Sequence[Entry]) -> Iterator[None]:
        """Fetch the rows these entries touch."""
        self._rows = {}
        keys = {
            (e.partner, e.subject)
            for e in entries
            if e.subject and (e.type == WITHDRAWN or item_of(e))
        }
        if not keys:
            return
        partners, subjects = zip(*keys, strict=True)
        cursor = connection.cursor(binary=True)
        cursor.execute(SQL["of_subjects"], (list(partners), list(subjects)), prepare=True)
        yield
        for partner, item, content in cursor:
            self._rows[partner, item] = orjson.loads(content)

    def fold(self, entry: Entry) -> None:
        """Follow one entry. What was withdrawn is gone."""
        if entry.type == WITHDRAWN:
            for key, row in self._rows.items():
                if key[0] == entry.partner and row and row["person"] == str(entry.subject):
                    self._rows[key] = None
        elif item := item_of(entry):
            key = (entry.partner, item)
            self._rows[key] = fold(self._rows.get(key), entry)

    def save(self, connection: Connection) -> None:
        """Write the touched rows, in the open transaction."""
        rows = [(p, i, row) for (p, i), row in self._rows.items() if row]
        gone = [key for key, row in self._rows.items() if row is None]
        cursor = connection.cursor()
        if gone:
            partners, items = zip(*gone, strict=True)
            cursor.execute(SQL["forget"], (list(partners), list(items)), binary=True)
        if not rows:
            return
        cursor.execute(
            SQL["save"],
            (
                [p for p, _, _ in rows],
                [i for _, i, _ in rows],
                [UUID(row["person"]) for _, _, row in rows],
                [row["kind"] for _, _, row in rows],
                [UUID(row["owner"]) if row.get("owner") else None for _, _, row in rows],
                [row["state"] for _, _, row in rows],
                [day(row) for *_, row in rows],
                [orjson.dumps(row) for _, _, row in rows],
            ),
            binary=True,
            prepare=True,
        )
