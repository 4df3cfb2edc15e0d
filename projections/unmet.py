"""Unmet need: what was wanted and could not be had, as each partner may know it, and when it could.

A referral declined because a service is full counts as much as what was written down as unmet. It
refuses to know why anybody wanted anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.policies.days import local_date
from domain.sharing import WITHDRAWN
from domain.vocabulary import DeclineReason, WhyUnmet
from projections import directory
from projections.entries import Entry
from projections.statements import columns, statements

SQL = statements("unmet")
FEW = 5
"""Counts below this are hidden from who may see totals and nobody's record."""

ASKED = ("ReferralMade", "ReferralRedirected")
OVER = ("ReferralAccepted", "ReferralDeclined", "ReferralWithdrawn", "ReferralExpired")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One time that somebody wanted a service, by what one partner was told.

    While ``waiting`` it is a referral that may still be taken on. ``met_at`` is when the person was
    taken on at the same step after all. A whole place counts each ``id`` once.
    """

    partner: UUID
    id: UUID
    subject: UUID | None
    waiting: bool
    service: UUID | None
    step: int | None
    why: str
    need: str | None
    practice: UUID | None
    at: datetime
    position: int
    met_at: datetime | None = None
    met_position: int | None = None

    @property
    def month(self) -> date:
        return local_date(self.at).replace(day=1)

    def met_by(self, position: int) -> bool:
        return self.met_position is not None and self.met_position <= position


_COLUMNS = attrgetter(*(each.name for each in fields(Wanted)))

Rows = dict[tuple[UUID, UUID], Wanted]


def follow(rows: Rows, entry: Entry, steps: Mapping[UUID, int]) -> set[tuple[UUID, UUID]]:
    """Follow one entry; which rows it touched. A row that is gone is no longer in ``rows``."""
    if entry.type == WITHDRAWN:
        return _forget(rows, entry)
    noun, name, _ = entry.type.split(".")
    data = entry.data
    key = (entry.partner, UUID(data["stream"])) if "stream" in data else None
    if key is None:
        return set()
    if noun == "unmet":
        rows[key] = Wanted(
            *key,
            subject=entry.subject,
            waiting=False,
            service=_id(data.get("service")),
            step=data["step"],
            why=data["why"],
            need=data.get("need"),
            practice=_id(data.get("practice")),
            at=entry.effective_at,
            position=entry.position,
        )
        return {key}
    if noun != "referral" or name not in ASKED + OVER:
        return set()
    if name in ASKED:
        service = _id(data.get("service"))
        rows[key] = Wanted(
            *key,
            subject=entry.subject,
            waiting=True,
            service=service,
            step=None if service is None else steps.get(service),
            why=WhyUnmet.FULL.value,
            need=None,
            practice=None,
            at=entry.effective_at,
            position=entry.position,
        )
        return {key}
    return _answered(rows, key, name, entry)


def _answered(
    rows: Rows, key: tuple[UUID, UUID], name: str, entry: Entry
) -> set[tuple[UUID, UUID]]:
    asked = rows.get(key)
    if asked is None or not asked.waiting:
        return set()
    if name == "ReferralDeclined" and entry.data.get("reason") == DeclineReason.FULL:
        rows[key] = replace(
            asked,
            waiting=False,
            at=entry.effective_at,
            position=entry.position,
        )
        return {key}
    del rows[key]
    touched = {key}
    if name == "ReferralAccepted" and asked.step is not None:
        unmet = [
            (each, row)
            for each, row in rows.items()
            if not row.waiting and row.met_at is None and row.step == asked.step
        ]
        for each, row in unmet:
            if each[0] == entry.partner and row.subject == entry.subject:
                rows[each] = replace(row, met_at=entry.effective_at, met_position=entry.position)
                touched.add(each)
    return touched


def _forget(rows: Rows, entry: Entry) -> set[tuple[UUID, UUID]]:
    """Who may no longer know of a person keeps the count, and not whose it was."""
    touched = set()
    for key, row in list(rows.items()):
        if key[0] == entry.partner and row.subject == entry.subject:
            touched.add(key)
            if row.waiting:
                del rows[key]
            else:
                rows[key] = replace(row, subject=None)
    return touched


@dataclass(frozen=True, slots=True)
class Counted:
    """How often a service, or help at a step, was wanted in vain in a month, and met since."""

    service: UUID | None
    step: int | None
    month: date
    why: Mapping[str, int]
    unmet: int
    met: int


def counted(rows: Iterable[Wanted], position: int) -> list[Counted]:
    """The counts by service, step and month, as was known at a position; the newest first."""
    groups: dict[tuple[UUID | None, int | None, date], list[Wanted]] = {}
    for row in rows:
        if not row.waiting and row.position <= position:
            groups.setdefault((row.service, row.step, row.month), []).append(row)
    found = [
        Counted(
            service,
            step,
            month,
            Counter(row.why for row in group),
            len(group),
            sum(row.met_by(position) for row in group),
        )
        for (service, step, month), group in groups.items()
    ]
    return sorted(found, key=lambda c: (-c.month.toordinal(), c.step or 0, str(c.service)))


def hidden(each: Counted) -> dict[str, Any]:
    """A count as somebody may see it who sees nobody's record: few are "fewer than 5"."""
    return {
        "service": each.service,
        "step": each.step,
        "month": each.month,
        "unmet": each.unmet if each.unmet >= FEW else None,
        "met": each.met if each.met >= FEW and each.unmet - each.met >= FEW else None,
        "why": {why: count for why, count in sorted(each.why.items()) if count >= FEW}
        if each.unmet >= FEW and all(count >= FEW for count in each.why.values())
        else {},
        "hidden": each.unmet < FEW,
    }


