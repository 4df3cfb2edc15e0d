"""The part of the people that one worker of a group folds: its rows, and how far it is, together.

It refuses to know where entries come from, and to fold what is not of one person. While there are
partitions, the views `OF_ONE_PERSON` are the group's; without them, the engine's.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import structlog
from cryptography.exceptions import InvalidTag
from psycopg import Connection

from domain.vocabulary import PartnerId, PersonId
from projections import engine
from projections.entries import NOTHING, opened
from projections.keys import PersonKeys
from projections.pseudonyms import Pseudonyms
from projections.share import Poison, Told
from projections.statements import statements

PARTITIONS = 12
"""Into how many parts the people are cut; another number would tear persons' entries apart."""

_SQL = statements("partitions")
_ENGINE = statements("engine")
_OURS = PartnerId(UUID(int=0))
LAG = _SQL["lag"]
IDLE = 60.0
"""Seconds after which a partition that is behind, and that nobody moves, is nobody's."""

_UNREADABLE = (ValueError, TypeError, LookupError, struct.error, InvalidTag)
"""How it shows that stored bytes cannot be read."""

_log = structlog.get_logger("projections")


def key_of(pseudonyms: Pseudonyms, person: UUID | None, partner: UUID) -> UUID:
    """What keeps one person's entries together, and tells nobody who it is."""
    return pseudonyms.of(_OURS, PersonId(person or partner))


def partition_of(key: UUID) -> int:
    """The part that whatever has this key is in."""
    return int.from_bytes(key.bytes[:4], "big") % PARTITIONS


@dataclass(frozen=True, slots=True)
class GroupLag:
    """How far the group is behind what is told, for who looks after the place.

    Without a group there are no partitions. ``idle`` are those behind that nobody folds.
    """

    partitions: int
    behind: int
    seconds: float
    idle: int
    parked: int


class PeopleStillWait(Exception):
    """One process cannot take over what the group has not folded yet."""


def begin(connection: Connection, ends: Sequence[int]) -> None:
    """From the share's position on, the group folds; or it goes on where it was.

    ``ends`` are the offsets with which the topic's partitions end: one that is further has lost
    its topic, and reads the new one from its beginning.
    """
    assert len(ends) == PARTITIONS
    with connection.transaction():
        cursor = connection.cursor(binary=True)
        lease = cursor.execute(_ENGINE["lease"]).fetchone()
        assert lease is not None
        if lease[1]:
            cursor.execute(_SQL["put_back"], [list(ends)])
        else:
            cursor.execute(_SQL["begin"], [list(ends)])
            cursor.execute(_SQL["begin_numbers"])


def end(connection: Connection) -> bool:
    """From here on the engine folds all again; whether there was a group. It must have come to
    the share's position. Raises `PeopleStillWait`."""
    with connection.transaction():
        cursor = connection.cursor(binary=True)
        lease = cursor.execute(_ENGINE["lease"]).fetchone()
        assert lease is not None
        row = cursor.execute(_SQL["behind"], {"share": lease[0]}).fetchone()
        assert row is not None, "counts have a row"
        partitions, behind, parked = row
        if behind or parked:
            raise PeopleStillWait(f"{behind} partitions are behind, {parked} people are parked")
        cursor.execute(_SQL["end"])
        cursor.execute(_ENGINE["move"], {"position": lease[0], "names": [*engine.OF_ONE_PERSON]})
        return bool(partitions)


# What is handed out


@dataclass(frozen=True, slots=True)
class Head:
    """How far the share is: its position, and each partner's last number."""

    position: int
    numbers: Mapping[UUID, int]


def head(connection: Connection) -> Head:
    """How far the share is now."""
    rows = connection.cursor(binary=True).execute(_SQL["head"], prepare=True).fetchall()
    return Head(rows[0][0], {partner: number for _, partner, number in rows if partner})


def least(connection: Connection) -> dict[UUID, int]:
    """By partner, up to which number all partitions have its share."""
    return dict(connection.cursor(binary=True).execute(_SQL["least"]).fetchall())


