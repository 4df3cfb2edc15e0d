"""Paging: caseload pages as JSON over real HTTP, by many callers, of few people and of many."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any
from urllib.parse import quote
from uuid import UUID

import orjson

from projections import caseload
from tests.bench import callers, door
from tests.bench.callers import CALLERS
from tests.bench.measuring import by_turns, line
from tests.people import TALKING
from tests.projections.place import Place

ROWS = 50
PATH = f"/v1/caseload?limit={ROWS}"
FEW = 10_000
PLACES = 200
"""From how many places of a caseload pages are asked for, by turns."""

COPIED = """
with kept as (
    select row_number() over () as n, count(*) over () as rows, c.*
    from views.caseload as c where partner = %(partner)s
), copy as (
    select gen_random_uuid() as subject, 1 + (i %% (select max(rows) from kept)) as n
    from generate_series(1, %(more)s::bigint) as i
), known as (
    insert into share.subjects (partner, subject, person)
    select %(partner)s, subject, gen_random_uuid() from copy
)
insert into views.caseload
    (partner, subject, name, status, urgency, waiting_since, complexity, content)
select kept.partner, copy.subject, kept.name, kept.status, kept.urgency,
    kept.waiting_since + random() * interval '300 days', kept.complexity,
    convert_to(replace(convert_from(kept.content, 'UTF8'), kept.subject::text, copy.subject::text),
        'UTF8')
from copy join kept using (n)
"""
COPIES_GONE = """
delete from views.caseload where ctid in (
    select ctid from views.caseload where partner = %(partner)s order by ctid desc limit %(fewer)s
)
"""
"""Copies lie behind the rows that they were made of."""

SOMEWHERE = """
select urgency, coalesce(waiting_since, 'infinity')::text, subject
from views.caseload where partner = %s and status <> 'past' order by random() limit %s
"""


def beginning(rows: int) -> dict[str, Any]:
    """What the caseload's statement is asked with for the first so many rows, and one more."""
    return {
        "partner": str(TALKING),
        "status": [],
        "complexity": [],
        "name": "%%",
        "limit": rows + 1,
        "urgency": -1,
        "waiting": "-infinity",
        "subject": str(UUID(int=0)),
    }


def lines(place: Place, *, repeats: int, asked: int) -> Iterator[str]:
    """Pages a second, and how long one takes, by `CALLERS` at once over kept connections."""
    token = door.token(TALKING)
    page = callers.request(PATH, token)
    with door.opened(place, "application") as app:
        answered = callers.once(app, page)
        assert len(orjson.loads(answered)["rows"]) == ROWS
        with _bare(place, answered) as bare:
            late: dict[str, list[float]] = {}

            def pages(name: str, port: int, path: str) -> float:
                began = perf_counter()
                took = callers.times(port, [callers.request(path, token)], answers=asked)
                late.setdefault(name, []).append(_p95(took))
                return asked / (perf_counter() - began)

            found = by_turns(
                repeats,
                {
                    "page": lambda: pages("page", app, PATH),
                    "one": lambda: pages("one", bare, "/one-query"),
                    "all": lambda: pages("all", bare, "/all-queries"),
                },
            )
    bench = f"caseload page of {ROWS} rows as JSON over HTTP, {CALLERS} callers"
    for name, limit in (
        ("one", "a bare async handler that asks its one query and answers its bytes"),
        ("all", "a bare async handler that asks all that a page asks and answers its bytes"),
    ):
        yield line(
            bench,
            events=asked * repeats,
            value=found["page"],
            unit="pages/s",
            limit=limit,
            limit_value=found[name],
            repeats=repeats,
            bytes=len(answered),
            p95_ms=1000 * median(late["page"]),
            limit_p95_ms=1000 * median(late[name]),
        )


def growth(place: Place, *, people: int, repeats: int, asked: int) -> Iterator[str]:
    """The same from all over a caseload, of few people and then of many: rows are copied by SQL."""
    found: dict[int, dict[str, float]] = {}
    for many in (FEW, people):
        fill(place, many)
        found[many] = _far_in(place, repeats=repeats, asked=asked)
    yield line(
        f"caseload page of {ROWS} rows from anywhere, {CALLERS} callers, 95th percentile, "
        f"caseload of {people:,}",
        events=asked * repeats,
        value=found[people]["page"],
        unit="ms",
        limit=f"the same of a caseload of {FEW:,}",
        limit_value=found[FEW]["page"],
        repeats=repeats,
        query_ms=found[people]["query"],
        limit_query_ms=found[FEW]["query"],
    )


def _far_in(place: Place, *, repeats: int, asked: int) -> dict[str, float]:
    """Milliseconds at the 95th percentile: of the page, and of its query alone, bare."""
    token = door.token(TALKING)
    places = place.rows(SOMEWHERE, TALKING, PLACES)
    after = [quote(orjson.dumps([str(part) for part in each])) for each in places]
    asking = [callers.request(f"{PATH}&after={each}", token) for each in after]
    with (
        door.opened(place, "application") as app,
        _bare(place, callers.once(app, callers.request(PATH, token))) as bare,
    ):
        query = [callers.request("/one-query", token)]
        return by_turns(
            repeats,
            {
                "page": lambda: 1000 * _p95(callers.times(app, asking, answers=asked)),
                "query": lambda: 1000 * _p95(callers.times(bare, query, answers=asked)),
            },
        )


@contextmanager
def _bare(place: Place, page: bytes) -> Iterator[int]:
    persons = [UUID(row["person"]) for row in orjson.loads(page)["rows"]]
    known: list[Any] = place.rows(
        "select person::text from share.subjects where partner = %s and subject = any(%s)",
        TALKING,
        persons,
    )
    with TemporaryDirectory() as folder:
        kept = Path(folder) / "page.json"
        kept.write_bytes(page)
        asked = beginning(ROWS) | {"persons": [person for (person,) in known]}
        with door.opened(place, "bare", partner=str(TALKING), page=str(kept), asked=asked) as port:
            yield port


def fill(place: Place, people: int) -> None:
    """Copy the caseload's rows until it has so many, or let copies go, and count them."""
    ((there,),) = place.rows("select count(*) from views.caseload where partner = %s", TALKING)
    with place.as_superuser() as somebody:
        somebody.execute(COPIED, {"partner": TALKING, "more": max(0, people - there)})
        somebody.execute(COPIES_GONE, {"partner": TALKING, "fewer": max(0, there - people)})
        somebody.execute("vacuum analyze views.caseload, share.subjects")
        caseload.recount(somebody)


def _p95(took: list[float]) -> float:
    return quantiles(took, n=20)[-1]
