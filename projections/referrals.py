"""Referrals sent and received: one row for each referral a partner knows of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection

from domain.sharing import WITHDRAWN
from domain.vocabulary import DeclineReason
from projections.counts import Counts
from projections.entries import Entry
from projections.record import moment, referral
from projections.statements import statements

SQL = statements("referrals")
PRIORITIES = {"emergency": 0, "urgent": 1, "routine": 2}
KEPT = ("person", "id", "part", "state", "made_at", "service", "decline_reason")
"""What a partner still sees of a referral when its basis to know the person has ended."""


def urgency(row: dict[str, Any]) -> int:
    """Where the referral stands in a list: as it was asked, routine unless said otherwise."""
    return PRIORITIES.get(row.get("priority", ""), PRIORITIES["routine"])


def fold(row: dict[str, Any] | None, entry: Entry) -> dict[str, Any]:
    """The referral's row after one more entry about it."""
    row = row or {"person": str(entry.subject), "id": entry.data["stream"]}
    _, fact, _ = entry.type.split(".")
    at = entry.effective_at.isoformat()
    referral.fold(row, fact, entry.data, at, str(entry.partner))
    return row


def withdrawn(row: dict[str, Any]) -> dict[str, Any]:
    """What is left of a row: its state, and no word of anybody's.

    Of one that was declined as incomplete also who sent it: that is said to them, and of nobody.
    """
    incomplete = row.get("decline_reason") == DeclineReason.INCOMPLETE
    kept = (*KEPT, "sender") if incomplete else KEPT
    return {name: row[name] for name in kept if name in row}


def folded(entries: Iterable[Entry]) -> dict[str, dict[str, Any]]:
    """Every referral in these entries of one partner, by id."""
    rows: dict[str, dict[str, Any]] = {}
    for entry in entries:
        if entry.type == WITHDRAWN:
            for key, row in rows.items():
                if row["person"] == str(entry.subject):
                    rows[key] = withdrawn(row)
        elif _concerns(entry):
            key = entry.data["stream"]
            rows[key] = fold(rows.get(key), entry)
    return rows


OF_THE_EARLIER = ("id", "service", "state", "made_at", "ended_at", "end_reason", "decline_reason")


def with_earlier(row: dict[str, Any], known: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The row with the last referral of this person to the same organisation before it, if known.

    ``known`` are the partner's own rows, so it names nothing that the partner was not told.
    """
    before = [
        each
        for each in known
        if each["id"] != row["id"]
        and each["person"] == row["person"]
        and row.get("receiver")
        and each.get("receiver") == row["receiver"]
        and each["made_at"] < row["made_at"]
    ]
    if before:
        last = max(before, key=lambda each: str(each["made_at"]))
        row["earlier"] = {name: last[name] for name in OF_THE_EARLIER if name in last}
    return row


class Referrals:
    """The view's fold. Rows are keyed by partner and referral."""

    name = "referrals"

    def __init__(self) -> None:
        self._rows: dict[tuple[UUID, UUID], dict[str, Any]] = {}
        self._of_person: dict[tuple[UUID, str], set[UUID]] = {}
        self._touched: set[tuple[UUID, UUID]] = set()
        self._counts = Counts(4)

    def load(self, connection: Connection, entries: Sequence[Entry]) -> Iterator[None]:
        """Fetch the rows these entries touch."""
        self._rows, self._of_person, self._touched = {}, {}, set()
        self._counts = Counts(4)
        keys = {(e.partner, e.subject) for e in entries if e.subject and _concerns(e)}
        if not keys:
            return
        partners, subjects = zip(*keys, strict=True)
        cursor = connection.cursor(binary=True)
        cursor.execute(SQL["of_subjects"], (list(partners), list(subjects)), prepare=True)
        yield
        for partner, referral_id, content in cursor:
            row = orjson.loads(content)
            self._keep(partner, referral_id, row)
            self._counts.stood((partner, referral_id), (partner, row["part"], row["state"]))

    def fold(self, entry: Entry) -> None:
        """Follow one entry. What was withdrawn keeps its state and loses every word."""
        if entry.type == WITHDRAWN:
            for of in self._of_person.get((entry.partner, str(entry.subject)), ()):
                key = (entry.partner, of)
                self._rows[key] = withdrawn(self._rows[key])
                self._touched.add(key)
        elif _concerns(entry):
            key = (entry.partner, UUID(entry.data["stream"]))
            self._keep(*key, fold(self._rows.get(key), entry))
            self._touched.add(key)

    def save(self, connection: Connection) -> None:
        """Write the touched rows, in the open transaction."""
        rows = [(p, r, self._rows[p, r]) for p, r in self._touched]
        if not rows:
            return
        moved = self._counts.moved(((p, r), (p, row["part"], row["state"])) for p, r, row in rows)
        connection.execute(
            SQL["save"],
            (
                [p for p, _, _ in rows],
                [r for _, r, _ in rows],
                [UUID(row["person"]) for _, _, row in rows],
                [row["part"] for _, _, row in rows],
                [row["state"] for _, _, row in rows],
                [urgency(row) for _, _, row in rows],
                [moment(row["made_at"]) for _, _, row in rows],
                [orjson.dumps(row) for _, _, row in rows],
                *moved,
            ),
            binary=True,
            prepare=True,
        )
        if any(many < 0 for many in moved[-1]):
            connection.execute(SQL["count_none"], moved[:-1], binary=True, prepare=True)

    def _keep(self, partner: UUID, referral_id: UUID, row: dict[str, Any]) -> None:
        self._rows[partner, referral_id] = row
        self._of_person.setdefault((partner, row["person"]), set()).add(referral_id)


def recount(connection: Connection) -> None:
    """Count the rows anew, for who put them there otherwise than by the fold."""
    connection.execute(SQL["recount"])


def _concerns(entry: Entry) -> bool:
    return entry.type.startswith("referral.") or entry.type == WITHDRAWN
