"""Pages: a caseload drawn for a browser, with its questions and its template apart, and its weight.

One caller without a network; the processor's time is the serving process's alone. It refuses to
measure what a browser keeps: styles and scripts.
"""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from statistics import median, quantiles
from time import perf_counter, process_time
from typing import Any

import httpx

from api.app import create_app
from api.pages import caseload as page
from api.pages import rendering
from api.pages import visit as visits
from api.parts import Parts
from api.tokens import Tokens
from domain.vocabulary import Role
from projections import schema
from projections.audit import Audit
from projections.behalf import act_for
from projections.looks import Looks
from projections.reading import Reading
from tests.bench import paging
from tests.bench.measuring import line
from tests.people import NADIA, TALKING
from tests.projections.place import Place

ROWS = 50
GOAL_MS = 30.0
GOAL_BYTES = 60_000
WARMING = 5


def lines(place: Place, *, people: int, repeats: int, asked: int) -> Iterator[str]:
    """Milliseconds at the 95th percentile, as browsers are answered."""
    paging.fill(place, people)
    found, drawn = asyncio.run(_measured(place, repeats, asked))
    bench = f"caseload page of {ROWS} rows as HTML, 95th percentile, caseload of {people:,}"
    yield line(
        bench,
        events=repeats * asked,
        value=found["page"],
        unit="ms",
        limit="the goal",
        limit_value=GOAL_MS,
        repeats=repeats,
        query_ms=found["query"],
        template_ms=found["template"],
        processor_ms=found["processor"],
        median_ms=found["median"],
    )
    yield line(
        f"the same page, compressed, caseload of {people:,}",
        events=1,
        value=len(gzip.compress(drawn, 6)),
        unit="bytes",
        limit="the goal",
        limit_value=GOAL_BYTES,
        repeats=1,
        uncompressed=len(drawn),
    )


async def _measured(place: Place, repeats: int, asked: int) -> tuple[dict[str, float], bytes]:
    """How long a page takes, its questions alone and its template alone; and the page."""
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
    headers = {"Authorization": f"Bearer {tokens.issue(NADIA, TALKING, Role.CLINICIAN)}"}
    act_for(TALKING)
    took: dict[str, list[float]] = {}
    figures: dict[str, list[float]] = {"median": []}
    figures |= {name: [] for name in ("page", "processor", "query", "template")}
    shown, render = page.ROWS, rendering.render

    def timed(*given: Any, **more: Any) -> Any:
        began = perf_counter()
        answer = render(*given, **more)
        took["template"].append(perf_counter() - began)
        return answer

    page.ROWS = ROWS
    vars(visits)["render"] = timed
    try:
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(
                transport=httpx.ASGITransport(app), base_url="http://bench"
            ) as client,
        ):
            for each in range(repeats + 1):
                took = {name: [] for name in figures if name != "median"}
                for _ in range(asked if each else WARMING):
                    began, busy = perf_counter(), process_time()
                    answer = await client.get("/caseload", headers=headers)
                    took["page"].append(perf_counter() - began)
                    took["processor"].append(process_time() - busy)
                    assert answer.status_code == 200, answer.text
                    assert answer.text.count('<th scope="row">') == ROWS
                    began = perf_counter()
                    await reading.caseload(TALKING, limit=ROWS)
                    took["query"].append(perf_counter() - began)
                if each:
                    figures["median"].append(1000 * median(took["page"]))
                    for name, times in took.items():
                        figures[name].append(1000 * quantiles(times, n=20)[-1])
            drawn = answer.content
    finally:
        page.ROWS = shown
        vars(visits)["render"] = render
    return {name: median(found) for name, found in figures.items()}, drawn
