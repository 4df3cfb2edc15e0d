"""A real PostgreSQL for the tests: one server a worker, one fresh database a test."""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import Connection, sql
from psycopg_pool import ConnectionPool

from deploy.embedded import DATABASE, Embedded, start
from projections.connections import open_pool
from projections.schema import KEYS_OWNER, OF_KEYS, keys_database

OF_A_TEST = "test_"
_FREE: dict[int, list[str]] = defaultdict(list)
"""Keys' databases of each server that no test uses: one is emptied much sooner than made."""


@dataclass(frozen=True)
class Database:
    """One test's own database, and one for keys that is lent to it when it first asks.

    Pools and connections it opened are closed with it.
    """

    name: str
    server: Embedded
    opened: ExitStack

    def dsn(self, role: str) -> str:
        return self.server.dsn(role, self.keys if role in OF_KEYS else self.name)

    def keys_dsn(self, role: str) -> str:
        """How somebody enters the keys' database who does not belong there."""
        return self.server.dsn(role, keys_database(self.keys))

    def beside(self) -> Connection:
        """The keys' database, as a superuser."""
        return self.opened.enter_context(
            psycopg.connect(self.keys_dsn("postgres"), autocommit=True)
        )

    @cached_property
    def keys(self) -> str:
        """Beside which events its keys lie; the server's own are kept, and no test's."""
        if not self.name.startswith(OF_A_TEST):
            return DATABASE
        return self.opened.enter_context(_lent(self.server))

    def pool(self, role: str, *, most: int = 8) -> ConnectionPool[Connection]:
        return self.opened.enter_context(open_pool(self.dsn(role), most=most))

    def connect(self, role: str) -> Connection:
        return self.opened.enter_context(psycopg.connect(self.dsn(role), autocommit=True))


@contextmanager
def _lent(server: Embedded) -> Iterator[str]:
    """The name of an empty keys' database, as that of the events' beside which it would lie."""
    free = _FREE[server.server_pid]
    name = free.pop() if free else f"lent_{uuid4().hex[:12]}"
    with psycopg.connect(server.dsn("postgres", "postgres"), autocommit=True) as admin:
        there = keys_database(name)
        made = sql.SQL("create database {} template {} strategy file_copy owner {}").format(
            *map(sql.Identifier, (there, keys_database(DATABASE), KEYS_OWNER))
        )
        if not admin.execute("select from pg_database where datname = %s", [there]).rowcount:
            admin.execute(made)
        else:
            admin.execute(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = %s",
                [there],
            )
            with psycopg.connect(server.dsn("postgres", there), autocommit=True) as keys:
                keys.execute("truncate keys.person_keys")
    yield name
    free.append(name)


@pytest.fixture(scope="session")
def server() -> Iterator[Embedded]:
    folder = Path(tempfile.mkdtemp(prefix="throughcare-"))  # short: a socket's path is limited
    server = start(folder)
    _hurry(server)
    yield server
    server.stop()
    shutil.rmtree(folder)


def _hurry(server: Embedded) -> None:
    """Nothing cuts this server's power, so it need not wait for the disk.

    Tests that kill a process still find what it committed; none kills this server. Its log's files
    are written anew and not used again, as the runbook asks where people are erased.
    """
    with psycopg.connect(server.dsn("postgres", "postgres"), autocommit=True) as admin:
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "wal_recycle"):
            admin.execute(f"alter system set {setting} = off")
        admin.execute("select pg_reload_conf()")


@pytest.fixture
def empty_database(server: Embedded) -> Iterator[Database]:
    """Nothing migrated."""
    with made(server, template="template0") as database:
        yield database


@pytest.fixture
def database(server: Embedded) -> Iterator[Database]:
    """Migrated, and empty."""
    with made(server) as database:
        yield database


@contextmanager
def made(server: Embedded, template: str = DATABASE) -> Iterator[Database]:
    """A database of its own, as the template is; dropped again."""
    name = f"{OF_A_TEST}{uuid4().hex[:12]}"
    with psycopg.connect(server.dsn("postgres", "postgres"), autocommit=True) as admin:
        admin.execute(
            sql.SQL(
                "create database {} template {} strategy file_copy owner throughcare_owner"
            ).format(sql.Identifier(name), sql.Identifier(template))
        )
        try:
            with ExitStack() as opened:
                yield Database(name, server, opened)
        finally:
            admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@contextmanager
def unreadable(superuser: str, partner: UUID, number: int) -> Iterator[None]:
    """The bytes of an entry are not what was written, for a while."""
    whose = [partner, number]
    with psycopg.connect(superuser, autocommit=True) as admin:

        def write(state: bytes) -> None:
            with admin.transaction():
                admin.execute("alter table share.entries disable trigger entries_are_kept")
                admin.execute(
                    "update share.entries set state = %s where partner = %s and number = %s",
                    [state, *whose],
                )
                admin.execute("alter table share.entries enable always trigger entries_are_kept")

        ((was,),) = admin.execute(
            "select state from share.entries where partner = %s and number = %s", whose
        ).fetchall()
        write(was[:-1] + bytes([was[-1] ^ 1]))
        try:
            yield
        finally:
            write(was)
