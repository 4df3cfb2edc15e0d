"""Tells partners' endpoints that there is news, up to which number, until they say they know.

It refuses to send what the news is: that is read from the share, in order and by who may. It
keeps nothing that a message needs in memory, so one that was cut off is sent again as it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from random import SystemRandom
from threading import Event
from typing import Any
from uuid import UUID, uuid4

import psycopg
import structlog
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool
from standardwebhooks import Webhook

from consumers.leading import Loop, lead_async
from consumers.outward import Answer, Outward
from domain.kernel import BrokenRule
from domain.vocabulary import PartnerId
from projections.connections import SETTINGS, async_pool
from projections.contract import Contract, ending
from projections.contract import contract as published
from projections.endpoints import NEWS, TEST, body
from projections.operating import ENDED_BY_TERMS
from projections.statements import statements
from projections.webhook_secrets import ANSWER, SECRET, Seals

SQL = statements("delivering")

RETRIES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
"""How long after each try that failed the next one comes; after the last there is none."""

JITTER = 0.2
"""By how much of itself a pause is longer at most, so that not all come back at once."""

SOONER = timedelta(minutes=30)
"""How long news that came since the last try waits at most, however long the pause."""

AT_ONCE = 16
"""Calls under way at the same time."""

KEPT = 4 * 1024
"""Bytes of an answer that are kept, sealed, for its partner to see."""

REMEMBERED = timedelta(days=30)
"""How long messages and tries are kept."""

LOOK = timedelta(seconds=10)
"""How often it is asked whether an agreement is for webhooks again."""

PATIENCE = 1.0
GONE = 410

_SETTINGS: dict[str, Any] = dict(SETTINGS)

_log = structlog.get_logger("consumers")
_chance = SystemRandom()

MayUse = Callable[[PartnerId], Awaitable[bool]]
"""Whether a partner's agreement lets it be told by webhook, today."""

Take = Callable[[PartnerId, bytes, Mapping[str, str]], Awaitable[int]]
"""Takes in what an endpoint answered with; how many messages were in it."""


MESSAGES = b'"specversion"'
"""What is in an answer that holds messages, and in none that only says thank you."""


class AnswerIsTooLong(BrokenRule):
    """The answer holds messages and is longer than is read: send them to the inbox instead."""


async def nothing_is_taken(_: PartnerId, __: bytes, ___: Mapping[str, str]) -> int:
    """For a place where endpoints answer with nothing but that they know."""
    return 0


