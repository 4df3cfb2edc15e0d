"""NHS England's MESH sandbox in a process of its own, stopped and started at will."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from mesh_client import MeshClient

from consumers.mesh import connected

OURS, THEIRS, OTHERS = "X26ABC1", "X26ABC2", "X26ABC3"
"""The mailboxes that the sandbox has."""

NO_SANDBOX = "no MESH sandbox here: `.ci/mesh PYTHON` installs it beside that Python"

PASSWORD, SHARED_KEY = "password", "a shared key of the tests"


def program() -> Path | None:
    """The Python that has it (``.ci/mesh``); ``None`` where there is none."""
    made = Path(sys.prefix) / "mesh"
    return made / "bin" / "python" if (made / "made-from").exists() else None


@dataclass(frozen=True)
class Came:
    """A message as a partner's client took it."""

    id: str
    name: str | None
    workflow: str | None
    media: str
    file: str | None
    body: bytes


@dataclass
class MeshSandbox:
    """It keeps on disk what it took, and remembers it when it is started again."""

    program: Path
    folder: Path
    port: int
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        with (self.folder / "sandbox.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(self.program, "-m", "uvicorn", "mesh_sandbox.api:app"),
                    *("--port", str(self.port), "--no-access-log"),
                ],
                env=os.environ
                | {
                    "AUTH_MODE": "full",
                    "SHARED_KEY": SHARED_KEY,
                    "STORE_MODE": "file",
                    "MAILBOXES_DATA_DIR": str(self.folder / "kept"),
                    "PYTHONPATH": "",
                },
                stdout=log,
                stderr=log,
                cwd=self.folder,
            )
        until = monotonic() + 30.0
        while not self._answers():
            assert monotonic() < until, "the sandbox did not start"
            assert self._process.poll() is None, "the sandbox ended"
            sleep(0.02)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def empty(self) -> None:
        """As if nothing had ever been sent."""
        for mailbox in (OURS, THEIRS, OTHERS):
            url = f"{self.url}/admin/reset/{mailbox}"
            urlopen(Request(url, method="DELETE"), timeout=10).close()
        shutil.rmtree(self.folder / "kept", ignore_errors=True)

    def sender(self) -> MeshClient:
        """Our own mailbox."""
        return connected(self.url, OURS, PASSWORD, SHARED_KEY)

    @contextmanager
    def receiver(self, mailbox: str = THEIRS) -> Iterator[MeshClient]:
        """A partner's client, as it is."""
        with MeshClient(
            self.url, mailbox, PASSWORD, shared_key=SHARED_KEY.encode(), timeout=10
        ) as client:
            yield client

    def lies(self, mailbox: str = THEIRS) -> list[Came]:
        """What waits to be collected, in its order; it is left there."""
        with self.receiver(mailbox) as client:
            return [_came(client, id_) for id_ in client.list_messages()]

    def collect(self, mailbox: str = THEIRS, most: int = 100) -> list[Came]:
        """Take messages out, as a partner does."""
        with self.receiver(mailbox) as client:
            found = []
            for id_ in client.list_messages()[:most]:
                found.append(_came(client, id_))
                client.acknowledge_message(id_)
            return found

    def _answers(self) -> bool:
        try:
            with urlopen(f"{self.url}/health", timeout=5):
                return True
        except (HTTPError, URLError, ConnectionError, TimeoutError):
            return False


def _came(client: MeshClient, id_: str) -> Came:
    message = client.retrieve_message(id_)
    with closing(message):
        body = message.read()
    return Came(
        id_,
        message.local_id,
        message.workflow_id,
        message.content_type,
        message.filename,
        body,
    )
