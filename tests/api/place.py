"""A whole place behind HTTP: real PostgreSQL, the engine, the server, and people with tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
from fastapi import FastAPI

from api.app import create_app
from api.parts import COOKIE, DemoPerson
from api.tokens import Tokens
from deploy.community import place as community
from deploy.community.organisation import Organisation
from deploy.serving import Server
from deploy.wiring import House
from domain.vocabulary import PartnerId, Role
from projections.contract import Contract
from tests.api.founded import built
from tests.database import Database
from tests.trusting import TRUSTED

STARTS_WITHIN = 20.0


@dataclass
class Client:
    """Somebody who talks to the server, for one organisation."""

    http: httpx.Client
    organisation: PartnerId
    token: str

    def read(self, path: str, **params: Any) -> httpx.Response:
        return self.http.get(path, params=params)

    def ask(
        self,
        path: str,
        content: dict[str, Any] | None = None,
        *,
        key: UUID | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """Ask an intention, with a new key unless one is given.

        A referral says why it is sent without what a test does not care for, unless it says
        ``sent_without`` itself.
        """
        if path == "/v1/referrals":
            content = {"sent_without": "Not known yet."} | (content or {})
        sent = {"Idempotency-Key": str(key or uuid4()), **(headers or {})}
        return self.http.post(path, json=content or {}, headers=sent)

    def done(self, path: str, content: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ask an intention that must be answered well; wait until it shows."""
        answer = self.ask(path, content)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        shown = self.read("/v1/partners", **{"min-position": found["position"]})
        assert shown.status_code == 200, shown.text
        return found

    def seen(self, path: str, **params: Any) -> Any:
        """Read what must be there, showing all that is recorded by now."""
        head = self.http.get("/health").json()["log_position"]
        answer = self.read(path, **{"min-position": head, **params})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def found(self, name: str, **more: Any) -> Any:
        """Search the caseload by name, showing all that is recorded by now."""
        head = self.http.get("/health").json()["log_position"]
        answer = self.http.post(
            "/v1/caseload/search", params={"min-position": head}, json={"name": name} | more
        )
        assert answer.status_code == 200, answer.text
        return answer.json()


@dataclass
class Place:
    """The running server and everybody in it."""

    url: str
    app: FastAPI
    house: House
    database: Database
    clients: ExitStack = field(repr=False)

    @property
    def tokens(self) -> Tokens:
        return self.house.tokens

    def another(self, *proxies: str, contract: Contract | None = None) -> httpx.Client:
        """Somebody who has not signed in, at another process that serves the same place.

        It publishes what is published, unless another ``contract`` is given.
        """
        parts = self.house.parts(self.house.reading())
        app = create_app(replace(parts, contract=contract) if contract else parts)
        url = self.clients.enter_context(_served(app, *proxies))
        return self.clients.enter_context(httpx.Client(base_url=url, timeout=20, verify=TRUSTED))

    def superuser(self) -> psycopg.Connection:
        """The database as nobody who serves may see it."""
        return psycopg.connect(self.database.dsn("postgres"), autocommit=True)

    def anybody(self) -> httpx.Client:
        """Somebody who has not signed in."""
        return self.clients.enter_context(
            httpx.Client(base_url=self.url, timeout=20, verify=TRUSTED)
        )

    def person(self, key: str) -> Client:
        """One of the community, by the name its place gives them, e.g. ``asha``."""
        for organisation in community.PARTNERS:
            for practitioner in organisation.everybody:
                if practitioner.key == key:
                    token = self.tokens.issue(practitioner.id, organisation.id, practitioner.role)
                    return self.holder(token, organisation)
        raise KeyError(key)

    def session(self, key: str) -> str:
        """What the browser of one of the community holds once they signed in."""
        return next(
            self.house.sessions.begin(practitioner.id, organisation.id)
            for organisation in community.PARTNERS
            for practitioner in organisation.everybody
            if practitioner.key == key
        )

    def browser(self, key: str) -> httpx.Client:
        """Somebody's browser, reduced to its requests."""
        http = self.anybody()
        http.cookies.set(COOKIE, self.session(key))
        http.headers["Sec-Fetch-Site"] = "same-origin"
        return http

    def system(self, organisation: Organisation) -> Client:
        """A partner's system."""
        token = self.tokens.issue(organisation.id, organisation.id, Role.SYSTEM)
        return self.holder(token, organisation)

    def holder(self, token: str, organisation: Organisation) -> Client:
        http = self.anybody()
        http.headers["Authorization"] = f"Bearer {token}"
        return Client(http, organisation.id, token)


@contextmanager
def running(
    database: Database,
    folder: Path,
    *,
    pace: float = 1_000,
    people: Sequence[DemoPerson] = (),
) -> Iterator[Place]:
    """The place of a founded database, served; everything it started is stopped again.

    The sign-in page shows these people.
    """
    with ExitStack() as stack:
        house = built(database, folder, stack, pace=pace)
        stack.enter_context(_thread(house.engine.run))
        app = create_app(house.parts(house.reading(), people))
        clients = stack.enter_context(ExitStack())  # closed last: the server ends with readers left
        yield Place(stack.enter_context(_served(app)), app, house, database, clients)


@contextmanager
def _thread(run: Callable[[Event], None]) -> Iterator[None]:
    stop = Event()
    thread = Thread(target=run, args=(stop,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=10)


@contextmanager
def _served(app: FastAPI, *proxies: str) -> Iterator[str]:
    server = Server(app, proxies=proxies)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    try:
        until = monotonic() + STARTS_WITHIN
        while not server.started:
            assert monotonic() < until, "the server did not start"
            assert thread.is_alive(), "the server ended while it started"
            sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        assert not thread.is_alive(), "the server did not end"
