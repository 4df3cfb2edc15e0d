"""Callers over real HTTP, as cheap as can be: who measures must not be what is measured."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import cycle
from selectors import EVENT_READ, DefaultSelector
from socket import IPPROTO_TCP, TCP_NODELAY, create_connection, socket
from time import perf_counter

CALLERS = 16
DEADLINE = 60.0
"""Seconds that an answer may take."""

_LENGTH = re.compile(rb"content-length: (\d+)")


class Caller:
    """One kept-open connection. It reads an answer to its end, and keeps its body if asked to."""

    def __init__(self, port: int, *, keeps: bool) -> None:
        self.connection: socket = create_connection(("127.0.0.1", port), timeout=DEADLINE)
        self.connection.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        self.keeps, self.body, self.began = keeps, b"", 0.0
        self._head, self._left = bytearray(), -1

    def ask(self, request: bytes) -> None:
        self.began, self._left, self.body = perf_counter(), -1, b""
        self._head.clear()
        self.connection.sendall(request)

    def heard(self) -> bool:
        """Take what came; whether the answer is whole."""
        came = self.connection.recv(1 << 20)
        assert came, "the server hung up"
        if self._left >= 0:
            self._left -= len(came)
        else:
            self._head += came
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return False
            head = bytes(self._head[:end]).lower()
            length = _LENGTH.search(head)
            assert head.startswith(b"http/1.1 200"), bytes(self._head[:2_000])
            assert length, "an answer says how long it is"
            self._left = int(length[1]) + end + 4 - len(self._head)
            came = bytes(self._head[end + 4 :])
        if self.keeps:
            self.body += came
        return not self._left


def request(path: str, token: str) -> bytes:
    """What a caller sends."""
    return (f"GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n").encode()


def once(port: int, asked: bytes) -> bytes:
    """The body of one answer."""
    caller = Caller(port, keeps=True)
    caller.ask(asked)
    while not caller.heard():
        pass
    caller.connection.close()
    return caller.body


def times(port: int, asked: Sequence[bytes], *, answers: int) -> list[float]:
    """Seconds from each request to the last byte of its answer, by `CALLERS` at once."""
    found: list[float] = []
    requests: Iterator[bytes] = cycle(asked)
    with DefaultSelector() as waiting:
        for _ in range(CALLERS):
            caller = Caller(port, keeps=False)
            waiting.register(caller.connection, EVENT_READ, caller)
            caller.ask(next(requests))
        sent = CALLERS
        while waiting.get_map():
            for key, _ in waiting.select(DEADLINE):
                caller = key.data
                if not caller.heard():
                    continue
                found.append(perf_counter() - caller.began)
                if sent < answers:
                    sent += 1
                    caller.ask(next(requests))
                else:
                    waiting.unregister(caller.connection)
                    caller.connection.close()
    return found
