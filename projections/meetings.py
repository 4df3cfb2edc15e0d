"""Meetings as each invited partner may know them: the list, who was there, what was decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection

from domain.policies import rhythm
from domain.sharing import WITHDRAWN
from domain.vocabulary import MeetingKind
from projections.entries import Entry
from projections.record import action, meeting, moment
from projections.statements import statements

SQL = statements("meetings")
SCHEDULED = ("kind", "name", "starts_at", "chair", "invited", "series", "slot")


def fold(row: dict[str, Any] | None, entry: Entry) -> dict[str, Any]:
    """The meeting's row after one more entry about it."""
    noun, fact, _ = entry.type.split(".")
    at = entry.effective_at.isoformat()
    if row is None:
        row = {"id": str(meeting_of(entry)), "cases": {}, "closed": False}
    match fact:
        case "MeetingScheduled":
            row.update({name: entry.data[name] for name in SCHEDULED if name in entry.data})
            row["convener"] = entry.data.get("by_organisation")
        case "ListCirculated":
            row["circulated_at"] = at
        case "ApologiesRecorded":
            row["absent"] = entry.data["absent"]
        case "PenTaken":
            row["pen"] = {"practitioner": entry.data["practitioner"], "since": at, "seen": at}
            row["asking"] = []
        case "PenAsked":
            row.setdefault("asking", []).append(entry.data["practitioner"])
        case "ItemCalled":
            row["called"] = {"item": entry.data["item"], "at": at}
        case "MeetingClosed":
            row["closed"] = True
        case _:
            case = row["cases"].setdefault(str(entry.subject), {})
            if noun == "implementation":
                meeting.follow_up(case, fact, entry.data, at)
            elif noun == "action":
                agreed = case.setdefault("agreed", {}).setdefault(entry.data["stream"], {})
                action.fold(agreed, fact, entry.data, at)
            else:
                meeting.fold(case, fact, entry.data, at)
    pen = row.get("pen")
    if pen and noun == "meeting" and entry.data.get("by_practitioner") == pen["practitioner"]:
        pen["seen"] = max(pen.get("seen", at), at)
    return row


def meeting_of(entry: Entry) -> UUID | None:
    """The meeting an entry belongs to, if any: its own, or where something was agreed."""
    noun, _, _ = entry.type.split(".")
    where = {"meeting": "stream", "implementation": "meeting", "action": "meeting"}.get(noun)
    found = entry.data.get(where) if where else None
    return UUID(found) if found else None


def changed(row: dict[str, Any]) -> bool:
    """Whether something was listed after the list last went round."""
    rounds = row.get("circulated_at")
    return rounds is not None and any(
        str(case.get("listed_at", "")) > rounds for case in row["cases"].values()
    )


def actions(row: dict[str, Any], partner: UUID) -> list[str]:
    """What the partner may ask next, in the words of the interface."""
    if row["closed"]:
        return ["next"]
    rule = rhythm.in_force(MeetingKind(row["kind"]), datetime.fromisoformat(row["starts_at"]))
    may = ["cases"] if rule.lists_persons else []
    may += ["apologies", "closure", "next"]
    due = changed(row) or not row.get("circulated_at")
    return [*may, "circulation"] if due and row.get("convener") == str(partner) else may


def folded(entries: Iterable[Entry]) -> dict[str, dict[str, Any]]:
    """Every meeting in these entries of one partner, by id."""
    rows: dict[str, dict[str, Any]] = {}
    for entry in entries:
        if of := meeting_of(entry):
            rows[str(of)] = fold(rows.get(str(of)), entry)
        elif entry.type == WITHDRAWN:
            for row in rows.values():
                row["cases"].pop(str(entry.subject), None)
    return rows


class Meetings:
    """The view's fold. Rows are keyed by partner and meeting."""

    name = "meetings"

    def __init__(self) -> None:
        self._rows: dict[tuple[UUID, UUID], dict[str, Any] | None] = {}

    def load(self, connection: Connection, entries: Sequence[Entry]) -> Iterator[None]:
        """Fetch the rows these entries touch."""
        keys = {(e.partner, of) for e in entries if (of := meeting_of(e))}
        withdrawn = [e.partner for e in entries if e.type == WITHDRAWN]
        self._rows = dict.fromkeys(keys)
        if not keys and not withdrawn:
            return
        cursor = connection.cursor(binary=True)
        asked = [p for p, _ in keys], [m for _, m in keys], withdrawn
        cursor.execute(SQL["rows"], asked, prepare=True)
        yield
        for partner, meeting_id, content in cursor:
            self._rows[partner, meeting_id] = orjson.loads(content)

    def fold(self, entry: Entry) -> None:
        """Follow one entry. A person withdrawn from a partner leaves its lists."""
        if entry.type == WITHDRAWN:
            for (partner, _), row in self._rows.items():
                if partner == entry.partner and row is not None:
                    row["cases"].pop(str(entry.subject), None)
        elif of := meeting_of(entry):
            key = (entry.partner, of)
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
            prepare=True,
        )
