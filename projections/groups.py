"""Groups' registers: who is in a group, or waits, and what became of each session; for who runs it.

Folded from what that partner was told of each person. Nobody else has a register.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection

from domain.group import Group, ProgrammePlanned
from domain.membership import Place
from domain.policies.days import local_date
from domain.sharing import WITHDRAWN
from domain.vocabulary import Label, PersonId, ReferralId
from projections.directory import GroupEntry
from projections.entries import Entry
from projections.record import contact, group
from projections.statements import statements

SQL = statements("groups")

Rows = dict[str, dict[str, Any]]
"""One person's places, by group."""


def fold(places: Rows, entry: Entry) -> str | None:
    """Follow one entry about a person; the group whose register it changed, if any."""
    noun, fact, _ = entry.type.split(".")
    if entry.data.get("provider") != str(entry.partner):
        return None
    at = entry.effective_at.isoformat()
    if noun == "group":
        place = places.setdefault(entry.data["stream"], _blank(entry, entry.data["stream"]))
        group.fold(place, fact, entry.data, at)
        return str(place["group"])
    if noun != "contact":
        return None
    stream = entry.data["stream"]
    of = entry.data.get("group") or next(
        (key for key, place in places.items() if stream in place["sessions"]), None
    )
    if of is None:
        return None
    place = places.setdefault(of, _blank(entry, of))
    contact.fold(place["sessions"].setdefault(stream, {}), fact, entry.data, at)
    return str(of)


def _blank(entry: Entry, of: str) -> dict[str, Any]:
    return {"group": of, "person": str(entry.subject), "sessions": {}}


def folded(entries: Iterable[Entry]) -> dict[str, Rows]:
    """Every place in these entries of one partner, by person and group."""
    people: dict[str, Rows] = {}
    for entry in entries:
        if entry.type == WITHDRAWN:
            people.pop(str(entry.subject), None)
        elif entry.subject:
            fold(people.setdefault(str(entry.subject), {}), entry)
    return people


def register(people: dict[str, Rows], of: str) -> list[dict[str, Any]]:
    """The register of one group."""
    return [places[of] for places in people.values() if of in places]


def actions(
    planned: GroupEntry, members: Sequence[dict[str, Any]], waiting: Sequence[dict[str, Any]]
) -> list[str]:
    """What who runs the group may do next, by the domain's own words."""
    known = Group(id=planned.id)
    fields = ProgrammePlanned.model_fields
    known.planned = ProgrammePlanned(**{name: getattr(planned, name) for name in fields})
    known.ended = planned.ended is not None
    known.members, known.waiting = _places(members), _places(waiting)
    return list(known.next_actions(planned.partner))


def _places(rows: Sequence[dict[str, Any]]) -> dict[PersonId, Place]:
    places = (
        Place(
            PersonId(UUID(row["person"])),
            ReferralId(UUID(row["referral"])),
            Label.ORDINARY,
            local_date(datetime.fromisoformat(row["since"])),
        )
        for row in rows
    )
    return {place.person: place for place in places}


class Groups:
    """The view's fold. Rows are keyed by partner, group and the partner's id for the person."""

    name = "groups"

    def __init__(self) -> None:
        self._people: dict[tuple[UUID, UUID], Rows] = {}
        self._touched: set[tuple[UUID, UUID, str]] = set()
        self._gone: set[tuple[UUID, UUID]] = set()

    def load(self, connection: Connection, entries: Sequence[Entry]) -> Iterator[None]:
        """Fetch the places of everybody these entries are about."""
        self._people, self._touched, self._gone = {}, set(), set()
        keys = {(e.partner, e.subject) for e in entries if e.subject and _concerns(e)}
        if not keys:
            return
        partners, subjects = zip(*keys, strict=True)
        cursor = connection.cursor(binary=True)
        cursor.execute(SQL["of_subjects"], (list(partners), list(subjects)), prepare=True)
        yield
        for partner, subject, content in cursor:
            place = orjson.loads(content)
            self._people.setdefault((partner, subject), {})[place["group"]] = place

    def fold(self, entry: Entry) -> None:
        """Follow one entry. What was withdrawn is gone."""
        if not entry.subject or not _concerns(entry):
            return
        key = (entry.partner, entry.subject)
        if entry.type == WITHDRAWN:
            self._gone.add(key)
            self._people.pop(key, None)
            self._touched = {each for each in self._touched if each[:2] != key}
        elif of := fold(self._people.setdefault(key, {}), entry):
            self._touched.add((*key, of))

    def save(self, connection: Connection) -> None:
        """Write the touched places, in the open transaction."""
        cursor = connection.cursor()
        if self._gone:
            partners, subjects = zip(*self._gone, strict=True)
            cursor.execute(SQL["forget"], (list(partners), list(subjects)), binary=True)
        if not self._touched:
            return
        rows = sorted(self._touched)
        cursor.execute(
            SQL["save"],
            (
                [partner for partner, _, _ in rows],
                [UUID(of) for _, _, of in rows],
                [subject for _, subject, _ in rows],
                [orjson.dumps(self._people[p, s][of]) for p, s, of in rows],
            ),
            binary=True,
            prepare=True,
        )


def _concerns(entry: Entry) -> bool:
    return entry.type == WITHDRAWN or entry.type.startswith(("group.", "contact."))
