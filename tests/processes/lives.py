"""Lives of the `throughcare` command: forked from a process that has imported all of it.

To start Python and import the interface takes seconds of a processor; a server that is started and
killed many times is forked instead, into a session of its own, from one that has done it once and
runs nothing. What it does from there on is what ``python -m deploy.cli`` does.

Run as ``python -m tests.processes.lives``: each line of JSON that comes is one life.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from atexit import register
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import psutil

from deploy.cli import COMMANDS, main

ROOT = Path(__file__).resolve().parents[2]


def begin(words: Sequence[str], environment: Mapping[str, str], written: Path) -> psutil.Process:
    """Begin a life with these words; all that it says is added to what is written there."""
    nursery = _nursery()
    assert nursery.stdin
    assert nursery.stdout
    asked = {"words": [*words], "environment": dict(environment), "written": str(written)}
    nursery.stdin.write(json.dumps(asked) + "\n")
    nursery.stdin.flush()
    return psutil.Process(int(nursery.stdout.readline()))


@cache
def _nursery() -> subprocess.Popen[str]:
    """One in each process of tests; it ends with that."""
    nursery = subprocess.Popen(
        [sys.executable, "-m", "tests.processes.lives"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    register(nursery.communicate)
    return nursery


def _live(words: Sequence[str], environment: Mapping[str, str], written: str) -> NoReturn:
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    said = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for here, there in ((nothing, 0), (said, 1), (said, 2)):
        os.dup2(here, there)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        main(words)
    except SystemExit as ended:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(ended.code if isinstance(ended.code, int) else 1)
    os._exit(0)


def bring_up() -> None:
    for _, where, _ in COMMANDS:
        import_module(f"deploy.commands.{where.partition(':')[0]}")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who began a life looks whether it goes on
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            asked = json.loads(line)
            _live(asked["words"], asked["environment"], asked["written"])
        print(pid, flush=True)


if __name__ == "__main__":
    bring_up()
