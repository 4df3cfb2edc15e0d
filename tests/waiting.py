"""Waiting in tests: for something that must come true, never for a time to pass."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep


def until(comes_true: Callable[[], object], *, within: float = 20.0) -> None:
    """Look until it is so; fail loudly if it is not so in time."""
    deadline = monotonic() + within
    while not comes_true():
        assert monotonic() < deadline, f"not so within {within} s"
        sleep(0.01)
