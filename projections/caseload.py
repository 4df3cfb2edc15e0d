"""The caseload: one row for each person a partner may know of, folded from its share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection

from projections import record
from projections.counts import Counts
from projections.entries import Entry
from projections.statements import statements
from projections.versions import Pair, Versions

SQL = statements("caseload")


class Caseload:
    """The view's fold. Rows are keyed by partner and the partner's own id for the person."""

    name = "caseload"

    def __init__(self) -> None:
        self._rows: dict[tuple[UUID, UUID], dict[str, Any] | None] = {}
        self._last: dict[tuple[UUID, UUID], Entry] = {}
        self._counts = Counts(3)
        self.versions = Versions()

    def load(self, connection: Connection, entries: Sequence[Entry]) -> Iterator[None]:
        """Fetch the rows these entries touch."""
        self._last = {(e.partner, e.subject): e for e in entries if e.subject is not None}
        self._rows, self._counts = dict.fromkeys(self._last), Counts(3)
        self.versions.begin()
        if not self._last:
            return
        partners, subjects = zip(*self._last, strict=True)
        cursor = connection.cursor(binary=True)
        cursor.execute(SQL["rows_to_fold"], (list(partners), list(subjects)), prepare=True)
        yield
        for partner, subject, content, known_from, urgency, kept_from in cursor:
            self.versions.kept_from = kept_from
            if content is None:
                continue
            row = self._rows[partner, subject] = orjson.loads(content)
            self._counts.stood((partner, subject), (partner, row["status"]))
            if known_from is not None:
                self.versions.loaded((partner, subject), content, known_from, urgency)

    def fold(self, entry: Entry) -> None:
        """Follow one entry."""
        if entry.subject:
            key = (entry.partner, entry.subject)
            row = self._rows[key]
            self.versions.follow(key, row, entry)
            row = self._rows[key] = record.follow(row, entry)
            if entry is self._last[key]:  # where it stands is asked once, and fails by its entry
                record.settled(row)

    def recall(self, pair: Pair, entries: Sequence[Entry]) -> None:
        """Fold the row and its versions anew, from all that the partner was told of the person."""
        self._rows[pair] = orjson.loads(self.versions.recall(pair, entries))

    def save(self, connection: Connection) -> None:
        """Write the touched rows, in the open transaction."""
        rows = [(p, s, row) for (p, s), row in self._rows.items() if row is not None]
        if not rows:
            return
        moved = self._counts.moved(((p, s), (p, row["status"])) for p, s, row in rows)
        connection.execute(
            SQL["save"],
            (
                [p for p, _, _ in rows],
                [s for _, s, _ in rows],
                [row.get("name", "") for _, _, row in rows],
                [row["status"] for _, _, row in rows],
                [record.urgency(row) for _, _, row in rows],
                [record.moment(row["waiting_since"]) for _, _, row in rows],
                [record.complexity(row) for _, _, row in rows],
                [record.unimproved_since(row) for _, _, row in rows],
                [record.unseen_since(row) for _, _, row in rows],
                [orjson.dumps(row) for _, _, row in rows],
                *moved,
            ),
            binary=True,
            prepare=True,
        )
        if any(many < 0 for many in moved[-1]):
            connection.execute(SQL["count_none"], moved[:-1], binary=True, prepare=True)
        self.versions.save(connection, (((p, s), row) for p, s, row in rows))


def recount(connection: Connection) -> None:
    """Count the rows anew, for who put them there otherwise than by the fold."""
    connection.execute(SQL["recount"])
