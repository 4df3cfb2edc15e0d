"""Relays as processes of their own, to be killed; and the mutant that keeps its position elsewhere.

Run as ``python -m tests.consumers.relaying``, it is a `nursery` of relays.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from threading import Event, Thread
from time import sleep
from types import FrameType
from typing import Any

import psycopg

from consumers.kafka.connecting import Headers, Record
from consumers.kafka.publishing import Broker
from consumers.relay import Relay
from consumers.watchdog import Watchdog
from domain.vocabulary import PartnerKind, ReferralId
from projections import schema
from projections.connections import open_pool
from projections.keys import PersonKeys
from tests.consumers.brokers import KafkaServer
from tests.consumers.nursery import ENDED, Nursery, bring_up, nursery
from tests.consumers.place import HOUSING, THERAPIES, Place

SMALL = 5
"""Entries of a partner in one attempt, so that there are many attempts to kill."""

PUBLISHING = ("publish",)
"""The functions of ours between whose lines an entry can be lost or sent again."""

LINES = 14
"""More lines than those have."""

AN_ATTEMPT = ("step", "_publish", "publish")
"""All that an attempt is; some seventy lines."""


@dataclass
class Relays:
    """Starts one relay after another."""

    nursery: Nursery

    def killed_at(self, line: int, steps: int, inside: Sequence[str] = PUBLISHING) -> None:
        """A life that ends itself before the given line of these functions, after some steps."""
        self._born(line=line, steps=steps, inside=list(inside))
        self.nursery.hear(ENDED)

    def killed_after(self, seconds: float) -> None:
        """A life that is ended from outside some seconds after it began to publish."""
        pid = self._born(line=None, steps=0)
        self.nursery.hear("relay continues")
        sleep(seconds)
        os.kill(pid, signal.SIGKILL)
        self.nursery.hear(ENDED)

    @contextmanager
    def alive(self, batch: int = SMALL) -> Iterator[int]:
        """A relay that is left alone for a while; its process."""
        pid = self._born(line=None, steps=0, batch=batch)
        try:
            yield pid
        finally:
            with suppress(ProcessLookupError):  # its watchdog may have ended it
                os.kill(pid, signal.SIGKILL)
            self.nursery.hear(ENDED)

    def _born(self, **asked: object) -> int:
        self.nursery.begin(**asked)
        return int(self.nursery.hear("born").split()[-1])


@contextmanager
def relays(town: Place, kafka: KafkaServer, *, mutant: bool = False) -> Iterator[Relays]:
    told = {
        "serve": town.dsn,
        "keys": town.database.dsn(schema.KEYS),
        "positions": town.database.dsn("postgres") if mutant else None,
        "master": town.database.server.master.hex(),
        "kafka": kafka.connection,
    }
    with nursery("tests.consumers.relaying", told) as lives:
        yield Relays(lives)


@contextmanager
def referrals_coming_in(
    town: Place, told: Callable[[ReferralId], object] = lambda _: None
) -> Iterator[None]:
    """People are referred, and partners told of it, all the while; ``told``: of whom therapies."""
    stop, people = Event(), count()

    def another(to: PartnerKind) -> ReferralId:
        # Nobody is like anybody else: a list of who may be the same person is not what is tried.
        n = next(people)
        referral, _ = town.refer(to, name=f"{chr(65 + n % 26)}{n:x} Bee", phone=f"07{n:09}")
        return referral

    def refer() -> None:
        while not stop.wait(0.2):
            referral = another(THERAPIES)
            another(HOUSING)
            town.tell()
            told(referral)

    with town.care.batch():
        for _ in range(120):
            another(HOUSING)
    town.tell()
    coming = Thread(target=refer)
    coming.start()
    try:
        yield
    finally:
        stop.set()
        coming.join()


class PositionElsewhere(Broker):
    """The mutant: saves in PostgreSQL how far it came, after the broker's answer, as many do."""

    def __init__(self, positions: str, connection: Mapping[str, Any], watchdog: Watchdog) -> None:
        super().__init__(connection, watchdog)
        self._positions = psycopg.connect(positions, autocommit=True)
        self._positions.execute(
            "create table if not exists public.relayed (topic text primary key, number bigint)"
        )

    def tails(self, topics: Sequence[str]) -> dict[str, Headers | None]:
        tails = super().tails(topics)
        saved: dict[str, int] = dict(
            self._positions.execute("select * from public.relayed").fetchall()
        )
        return {t: [("ce_sharenumber", b"%d" % saved[t])] if t in saved else None for t in tails}

    def publish(self, batches: Mapping[str, Sequence[Record]]) -> None:
        super().publish(batches)
        self._positions.cursor().executemany(
            "insert into public.relayed values (%s, %s)"
            " on conflict (topic) do update set number = excluded.number",
            [(t, int(dict(some[-1].headers)["ce_sharenumber"])) for t, some in batches.items()],
        )


def die(line: int, steps: int, inside: Sequence[str]) -> None:
    """Kill this process before it runs a line of these functions, counted after some steps."""
    left = {"line": line, "steps": steps}

    def count(frame: FrameType, event: str, arg: object) -> Any:
        if event == "line":
            left["line"] -= 1
            if left["line"] < 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return count

    def trace(frame: FrameType, event: str, arg: object) -> Any:
        name, file = frame.f_code.co_name, frame.f_code.co_filename
        if "consumers" not in file:
            return None
        left["steps"] -= name == "step"
        return count if left["steps"] < 0 and name in inside else None

    sys.settrace(trace)


def live(
    told: dict[str, Any],
    line: int | None,
    steps: int,
    inside: Sequence[str] = (),
    batch: int = SMALL,
) -> None:
    print(f"born {os.getpid()}", flush=True)
    keys = PersonKeys(open_pool(told["keys"], most=2), bytes.fromhex(told["master"]))
    watchdog = Watchdog(os._exit)
    if told["positions"]:
        broker: Broker = PositionElsewhere(told["positions"], told["kafka"], watchdog)
    else:
        broker = Broker(told["kafka"], watchdog)
    relay = Relay(told["serve"], keys, broker, "/v1/share", batch=batch)
    if line is not None:
        die(line, steps, inside)
    relay.run(Event())


if __name__ == "__main__":
    bring_up(live)
