"""The reference subscriber against the real edge, and against servers that break the rules."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from api.app import create_app
from api.parts import Parts
from api.tokens import Tokens
from consumers.subscriber import Entry, Missed, NotLetIn, Refused, subscribe
from deploy.serving import Server
from domain.vocabulary import PartnerId, Role
from projections.audit import Audit
from projections.connections import async_pool
from projections.looks import Looks
from projections.readers import Readers
from projections.reading import Reading
from tests.consumers.brokers import free_port
from tests.consumers.place import HOUSING, PRACTICE, Place

SECRET = b"a secret that signs test tokens!"


@dataclass
class Edge:
    """Throughcare's own HTTP, which can be stopped and started again at the same address."""

    town: Place
    tokens: Tokens = field(default_factory=lambda: Tokens(SECRET, lambda: datetime.now(UTC)))
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def token(self, partner: PartnerId) -> str:
        return self.tokens.issue(partner, partner, Role.SYSTEM)

    @contextmanager
    def up(self) -> Iterator[None]:
        nobody: Any = None  # no browser comes here
        pool = async_pool(self.town.database.dsn("throughcare_serve"))
        app = create_app(
            Parts(
                pace=1_000.0,
                care=self.town.care,
                reading=Reading(
                    self.town.database.dsn("throughcare_serve"),
                    self.town.keys,
                    self.town.pseudonyms,
                ),
                readers=Readers(pool),
                pools=[pool],
                looks=Looks(self.town.database.dsn("throughcare_serve")),
                audit=Audit(self.town.database.dsn("throughcare_audit"), self.town.pseudonyms),
                tokens=self.tokens,
                sessions=nobody,
                marks=nobody,
                pseudonyms=self.town.pseudonyms,
                intake=None,
                clock=lambda: datetime.now(UTC),
                version="test",
            )
        )
        server = Server(app, port=self.port)
        serving = Thread(target=server.run)
        serving.start()
        happens(lambda: server.started)
        try:
            yield
        finally:
            server.should_exit = True
            serving.join(20)


