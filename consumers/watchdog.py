"""Ends the process when a call does not return; it refuses to know which call or why.

Some calls to a broker have no deadline and cannot be interrupted. A process that ends is started
again and goes on from what the topics say; a process that hangs tells nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition, Thread
from time import monotonic

import structlog

_log = structlog.get_logger("consumers")

ENDED = 75
"""The exit code of a process whose call did not return: try again (``EX_TEMPFAIL``)."""


class Watchdog:
    """Watches one thread's calls. ``end`` ends the process at once, as ``os._exit`` does."""

    def __init__(self, end: Callable[[int], object], seconds: float = 30.0) -> None:
        self._end, self._seconds = end, seconds
        self._changed = Condition()
        self._call, self._until = "", float("inf")
        Thread(target=self._watch, name="watchdog", daemon=True).start()

    @contextmanager
    def over(self, call: str) -> Iterator[None]:
        """Expect what happens inside to end within the watchdog's seconds."""
        self._set(call, monotonic() + self._seconds)
        try:
            yield
        finally:
            self._set("", float("inf"))

    def _set(self, call: str, until: float) -> None:
        with self._changed:
            self._call, self._until = call, until
            self._changed.notify()

    def _watch(self) -> None:
        with self._changed:
            while (left := self._until - monotonic()) > 0:
                self._changed.wait(min(left, 3600.0))
            _log.critical("a call did not return; ending", call=self._call, seconds=self._seconds)
            self._end(ENDED)
