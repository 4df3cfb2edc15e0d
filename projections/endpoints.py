"""Where a partner is told that there is news: endpoints, their secrets, what came of each try.

It refuses to show a secret again, to send anything itself, and to know what the news is.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from domain.kernel import BrokenRule, Unknown
from domain.vocabulary import Moment, PartnerId
from projections.addresses import where
from projections.behalf import WHOSE, whose
from projections.mailboxes import STANDING, Mailbox, mailboxes
from projections.statements import statements
from projections.webhook_secrets import ANSWER, SECRET, Seals

SQL = statements("endpoints")

MOST = 5
"""Endpoints of a partner that have not ended."""

LIVE_SECRETS = 2
"""Secrets of an endpoint that may be good at once."""

NEWS, REPLAY, TEST = "share.News.v1", "share.Replay.v1", "share.Test.v1"


class EndpointIsUnknown(Unknown):
    """Your organisation has no such endpoint, or no such message was sent to it."""


class HostIsNotAllowed(BrokenRule):
    """The host of the place has not allowed this host for your organisation; ask it to."""


class EndpointHasEnded(BrokenRule):
    """Nothing is sent to this endpoint any more; add another."""


class TooManyEndpoints(BrokenRule):
    """Your organisation has as many endpoints as one may have; end one first."""


class TwoSecretsAreLive(BrokenRule):
    """Two secrets are good already; wait until the older one ends, or let it end at once."""


class SecretWasShown(BrokenRule):
    """This was made before with the same Idempotency-Key, and a secret is shown only once."""


@dataclass(frozen=True, slots=True)
class Host:
    """What the host of the place last said of a host."""

    host: str
    allowed: bool
    said_at: datetime
    said_by: UUID


@dataclass(frozen=True, slots=True)
class LiveSecret:
    """A secret that messages are signed with, never the secret itself."""

    id: UUID
    made_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address that is told of news, and how it stands."""

    id: UUID
    partner: PartnerId
    name: str
    url: str
    made_at: datetime
    made_by: UUID
    state: str
    state_at: datetime
    why: str
    told: int
    failures: int
    last_at: datetime | None
    due_at: datetime | None
    secrets: tuple[LiveSecret, ...] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """One message to an endpoint and what became of it."""

    id: UUID
    number: int
    type: str
    up_to: int
    made_at: datetime
    state: str
    state_at: datetime
    again: bool
    attempts: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to send a message, with what was sent and what was answered."""

    number: int
    message: UUID
    type: str
    up_to: int
    at: datetime
    seconds: float
    status: int | None
    failure: str
    body: bytes
    answer: bytes
    taken: int


class Endpoints:
    """Everything is asked for the partner on whose behalf the task reads (`projections.behalf`)."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection], seals: Seals) -> None:
        self._pool, self._seals = pool, seals

    # Hosts

    async def hosts(self, partner: PartnerId) -> list[Host]:
        """Hosts that were ever spoken of, by name."""
        async with self._acting() as connection:
            rows = await (await connection.execute(SQL["hosts"], (partner,))).fetchall()
        return [Host(*row) for row in rows]

    async def say_host(
        self, partner: PartnerId, host: str, *, allowed: bool, by: UUID, at: Moment
    ) -> None:
        """From now on it may be called, or may no more."""
        async with self._acting() as connection:
            await connection.execute(SQL["say_host"], (partner, host, allowed, at, by))

    # Endpoints

    async def all(self, partner: PartnerId, *, at: Moment) -> list[Endpoint]:
        """The partner's endpoints, those that ended too."""
        async with self._acting() as connection:
            return await self._endpoints(connection, partner, None, at)

    async def one(self, endpoint: UUID, partner: PartnerId, *, at: Moment) -> Endpoint:
        """Raises `EndpointIsUnknown`."""
        async with self._acting() as connection:
            return await self._one(connection, endpoint, partner, at)

    async def add(
        self,
        endpoint: UUID,
        partner: PartnerId,
        name: str,
        url: str,
        secret: str,
        *,
        by: UUID,
        at: Moment,
    ) -> Endpoint:
        """An endpoint and its first secret.

        Raises `HostIsNotAllowed`, `TooManyEndpoints`, `SecretWasShown`, `AddressIsNotPossible`.
        """
        host = where(url).host
        async with self._acting() as connection:
            await connection.execute(SQL["one_at_a_time"], (partner,))
            hosts = await (await connection.execute(SQL["hosts"], (partner,))).fetchall()
            if host not in {name for name, allowed, *_ in hosts if allowed}:
                raise HostIsNotAllowed(partner)
            known = await self._endpoints(connection, partner, None, at)
            if endpoint in {each.id for each in known}:
                raise SecretWasShown(endpoint)
            if sum(each.state != "ended" for each in known) >= MOST:
                raise TooManyEndpoints(partner)
            row = (endpoint, partner, name, url, at, by, at)
            await connection.execute(SQL["add_endpoint"], row)
            await self._keep(connection, endpoint, endpoint, partner, secret, by=by, at=at)
            await connection.execute(SQL["say"])
            return await self._one(connection, endpoint, partner, at)

    async def become(
        self, endpoint: UUID, partner: PartnerId, state: str, *, at: Moment
    ) -> Endpoint:
        """Paused, active again, or ended. Raises `EndpointIsUnknown`, `EndpointHasEnded`."""
        async with self._acting() as connection:
            known = await self._one(connection, endpoint, partner, at)
            if known.state == "ended" and state != "ended":
                raise EndpointHasEnded(endpoint)
            await connection.execute(SQL["set_state"], (state, at, endpoint, state))
            await connection.execute(SQL["say"])
            return await self._one(connection, endpoint, partner, at)

    async def rotate(
        self,
        endpoint: UUID,
        partner: PartnerId,
        id_: UUID,
        secret: str,
        *,
        ends: Moment,
        by: UUID,
        at: Moment,
    ) -> Endpoint:
        """Another secret; those before it are good until ``ends``, beside it.

        Raises `EndpointIsUnknown`, `EndpointHasEnded`, `TwoSecretsAreLive`, `SecretWasShown`.
        """
        async with self._acting() as connection:
            await connection.execute(SQL["one_at_a_time"], (partner,))
            known = await self._one(connection, endpoint, partner, at)
            if known.state == "ended":
                raise EndpointHasEnded(endpoint)
            if id_ in {each.id for each in known.secrets}:
                raise SecretWasShown(endpoint)
            if len(known.secrets) >= LIVE_SECRETS and ends > at:
                raise TwoSecretsAreLive(endpoint)
            await self._keep(connection, id_, endpoint, partner, secret, by=by, at=at)
            await connection.execute(SQL["end_secrets"], (ends, endpoint, id_, at))
            return await self._one(connection, endpoint, partner, at)

    # Another way

    async def mailbox(self, partner: PartnerId) -> Mailbox | None:
        """The NHS MESH mailbox in which the partner is told, if one is registered."""
        async with self._acting() as connection:
            rows = await (await connection.execute(STANDING, {"partner": partner})).fetchall()
        return next(iter(mailboxes(rows)), None)

    # What is sent

    async def test(
        self, endpoint: UUID, partner: PartnerId, message: UUID, *, at: Moment
    ) -> Endpoint:
        """Send something that says nothing, once. Raises as `become`."""
        return await self._send(endpoint, partner, message, TEST, {}, 0, at)

    async def replay(
        self,
        endpoint: UUID,
        partner: PartnerId,
        message: UUID,
        *,
        after: int,
        wanted: dict[str, Any],
        at: Moment,
    ) -> Endpoint:
        """Ask whoever listens there to read again what follows a number. Raises as `become`."""
        async with self._acting() as connection:
            found = await (await connection.execute(SQL["newest"], (partner,))).fetchone()
        newest = int(found[0]) if found else 0
        says = {"after": after, "up_to": newest, **wanted}
        return await self._send(endpoint, partner, message, REPLAY, says, newest, at)

    async def send_again(
        self,
        endpoint: UUID,
        partner: PartnerId,
        *,
        key: UUID,
        message: UUID | None = None,
        since: Moment | None = None,
        at: Moment,
    ) -> list[UUID]:
        """Send messages again as they were: this one, those since, or all that never arrived.

        Asked twice with one key, they are sent again once. Raises `EndpointIsUnknown`,
        `EndpointHasEnded`.
        """
        async with self._acting() as connection:
            known = await self._one(connection, endpoint, partner, at)
            if known.state == "ended":
                raise EndpointHasEnded(endpoint)
            new = await connection.execute(SQL["asked_again"], (key, partner, endpoint, at))
            if not await new.fetchone():
                return []
            asked = (partner, endpoint, message, message, since, since)
            rows = await (await connection.execute(SQL["send_again"], asked)).fetchall()
            if message is not None and not rows:
                raise EndpointIsUnknown(message)
            if rows:
                await connection.execute(SQL["hurry"], (endpoint,))
                await connection.execute(SQL["say"])
            return [row[0] for row in rows]

    async def messages(
        self, endpoint: UUID, partner: PartnerId, *, before: int, limit: int, at: Moment
    ) -> list[Sent]:
        """What was sent or is to be, newest first. Raises `EndpointIsUnknown`."""
        async with self._acting() as connection:
            await self._one(connection, endpoint, partner, at)
            asked = (partner, endpoint, before, limit)
            rows = await (await connection.execute(SQL["messages"], asked)).fetchall()
        return [Sent(*row) for row in rows]

    async def attempts(
        self, endpoint: UUID, partner: PartnerId, *, before: int, limit: int, at: Moment
    ) -> list[Attempt]:
        """Each try with its bodies, newest first. Raises `EndpointIsUnknown`."""
        async with self._acting() as connection:
            await self._one(connection, endpoint, partner, at)
            asked = (partner, endpoint, before, limit)
            rows = await (await connection.execute(SQL["attempts"], asked)).fetchall()
        return [self._attempt(endpoint, row) for row in rows]

    # How it is done

    @asynccontextmanager
    async def _acting(self) -> AsyncIterator[AsyncConnection]:
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(WHOSE, [whose()])
            yield connection

    def _attempt(self, endpoint: UUID, row: Sequence[Any]) -> Attempt:
        *known, sealed, taken = row
        answer = self._seals.opened(sealed, endpoint, ANSWER) if sealed else b""
        return Attempt(*[*known, answer, taken])

    async def _one(
        self, connection: AsyncConnection, endpoint: UUID, partner: PartnerId, at: Moment
    ) -> Endpoint:
        found = await self._endpoints(connection, partner, endpoint, at)
        if not found:
            raise EndpointIsUnknown(endpoint)
        return found[0]

    async def _endpoints(
        self, connection: AsyncConnection, partner: PartnerId, one: UUID | None, at: Moment
    ) -> list[Endpoint]:
        rows = await (await connection.execute(SQL["endpoints"], (partner, one, one))).fetchall()
        live = await (await connection.execute(SQL["secrets"], (partner, at))).fetchall()
        return [_endpoint(row, live) for row in rows]

    async def _keep(
        self,
        connection: AsyncConnection,
        id_: UUID,
        endpoint: UUID,
        partner: PartnerId,
        secret: str,
        *,
        by: UUID,
        at: Moment,
    ) -> None:
        sealed = self._seals.sealed(secret.encode(), endpoint, SECRET)
        await connection.execute(SQL["add_secret"], (id_, endpoint, partner, sealed, at, by))

    async def _send(
        self,
        endpoint: UUID,
        partner: PartnerId,
        message: UUID,
        kind: str,
        says: dict[str, Any],
        up_to: int,
        at: Moment,
    ) -> Endpoint:
        async with self._acting() as connection:
            known = await self._one(connection, endpoint, partner, at)
            if known.state == "ended":
                raise EndpointHasEnded(endpoint)
            row = (message, endpoint, partner, kind, up_to, body(kind, says, at), at, at, False)
            await connection.execute(SQL["add_message"], row)
            await connection.execute(SQL["say"])
            return known


def body(kind: str, says: dict[str, Any], at: Moment) -> bytes:
    """What is sent, as Standard Webhooks has it. It never says anything of anybody."""
    return orjson.dumps({"type": kind, "timestamp": at.isoformat(), "data": says})


def _endpoint(row: Sequence[Any], live: Sequence[Sequence[Any]]) -> Endpoint:
    theirs = tuple(LiveSecret(each[0], each[2], each[3]) for each in live if each[1] == row[0])
    return Endpoint(*[*row, theirs])