@dataclass
class Subscriber:
    """A partner that follows its share in a thread of its own."""

    url: str
    token: str
    live: bool
    after: int | None = None
    cursor: Path | None = None
    seen: list[Entry] = field(default_factory=list)

    @property
    def numbers(self) -> list[int]:
        return [entry["sharenumber"] for entry in self.seen]

    @contextmanager
    def following(self) -> Iterator[None]:
        stop = Event()

        def follow() -> None:
            subscribe(
                self.url,
                self.token,
                after=self.after,
                cursor=self.cursor,
                live=self.live,
                stop=stop,
                emit=self.seen.append,
                wait=0.3,
            )

        thread = Thread(target=follow, daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            if not self.live:  # a live stream ends with the next word of the server
                thread.join(20)

    def sees(self, number: int) -> None:
        happens(lambda: self.numbers[-1:] == [number])


def happens(what: Callable[[], bool]) -> None:
    until = monotonic() + 20.0
    while not what():
        assert monotonic() < until, "it did not happen"
        sleep(0.01)


def read_until(url: str, number: int, *, after: int | None = None, **how: object) -> list[int]:
    """Subscribe until an entry has come; the numbers that came."""
    stop, numbers = Event(), []

    def emit(entry: Entry) -> None:
        numbers.append(entry["sharenumber"])
        if entry["sharenumber"] == number:
            stop.set()

    subscribe(
        url,
        str(how.get("token", "token")),
        after=after,
        cursor=how.get("cursor"),  # type: ignore[arg-type]
        live=bool(how.get("live")),
        stop=stop,
        emit=emit,
        wait=0.0,
        verify=bool(how.get("verify", True)),
    )
    return numbers


@pytest.fixture
def edge(town: Place) -> Edge:
    town.refer(HOUSING)
    town.tell()
    return Edge(town)


@pytest.mark.parametrize("live", [False, True])
def test_entries_are_seen_as_they_happen(edge: Edge, live: bool) -> None:
    housing = edge.town.partners[HOUSING]
    partner = Subscriber(edge.url, edge.token(housing), live)
    with edge.up(), partner.following():
        partner.sees(edge.town.told()[housing])
        edge.town.refer(HOUSING, ask="rent arrears")
        edge.town.tell()
        last = edge.town.told()[housing]
        partner.sees(last)

    assert partner.numbers == list(range(1, last + 1))
    assert partner.seen[-1]["data"]["ask"] == "rent arrears"


@pytest.mark.parametrize("live", [False, True])
def test_the_same_entries_come_again_from_any_number(edge: Edge, live: bool) -> None:
    practice = edge.town.partners[PRACTICE]
    token, last = edge.token(practice), edge.town.told()[practice]
    with edge.up():
        for after in range(last):
            numbers = read_until(edge.url, last, after=after, token=token, live=live)
            assert numbers == list(range(after + 1, last + 1))


@pytest.mark.parametrize("live", [False, True])
def test_a_subscriber_survives_a_restart_of_the_server(edge: Edge, live: bool) -> None:
    housing = edge.town.partners[HOUSING]
    partner = Subscriber(edge.url, edge.token(housing), live)
    with partner.following():
        with edge.up():
            partner.sees(edge.town.told()[housing])
        edge.town.refer(HOUSING)
        edge.town.tell()
        with edge.up():
            last = edge.town.told()[housing]
            partner.sees(last)

    assert partner.numbers == list(range(1, last + 1))


def test_a_subscriber_started_again_goes_on_where_it_was(edge: Edge, tmp_path: Path) -> None:
    practice, cursor = edge.town.partners[PRACTICE], tmp_path / "cursor"
    token, last = edge.token(practice), edge.town.told()[practice]
    with edge.up():
        assert read_until(edge.url, 2, token=token, cursor=cursor) == [1, 2]
        assert json.loads(cursor.read_text())["number"] == 2
        again = read_until(edge.url, last, token=token, cursor=cursor, live=True)

    assert again == list(range(3, last + 1))


def test_a_token_that_is_refused_is_said_plainly(edge: Edge) -> None:
    with edge.up(), pytest.raises(NotLetIn, match="get a new one"):
        read_until(edge.url, 1, token="not a token")


# Servers that do not keep the rules


@contextmanager
def server(
    told: Sequence[int], *, flaws: Sequence[int] = (), newest: int | None = None
) -> Iterator[str]:
    """A feed and a stream of these numbers; answers first with these statuses."""
    pending = list(flaws)

    class Share(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            if pending:
                self.send_response(pending.pop(0))
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            live = asked.path.endswith("/live")
            after = self.headers["Last-Event-ID"] or parse_qs(asked.query)["after"][0]
            entries = [{"sharenumber": n} for n in told if n > int(after)]
            lines = [f"id: {e['sharenumber']}\ndata: {json.dumps(e)}\n\n" for e in entries]
            body = ("retry: 1\n\n" + "".join(lines) if live else json.dumps(entries)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            if newest is not None:
                self.send_header("X-Share-Number", str(newest))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Share) as listening:
        Thread(target=listening.serve_forever, args=[0.02]).start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()


@pytest.mark.parametrize("live", [False, True])
def test_a_missing_entry_is_noticed_before_the_next_one_is_given(
    live: bool, tmp_path: Path
) -> None:
    cursor = tmp_path / "cursor"
    with server([1, 2, 3, 6, 7]) as url, pytest.raises(Missed) as missed:
        read_until(url, 7, verify=False, cursor=cursor, live=live)

    assert (missed.value.first, missed.value.last) == (4, 5)
    assert json.loads(cursor.read_text())["number"] == 3


@pytest.mark.parametrize("live", [False, True])
def test_an_entry_told_twice_is_given_once(live: bool) -> None:
    with server([1, 2, 2, 1, 3]) as url:
        assert read_until(url, 3, verify=False, live=live) == [1, 2, 3]


def test_a_server_that_cannot_answer_is_asked_again() -> None:
    with server([1], flaws=[503, 500, 429]) as url:
        assert read_until(url, 1, verify=False) == [1]


def test_a_server_that_will_not_answer_is_not_asked_again() -> None:
    with server([1], flaws=[422]) as url, pytest.raises(Refused, match="422"):
        read_until(url, 1, verify=False)


def test_what_emit_could_not_take_is_given_again(tmp_path: Path) -> None:
    cursor = tmp_path / "cursor"

    def emit(entry: Entry) -> None:
        if entry["sharenumber"] == 2:
            raise OSError("the disk is full")

    with server([1, 2, 3]) as url:
        with pytest.raises(OSError, match="full"):
            subscribe(
                url,
                "token",
                after=None,
                cursor=cursor,
                live=False,
                stop=Event(),
                emit=emit,
                wait=0,
                verify=False,
            )
        assert read_until(url, 3, verify=False, cursor=cursor) == [2, 3]
