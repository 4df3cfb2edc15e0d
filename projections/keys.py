"""Persons' keys in PostgreSQL, each wrapped by one master key that the database never sees.

It refuses to know what is encrypted, and to bring a destroyed key back.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from os import urandom
from threading import Lock
from time import monotonic
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import Connection, OperationalError
from psycopg_pool import ConnectionPool, PoolTimeout

from domain.mapping import CARE, Volume
from domain.vocabulary import Retention
from projections.statements import statements

KEY_BYTES = 32
NONCE_BYTES = 12
MOST_SECONDS = 60.0
"""How long a process may go on reading with a key that another process has destroyed."""

ASKED_AGAIN = 1.0
"""Seconds after which a database that did not answer is asked again; until then nobody waits."""

_SQL = statements("keys")
_RETENTIONS = {each.value: each for each in Retention}


FIRST = (UUID(int=0), "", 0)
"""What every key follows."""


class KeysCannotBeReached(OperationalError):
    """The persons' keys' database does not answer."""


class WrongMasterKey(Exception):
    """A person's key was wrapped by another master key than the one given: give that one."""


@dataclass(frozen=True, slots=True)
class Unopened:
    """Of so many keys, whose do not unwrap, and which was the last."""

    keys: int
    persons: Sequence[UUID]
    last: tuple[UUID, str, int] | None


@dataclass(slots=True)
class _Held:
    """What is remembered of one person: until when, and the key of each volume known of."""

    until: float
    keys: dict[Volume, AESGCM | None] = field(default_factory=dict)

    @property
    def erased(self) -> bool:
        return self.keys.get(CARE, self) is None


_Found = dict[UUID, dict[Volume, AESGCM | None]]


