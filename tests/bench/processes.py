"""The engine, or the relay, as a process of its own, as they are in a place.

Run as ``python -m tests.bench.processes``, told in a line of JSON what it is and where all is.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from os import _exit
from pathlib import Path
from threading import Event, Thread
from typing import Any

from consumers.kafka.publishing import Broker
from consumers.relay import Relay
from consumers.watchdog import Watchdog
from domain.facts import FACTS
from domain.mapping import FactMapper
from projections import schema
from projections.cloudevents import SOURCE
from projections.connections import open_pool
from projections.engine import Engine
from projections.keys import PersonKeys
from projections.pseudonyms import Pseudonyms
from tests.projections.place import Place


@contextmanager
def engine(place: Place) -> Iterator[None]:
    """The engine of a place, until the end of the block."""
    told = {
        "master": place.master.hex(),
        "keys": place.database.dsn(schema.KEYS),
        "dsn": place.database.dsn(schema.PROJECT),
    }
    with process("engine", told):
        yield


@contextmanager
def process(what: str, told: Mapping[str, Any]) -> Iterator[None]:
    """The engine or the relay, until the end of the block."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench.processes"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as running:
        assert running.stdin
        assert running.stdout
        running.stdin.write(json.dumps({**told, "what": what}) + "\n")
        running.stdin.flush()
        word = "relay continues" if what == "relay" else "begins"
        assert any(word in said for said in running.stdout)
        drain = Thread(target=running.stdout.read, daemon=True)
        drain.start()
        try:
            yield
        finally:
            running.stdin.close()


def main() -> None:
    told = json.loads(sys.stdin.readline())
    master = bytes.fromhex(told["master"])
    keys, stop = PersonKeys(open_pool(told["keys"], most=2), master), Event()
    if told["what"] == "engine":
        folds = Engine(told["dsn"], FactMapper(FACTS, keys), keys, Pseudonyms(master))
        running = Thread(target=folds.run, args=(stop,), daemon=True)
        print("begins", flush=True)
    else:
        relay = Relay(told["dsn"], keys, Broker(told["kafka"], Watchdog(_exit)), SOURCE)
        running = Thread(target=relay.run, args=(stop,), daemon=True)
    running.start()
    sys.stdin.read()
    stop.set()
    running.join(20)
    _exit(0)


if __name__ == "__main__":
    main()
