"""Serving: a page of a caseload as JSON, through every layer, against its query alone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
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
from projections.behalf import WHOSE, act_for, whose
from projections.looks import Look, Looks
from projections.reading import Reading
from projections.statements import statements
from tests.bench import paging
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
    for bench, name, limit, against in (
        ("its query behind row-level security", "walled", "the query as who passes it", "query"),
        ("the page, looks recorded", "page", "the page, no look recorded", "unrecorded"),
    ):
        yield line(
            f"caseload page of {ROWS} rows: {bench}",
            events=asked * repeats,
            value=found[name],
            unit="pages/s",
            limit=limit,
            limit_value=found[against],
            repeats=repeats,
        )

    yield from paging.lines(place, repeats=repeats, asked=10 * asked)


class Unrecorded(Looks):
    """As if nobody wrote down who looks: what is measured against, and nowhere else."""

    async def record(self, look: Look) -> None:
        """Write nothing."""


async def _measured(place: Place, repeats: int, asked: int) -> dict[str, float]:
    reading = Reading(place.database.dsn(schema.SERVE), place.keys, place.pseudonyms)
    tokens = Tokens(b"b" * 32, lambda: datetime.now(UTC))
    nobody: Any = None  # no browser comes here
    parts = Parts(
        pace=1_000.0,
        care=place.care,
        reading=reading,
        looks=Looks(place.database.dsn(schema.SERVE)),
        audit=Audit(place.database.dsn(schema.AUDIT), place.pseudonyms),
        tokens=tokens,
        sessions=nobody,
        marks=nobody,
        pseudonyms=place.pseudonyms,
        intake=None,
        clock=lambda: datetime.now(UTC),
        version="bench",
    )
    app = create_app(parts)
    headers = {"Authorization": f"Bearer {tokens.issue(TALKING, TALKING, Role.SYSTEM)}"}
    unrecorded = create_app(replace(parts, looks=Unrecorded(place.database.dsn(schema.SERVE))))
    act_for(TALKING)
    names = ("page", "unrecorded", "reads", "query", "walled")
    figures: dict[str, list[float]] = {name: [] for name in names}
    pool, passing = (
        AsyncConnectionPool(place.database.dsn(role), kwargs={"autocommit": True}, open=False)
        for role in (schema.SERVE, "postgres")
    )
    query, first = statements("caseload")["page_by_urgency"], paging.beginning(ROWS)
    async with (
        pool,
        passing,
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bench") as client,
        httpx.AsyncClient(
            transport=httpx.ASGITransport(unrecorded), base_url="http://bench"
        ) as unseen,
    ):
        await unrecorded.state.parts.looks.open()
        for _ in range(repeats):
            for name, asking in (("page", client), ("unrecorded", unseen)):
                began = perf_counter()
                for _ in range(asked):
                    answer = await asking.get(
                        "/v1/caseload", params={"limit": ROWS}, headers=headers
                    )
                    assert answer.status_code == 200, answer.text
                figures[name].append(asked / (perf_counter() - began))
                assert len(answer.json()["rows"]) == ROWS

            began = perf_counter()
            for _ in range(asked):
                await reading.caseload(TALKING, limit=ROWS)
            figures["reads"].append(asked / (perf_counter() - began))

            began = perf_counter()
            for _ in range(asked):
                async with passing.connection() as connection:
                    rows = await connection.cursor(binary=True).execute(query, first)
                    assert len(await rows.fetchall()) == ROWS + 1
            figures["query"].append(asked / (perf_counter() - began))

            began = perf_counter()
            for _ in range(asked):
                async with pool.connection() as connection:
                    async with connection.pipeline():
                        await connection.execute(WHOSE, [whose()])
                        rows = await connection.cursor(binary=True).execute(query, first)
                    assert len(await rows.fetchall()) == ROWS + 1
            figures["walled"].append(asked / (perf_counter() - began))
        await unrecorded.state.parts.looks.close()
    return {name: median(found) for name, found in figures.items()}
