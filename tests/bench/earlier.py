"""Earlier moments: what a page of then costs beside one of now, and what keeping them costs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from time import perf_counter
from typing import Any

import pytest
from psycopg import Connection

from projections import engine, schema
from projections.behalf import act_for
from projections.caseload import Caseload
from projections.engine import View
from projections.entries import Entry
from projections.moments import NOW, When
from projections.reading import Reading
from projections.versions import Versions
from tests.bench.lives import Lives
from tests.bench.measuring import by_turns, line, rate
from tests.database import made
from tests.people import TALKING
from tests.projections.place import Place

PAGE = 50

MANY = (
    """
    insert into views.caseload (partner, subject, name, status, urgency, waiting_since, complexity,
        content)
    select partner, md5(subject::text || n)::uuid, name || n, status, urgency,
        waiting_since + n * interval '30 days', complexity, content
    from views.caseload cross join generate_series(1, %(more)s) as n
    """,
    """
    insert into views.caseload_versions (partner, subject, known_from, known_until, waiting,
        urgency, complexity, name, packed)
    select partner, md5(subject::text || n)::uuid, known_from + n * %(head)s::bigint,
        case when packed is null then known_until else known_until + n * %(head)s::bigint end,
        waiting + n * interval '30 days', urgency, complexity, name || n, packed
    from views.caseload_versions cross join generate_series(1, %(more)s) as n
    order by n, known_until
    """,
    "delete from views.caseload_changes",
    """
    insert into views.caseload_changes (partner, span, bucket, urgency, many)
    select partner, span, position >> (5 * span), urgency, sum(many)
    from (
        select partner, known_from, urgency, 1 from views.caseload_versions
        union all
        select partner, known_until, urgency, -1 from views.caseload_versions
        where packed is not null
    ) as c (partner, position, urgency, many)
    cross join generate_series(0, 5) as s (span)
    group by 1, 2, 3, 4
    having sum(many) <> 0
    """,
    "update views.positions set position = (%(more)s + 1) * %(head)s::bigint",
    "analyze views.caseload, views.caseload_versions, views.caseload_changes",
)
"""Lives again and again, each time after those before: only what pages are read from."""


def multiplied(place: Place, facts: int) -> int:
    """What is kept becomes what so many facts would leave; the newest position of it."""
    head = place.log.max_notification_id() or 1
    asked = {"more": max(facts // head - 1, 0), "head": head}
    with place.as_superuser() as connection:
        for statement in MANY:
            connection.execute(statement, asked if "%(" in statement else None)
        connection.execute("vacuum views.caseload_versions, views.caseload_changes")
    return int(head * (asked["more"] + 1))


def pages(place: Place, facts: int, *, repeats: int, asked: int) -> Iterator[str]:
    """A page of one partner's caseload at 10, 50 and 90 % of the history, and now."""
    with made(place.database.server, "template0") as database:
        schema.migrate(database.dsn("postgres"))
        crowd = Place(database)
        Lives(crowd).load(min(facts, 10_000))
        crowd.fold()
        newest = multiplied(crowd, facts)
        moments = {"now": NOW} | {
            f"{percent} %": When(as_at=newest * percent // 100) for percent in (10, 50, 90)
        }
        found = asyncio.run(_pages(crowd, moments, repeats, asked))
        ((people, versions, size),) = crowd.rows(
            "select count(*), (select count(*) from views.caseload_versions), "
            "pg_total_relation_size('views.caseload_versions') from views.caseload "
            "where partner = %s",
            TALKING,
        )
    for name in list(moments)[1:]:
        yield line(
            f"caseload page of {PAGE} rows as at {name} of {newest} facts",
            events=asked,
            value=found[name],
            unit="pages/s",
            limit="the same page of now",
            limit_value=found["now"],
            repeats=repeats,
            people=people,
            bytes_per_version=size / versions,
        )


async def _pages(
    place: Place, moments: dict[str, When], repeats: int, asked: int
) -> dict[str, float]:
    reading = Reading(place.database.dsn(schema.SERVE), place.keys, place.pseudonyms)
    await reading.open()
    act_for(TALKING)
    figures: dict[str, list[float]] = {name: [] for name in moments}
    try:
        for _ in range(repeats + 1):  # the first warms up
            for name, when in moments.items():
                began = perf_counter()
                for _ in range(asked):
                    page = await reading.caseload(TALKING, limit=PAGE, when=when)
                    assert len(page.rows) == PAGE
                figures[name].append(asked / (perf_counter() - began))
    finally:
        await reading.close()
    return {name: sorted(found[1:])[len(found[1:]) // 2] for name, found in figures.items()}


class Forgetting(Versions):
    """Keeps nothing of what was."""

    def follow(self, pair: Any, row: dict[str, Any] | None, entry: Entry) -> None:
        return

    def save(self, connection: Connection, rows: Iterable[Any]) -> None:
        return


def keeping(place: Place, facts: int, *, repeats: int) -> Iterator[str]:
    """The live engine with versions kept, against the same without, from an empty share."""
    ours: Callable[[], tuple[View, ...]] = engine.views

    def forgetting() -> tuple[View, ...]:
        views = ours()
        for view in views:
            if isinstance(view, Caseload):
                view.versions = Forgetting()
        return views

    def kept() -> float:
        place.forget_what_was_told()
        return rate(facts, place.fold)

    def not_kept() -> float:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(engine, "views", forgetting)
            return kept()

    found = by_turns(repeats, {"kept": kept, "not kept": not_kept})
    yield line(
        "engine that keeps earlier versions of caseloads",
        events=facts,
        value=found["kept"],
        unit="facts/s",
        limit="the same engine keeping none",
        limit_value=found["not kept"],
        repeats=repeats,
    )