class PersonKeys:
    """The keys of persons, for `domain.mapping`. Safe to share between threads."""

    def __init__(
        self,
        pool: ConnectionPool[Connection],
        master: bytes,
        *,
        remembered: int = 20_000,
        seconds: float = MOST_SECONDS,
    ) -> None:
        assert len(master) == KEY_BYTES, "the master key is 32 bytes"
        assert seconds <= MOST_SECONDS, "an erasure must reach every process within a minute"
        self._pool = pool
        self._master = AESGCM(master)
        self._master_name = sha256(b"throughcare master key" + master).hexdigest()[:16]
        self._remembered = remembered
        self._seconds = seconds
        self._known: OrderedDict[UUID, _Held] = OrderedDict()
        self._lock = Lock()
        self._away_until = 0.0

    @property
    def master(self) -> str:
        """What the master key is called: nothing can be opened by it."""
        return self._master_name

    def of(self, person: UUID, volume: Volume = CARE) -> AESGCM | None:
        """The key of a person's volume, made on first use; ``None`` once destroyed."""
        with self._lock:
            held = self._fresh(person)
            if held is not None:
                self._known.move_to_end(person)
                if volume in held.keys:
                    return held.keys[volume]
                if held.erased:
                    return None
        found = self._fetch([person], strictly=volume).get(person, {})
        if volume not in found and found.get(CARE, self) is not None:
            found = self._begin(person, volume)
        return found.get(volume)

    def newest(self, person: UUID, retention: Retention) -> Volume:
        """The volume in which what is recorded of a person now comes to rest."""
        with self._lock:
            held = self._fresh(person)
            volumes = None if held is None else [*held.keys]
        if volumes is None:
            volumes = [*self._fetch([person]).get(person, {})]
        mine = [each for each in volumes if each.retention is retention]
        return max(mine, default=Volume(retention))

    def many(self, persons: Iterable[UUID]) -> None:
        """Fetch the keys of many persons into memory, in one query.

        One that does not open keeps nobody else waiting: `of` will refuse it.
        """
        if unknown := self._unknown(persons):
            self._fetch(unknown)

    def make_many(self, persons: Iterable[UUID]) -> None:
        """Make and remember the keys of many persons who are new, in one round trip."""
        if unknown := self._unknown(persons):
            made = self._make(unknown)
            self.many(unknown - made.keys())

    def begin_anew(self, person: UUID, retention: Retention) -> Volume:
        """Begin a new volume of a person, in which everything rests from a minute on at most.

        What is before it can then be destroyed: `destroy_before`.
        """
        self._forget(person)
        newest = self.newest(person, retention)
        following = Volume(retention, newest.number + 1)
        self.of(person, following)
        return following

    def destroy(self, person: UUID) -> None:
        """Destroy a person's keys, for ever; a person without one never gets one."""
        with self._connected() as connection, connection.transaction():
            cursor = connection.cursor(binary=True)
            # The care record first: from then on no other volume begins.
            cursor.execute(_SQL["destroy"], (person, self._master_name))
            cursor.execute(_SQL["destroy_volumes"], (person,))
        self._remember({person: {CARE: None}}, monotonic())

    def destroy_before(self, person: UUID, volume: Volume) -> list[int]:
        """Destroy the volumes of a person that came before this one; which they were."""
        asked = (person, volume.retention.value, volume.number)
        gone = [number for (number,) in self._execute("destroy_before", *asked)]
        self._forget(person)
        return gone

    def settled(self, person: UUID, retention: Retention, seconds: float) -> Volume | None:
        """The newest volume that was begun so long ago; ``None`` if none was."""
        rows = self._execute("settled", person, retention.value, seconds)
        return Volume(retention, rows[0][0]) if rows else None

    def standing(self, volumes: Sequence[tuple[UUID, Volume]]) -> list[tuple[UUID, Volume]]:
        """Which of these volumes still have a key."""
        asked = (
            [person for person, _ in volumes],
            [volume.retention.value for _, volume in volumes],
            [volume.number for _, volume in volumes],
        )
        rows = self._execute("standing", *asked)
        return [(person, Volume(_RETENTIONS[kept_as], n)) for person, kept_as, n in rows]

    def lacking(self, persons: Sequence[UUID]) -> list[UUID]:
        """Those who have no key of a care record, and of whom none was destroyed either."""
        there = {
            person
            for person, retention, *_ in self._execute("of", list(persons))
            if retention == Retention.CARE.value
        }
        return [person for person in persons if person not in there]

    def reached(self) -> bool:
        """Whether the database of keys answers."""
        try:
            self._execute("of", [])
        except KeysCannotBeReached:
            return False
        return True

    def unopened(self, after: tuple[UUID, str, int], many: int) -> Unopened:
        """Of so many keys that follow this one, which do not unwrap; and the last of them."""
        rows = self._execute("every", *after, many)
        refused = []
        for person, retention, number, wrapped, master in rows:
            try:
                self._unwrap(person, Volume(Retention(retention), number), wrapped, master)
            except (InvalidTag, WrongMasterKey, ValueError):
                refused.append(person)
        last = (rows[-1][0], rows[-1][1], rows[-1][2]) if rows else None
        return Unopened(len(rows), refused, last)

    def _fresh(self, person: UUID) -> _Held | None:
        held = self._known.get(person)
        return held if held is not None and held.until > monotonic() else None

    def _unknown(self, persons: Iterable[UUID]) -> set[UUID]:
        with self._lock:
            return {person for person in persons if self._fresh(person) is None}

    def _forget(self, person: UUID) -> None:
        with self._lock:
            self._known.pop(person, None)

    def _fetch(self, persons: Iterable[UUID], *, strictly: Volume | None = None) -> _Found:
        """Every key of these persons; one that does not open is left out, or refused if asked."""
        asked_at = monotonic()
        found: _Found = {}
        for person, retention, number, wrapped, master in self._execute("of", list(persons)):
            volume = Volume(_RETENTIONS[retention], number)
            try:
                key = None if wrapped is None else self._unwrap(person, volume, wrapped, master)
            except InvalidTag:
                if volume == strictly:
                    raise
                continue
            found.setdefault(person, {})[volume] = key
        self._remember(found, asked_at)
        return found

    def _make(self, persons: Iterable[UUID]) -> _Found:
        """Make keys of care records; those of persons who had one by now are left out."""
        asked_at = monotonic()
        new = {person: AESGCM.generate_key(KEY_BYTES * 8) for person in persons}
        wrapped = [self._wrap(person, CARE, key) for person, key in new.items()]
        rows = self._execute("make", self._master_name, list(new), wrapped)
        made: _Found = {person: {CARE: AESGCM(new[person])} for (person,) in rows}
        self._remember(made, asked_at)
        return made

    def _begin(self, person: UUID, volume: Volume) -> dict[Volume, AESGCM | None]:
        """Make the key of a volume that has none, unless somebody else did meanwhile."""
        made = self._make([person])
        if volume == CARE and person in made:
            return made[person]
        if volume != CARE:
            key = AESGCM.generate_key(KEY_BYTES * 8)
            wrapped = self._wrap(person, volume, key)
            asked = (volume.retention.value, volume.number, wrapped, self._master_name, person)
            self._execute("begin", *asked)
        return self._fetch([person], strictly=volume).get(person, {})

    def _remember(self, found: Mapping[UUID, dict[Volume, AESGCM | None]], asked_at: float) -> None:
        # Counted from before the question, so that a slow answer does not outlive an erasure.
        until = asked_at + self._seconds
        with self._lock:
            for person, keys in found.items():
                self._known[person] = _Held(until, keys)
                self._known.move_to_end(person)
            while len(self._known) > self._remembered:
                self._known.popitem(last=False)

    def _wrap(self, person: UUID, volume: Volume, key: bytes) -> bytes:
        nonce = urandom(NONCE_BYTES)
        return nonce + self._master.encrypt(nonce, key, _tied_to(person, volume))

    def _unwrap(self, person: UUID, volume: Volume, wrapped: bytes, master: str) -> AESGCM:
        if master != self._master_name:
            raise WrongMasterKey(f"{person} has a key of master {master}, not {self._master_name}")
        nonce, closed = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
        return AESGCM(self._master.decrypt(nonce, closed, _tied_to(person, volume)))

    def _execute(self, name: str, *arguments: object) -> list[Any]:
        with self._connected() as connection:
            cursor = connection.cursor(binary=True)
            cursor.execute(_SQL[name], arguments, prepare=True)
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """A connection; while the database is away nobody but one a second waits for it."""
        if monotonic() < self._away_until:
            raise KeysCannotBeReached("the persons' keys' database does not answer")
        try:
            with self._pool.connection() as connection:
                yield connection
        except PoolTimeout as away:
            self._away_until = monotonic() + ASKED_AGAIN
            raise KeysCannotBeReached(str(away)) from away
        except OperationalError as failed:
            raise KeysCannotBeReached(str(failed)) from failed


def _tied_to(person: UUID, volume: Volume) -> bytes:
    """What a wrapped key is tied to, so that in another's place it does not open."""
    if volume == CARE:
        return person.bytes
    return person.bytes + volume.retention.value.encode() + bytes([volume.number])
