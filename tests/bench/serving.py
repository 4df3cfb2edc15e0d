"""Serving: a page of a caseload as JSON, through every layer, against its query alone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from statistics import median
from time import perf_counter
from typing import Any

import httpx
from psycopg_pool import AsyncConnectionPool

from api.app import create_app
from api.parts import Parts
from api.tokens import Tokens
from domain.vocabulary import Role
from projections import schema
from projections.audit import Audit
from projections.looks import Looks
from projections.reading import Reading
from projections.statements import statements
from tests.bench.measuring import line
from tests.people import TALKING
from tests.projections.place import Place

ROWS = 20


def lines(place: Place, *, repeats: int, asked: int) -> Iterator[str]:
    """Requests a second by one caller, without a network."""
    found = asyncio.run(_measured(place, repeats, asked))
    people = place.rows("select count(*) from views.caseload where partner = %s", TALKING)[0][0]
    for bench, name in (
        (f"caseload page of {ROWS} rows over ASGI", "page"),
        (f"caseload page of {ROWS} rows from the reads", "reads"),
    ):
        yield line(
            f"{bench}, caseload of {people:,}",
            events=asked * repeats,
            value=found[name],
            unit="pages/s",
            limit="its one query on a pool of connections, no JSON",
            limit_value=found["query"],
            repeats=repeats,
        )


async def _measured(place: Place, repeats: int, asked: int) -> dict[str, float]:
    reading = Reading(place.database.dsn(schema.SERVE), place.keys, place.pseudonyms)
    tokens = Tokens(b"b" * 32, lambda: datetime.now(UTC))
    nobody: Any = None  # no browser comes here
    parts = Parts(
        care=place.care,
        reading=reading,
        looks=Looks(place.database.dsn(schema.SERVE)),
        audit=Audit(place.database.dsn(schema.AUDIT), place.pseudonyms),
        tokens=tokens,
        sessions=nobody,
        pseudonyms=place.pseudonyms,
        intake=None,
        clock=lambda: datetime.now(UTC),
        version="bench",
    )
    app = create_app(parts)
    headers = {"Authorization": f"Bearer {tokens.issue(TALKING, TALKING, Role.SYSTEM)}"}
    figures: dict[str, list[float]] = {"page": [], "reads": [], "query": []}
    pool: AsyncConnectionPool = AsyncConnectionPool(
        place.database.dsn(schema.SERVE), kwargs={"autocommit": True}, open=False
    )
    query, first = (
        statements("caseload")["page_by_urgency"],
        {
            "partner": TALKING,
            "status": [],
            "name": "%%",
            "limit": ROWS + 1,
            "urgency": -1,
            "waiting": "-infinity",
            "subject": "00000000-0000-0000-0000-000000000000",
        },
    )
    transport = httpx.ASGITransport(app)
    async with (
        pool,
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://bench") as client,
    ):
        for _ in range(repeats):
            began = perf_counter()
            for _ in range(asked):
                answer = await client.get("/v1/caseload", params={"limit": ROWS}, headers=headers)
                assert answer.status_code == 200, answer.text
            figures["page"].append(asked / (perf_counter() - began))
            assert len(answer.json()["rows"]) == ROWS

            began = perf_counter()
            for _ in range(asked):
                await reading.caseload(TALKING, limit=ROWS)
            figures["reads"].append(asked / (perf_counter() - began))

            began = perf_counter()
            for _ in range(asked):
                async with pool.connection() as connection:
                    await (await connection.cursor(binary=True).execute(query, first)).fetchall()
            figures["query"].append(asked / (perf_counter() - began))
    return {name: median(found) for name, found in figures.items()}
