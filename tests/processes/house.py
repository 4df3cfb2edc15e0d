"""`throughcare up` as it really runs: a process with its own data folder, ended as tests like."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from deploy import wiring
from deploy.settings import Settings
from domain.vocabulary import PartnerId
from tests.processes import lives
from tests.trusting import TRUSTED
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN = 90.0


@dataclass
class House:
    """One place: its data folder, the process that serves it, and our own parts beside it."""

    folder: Path
    holder: PartnerId
    port: int = 0
    process: psutil.Process | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.port = free_port()
        self.written = self.folder / "written"  # all that the server says, over all its lives

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("THROUGHCARE_")}
        return kept | {
            "THROUGHCARE_DATA": str(self.folder),
            "THROUGHCARE_HOLDER": str(self.holder),
            "THROUGHCARE_DEMO": "yes",
            "THROUGHCARE_PACE": "1000",
            "PORT": str(self.port),
        }

    def start(self, command: str = "up") -> None:
        """Start the server and wait until it answers that all is well."""
        self.process = lives.begin([command], self.environment, self.written)
        until(self.well, within=STARTS_WITHIN)

    def well(self) -> bool:
        assert self.process is not None
        assert self.process.is_running(), f"the server ended: {self.written.read_text()[-2000:]}"
        with suppress(httpx.TransportError):
            return httpx.get(f"{self.url}/health", timeout=5, verify=TRUSTED).status_code == 200
        return False

    def kill(self) -> None:
        """End the server as a power cut would: no word, no last act."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def kill_database(self) -> int:
        """End every process of its PostgreSQL at once; how many there were."""
        data = str(self.folder / "postgres")
        stopped = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.cwd() == data and process.name().startswith("postgres"):
                    process.send_signal(signal.SIGSTOP)  # nobody mourns before the last one dies
                    stopped.append(process)
        for process in stopped:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        return len(stopped)

    def stop(self) -> None:
        if self.process is not None and self.process.is_running():
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(timeout=30)
            except psutil.TimeoutExpired:
                self.kill()

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Another process of the `throughcare` command, in the same place."""
        return subprocess.run(
            [sys.executable, "-m", "deploy.cli", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )

    @contextmanager
    def parts(self, *, history: bool = False) -> Iterator[wiring.House]:
        """The place's parts in our own process, over the same database."""
        settings = Settings(self.folder, None, None, "127.0.0.1", self.port, None, self.holder)
        with ExitStack() as stack:
            database = wiring.open_database(settings, stack)
            yield wiring.build(settings, database, stack, history=history)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