def shown(each: Counted) -> dict[str, Any]:
    """A count as a partner sees what it was told itself."""
    return {
        "service": each.service,
        "step": each.step,
        "month": each.month,
        "unmet": each.unmet,
        "met": each.met,
        "why": dict(sorted(each.why.items())),
        "hidden": False,
    }


class Unmet:
    """The view's fold. Rows are keyed by partner and by unmet need or referral."""

    name = "unmet"

    def __init__(self) -> None:
        self._rows: Rows = {}
        self._touched: set[tuple[UUID, UUID]] = set()
        self._steps: Mapping[UUID, int] = {}

    def load(self, connection: Connection, entries: Sequence[Entry]) -> Iterator[None]:
        """Fetch the rows these entries touch, and at which step each service is."""
        self._rows, self._touched = {}, set()
        keys = {(e.partner, e.subject) for e in entries if e.subject and _concerns(e)}
        if not keys:
            return
        wanted = {_id(e.data.get("service")) for e in entries if e.type.split(".")[1] in ASKED}
        offered = connection.cursor(binary=True)
        offered.execute(SQL["services"], [[each for each in wanted if each]], prepare=True)
        partners, subjects = zip(*keys, strict=True)
        cursor = connection.cursor(binary=True)
        cursor.execute(SQL["of_subjects"], (list(partners), list(subjects)), prepare=True)
        yield
        services = directory.read(offered.fetchall()).services
        self._steps = {service: entry.step for service, entry in services.items()}
        for found in cursor:
            row = Wanted(*found)
            self._rows[row.partner, row.id] = row

    def fold(self, entry: Entry) -> None:
        """Follow one entry."""
        if _concerns(entry):
            self._touched |= follow(self._rows, entry, self._steps)

    def save(self, connection: Connection) -> None:
        """Write the touched rows, in the open transaction."""
        cursor = connection.cursor(binary=True)
        if gone := self._touched - self._rows.keys():
            cursor.execute(SQL["forget"], columns(gone), prepare=True)
        if kept := self._touched & self._rows.keys():
            rows = (_COLUMNS(self._rows[key]) for key in kept)
            cursor.execute(SQL["save"], columns(rows), prepare=True)


def _concerns(entry: Entry) -> bool:
    return entry.type == WITHDRAWN or entry.type.startswith(("referral.", "unmet."))


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None
