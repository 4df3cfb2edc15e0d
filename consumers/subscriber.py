"""The reference subscriber: follows a partner's share over HTTP, and proves that it missed nothing.

Small enough for a partner to copy: it needs ``httpx`` and the standard library, and nothing of
Throughcare. It refuses to go on over a gap in the numbers.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import SystemRandom
from threading import Event
from time import monotonic
from typing import Any

import httpx

Entry = dict[str, Any]
"""A CloudEvent. ``sharenumber`` is 1, 2, 3 … within the partner's share."""

PAGE = 500
QUIET = 45.0
"""Seconds without a byte after which a connection is dead: a live stream speaks every 15."""

MOST_PAUSE = 30.0
_chance = SystemRandom()


class Missed(Exception):
    """Entries are not there that must have been: stop, and ask for them by number."""

    def __init__(self, first: int, last: int) -> None:
        self.first, self.last = first, last
        super().__init__(f"entries {first} to {last} were not received")


class NotLetIn(Exception):
    """The token was refused: it has ended, or it is not for this address. Get a new one."""


class Refused(Exception):
    """The server will not answer this question, however often it is asked."""


class _Away(Exception):
    """The server cannot answer now. ``again_in`` is how many seconds it asks to wait."""

    def __init__(self, again_in: float = 0.0) -> None:
        self.again_in = again_in


def subscribe(
    url: str,
    token: str,
    *,
    after: int | None,
    cursor: Path | None,
    live: bool,
    stop: Event,
    emit: Callable[[Entry], None],
    wait: float = 20.0,
) -> int:
    """Give every entry that follows a number to ``emit``, in order, until told to stop.

    Begins after ``after``; without it after the number that the file ``cursor`` remembers, or at
    the beginning. The number is remembered after ``emit`` returned: an entry may come again after
    a crash, none is left out. ``live`` follows the event stream instead of asking page by page;
    ``wait`` is how many seconds such a question may wait for news. Answers the last number.
    Raises `Missed`, `NotLetIn`, `Refused`.
    """
    reached = after if after is not None else _remembered(cursor)
    failures = 0
    timeout = httpx.Timeout(5.0, read=max(QUIET, 2 * wait))
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=url, headers=headers, timeout=timeout) as client:
        while not stop.is_set():
            pages = _live(client, reached) if live else _paged(client, reached, wait)
            try:
                for page in pages:
                    failures = 0
                    before = reached
                    try:
                        for entry in page:
                            number = entry["sharenumber"]
                            if number <= reached:
                                continue  # told twice
                            if number != reached + 1:
                                raise Missed(reached + 1, number - 1)
                            emit(entry)
                            reached = number
                            if stop.is_set():
                                break
                    finally:
                        if cursor is not None and reached != before:
                            _remember(cursor, reached)
                    if not page:
                        stop.wait(0.05)
                    if stop.is_set():
                        break
            except (_Away, httpx.TransportError) as away:
                failures += 1
                pause = min(MOST_PAUSE, 0.25 * 2 ** min(failures, 10)) * _chance.random()
                stop.wait(max(pause, getattr(away, "again_in", 0.0)))
            finally:
                pages.close()
    return reached


def _paged(client: httpx.Client, after: int, wait: float) -> Generator[list[Entry]]:
    """Page after page of the cursor feed; a page is empty when there was no news for a while."""
    while True:
        asked = {"after": after, "limit": PAGE, "timeout": wait}
        with _answer(client, "/v1/share", params=asked) as answer:
            until, body = monotonic() + QUIET + wait, bytearray()
            for piece in answer.iter_bytes():
                body += piece
                if monotonic() > until:
                    raise _Away
        page = _read(bytes(body))
        yield page
        if page:
            after = page[-1]["sharenumber"]


def _live(client: httpx.Client, after: int) -> Generator[list[Entry]]:
    """The event stream, as it comes: what arrived together is one page."""
    asked = {"Last-Event-ID": str(after), "Accept": "text/event-stream"}
    with _answer(client, "/v1/share/live", headers=asked) as answer:
        rest = b""
        for piece in answer.iter_bytes():
            *messages, rest = (rest + piece).replace(b"\r\n", b"\n").split(b"\n\n")
            lines = [
                [line[5:].strip() for line in message.split(b"\n") if line.startswith(b"data:")]
                for message in messages
            ]
            yield _read(b"[%s]" % b",".join(b"\n".join(data) for data in lines if data))
    raise _Away  # the server ended the stream: it is restarting


@contextmanager
def _answer(client: httpx.Client, path: str, **asked: Any) -> Iterator[httpx.Response]:
    with client.stream("GET", path, **asked) as answer:
        if answer.status_code == 401:
            raise NotLetIn("the server does not accept the token (401): get a new one")
        if answer.status_code >= 500 or answer.status_code in (408, 429):
            again_in = answer.headers.get("Retry-After", "")
            raise _Away(min(float(again_in), 300.0) if again_in.isdigit() else 0.0)
        if answer.status_code != 200:
            said = answer.read()[:500].decode(errors="replace")
            raise Refused(f"{answer.url} answers {answer.status_code}: {said}")
        yield answer


def _read(body: bytes) -> list[Entry]:
    try:
        page: list[Entry] = json.loads(body)
    except ValueError as unreadable:
        raise _Away from unreadable  # cut short on its way
    return page


def _remembered(cursor: Path | None) -> int:
    if cursor is None or not cursor.exists():
        return 0
    return int(cursor.read_text("ascii"))


def _remember(cursor: Path, number: int) -> None:
    """Write the number so that a crash at any moment leaves the old one or the new one."""
    new = cursor.with_name(cursor.name + ".new")
    with new.open("w", encoding="ascii") as file:
        file.write(f"{number}\n")
        file.flush()
        os.fsync(file.fileno())
    new.replace(cursor)
    folder = os.open(cursor.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