def following(
    connection: Connection, numbers: Mapping[UUID, int], up_to: Mapping[UUID, int], each: int
) -> list[Any]:
    """The rows of the entries after these numbers: of each of these partners so many at most."""
    asked = [[*up_to], [numbers.get(p, 0) for p in up_to], [*up_to.values()], each]
    cursor = connection.cursor(binary=True)
    return cursor.execute(_SQL["next"], asked, prepare=True).fetchall()


# What is taken


@dataclass(frozen=True, slots=True)
class Piece:
    """What comes next of one partition: rows, up to which offset, and what position that is."""

    rows: Sequence[Any]
    next_offset: int
    position: int = 0


class Hands:
    """The partitions one worker has taken, and what it folds of them."""

    def __init__(self, keys: PersonKeys) -> None:
        self._keys = keys
        self._owners: dict[int, UUID] = {}
        self._numbers: dict[int, dict[UUID, int]] = {}

    @property
    def held(self) -> frozenset[int]:
        return frozenset(self._owners)

    def drop(self, partitions: Iterable[int]) -> None:
        """These are another's now."""
        for partition in partitions:
            self._owners.pop(partition, None)
            self._numbers.pop(partition, None)

    def take(self, connection: Connection, partitions: Iterable[int]) -> dict[int, int]:
        """Take these, whoever had them; where each goes on. Who had one can no longer go on."""
        owner, asked = uuid4(), sorted(partitions)
        with connection.transaction():
            cursor = connection.cursor(binary=True)
            claimed = cursor.execute(_SQL["claim"], [asked, owner]).fetchall()
            rows = cursor.execute(_SQL["numbers"], [asked]).fetchall()
        _raise(connection)  # who had them may have died before it did
        offsets: dict[int, int] = dict(claimed)
        for partition in offsets:
            self._owners[partition], self._numbers[partition] = owner, {}
        for partition, partner, number in rows:
            self._numbers[partition][partner] = number
        return offsets

    def look(self, connection: Connection) -> None:
        """Drop what somebody else has taken, or was put back to begin on another topic."""
        with connection.transaction():
            self._locked(connection, self.held)

    def fold(self, connection: Connection, pieces: Mapping[int, Piece]) -> None:
        """Fold what is new in these pieces of what is held, each row with its offset.

        A partition that somebody else has taken is dropped, and nothing of it is folded.
        """
        poisoned: dict[UUID, Poison] = {}
        while True:
            try:
                with connection.transaction():
                    reached = self._fold(connection, pieces, poisoned)
                break
            except Poison as poison:
                known = poisoned.get(poison.case)
                if known and poison.position >= known.position:
                    raise
                poisoned[poison.case] = poison
                _log.error("person parked", position=poison.position, type=poison.topic)
        for partition, numbers in reached.items():
            self._numbers[partition] |= numbers
        _raise(connection)

    def _fold(
        self, connection: Connection, pieces: Mapping[int, Piece], poisoned: Mapping[UUID, Poison]
    ) -> dict[int, dict[UUID, int]]:
        cursor = connection.cursor(binary=True)
        ours = self._locked(connection, pieces)
        parked = {row[0] for row in cursor.execute(_SQL["parked"], [sorted(ours)], prepare=True)}
        reached: dict[int, dict[UUID, int]] = {partition: {} for partition in ours}
        new = [
            (partition, row)
            for partition in sorted(ours)
            for row in self._new(partition, pieces[partition].rows, reached[partition])
        ]
        self._keys.many({row[3] for _, row in new if row[3]})
        told: list[Told] = []
        waits: set[UUID] = set(parked)
        for partition, row in new:
            partner, number, position, _, subject, message_type = row[:6]
            case = subject or partner
            poison = poisoned.get(case)
            if case in waits or (poison and position >= poison.position):
                waits.add(case)
                what = (poison.topic, poison.reason) if poison else (message_type, "waits")
                at = [partition, partner, case, number, number, position]
                cursor.execute(_SQL["park"], [*at, *what])
            else:
                told.append(_opened(connection, self._keys, row))
        if told:
            engine.fold_views(connection, _of_one_person(), told, self._keys)
        self._advance(connection, {p: pieces[p] for p in sorted(ours)}, reached)
        return reached

    def _locked(self, connection: Connection, partitions: Iterable[int]) -> set[int]:
        """Those of these that are still ours, and stay so until the transaction ends."""
        asked = {part: self._owners[part] for part in partitions if part in self._owners}
        cursor = connection.cursor(binary=True)
        rows = cursor.execute(_SQL["lock"], [[*asked], [*asked.values()]], prepare=True)
        ours = {partition for (partition,) in rows}
        if lost := asked.keys() - ours:
            _log.warning("partitions are another worker's", partitions=sorted(lost))
            self.drop(lost)
        return ours

    def _new(self, partition: int, rows: Iterable[Any], reached: dict[UUID, int]) -> list[Any]:
        """Without what was folded before; ``reached`` follows."""
        before, found = self._numbers[partition], []
        for row in rows:
            partner, number = row[:2]
            if number > max(before.get(partner, 0), reached.get(partner, 0)):
                reached[partner] = number
                found.append(row)
        return found

    def _advance(
        self,
        connection: Connection,
        pieces: Mapping[int, Piece],
        reached: Mapping[int, Mapping[UUID, int]],
    ) -> None:
        offsets = [piece.next_offset for piece in pieces.values()]
        positions = [piece.position for piece in pieces.values()]
        cursor = connection.cursor(binary=True)
        cursor.execute(_SQL["advance"], [[*pieces], offsets, positions], prepare=True)
        rows = [(part, *each) for part, numbers in reached.items() for each in numbers.items()]
        if rows:
            columns = [list(column) for column in zip(*rows, strict=True)]
            cursor.execute(_SQL["advance_numbers"], columns, prepare=True)


