"""A broker of a wheel (``noida-db``), for the demo and the tests where Apache Kafka cannot run.

It keeps no users and no access lists, and may lose what it acknowledged when it is killed: it
refuses to be reached from another machine, and is never for anybody's real data.
"""

from __future__ import annotations

import socket
import subprocess
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from deploy.broker.nodes import STOPS_WITHIN, BrokerDidNotStart

STARTS_WITHIN = 30.0

LACKS = (
    "it has no sign-in, no access lists and no quotas (whoever reaches it reads every topic), "
    "and may lose what it acknowledged when it is killed"
)
"""What cannot be tried on it."""


def program() -> str | None:
    """The broker of the wheel, not the script that starts it; ``None`` without its wheel."""
    wheel = find_spec("noida_db")
    if wheel is None or wheel.origin is None:
        return None
    beside = Path(wheel.origin).parent / "noida-db"
    return str(beside) if beside.exists() else None


@dataclass
class StandIn:
    """One broker that keeps its records in a folder, at a port of this machine alone."""

    program: str
    folder: Path
    port: int
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def servers(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def connection(self) -> dict[str, Any]:
        """How anybody connects."""
        return {"bootstrap_servers": self.servers}

    def start(self) -> None:
        """Start it, and wait until it takes connections. Raises `BrokerDidNotStart`."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        log = self.folder / "broker.log"
        with log.open("ab") as written:
            self._process = subprocess.Popen(
                [
                    *(self.program, "start", "--only", "kafka", "--kafka-port", str(self.port)),
                    *("--data-dir", str(self.folder / "kept")),
                ],
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=written,
                cwd=self.folder,
                # A Ctrl-C is for who started it, who then stops it after its clients.
                start_new_session=True,
            )
        until = monotonic() + STARTS_WITHIN
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1.0).close()
            except OSError as refused:
                if self._process.poll() is not None or monotonic() > until:
                    raise BrokerDidNotStart(f"see {log}") from refused
                sleep(0.02)
            else:
                return

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(STOPS_WITHIN)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self._process
        self._process.kill()
        self._process.wait(STOPS_WITHIN)
