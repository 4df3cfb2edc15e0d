"""Leading: of the processes that run one loop on one database, one at a time does its work.

It refuses to know what the work is. Who leads does so until its session ends, however that ends.
"""

from __future__ import annotations

import asyncio
from enum import IntEnum, unique
from threading import Event

from psycopg import AsyncConnection, Connection

_ASK = "select pg_try_advisory_lock(%s)"

AGAIN = 0.2
"""Seconds until it is asked again whether nobody leads."""


@unique
class Loop(IntEnum):
    """The loops of which there is one at a time, each with the advisory lock that says so."""

    RELAY = 7310585026117864
    HANDING_OUT = 7310585026117865
    WEBHOOKS = 7310585026117866
    POSTBOX = 7310585026117867
    MESH = 7310585026117868
    MAIL = 7310585026117873
    WITNESSING = 7310585026117871
    CHECKPOINTS = 7310585026117872


def lead(connection: Connection, loop: Loop, stop: Event) -> None:
    """Wait until this session is the one that leads, or until it is to stop."""
    while not stop.is_set():
        if connection.execute(_ASK, [loop]).fetchone() == (True,):
            return
        stop.wait(AGAIN)


async def lead_async(connection: AsyncConnection, loop: Loop, stop: Event) -> None:
    """As `lead`, in an event loop."""
    while not stop.is_set():
        asked = await connection.execute(_ASK, [loop])
        if await asked.fetchone() == (True,):
            return
        await asyncio.sleep(AGAIN)
