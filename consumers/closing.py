"""Closes each day of every partner's share under a signature, once the day is over.

It refuses to know what a day holds and how it is signed: `projections.digests` does.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from threading import Event
from typing import Any

import psycopg
import structlog

from projections.connections import SETTINGS
from projections.digests import Signer, close, publish_key
from projections.keys import PersonKeys

EVERY = 60.0
"""Seconds between two looks for a day that is over."""

_SETTINGS: dict[str, Any] = dict(SETTINGS)
_log = structlog.get_logger("consumers")


class Closing:
    """One of any number; they find the same. ``dsn`` is of the role that relays."""

    def __init__(
        self, dsn: str, keys: PersonKeys, signer: Signer, clock: Callable[[], datetime]
    ) -> None:
        self._dsn, self._keys, self._signer, self._clock = dsn, keys, signer, clock

    def run(self, stop: Event) -> None:
        """Close days until told to stop. A lost database is waited for."""
        while not stop.is_set():
            try:
                self.once()
            except psycopg.Error as lost:
                _log.warning("no day closed; trying again", error=type(lost).__name__)
            stop.wait(EVERY)

    def once(self) -> int:
        """Close what is over by now; how many days of partners that were."""
        with psycopg.connect(self._dsn, **_SETTINGS) as connection:
            publish_key(connection, self._signer)
            closed = close(connection, self._keys, self._signer, self._clock())
        for partner, reason in closed.waiting.items():
            _log.error("a day is not closed: unreadable", partner=str(partner), reason=reason)
        if closed.count:
            _log.info("days closed", count=closed.count)
        return closed.count