@dataclass(frozen=True, slots=True)
class Due:
    """An endpoint that is to be sent something now."""

    endpoint: UUID
    partner: PartnerId
    url: str


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent to it: the same id and bytes at each try."""

    id: UUID
    type: str
    up_to: int
    body: bytes
    secrets: tuple[str, ...]
    allowed: frozenset[str]


class Webhooks:
    """One loop for all endpoints; a second one waits until the first one's session ends.

    ``dsn`` is of the role that relays, and must not lead through a pooler of transactions.
    ``contract`` is what partners are promised of messages, ``place`` where it is published.
    """

    def __init__(
        self,
        dsn: str,
        seals: Seals,
        outward: Outward,
        *,
        clock: Callable[[], datetime],
        may_use: MayUse,
        take: Take = nothing_is_taken,
        contract: Contract | None = None,
        place: str = "",
        chance: Callable[[], float] = _chance.random,
    ) -> None:
        self._dsn, self._seals, self._outward = dsn, seals, outward
        self._clock, self._may_use, self._take, self._chance = clock, may_use, take, chance
        self._contract, self._place = contract or published(), place
        self._under_way: dict[UUID, asyncio.Task[None]] = {}
        self._looked_at: datetime | None = None

    def run(self, stop: Event) -> None:
        """Send until told to stop. A lost database is waited for."""
        asyncio.run(self._run(stop))

    async def once(self) -> int:
        """Send what is due now, each endpoint one message; how many tries were made."""
        async with self._opened() as pool:
            begun = await self._begin(pool)
            await asyncio.gather(*begun)
            return len(begun)

    async def _run(self, stop: Event) -> None:
        rest = 0.5
        while not stop.is_set():
            try:
                async with AsyncExitStack() as stack:
                    pool = await stack.enter_async_context(self._opened())
                    session = await AsyncConnection.connect(self._dsn, **_SETTINGS)
                    await stack.enter_async_context(session)
                    for channel in SQL["listen"].split(";"):
                        await session.execute(channel)
                    await lead_async(session, Loop.WEBHOOKS, stop)
                    await self._forget(pool)
                    while not stop.is_set():
                        await self._begin(pool)
                        async for _ in session.notifies(timeout=PATIENCE, stop_after=1):
                            pass
                        rest = 0.5
            except psycopg.OperationalError as lost:
                _log.warning("lost; trying again", error=type(lost).__name__)
                await asyncio.sleep(rest * (0.5 + self._chance()))
                rest = min(rest * 2, 15.0)

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[AsyncConnectionPool[AsyncConnection]]:
        async with async_pool(self._dsn) as pool:
            try:
                yield pool
            finally:
                for task in self._under_way.values():
                    task.cancel()
                await asyncio.gather(*self._under_way.values(), return_exceptions=True)
                self._under_way.clear()

    async def _forget(self, pool: AsyncConnectionPool[AsyncConnection]) -> None:
        async with pool.connection() as connection:
            for what in ("forget", "forget_redrives"):
                await connection.execute(SQL[what], {"before": self._clock() - REMEMBERED})

    async def _begin(self, pool: AsyncConnectionPool[AsyncConnection]) -> list[asyncio.Task[None]]:
        """Begin to send to every endpoint that is due and that nothing is being sent to."""
        now = self._clock()
        await self._agreed_again(pool, now)
        asked = {
            "under_way": list(self._under_way),
            "now": now,
            "sooner": now - SOONER,
            "most": AT_ONCE - len(self._under_way),
        }
        async with pool.connection() as connection:
            rows = await (await connection.execute(SQL["due"], asked)).fetchall()
        begun = []
        for endpoint, partner, url in rows:
            due = Due(endpoint, PartnerId(partner), url)
            task = asyncio.create_task(self._send(pool, due))
            self._under_way[endpoint] = task
            task.add_done_callback(partial(self._ended, endpoint))
            begun.append(task)
        return begun

    async def _agreed_again(
        self, pool: AsyncConnectionPool[AsyncConnection], now: datetime
    ) -> None:
        """What was disabled because its partner's agreement was not for it, and now is, goes on."""
        if self._looked_at is not None and now - self._looked_at < LOOK:
            return
        self._looked_at = now
        async with pool.connection() as connection:
            asked = await connection.execute(SQL["ended_by_terms"], [ENDED_BY_TERMS])
            rows = await asked.fetchall()
            agreed = {p: await self._may_use(PartnerId(p)) for p in {p for _, p in rows}}
            for endpoint, partner in rows:
                if agreed[partner]:
                    await connection.execute(SQL["resume"], [now, endpoint, ENDED_BY_TERMS])
                    _log.info("endpoint resumed", endpoint=str(endpoint), partner=str(partner))

    def _ended(self, endpoint: UUID, task: asyncio.Task[None]) -> None:
        self._under_way.pop(endpoint, None)
        if not task.cancelled() and (failure := task.exception()) is not None:
            # What was sent is in no doubt: it is sent again, with the same id.
            _log.error("not delivered", endpoint=str(endpoint), error=type(failure).__name__)

    async def _send(self, pool: AsyncConnectionPool[AsyncConnection], due: Due) -> None:
        at = self._clock()
        if not await self._may_use(due.partner):
            async with pool.connection() as connection:
                await _disable(connection, due, ENDED_BY_TERMS, at)
            return
        async with pool.connection() as connection, connection.transaction():
            message = await self._next(connection, due)
        if message is None:
            return
        answer = await self._outward.post(
            due.url, message.body, self._signed(message, at), allowed=message.allowed
        )
        taken = 0
        if answer.good and MESSAGES in answer.body:
            try:
                taken = await self._taken(due, message, answer)
            except BrokenRule:
                answer = replace(answer, failure="answer-is-not-taken")
        async with pool.connection() as connection, connection.transaction():
            await self._came(connection, due, message, answer, taken, at)
        _log.info(
            "told" if answer.good else "not told",
            endpoint=str(due.endpoint),
            partner=str(due.partner),
            type=message.type,
            up_to=message.up_to,
            status=answer.status,
            failure=answer.failure,
        )

    async def _taken(self, due: Due, message: Message, answer: Answer) -> int:
        """How many messages were in an answer. Raises `AnswerIsTooLong` and what taking it does."""
        if not answer.whole:
            raise AnswerIsTooLong(due.endpoint)
        return await self._take(due.partner, answer.body, {"webhook-id": _named(message.id)})

    async def _next(self, connection: AsyncConnection, due: Due) -> Message | None:
        """What is to be sent now, written down before it is."""
        now = self._clock()
        rows = await (await connection.execute(SQL["stands"], [due.endpoint])).fetchall()
        ((state, told, _, _),) = rows
        asked = {"endpoint": due.endpoint, "active": state == "active"}
        found = await (await connection.execute(SQL["to_send"], asked)).fetchone()
        if found is None and state == "active":
            found = await self._news(connection, due, told, now)
        if found is None:
            return None
        live = await connection.execute(SQL["secrets"], [due.endpoint, now])
        secrets = tuple(
            self._seals.opened(sealed, due.endpoint, SECRET).decode()
            for _, sealed in await live.fetchall()
        )
        hosts = await connection.execute(SQL["hosts"], [due.partner])
        allowed = frozenset(host for (host,) in await hosts.fetchall())
        id_, kind, up_to, content = found
        return Message(id_, kind, up_to, bytes(content), secrets, allowed)

    async def _news(
        self, connection: AsyncConnection, due: Due, told: int, now: datetime
    ) -> tuple[Any, ...] | None:
        """One message for all the news there is; the one that waited if there is no more since."""
        found = await (await connection.execute(SQL["newest"], [due.partner])).fetchone()
        newest = int(found[0]) if found else 0
        if newest <= told:
            return None
        waiting = await connection.execute(SQL["news_waiting"], [due.endpoint, newest])
        same = await waiting.fetchone()
        if same is not None:
            return same
        await connection.execute(SQL["supersede"], [now, due.endpoint])
        id_, content = uuid4(), body(NEWS, {"up_to": newest}, now)
        row = [id_, due.endpoint, due.partner, newest, content, now, now]
        await connection.execute(SQL["add_news"], row)
        await connection.execute(SQL["tried"], [newest, due.endpoint])
        return (id_, NEWS, newest, content)

    def _signed(self, message: Message, at: datetime) -> dict[str, str]:
        content = message.body.decode()
        named = _named(message.id)
        return ending([message.type], self._contract, self._place) | {
            "content-type": "application/json",
            "webhook-id": named,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": " ".join(
                Webhook(secret).sign(named, at, content) for secret in message.secrets
            ),
        }

    async def _came(
        self,
        connection: AsyncConnection,
        due: Due,
        message: Message,
        answer: Answer,
        taken: int,
        at: datetime,
    ) -> None:
        """Write down what came of a try, and when the next one is."""
        kept = answer.body[:KEPT] if not taken else b""
        sealed = self._seals.sealed(kept, due.endpoint, ANSWER) if kept else None
        row = [message.id, due.endpoint, due.partner, at, answer.seconds, answer.status]
        await connection.execute(SQL["add_attempt"], [*row, answer.failure, sealed, taken])
        if answer.good:
            await connection.execute(SQL["became"], ["delivered", at, False, message.id])
            if message.type != TEST:
                up_to = message.up_to if message.type == NEWS else 0
                await connection.execute(SQL["was_told"], [up_to, at, due.endpoint])
        elif answer.status == GONE:
            await connection.execute(SQL["became"], ["given up", at, False, message.id])
            await _disable(connection, due, "gone", at)
        elif message.type == TEST:
            await connection.execute(SQL["became"], ["given up", at, False, message.id])
        else:
            await self._failed(connection, due, message, at)

    async def _failed(
        self, connection: AsyncConnection, due: Due, message: Message, at: datetime
    ) -> None:
        rows = await (await connection.execute(SQL["stands"], [due.endpoint])).fetchall()
        ((_, _, failures, due_at),) = rows
        if due_at is not None and due_at > at:
            # News brought this try forward; the one that was planned is still to come.
            await connection.execute(SQL["failed"], [failures, due_at, at, due.endpoint])
        elif failures < len(RETRIES):
            pause = RETRIES[failures] * (1 + JITTER * self._chance())
            await connection.execute(SQL["failed"], [failures + 1, at + pause, at, due.endpoint])
        else:
            await connection.execute(SQL["became"], ["given up", at, True, message.id])
            await _disable(connection, due, "silent", at)


async def _disable(connection: AsyncConnection, due: Due, why: str, at: datetime) -> None:
    """Send nothing to it until its partner resumes it, or is agreed with again."""
    await connection.execute(SQL["disable"], [at, why, at, due.endpoint])
    _log.error(
        "endpoint disabled", endpoint=str(due.endpoint), partner=str(due.partner), reason=why
    )


def _named(message: UUID) -> str:
    return f"msg_{message}"
