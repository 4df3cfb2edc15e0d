"""A real PostgreSQL for the tests: one server a worker, one fresh database a test."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import Connection, sql
from psycopg_pool import ConnectionPool

from deploy.embedded import DATABASE, Embedded, start
from projections.connections import open_pool


@dataclass(frozen=True)
class Database:
    """One test's own database. Pools and connections it opened are closed with it."""

    name: str
    server: Embedded
    opened: ExitStack

    def dsn(self, role: str) -> str:
        return self.server.dsn(role, self.name)

    def pool(self, role: str, *, most: int = 8) -> ConnectionPool[Connection]:
        return self.opened.enter_context(open_pool(self.dsn(role), most=most))

    def connect(self, role: str) -> Connection:
        return self.opened.enter_context(psycopg.connect(self.dsn(role), autocommit=True))


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

    Tests that kill a process still find what it committed; none kills this server.
    """
    with psycopg.connect(server.dsn("postgres", "postgres"), autocommit=True) as admin:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
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
    name = f"test_{uuid4().hex[:12]}"
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
