"""A witness: remembers how far a log had come, and countersigns nothing that takes that back.

For whoever does not run the log. One file, the standard library and ``cryptography``: it refuses
to share a line with the log that it watches, so that a mistake there is not made here as well.
Formats: c2sp.org/signed-note, tlog-checkpoint, tlog-cosignature, tlog-witness, tlog-tiles.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import sys
import time
import urllib.request as request
from base64 import b64decode, b64encode
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from hashlib import sha256
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

DEADLINE, MOST = 10.0, 1 << 16  # seconds for which anybody is waited for; bytes of one answer
NOTE, COSIGNATURE = b"\x01", b"\x04"  # kinds of signature: of a log; of a witness, with the time
AWAY, NOT_SIGNED = 3, 5  # exit codes: the log does not answer; it takes back what it has shown
Hashes = Callable[[int, int], bytes]  # of a tree: over its leaves from one on, to before another
EMPTY = f"\n0\n{b64encode(sha256().digest()).decode()}\n\n"  # a checkpoint of no leaves


class Refused(Exception):
    """Not countersigned. Its ``args``: the status that tlog-witness has, why, what it answers."""


def follows(old: int, new: int, root: bytes, new_root: bytes, proof: list[bytes]) -> bool:
    """Whether the tree of ``new`` leaves begins with that of ``old`` (RFC 6962, 2.1.2)."""
    rest = iter(proof)

    def both(size: int, many: int, whole: bool) -> tuple[bytes, bytes]:
        if size == many:
            return (root, root) if whole else ((same := next(rest)), same)
        half = 1 << (many - 1).bit_length() - 1
        if size <= half:
            first, second = both(size, half, whole)
            return first, node(second, next(rest))
        first, second = both(size - half, many - half, False)
        return node(left := next(rest), first), node(left, second)

    with suppress(StopIteration):
        begins = old == 0 < new or (old <= new and both(old, new, True) == (root, new_root))
        return begins and next(rest, None) is None
    return False


def proof_of(old: int, low: int, high: int, hash_of: Hashes, whole: bool = True) -> list[bytes]:
    """That the tree over leaves ``low`` to ``high`` begins with its first ``old`` ones."""
    if old == high - low:
        return [] if whole else [hash_of(low, high)]
    middle = low + (1 << (high - low - 1).bit_length() - 1)
    if old <= middle - low:
        return [*proof_of(old, low, middle, hash_of, whole), hash_of(middle, high)]
    right = proof_of(old - (middle - low), middle, high, hash_of, False)
    return [*right, hash_of(low, middle)]


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def hash_in(text: str, kind: bytes = b"") -> bytes:
    found = b64decode(text, validate=True)
    if len(found) != len(kind) + 32 or not found.startswith(kind):
        raise ValueError(text)
    return found[len(kind) :]


class Key(NamedTuple):
    """Whose signature counts, and for what; written as ``name+id+base64(kind, key)``."""

    name: str
    kind: bytes
    public: bytes

    @classmethod
    def read(cls, written: str) -> Key:
        name, _, material = written.split("+", 2)
        if str(key := cls(name, NOTE, hash_in(material, NOTE))) != written:
            raise ValueError(written)
        return key

    def id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + self.kind + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id().hex()}+{b64encode(self.kind + self.public).decode()}"


class Checkpoint(NamedTuple):
    """How far a log says it has come: the text that is signed, and the lines of signatures."""

    text: str
    lines: list[str]
    origin: str
    size: int
    root: bytes

    @classmethod
    def read(cls, note: str) -> Checkpoint:
        with suppress(ValueError):
            text, _, signatures = note.rpartition("\n\n")
            origin, size, root = text.split("\n")[:3]
            found = cls(text + "\n", signatures.splitlines(), origin, int(size), hash_in(root))
            if size == str(found.size) and 0 <= found.size < 1 << 63:
                return found
        raise Refused(400, why := "this is no checkpoint", why)

    def signed_by(self, key: Key) -> bool:
        for line in self.lines[:64]:
            with suppress(ValueError, InvalidSignature):
                signature = b64decode(line.removeprefix(f"\u2014 {key.name} "), validate=True)
                if signature[:4] == key.id():
                    public = Ed25519PublicKey.from_public_bytes(key.public)
                    public.verify(signature[4:], self.text.encode())
                    return True
        return False


class Witness:
    """Knows its logs by their keys. What it remembers of each lies in a file of ``folder``."""

    def __init__(self, name: str, key: Ed25519PrivateKey, folder: Path, logs: list[Key]) -> None:
        self.key, self.folder, self.logs = key, folder, {log.name: log for log in logs}
        self.me = Key(name, COSIGNATURE, key.public_key().public_bytes_raw())

    def remembered(self, origin: str) -> Checkpoint:
        file = self._file(origin, "checkpoint")
        return Checkpoint.read(file.read_text("utf-8") if file.exists() else EMPTY)

    def add(self, old: int, proof: list[bytes], new: Checkpoint) -> str:
        """Remember a checkpoint that follows what is remembered, and sign it. Raises `Refused`."""
        if new.origin not in self.logs:
            raise Refused(404, f"{new.origin} is no log of this witness", "unknown log")
        if not new.signed_by(self.logs[new.origin]):
            raise Refused(403, "not signed by the key of its log", "not signed")
        if old > new.size:
            raise Refused(400, f"{old} leaves are more than its {new.size}", "too old")
        with (self.folder / "lock").open("w") as lock:  # nobody else looks and remembers meanwhile
            fcntl.flock(lock, fcntl.LOCK_EX)
            last = self.remembered(new.origin)
            if old != last.size:
                raise Refused(409, f"{last.size} leaves are remembered, not {old}", last.size)
            if not follows(old, new.size, last.root, new.root, proof):
                self._keep("refused", new)
                status = 409 if old == new.size and new.root != last.root else 422
                raise Refused(status, f"it does not follow the tree of {old} signed before", old)
            at = int(time.time())
            signature = self.key.sign(f"cosignature/v1\ntime {at}\n{new.text}".encode())
            content = b64encode(self.me.id() + at.to_bytes(8, "big") + signature)
            line = f"\u2014 {self.me.name} {content.decode()}\n"
            self._keep("checkpoint", new, line)
        return line

    def server(self, at: str) -> ThreadingHTTPServer:
        host, _, port = at.rpartition(":")
        return ThreadingHTTPServer((host, int(port)), type("", (Asked,), {"witness": self}))

    def _file(self, origin: str, kind: str) -> Path:
        return self.folder / f"{sha256(origin.encode()).hexdigest()}.{kind}"

    def _keep(self, kind: str, new: Checkpoint, line: str = "") -> None:
        """The old file or the new one is there whole, whenever the machine stops."""
        file = self._file(new.origin, kind)
        with (beside := file.with_suffix(".new")).open("w", encoding="utf-8") as written:
            written.write("\n".join([new.text, *new.lines, line]))
            written.flush()
            os.fsync(written.fileno())
        beside.replace(file)
        os.fsync(folder := os.open(self.folder, os.O_RDONLY))
        os.close(folder)


class Asked(BaseHTTPRequestHandler):
    """``POST /add-checkpoint``. Who asked is not written down."""

    witness: Witness
    timeout = DEADLINE

    def do_POST(self) -> None:
        status, answer = 400, "what is asked cannot be read"
        try:
            length = int(self.headers.get("Content-Length") or 0)
            if self.path != "/add-checkpoint" or not 0 < length <= MOST:
                raise Refused(404, "asked for something else", "only POST /add-checkpoint is here")
            head, _, note = self.rfile.read(length).decode().partition("\n\n")
            asked, *lines = head.split("\n")
            old, proof = int(asked.removeprefix("old ")), [hash_in(line) for line in lines]
            if asked == f"old {old}" and old >= 0 and len(proof) <= 63:
                status, answer = 200, self.witness.add(old, proof, Checkpoint.read(note)).strip()
        except Refused as refused:
            status, why, answer = refused.args
            say(f"refused with {status}: {why}")
        except ValueError:
            pass
        self.send_response(status)
        self.send_header("Content-Type", "text/x.tlog.size" if status == 409 else "text/plain")
        self.end_headers()
        self.wfile.write(f"{answer}\n".encode())

    def log_message(self, *_: Any) -> None: ...


class Straight(request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None: ...  # nobody is followed elsewhere


def fetched(url: str) -> bytes:
    with request.build_opener(Straight).open(url, timeout=DEADLINE) as answer:
        return bytes(answer.read(MOST))


def hashes_of(url: str, size: int) -> Hashes:
    """Hashes over leaves of a tree of a size, out of its tiles; each is asked for once."""

    @cache
    def tile(level: int, index: int) -> bytes:
        width = min(256, (size >> 8 * level) - 256 * index)
        path, front = f"{index % 1000:03}" + (f".p/{width}" if width < 256 else ""), index // 1000
        while front:
            path, front = f"x{front % 1000:03}/{path}", front // 1000
        if len(content := fetched(f"{url}/tile/{level}/{path}")) != 32 * width:
            raise OSError(f"tile {level}/{path} has {len(content)} bytes")
        return content

    def hash_of(first: int, end: int) -> bytes:
        height = (end - first).bit_length() - 1
        if end - first == 1 << height and height % 8 == 0:
            index = first >> height
            return tile(height // 8, index // 256)[32 * (index % 256) :][:32]
        half = first + (1 << (end - first - 1).bit_length() - 1)
        return node(hash_of(first, half), hash_of(half, end))

    return hash_of


def look(witness: Witness, url: str) -> int:
    """Ask a log how far it is, have that proved from its tiles, and sign it; the exit code."""
    try:
        new = Checkpoint.read(fetched(f"{url}/checkpoint").decode("utf-8", "replace"))
        old = witness.remembered(new.origin).size
        if old > new.size:
            raise Refused(409, f"it was put back from {old} leaves to {new.size}", old)
        proof = proof_of(old, 0, new.size, hashes_of(url, new.size)) if old else []
        witness.add(old, proof, new)
        say(f"{new.origin}: signed {new.size} leaves, {old} of them before")
        return 0
    except Refused as refused:
        say(f"{url}: NOT SIGNED: {refused.args[1]}")
        if refused.args[0] != 400 and old == witness.remembered(new.origin).size:
            return NOT_SIGNED  # or else one that was sent to us meanwhile was signed
    except (OSError, HTTPException) as away:
        say(f"{url} does not answer: {away!r}")
    return AWAY


def say(text: str) -> None:
    print(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), text, file=sys.stderr, flush=True)


def main(words: list[str] | None = None) -> int:
    """Says its own key, then takes what a log sends (``serve``) or asks the log (``watch``)."""
    asked = argparse.ArgumentParser(description=main.__doc__)
    asked.add_argument("do", choices=["serve", "watch"])
    asked.add_argument("where", help="to serve, host:port; or the log to watch, https://…/log")
    asked.add_argument("--name", required=True, help="its own: witness.example/w1")
    asked.add_argument("--log", required=True, action="append", type=Key.read, help="a log's key")
    asked.add_argument("--folder", required=True, type=Path, help="its key and what it remembers")
    asked.add_argument("--every", type=float, default=60, help="seconds; 0: look once")
    said = asked.parse_args(words)
    os.umask(0o077)
    said.folder.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError), (said.folder / "key").open("xb") as made:
        made.write(Ed25519PrivateKey.generate().private_bytes_raw())
    key = Ed25519PrivateKey.from_private_bytes((said.folder / "key").read_bytes())
    witness = Witness(said.name, key, said.folder, said.log)
    print(witness.me, flush=True)
    if said.do == "serve":
        witness.server(said.where).serve_forever()
    while (code := look(witness, said.where.rstrip("/"))) != NOT_SIGNED and said.every:
        time.sleep(said.every)
    return code


if __name__ == "__main__":
    sys.exit(main())
