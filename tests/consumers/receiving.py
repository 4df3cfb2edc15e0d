"""A partner's own server: it takes what is posted to it, and answers as it is told."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import orjson


@dataclass
class Received:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> dict[str, Any]:
        found: dict[str, Any] = orjson.loads(self.body)
        return found

    @property
    def up_to(self) -> int:
        return int(self.said["data"]["up_to"])


@dataclass
class Receiver:
    """What was received, and what is answered: ``status`` and ``answer`` from now on."""

    port: int
    status: int = 204
    answer: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    got: list[Received] = field(default_factory=list)
    connections: int = 0
    waits: Event | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/news"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"


@contextmanager
def receiving(
    context: ssl.SSLContext | None = None, family: str = "127.0.0.1"
) -> Iterator[Receiver]:
    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", 0))
            named = {name.lower(): value for name, value in self.headers.items()}
            receiver.got.append(Received(self.path, named, self.rfile.read(length)))
            if receiver.waits is not None:
                receiver.waits.wait(30)
            self.send_response(receiver.status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(receiver.answer)))
            self.end_headers()
            self.wfile.write(receiver.answer)

        def log_message(self, *args: Any) -> None:
            """A test says what it saw."""

    class Serving(ThreadingHTTPServer):
        def verify_request(self, *_: Any) -> bool:
            receiver.connections += 1
            return True

        def handle_error(self, *_: Any) -> None:
            """Who asked may hang up whenever they like."""

    with Serving((family, 0), Answering) as server:
        receiver = Receiver(server.server_address[1])
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            if receiver.waits is not None:
                receiver.waits.set()
            server.shutdown()
            thread.join()
