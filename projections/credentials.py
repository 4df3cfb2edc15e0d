"""Credentials of partners' systems: their public keys, keys kept as hashes, what was revoked.

It refuses to keep a secret, to change what was made, and to know what a scope opens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, LiteralString
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool

from domain.kernel import BrokenRule
from domain.vocabulary import PartnerId
from projections.statements import statements

SQL = statements("credentials")

LIVE_KEYS = 2
"""How many keys of a system may be good at once: the one in use, and the one it changes to."""


class SystemIsUnknown(BrokenRule):
    """Your organisation has no such system, key or public key."""


class TwoKeysAreLive(BrokenRule):
    """The system has two keys that are good; revoke one before it gets another."""


class KeyIsTaken(BrokenRule):
    """This public key is or was a system's already; make a new pair of keys for each."""


class SystemHasEnded(BrokenRule):
    """The system may ask for tokens no more; register it anew."""


class MadeBefore(BrokenRule):
    """This was made before with the same Idempotency-Key, and a key is shown only once.

    Revoke it and make another.
    """


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that a system proves itself with; its private half never comes here."""

    thumbprint: str
    client: UUID
    algorithm: str
    key: dict[str, Any]
    made_at: datetime
    made_by: UUID
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Client:
    """A partner's system that asks for tokens, and for which scopes it may."""

    id: UUID
    partner: PartnerId
    name: str
    scopes: tuple[str, ...]
    made_at: datetime
    made_by: UUID
    revoked_at: datetime | None
    keys: tuple[PublicKey, ...] = ()

    @property
    def live(self) -> tuple[PublicKey, ...]:
        """Its keys that are good now."""
        if self.revoked_at is not None:
            return ()
        return tuple(key for key in self.keys if key.revoked_at is None)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key that was shown once, as its owner may see it again."""

    id: UUID
    partner: PartnerId
    name: str
    scopes: tuple[str, ...]
    made_at: datetime
    made_by: UUID
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class System:
    """Which system of which partner asks, by a credential that is good at this moment."""

    id: UUID
    partner: PartnerId
    name: str
    scopes: frozenset[str]


class Credentials:
    """Everything is asked of the database each time, so what is revoked is so in every process."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection]) -> None:
        self._pool = pool

    async def register(
        self,
        client: UUID,
        partner: PartnerId,
        name: str,
        scopes: Sequence[str],
        keys: Sequence[tuple[str, str, dict[str, Any]]],
        *,
        by: UUID,
    ) -> Client:
        """A system with its public keys (thumbprint, algorithm, key). Asked twice, it is one.

        Raises `KeyIsTaken`.
        """
        async with self._pool.connection() as connection, connection.transaction():
            made = await connection.execute(
                SQL["add_client"], (client, partner, name, list(scopes), by)
            )
            if await made.fetchone():
                for key in keys:
                    await self._add(connection, client, key, by=by)
        return await self.client(client, partner)

    async def add_key(
        self, client: UUID, partner: PartnerId, key: tuple[str, str, dict[str, Any]], *, by: UUID
    ) -> Client:
        """One more key for a system, beside the one it has. Asked twice, it is one.

        Raises `SystemIsUnknown`, `SystemHasEnded`, `TwoKeysAreLive`, `KeyIsTaken`.
        """
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(SQL["one_at_a_time"], (client,))
            known = await self._client(connection, client, partner)
            if known.revoked_at is not None:
                raise SystemHasEnded(client)
            if key[0] in {each.thumbprint for each in known.live}:
                return known
            if len(known.live) >= LIVE_KEYS:
                raise TwoKeysAreLive(client)
            await self._add(connection, client, key, by=by)
            return await self._client(connection, client, partner)

    async def revoke_key(
        self, client: UUID, partner: PartnerId, thumbprint: str, *, by: UUID
    ) -> None:
        """A public key is good no more, nor any token got with it. Raises `SystemIsUnknown`."""
        known = await self.client(client, partner)
        if thumbprint not in {key.thumbprint for key in known.keys}:
            raise SystemIsUnknown(client)
        await self._rows(SQL["revoke"], thumbprint, by, answers=False)

    async def end(self, client: UUID, partner: PartnerId, *, by: UUID) -> None:
        """A system may ask no more, and its tokens are good no more. Raises `SystemIsUnknown`."""
        known = await self.client(client, partner)
        await self._rows(SQL["revoke"], str(known.id), by, answers=False)

    async def client(self, client: UUID, partner: PartnerId) -> Client:
        """A system of this partner. Raises `SystemIsUnknown`."""
        async with self._pool.connection() as connection:
            return await self._client(connection, client, partner)

    async def clients(self, partner: PartnerId) -> list[Client]:
        """The partner's systems, those that ended too."""
        rows = await self._rows(SQL["clients"], partner)
        keys = await self._rows(SQL["public_keys"], [row[0] for row in rows])
        return [_client(row, keys) for row in rows]

    async def asking(self, client: UUID) -> Client | None:
        """The system that says it asks for a token, whosever it is, with its keys."""
        rows = await self._rows(SQL["client"], client)
        keys = await self._rows(SQL["public_keys"], [client])
        return _client(rows[0], keys) if rows else None

    async def used_before(self, client: UUID, assertion: str, expires: datetime) -> bool:
        """Whether an assertion was used already; from now on it was."""
        digest = sha256(assertion.encode()).digest()
        return not await self._rows(SQL["use_assertion"], client, digest, expires)

    async def holding(self, client: UUID, thumbprint: str) -> System | None:
        """The system that got a token by this key, if both are good still."""
        return _system(await self._rows(SQL["live_client"], thumbprint, client))

    # Keys that are shown once

    async def keep_key(
        self,
        key: UUID,
        partner: PartnerId,
        name: str,
        secret: str,
        scopes: Sequence[str],
        *,
        by: UUID,
        expires: datetime,
    ) -> None:
        """Keep the hash of a key. Raises `MadeBefore`: nobody can be shown it again."""
        row = (key, partner, name, _digest(secret), list(scopes), by, expires)
        if not await self._rows(SQL["add_api_key"], *row):
            raise MadeBefore(key)

    async def api_keys(self, partner: PartnerId) -> list[ApiKey]:
        """The partner's keys, those that are over too; never the keys themselves."""
        rows = await self._rows(SQL["api_keys"], partner)
        return [ApiKey(row[0], PartnerId(row[1]), row[2], tuple(row[3]), *row[4:]) for row in rows]

    async def revoke_api_key(self, key: UUID, partner: PartnerId, *, by: UUID) -> None:
        """It is good no more, in any process. Raises `SystemIsUnknown`."""
        if key not in {each.id for each in await self.api_keys(partner)}:
            raise SystemIsUnknown(key)
        await self._rows(SQL["revoke"], str(key), by, answers=False)

    async def owner(self, secret: str) -> System | None:
        """The system that holds this key, if it is good; that it was used is remembered."""
        return _system(await self._rows(SQL["used_api_key"], _digest(secret)))

    # How it is done

    async def _client(
        self, connection: AsyncConnection, client: UUID, partner: PartnerId
    ) -> Client:
        rows = await (await connection.execute(SQL["client"], (client,))).fetchall()
        keys = await (await connection.execute(SQL["public_keys"], ([client],))).fetchall()
        if not rows or rows[0][1] != partner:
            raise SystemIsUnknown(client)
        return _client(rows[0], keys)

    async def _add(
        self,
        connection: AsyncConnection,
        client: UUID,
        key: tuple[str, str, dict[str, Any]],
        *,
        by: UUID,
    ) -> None:
        thumbprint, algorithm, public = key
        row = (thumbprint, client, algorithm, Jsonb(public), by)
        added = await connection.execute(SQL["add_public_key"], row)
        if not await added.fetchone():
            raise KeyIsTaken(client)

    async def _rows(
        self, statement: LiteralString | str, *asked: Any, answers: bool = True
    ) -> list[Any]:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(statement, asked)
            return await cursor.fetchall() if answers else []


def _client(row: Sequence[Any], keys: Sequence[Sequence[Any]]) -> Client:
    theirs = tuple(PublicKey(*key) for key in keys if key[1] == row[0])
    return Client(row[0], PartnerId(row[1]), row[2], tuple(row[3]), row[4], row[5], row[6], theirs)


def _system(rows: Sequence[Sequence[Any]]) -> System | None:
    if not rows:
        return None
    (row,) = rows
    return System(row[0], PartnerId(row[1]), row[2], frozenset(row[3]))


def _digest(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