def _raise(connection: Connection) -> None:
    """Say how far the views are: as far as the partition that is furthest behind.

    That is seen only once it is committed: by two at once, by the later of them.
    """
    names = sorted(engine.OF_ONE_PERSON)
    connection.cursor().execute(_SQL["raise"], [names], binary=True, prepare=True)


def _of_one_person() -> list[engine.View]:
    return [view for view in engine.views() if view.name in engine.OF_ONE_PERSON]


def _opened(connection: Connection, keys: PersonKeys, row: Any) -> Told:
    partner, number, position, person, subject, message_type = row[:6]
    if row[9] is None:  # it was too large to be carried
        row = connection.cursor(binary=True).execute(_SQL["one"], [partner, number]).fetchone()
    try:
        entry = opened(row, keys)
    except _UNREADABLE as failed:
        raise Poison(subject or partner, position, message_type, type(failed).__name__) from failed
    return Told(entry, person, NOTHING, subject or partner)


# Who waits


@dataclass(frozen=True, slots=True)
class ParkedPerson:
    """Whose entries wait in the group, for who looks after the place."""

    id: UUID
    partner: UUID
    position: int
    type: str
    reason: str
    parked_at: datetime


def parked(connection: Connection) -> list[ParkedPerson]:
    """Everybody whose entries wait in the group."""
    return [ParkedPerson(*row) for row in connection.cursor(binary=True).execute(_SQL["cases"])]


def retry(connection: Connection, case: UUID, keys: PersonKeys) -> bool:
    """Fold what waited of a person; whether anything did. Raises `Poison` again."""
    with connection.transaction():
        cursor = connection.cursor(binary=True)
        # With the partition held still, nothing more is added to what waits meanwhile.
        cursor.execute(_SQL["lock_parked"], [case])
        row = cursor.execute(_SQL["unpark"], [case]).fetchone()
        if row is None:
            return False
        partner, subject, first, last = row
        asked = {"partner": partner, "first": first, "last": last}
        asked["subject"] = None if subject == partner else subject
        rows = cursor.execute(_SQL["waiting"], asked).fetchall()
        told = [_opened(connection, keys, each) for each in rows]
        engine.fold_views(connection, _of_one_person(), told, keys)
        return True
