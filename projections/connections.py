"""Connections, pools of them and transactions on them, as every part here expects them.

It refuses to know who uses them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import AsyncConnection, Connection
from psycopg_pool import AsyncConnectionPool, ConnectionPool

PATIENCE = 2.0
"""Seconds to wait for a connection before the caller is told that the database is busy."""

SETTINGS = {
    "autocommit": True,  # one statement, one round trip; a transaction is asked for by name
    "connect_timeout": 2,
    # A peer that vanished without a word is noticed within about ten seconds.
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}


def open_pool(dsn: str, *, most: int = 8, least: int = 1) -> ConnectionPool[Connection]:
    """A pool for threads, opened in the background; close it when done."""
    return ConnectionPool(
        dsn, kwargs=SETTINGS, min_size=least, max_size=most, timeout=PATIENCE, open=True
    )


def pool_of_keys(dsn: str, *, most: int = 4) -> ConnectionPool[Connection]:
    """A pool on the persons' keys' database, which may be away for long and is then tried anew.

    It gives up soon, so that the next who asks makes it try again, and none waits out its patience.
    """
    return ConnectionPool(
        dsn,
        kwargs=SETTINGS,
        min_size=1,
        max_size=most,
        timeout=PATIENCE,
        reconnect_timeout=PATIENCE,
        open=True,
    )


def async_pool(dsn: str, *, most: int = 4, least: int = 1) -> AsyncConnectionPool[AsyncConnection]:
    """A pool for one event loop, which opens it before use and closes it after."""
    return AsyncConnectionPool(
        dsn, kwargs=SETTINGS, min_size=least, max_size=most, timeout=PATIENCE, open=False
    )


@contextmanager
def flowing(connection: Connection) -> Iterator[None]:
    """One transaction whose statements are sent without waiting for each other's answers.

    An answer is waited for where it is read, and all of them with the commit; what failed is raised
    there. No block is opened within: psycopg would wait for it with its ``sync``, for ever where
    the statement before it is large. Reading and leaving send first all there is to send.
    """
    try:
        with connection.pipeline():
            connection.execute("begin")
            yield
            connection.execute("commit")
    except BaseException:
        if not connection.closed:
            connection.rollback()
        raise
