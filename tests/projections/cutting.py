"""A way to PostgreSQL that can be cut at the worst moment: after COMMIT, before its answer."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

from psycopg.conninfo import conninfo_to_dict, make_conninfo

READY = b"Z\x00\x00\x00\x05I"  # the server's "ready for query", outside a transaction


class Way:
    """Passes bytes both ways. ``answers`` counts the server's turns: one for each round trip."""

    def __init__(self, dsn: str, folder: Path) -> None:
        there = conninfo_to_dict(dsn)
        name = f".s.PGSQL.{there['port']}"
        self._target = str(Path(str(there["host"])) / name)
        self.dsn = make_conninfo(dsn, host=str(folder))
        self.answers = 0
        self.cut_next = False
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / name))
        self._listener.listen()
        self._open: list[socket.socket] = [self._listener]
        Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._target)
                self._open += [client, server]
                Thread(target=self._pass, args=(client, server, False), daemon=True).start()
                Thread(target=self._pass, args=(server, client, True), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, answers: bool) -> None:
        with suppress(OSError):
            while received := source.recv(65536):
                if answers and received.endswith(READY):
                    self.answers += 1
                    if self.cut_next:
                        self.cut_next = False
                        break
                target.sendall(received)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        for end in self._open:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@contextmanager
def way_to(dsn: str) -> Iterator[Way]:
    with tempfile.TemporaryDirectory(prefix="way-") as folder:
        way = Way(dsn, Path(folder))
        try:
            yield way
        finally:
            way.close()
