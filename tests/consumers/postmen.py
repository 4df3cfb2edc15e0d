"""Readers of inbox topics as processes of their own, to be killed before any line of their work.

Run as ``python -m tests.consumers.postmen``, it is a `nursery` of readers.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event
from types import FrameType
from typing import Any
from uuid import UUID

import psycopg

from consumers.inbox import Inbox
from consumers.kafka.following import Follower
from consumers.kafka.publishing import Broker
from consumers.postbox import Postbox
from consumers.watchdog import Watchdog
from domain.application import CareCoordination
from domain.vocabulary import PartnerId
from projections import directory, schema
from projections.connections import open_pool
from projections.directory import Directory
from projections.inbox import Kept, Letters, Taken
from projections.keys import PersonKeys
from projections.log import PostgresLog
from projections.pseudonyms import Pseudonyms
from tests.consumers.answering import Answering
from tests.consumers.brokers import KafkaServer
from tests.consumers.nursery import ENDED, Nursery, bring_up, nursery
from tests.consumers.place import PRACTICE

TAKING = {
    "postbox.py": {"step", "_tell_dead", "_follow"},
    "inbox.py": {"take", "_keep", "_see_to", "_ask", "keep", "settle", "_reach", "tell_dead"},
    "publishing.py": {"publish"},
}
"""The functions of ours between whose lines a message can be lost or done twice."""


LINES = 220
"""More lines than the first messages of a life have: a life may end before each of them."""


@dataclass
class Postmen:
    """Starts one reader after another."""

    nursery: Nursery
    process: int = 0

    def killed_at(self, line: int) -> None:
        """A life that ends itself before the given line of its work, or when there is none left."""
        self._born(line)
        self.nursery.hear(ENDED)

    def to_the_end(self) -> None:
        """A life that is left alone until nothing comes any more."""
        self._born(None)
        self.nursery.hear(ENDED)

    def begin(self, line: int) -> None:
        """A life that goes on until it is ended, which may be before the given line of its work."""
        self._born(line, stays=True)
        self.process = int(self.nursery.hear("born").split()[-1])

    def kill(self, *, at_its_line: bool = False) -> None:
        """End the life that was begun: now, or before its line, wherever it is in its work."""
        os.kill(self.process, signal.SIGUSR1 if at_its_line else signal.SIGKILL)
        self.nursery.hear(ENDED)

    def _born(self, line: int | None, *, stays: bool = False) -> None:
        self.nursery.begin(line=line, stays=stays)


@contextmanager
def postmen(post: Answering, kafka: KafkaServer, *, mutant: bool = False) -> Iterator[Postmen]:
    database = post.town.database
    told = {
        "dsns": {role: database.dsn(role) for role in (schema.SERVE, schema.DECIDE, schema.KEYS)},
        "master": database.server.master.hex(),
        "host": str(post.town.partners[PRACTICE]),
        "kafka": kafka.connection,
        "name": f"throughcare-inbox-{database.name}",
        "mutant": mutant,
    }
    with nursery("tests.consumers.postmen", told) as lives:
        yield Postmen(lives)


class PlaceElsewhere(Letters):
    """The mutant: says where to go on before it says what became of the message."""

    def keep(self, kept: Kept, original: bytes, headers: Any) -> Kept:
        with self._own_rows() as connection:
            found = connection.execute(
                "select next_offset from inbox.partners where partner = %s", [kept.partner]
            ).fetchone()
            self._reach(connection, kept.partner, (found[0] or 0) + 1 if found else 1)
        return super().keep(kept, original, headers)

    def settle(self, *said: Any, **how: Any) -> Taken:
        return super().settle(*said, **(how | {"after": None}))


def die(line: int) -> None:
    """Kill this process before it runs a line of its work."""
    left = line

    def count(frame: FrameType, event: str, arg: object) -> Any:
        nonlocal left
        if event == "line":
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return count

    def trace(frame: FrameType, event: str, arg: object) -> Any:
        file = frame.f_code.co_filename.rpartition("/")[2]
        return count if frame.f_code.co_name in TAKING.get(file, ()) else None

    sys.settrace(trace)


def live(told: dict[str, Any], line: int | None, *, stays: bool) -> None:
    if stays and line is not None:
        signal.signal(signal.SIGUSR1, lambda *_: die(line))
        print(f"born {os.getpid()}", flush=True)
    dsns = told["dsns"]
    keys = PersonKeys(open_pool(dsns[schema.KEYS], most=2), bytes.fromhex(told["master"]))
    care = CareCoordination(
        log=PostgresLog(open_pool(dsns[schema.DECIDE], most=2)),
        keys=keys,
        host=PartnerId(UUID(told["host"])),
    )
    kind = PlaceElsewhere if told["mutant"] else Letters
    letters = kind(open_pool(dsns[schema.SERVE], most=2), keys)

    def known() -> Directory:
        with psycopg.connect(dsns[schema.SERVE]) as connection:
            return directory.load(connection)

    pseudonyms = Pseudonyms(bytes.fromhex(told["master"]))
    inbox = Inbox(care, letters, known, pseudonyms, lambda: datetime.now(UTC))
    watchdog = Watchdog(os._exit)
    reader = Postbox(
        dsns[schema.SERVE],
        inbox,
        letters,
        known,
        Follower(told["kafka"], watchdog),
        Broker(told["kafka"], watchdog, told["name"]),
    )
    if stays:
        reader.run(Event())
    if line is not None:
        die(line)
    quiet = 0
    while quiet < 2:
        quiet = 0 if reader.step() else quiet + 1
    reader._forget()


if __name__ == "__main__":
    bring_up(live)
