"""``python -m tests.bench.door``: one server process as ``serve`` runs it, to be asked for pages.

What it serves is told it on stdin: the application, or a handler that does nothing but ask what
the application asks of PostgreSQL and answer the bytes that it answers.
"""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from socket import create_server
from typing import Any
from uuid import UUID, uuid4

import orjson
from anyio import Event
from fastapi import FastAPI, Response
from psycopg_pool import AsyncConnectionPool

from api.app import create_app
from api.parts import Parts
from api.tokens import Tokens
from deploy.commands.processes import begin
from deploy.serving import Server
from domain.vocabulary import PartnerId, PersonId, Purpose, Role
from projections import schema
from projections.audit import Audit
from projections.behalf import WHOSE
from projections.connections import async_pool, open_pool
from projections.keys import PersonKeys
from projections.limits import Limits
from projections.looking import Kind
from projections.looks import Look, Looks
from projections.pseudonyms import Pseudonyms
from projections.reading import Reading
from projections.statements import statements
from tests.projections.place import Place

SECRET = b"b" * 32


def token(partner: PartnerId) -> str:
    """What the caller shows at the door."""
    return Tokens(SECRET, lambda: datetime.now(UTC)).issue(partner, partner, Role.SYSTEM)


@contextmanager
def opened(place: Place, serves: str, **more: object) -> Iterator[int]:
    """The port of a server process that serves this."""
    asked = {
        "serves": serves,
        "dsns": {role: place.database.dsn(role) for role in schema.ROLES},
        "master": place.master.hex(),
        **more,
    }
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench.door"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # where its log of requests goes
    ) as server:
        assert server.stdin
        assert server.stdout
        server.stdin.write(orjson.dumps(asked) + b"\n")
        server.stdin.flush()
        try:
            yield int(server.stdout.readline())
        finally:
            server.terminate()


def application(dsns: dict[str, str], master: bytes) -> FastAPI:
    """Everything that a request for a page passes; who asks is never too many times there."""
    at_the_door, pseudonyms = async_pool(dsns[schema.SERVE]), Pseudonyms(master)
    keys = PersonKeys(open_pool(dsns[schema.KEYS], most=2), master)
    nobody: Any = None  # nobody asks for a change, and no browser comes here
    return create_app(
        Parts(
            pace=1e6,
            care=nobody,
            reading=Reading(dsns[schema.SERVE], keys, pseudonyms),
            looks=Looks(dsns[schema.SERVE]),
            audit=Audit(dsns[schema.AUDIT], pseudonyms),
            limits=Limits(at_the_door),
            pools=[at_the_door],
            tokens=Tokens(SECRET, lambda: datetime.now(UTC)),
            sessions=nobody,
            marks=nobody,
            pseudonyms=pseudonyms,
            intake=None,
            clock=lambda: datetime.now(UTC),
            version="bench",
        )
    )


def bare(dsn: str, partner: PartnerId, page: bytes, asked: dict[str, Any]) -> FastAPI:
    """A handler for the page's one query behind its wall, and one for all that a page asks."""
    pool: AsyncConnectionPool = AsyncConnectionPool(
        dsn, kwargs={"autocommit": True}, min_size=8, max_size=8, open=False
    )
    caseload = statements("caseload")
    looks, limits = Looks(dsn), Limits(pool)
    persons = [PersonId(UUID(each)) for each in asked.pop("persons")]

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with pool:
            await looks.open()
            yield
            await looks.close()

    app = FastAPI(lifespan=lifespan)
    app.state.ending = Event()

    async def rows(*wanted: tuple[str, Any]) -> None:
        async with pool.connection() as connection:
            async with connection.pipeline():
                await connection.execute(WHOSE, [str(partner)])
                cursors = [connection.cursor(binary=True) for _ in wanted]
                for cursor, (statement, parameters) in zip(cursors, wanted, strict=True):
                    await cursor.execute(statement, parameters)
            found = [await cursor.fetchall() for cursor in cursors]
            assert len(found[0]) == asked["limit"]

    @app.get("/one-query")
    async def one_query() -> Response:
        await rows((caseload["page_by_urgency"], asked))
        return Response(page, media_type="application/json")

    @app.get("/all-queries")
    async def all_queries() -> Response:
        await limits.count([(b"bare", "system", 60)])
        await rows((caseload["page_by_urgency"], asked), (caseload["counts"], (partner,)))
        purpose, role = Purpose.DIRECT_CARE.value, Role.SYSTEM.value
        await looks.record(
            Look(partner, None, role, purpose, Kind.VIEW, "/all-queries", uuid4(), persons)
        )
        return Response(page, media_type="application/json")

    return app


def main() -> None:
    asked = orjson.loads(sys.stdin.readline())
    gc.set_threshold(50_000, 10, 10)  # as the command does
    begin()
    dsns, partner = asked["dsns"], asked.get("partner")
    app = (
        application(dsns, bytes.fromhex(asked["master"]))
        if asked["serves"] == "application"
        else bare(
            dsns[schema.SERVE],
            PartnerId(UUID(partner)),
            Path(asked["page"]).read_bytes(),
            asked["asked"],
        )
    )
    with create_server(("127.0.0.1", 0), backlog=128) as listening:  # who comes early waits
        print(listening.getsockname()[1], flush=True)
        Server(app).run(sockets=[listening])


if __name__ == "__main__":
    main()
