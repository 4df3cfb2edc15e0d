"""Proof that the share is what the rule gives: all is told again, and nothing of it is written.

It refuses to put anything right.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
import psycopg
from psycopg import Connection

from domain.kernel import REMOVED, Recorded
from domain.mapping import FactMapper, UnreadableFact
from projections import directory, log
from projections.addressing import addressed
from projections.directory import Directory
from projections.entries import UNREADABLE, Entry, opened
from projections.keys import PersonKeys
from projections.pseudonyms import Pseudonyms
from projections.share import Poison, Share, Told
from projections.statements import statements

SQL = statements("proof")
SHARE = statements("share")
BATCH = 1_000
SHOWN = 100

_RETOLD = {f"share.{each}": f"retold.{each}" for each in ("entries", "partners", "subjects")} | {
    "share.circles": "retold.circles",
    "views.directory": "retold.directory",
}


class IsProvedAlready(Exception):
    """Another process is telling the share again: wait for it, or end it."""


@dataclass
class Proved:
    """How what one partner was told stands to what the rule gives."""

    partner: UUID
    entries: int = 0
    differing: int = 0
    renumbered: int = 0
    """Entries that say what they should, by another number: rightly so only if told late."""
    late: bool = False
    """Whether a case of this partner's was parked once, and told later than its turn."""
    shown: list[tuple[int, str]] = field(default_factory=list)
    """Of some that differ, the position of the fact, and in what way."""

    @property
    def right(self) -> bool:
        return not self.differing and (self.late or not self.renumbered)


def prove(
    dsn: str,
    mapper: FactMapper,
    keys: PersonKeys,
    pseudonyms: Pseudonyms,
    told_of: Callable[[int, int], None],
) -> list[Proved]:
    """Tell all again that was told by now, and compare. Raises `IsProvedAlready`."""
    with psycopg.connect(dsn, autocommit=True, connect_timeout=5) as connection:
        if not _one(connection, "alone"):
            raise IsProvedAlready
        connection.execute(SQL["unhurried"])
        connection.execute(SQL["retell"])
        try:
            proof = _Proof(dsn, mapper, keys, pseudonyms)
            return proof.run(_one(connection, "told_up_to"), told_of)
        finally:
            connection.execute(SQL["forget"])
            connection.execute(SQL["apart"])


class _Proof:
    def __init__(
        self, dsn: str, mapper: FactMapper, keys: PersonKeys, pseudonyms: Pseudonyms
    ) -> None:
        self._dsn, self._mapper, self._keys, self._pseudonyms = dsn, mapper, keys, pseudonyms
        self._parked: dict[UUID, int] = {}
        self._proved: dict[UUID, Proved] = {}

    def run(self, up_to: int, told_of: Callable[[int, int], None]) -> list[Proved]:
        with (
            psycopg.connect(self._dsn, autocommit=True) as reader,
            psycopg.connect(
                self._dsn, autocommit=True, cursor_factory=addressed(_RETOLD)
            ) as connection,
        ):
            for each in (reader, connection):
                each.execute(SQL["unhurried"])
            self._parked = dict(reader.execute(SQL["parked"]).fetchall())
            position, known = 0, Directory()
            while stored := log.read_after(reader, position, BATCH):
                stored = [fact for fact in stored if fact.position <= up_to]
                if not stored:
                    break
                self._keys.many({fact.person for fact in stored if fact.person})
                told, known = self._told(connection, stored, known)
                after, position = position, stored[-1].position
                self._compare(reader, told, after, position)
                told_of(position, up_to)
            for proved in self._proved.values():
                if proved.renumbered:
                    late = reader.execute(SQL["told_late"], [proved.partner]).fetchone()
                    proved.late = bool(late and late[0])
        return sorted(self._proved.values(), key=lambda each: each.partner)

    def _told(
        self, connection: Connection, stored: Sequence[Any], known: Directory
    ) -> tuple[list[Told], Directory]:
        """What these facts tell; who cannot be told of waits from there on, as in the engine."""
        while True:
            try:
                with connection.transaction():
                    facts = [self._read(fact) for fact in stored if not self._waits(fact)]
                    if not facts:
                        return [], known
                    share = Share(connection, self._mapper, self._keys, self._pseudonyms, known)
                    told = share.tell(facts)
                    share.save([])
                    return told, known
            except Poison as poison:
                self._parked[poison.case] = poison.position
                known = directory.load(connection)

    def _waits(self, stored: Any) -> bool:
        since = self._parked.get(stored.person or stored.originator_id)
        return since is not None and stored.position >= since

    def _read(self, stored: Any) -> Recorded:
        try:
            return self._mapper.read(stored)
        except UnreadableFact as unreadable:
            case = stored.person or stored.originator_id
            raise Poison(case, stored.position, stored.topic, "unreadable") from unreadable

    def _compare(self, reader: Connection, told: Sequence[Told], after: int, up_to: int) -> None:
        """By partner and the fact that caused it, in the order of their numbers."""
        rule: dict[tuple[UUID, int], list[tuple[int, Any]]] = defaultdict(list)
        kept: dict[tuple[UUID, int], list[tuple[int, Any]]] = defaultdict(list)
        for each in told:
            entry = each.entry
            rule[entry.partner, entry.position].append((entry.number, self._plain(each)))
        cursor = reader.cursor(binary=True)
        for row in cursor.execute(SHARE["by_position"], [after, up_to]).fetchall():
            kept[row[0], row[2]].append((row[1], self._opened(row)))
        for partner, position in sorted(rule.keys() | kept.keys()):
            proved = self._proved.setdefault(partner, Proved(partner))
            right, is_so = rule[partner, position], sorted(kept[partner, position], key=_number)
            proved.entries += len(is_so)
            if [said for _, said in right] != [said for _, said in is_so]:
                proved.differing += max(len(right), len(is_so))
                if len(proved.shown) < SHOWN:
                    how = f"{len(is_so)} entries, the rule gives {len(right)}"
                    same = len(right) == len(is_so)
                    proved.shown.append((position, "says other things" if same else how))
            elif right != is_so:
                proved.renumbered += len(is_so)

    def _plain(self, told: Told) -> Any:
        """What an entry says, as it would be read: of an erased person nothing personal."""
        kept = not told.person or self._keys.of(told.person) is not None
        data = {
            name: value
            for name, value in told.entry.data.items()
            if name not in told.personal or (kept and value not in (None, REMOVED))
        }
        return _said(told.entry, orjson.loads(orjson.dumps(data)))

    def _opened(self, row: Any) -> Any:
        try:
            entry = opened(row, self._keys)
        except UNREADABLE as failed:
            return type(failed).__name__
        return _said(entry, entry.data)


def _said(entry: Entry, data: Any) -> Any:
    times = entry.effective_at, entry.recorded_at
    return entry.subject, entry.type, *times, entry.backfill, data


def _number(each: tuple[int, Any]) -> int:
    return each[0]


def _one(connection: Connection, question: str) -> Any:
    row = connection.execute(SQL[question]).fetchone()
    assert row is not None, f"{question} has an answer"
    return row[0]
