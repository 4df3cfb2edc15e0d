"""Logs to be witnessed, that say what they like: served over HTTP as c2sp.org/tlog-tiles says."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.projections import trees

ORIGIN = "log.example/1"


@dataclass
class Book:
    """A log of these entries, under one key whatever it says."""

    entries: list[bytes]
    origin: str = ORIGIN
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def vkey(self) -> str:
        public = b"\x01" + self.key.public_key().public_bytes_raw()
        return f"{self.origin}+{self._id().hex()}+{b64encode(public).decode()}"

    def root(self) -> bytes:
        return trees.mth(self.entries)

    def proof(self, old: int) -> list[bytes]:
        return trees.proof(old, self.entries)

    def note(self) -> str:
        return self.signed(f"{self.origin}\n{len(self.entries)}\n{text(self.root())}\n")

    def signed(self, body: str) -> str:
        signature = self._id() + self.key.sign(body.encode())
        return f"{body}\n— {self.origin} {text(signature)}\n"

    def tile(self, level: int, index: int, width: int) -> bytes:
        each = 256**level
        first = index * 256 * each
        spans = (first + at * each for at in range(width))
        return b"".join(trees.mth(self.entries[at : at + each]) for at in spans)

    def _id(self) -> bytes:
        named = self.origin.encode() + b"\n\x01" + self.key.public_key().public_bytes_raw()
        return sha256(named).digest()[:4]


@dataclass
class Monotony(Book):
    """A log that says the same thing ``many`` times: as large as one likes."""

    many: int = 0

    def note(self) -> str:
        return self.signed(f"{self.origin}\n{self.many}\n{text(same(self.many))}\n")

    def tile(self, level: int, index: int, width: int) -> bytes:
        return same(256**level) * width


@cache
def same(many: int) -> bytes:
    if many == 1:
        return sha256(b"\x00again").digest()
    k = 1 << ((many - 1).bit_length() - 1)
    return sha256(b"\x01" + same(k) + same(many - k)).digest()


def text(octets: bytes) -> str:
    return b64encode(octets).decode()


def asking(old: int, proof: Sequence[bytes], note: str) -> str:
    """What is sent to ``add-checkpoint``."""
    return "".join(f"{line}\n" for line in (f"old {old}", *map(text, proof), "")) + note


@contextmanager
def served(answer: Callable[[str], tuple[int, bytes]]) -> Iterator[tuple[str, list[str]]]:
    """An address at which GET is answered so, and the paths that were asked for."""
    paths: list[str] = []

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            status, content = answer(self.path)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", content.decode())
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None: ...

    with running(ThreadingHTTPServer(("127.0.0.1", 0), Answering)) as url:
        yield url, paths


@contextmanager
def running(server: ThreadingHTTPServer) -> Iterator[str]:
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def of(book: Callable[[], Book]) -> Callable[[str], tuple[int, bytes]]:
    """Answers as a log would that is as ``book`` is when it is asked."""

    def answer(path: str) -> tuple[int, bytes]:
        if path == "/log/checkpoint":
            return 200, book().note().encode()
        level, _, rest = path.removeprefix("/log/tile/").partition("/")
        name, _, width = rest.partition(".p/")
        index = int("".join(part.removeprefix("x") for part in name.split("/")))
        return 200, book().tile(int(level), index, int(width or 256))

    return answer
