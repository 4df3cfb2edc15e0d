"""A nursery: a process that forks one life after another, to be killed at any moment of its work.

A module that is run with `bring_up` as its ``main`` is told in a first line of JSON where
everything is, and forks one life for each further line, so that a life costs no start of Python.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ENDED = "ended"
"""What the nursery says when a life has ended, however it did."""


@dataclass
class Nursery:
    """Begins lives, and hears what they say."""

    process: subprocess.Popen[str]

    def begin(self, **asked: object) -> None:
        """Fork a life; the one before it has ended."""
        self._write(asked)

    def hear(self, word: str) -> str:
        """The next line with this word in it; a life that ends before it says it is a failure."""
        assert self.process.stdout
        for line in self.process.stdout:
            if word in line:
                return line
            assert line.strip() != ENDED, f"a life ended before it said {word!r}"
        raise AssertionError(f"the nursery ended before a life said {word!r}")

    def _write(self, said: object) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(said) + "\n")
        self.process.stdin.flush()


@contextmanager
def nursery(module: str, told: dict[str, Any]) -> Iterator[Nursery]:
    """Lives of this module, told where everything is."""
    with subprocess.Popen(
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as process:
        assert process.stdin
        opened = Nursery(process)
        opened._write(told)
        try:
            yield opened
        finally:
            process.stdin.close()


def bring_up(live: Callable[..., None]) -> None:
    """Fork ``live(told, **asked)`` for each line that comes; one at a time."""
    told = json.loads(sys.stdin.readline())
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            live(told, **json.loads(line))
            os._exit(0)
        os.waitpid(pid, 0)
        print(ENDED, flush=True)
