"""Persons' keys in PostgreSQL, each wrapped by one master key that the database never sees.

It refuses to know what is encrypted, and to bring a destroyed key back.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from hashlib import sha256
from os import urandom
from threading import Lock
from time import monotonic
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import Connection
from psycopg_pool import ConnectionPool

from projections.statements import statements

KEY_BYTES = 32
NONCE_BYTES = 12
MOST_SECONDS = 60.0
"""How long a process may go on reading with a key that another process has destroyed."""

_SQL = statements("keys")


class WrongMasterKey(Exception):
    """A person's key was wrapped by another master key than the one given: give that one."""


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
        self._known: OrderedDict[UUID, tuple[float, AESGCM | None]] = OrderedDict()
        self._lock = Lock()

    def of(self, person: UUID) -> AESGCM | None:
        """The key of a person, made on first use; ``None`` once destroyed."""
        with self._lock:
            known = self._known.get(person)
            if known is not None and known[0] > monotonic():
                self._known.move_to_end(person)
                return known[1]
        found = self._fetch([person])
        if not found:
            found = self._make([person]) or self._fetch([person])
        return found[person]

    def many(self, persons: Iterable[UUID]) -> None:
        """Fetch the keys of many persons into memory, in one query.

        One that does not open keeps nobody else waiting: `of` will refuse it.
        """
        if unknown := self._unknown(persons):
            self._fetch(unknown, lenient=True)

    def make_many(self, persons: Iterable[UUID]) -> None:
        """Make and remember the keys of many persons who are new, in one round trip."""
        if unknown := self._unknown(persons):
            made = self._make(unknown)
            self.many(unknown - made.keys())

    def destroy(self, person: UUID) -> None:
        """Destroy a person's key, for ever; a person without one never gets one."""
        self._execute("destroy", person, self._master_name)
        self._remember({person: None})

    def _unknown(self, persons: Iterable[UUID]) -> set[UUID]:
        now = monotonic()
        with self._lock:
            return {p for p in persons if p not in self._known or self._known[p][0] <= now}

    def _fetch(
        self, persons: Iterable[UUID], *, lenient: bool = False
    ) -> dict[UUID, AESGCM | None]:
        asked_at = monotonic()
        found: dict[UUID, AESGCM | None] = {}
        for person, wrapped, master in self._execute("of", list(persons)):
            try:
                found[person] = None if wrapped is None else self._unwrap(person, wrapped, master)
            except InvalidTag:
                if not lenient:
                    raise
        self._remember(found, asked_at)
        return found

    def _make(self, persons: Iterable[UUID]) -> dict[UUID, AESGCM | None]:
        """Make keys; those of persons who had one by now are left out."""
        asked_at = monotonic()
        new = {person: AESGCM.generate_key(KEY_BYTES * 8) for person in persons}
        wrapped = [self._wrap(person, key) for person, key in new.items()]
        rows = self._execute("make", self._master_name, list(new), wrapped)
        made: dict[UUID, AESGCM | None] = {person: AESGCM(new[person]) for (person,) in rows}
        self._remember(made, asked_at)
        return made

    def _remember(self, keys: dict[UUID, AESGCM | None], asked_at: float | None = None) -> None:
        # Counted from before the question, so that a slow answer does not outlive an erasure.
        until = (monotonic() if asked_at is None else asked_at) + self._seconds
        with self._lock:
            for person, key in keys.items():
                self._known[person] = (until, key)
                self._known.move_to_end(person)
            while len(self._known) > self._remembered:
                self._known.popitem(last=False)

    def _wrap(self, person: UUID, key: bytes) -> bytes:
        nonce = urandom(NONCE_BYTES)
        return nonce + self._master.encrypt(nonce, key, person.bytes)

    def _unwrap(self, person: UUID, wrapped: bytes, master: str) -> AESGCM:
        if master != self._master_name:
            raise WrongMasterKey(f"{person} has a key of master {master}, not {self._master_name}")
        nonce, closed = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
        return AESGCM(self._master.decrypt(nonce, closed, person.bytes))

    def _execute(self, name: str, *arguments: object) -> list[Any]:
        with self._pool.connection() as connection:
            cursor = connection.cursor(binary=True)
            cursor.execute(_SQL[name], arguments, prepare=True)
            return cursor.fetchall() if cursor.description else []
