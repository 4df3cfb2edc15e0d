"""The embedded PostgreSQL comes back with its data, however it or we were ended."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.process


@pytest.fixture
def folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="throughcare-"))
    yield folder
    held, _, _ = hold(folder)  # whatever a test left running is taken over and stopped
    ctrl_c(held)
    shutil.rmtree(folder)


def hold(folder: Path) -> tuple[subprocess.Popen[str], int, int]:
    """A process that holds the database; how often it was started there, and the server's pid."""
    held = subprocess.Popen(
        [sys.executable, "-m", "tests.deploy.holding", str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # a terminal's foreground group of its own
    )
    assert held.stdout is not None
    starts, server = map(int, held.stdout.readline().split())
    return held, starts, server


def ctrl_c(held: subprocess.Popen[str]) -> str:
    os.killpg(held.pid, signal.SIGINT)
    said, _ = held.communicate(timeout=30)
    assert held.returncode == 0
    return said.strip()


def kill(held: subprocess.Popen[str]) -> None:
    held.kill()
    held.communicate(timeout=30)


def running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_ctrl_c_stops_it_cleanly_and_the_data_is_there_again(folder: Path) -> None:
    held, _, server = hold(folder)
    assert ctrl_c(held) == "the database outlived Ctrl-C"
    assert not running(server)

    held, starts, _ = hold(folder)
    assert starts == 2
    ctrl_c(held)


def test_a_server_left_behind_by_kill_is_taken_over_and_stopped(folder: Path) -> None:
    held, _, server = hold(folder)
    kill(held)
    assert running(server)

    held, starts, same = hold(folder)
    assert (starts, same) == (2, server)
    ctrl_c(held)
    assert not running(server)


def test_a_list_of_users_that_a_kill_left_half_written_keeps_nobody_out(folder: Path) -> None:
    held, _, server = hold(folder)
    kill(held)
    (folder / "postgres" / ".handle_pids.json").write_text("")
    again, times, same = hold(folder)
    assert (times, same) == (2, server)
    ctrl_c(again)


def test_a_killed_server_recovers_although_its_lock_names_a_living_stranger(folder: Path) -> None:
    held, _, server = hold(folder)
    os.kill(server, signal.SIGKILL)
    kill(held)
    until = monotonic() + 10
    while running(server) and monotonic() < until:
        sleep(0.02)
    lock = folder / "postgres" / "postmaster.pid"
    _, *rest = lock.read_text().splitlines()
    lock.write_text("\n".join([str(os.getpid()), *rest, ""]))

    held, starts, _ = hold(folder)
    assert starts == 2
    ctrl_c(held)


def test_only_we_may_read_the_master_key_and_nobody_enters_the_database(folder: Path) -> None:
    held, _, _ = hold(folder)
    ctrl_c(held)
    key = folder / "master.key"
    assert len(key.read_bytes()) == 32
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE((folder / "postgres").stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.stat().st_mode) & 0o066 == 0, "others may pass through, not look"
