"""The store of looks: written before an answer, many at once, never changed, and bounded."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import errors

from domain.vocabulary import PartnerId, PersonId, PractitionerId
from projections import looks, schema
from projections.looking import Kind
from projections.looks import Look, Looks, LooksAreNotWritten
from tests.database import Database

ROSA = PersonId(uuid4())


def look(**changed: Any) -> Look:
    told: dict[str, Any] = {
        "organisation": PartnerId(uuid4()),
        "practitioner": PractitionerId(uuid4()),
        "role": "clinician",
        "purpose": "direct care",
        "kind": Kind.VIEW,
        "route": "/v1/people/{person}",
        "request": uuid4(),
        "persons": (ROSA,),
    }
    return Look(**(told | changed))


def written(database: Database, asked: Coroutine[Any, Any, None], store: Looks) -> None:
    async def run() -> None:
        await store.open()
        try:
            await asked
        finally:
            await store.close()

    asyncio.run(run())


@pytest.fixture
def store(database: Database) -> Looks:
    return Looks(database.dsn(schema.SERVE))


@pytest.fixture
def audit(database: Database) -> psycopg.Connection:
    return database.connect(schema.AUDIT)


def test_a_look_is_there_when_its_writer_goes_on(
    database: Database, store: Looks, audit: psycopg.Connection
) -> None:
    mine = look(persons=(ROSA, PersonId(uuid4())), position=41, numbers=(3, 9))

    async def asked() -> None:
        await store.record(mine)
        rows = audit.execute(
            "select kind, organisation, practitioner, role, purpose, route, request, position, "
            "first, last, persons from looks.looks"
        ).fetchall()
        assert rows == [
            (
                "view",
                mine.organisation,
                mine.practitioner,
                "clinician",
                "direct care",
                mine.route,
                mine.request,
                41,
                3,
                9,
                sorted(mine.persons),
            )
        ]
        of_rosa = audit.execute(
            "select request from looks.looks join looks.persons using (number) where person = %s",
            [ROSA],
        ).fetchall()
        assert of_rosa == [(mine.request,)]

    written(database, asked(), store)


def test_looks_that_come_together_are_written_together_each_with_its_own_persons(
    database: Database, store: Looks, audit: psycopg.Connection
) -> None:
    many = [look(persons=tuple(PersonId(uuid4()) for _ in range(n % 4))) for n in range(300)]

    async def asked() -> None:
        await asyncio.gather(*map(store.record, many))

    written(database, asked(), store)
    rows = audit.execute("select request, persons from looks.looks").fetchall()
    assert dict(rows) == {each.request: sorted(each.persons) for each in many}
    of_persons: dict[Any, list[Any]] = {each.request: [] for each in many}
    for request, person in audit.execute(
        "select request, person from looks.looks join looks.persons using (number)"
    ):
        of_persons[request].append(person)
    assert {k: sorted(v) for k, v in of_persons.items()} == dict(rows)
    statements = audit.execute("select distinct xmin::text from looks.looks").fetchall()
    assert len(statements) <= 4


@pytest.mark.parametrize("broken", ["the grant", "the table", "the connection"])
def test_what_cannot_be_written_is_refused_and_written_again_later(
    database: Database, store: Looks, audit: psycopg.Connection, broken: str
) -> None:
    owner = database.connect("postgres")
    breaks, mends = {
        "the grant": (
            "revoke insert on looks.looks from throughcare_serve",
            "grant insert on looks.looks to throughcare_serve",
        ),
        "the table": (
            "alter table looks.looks rename to away",
            "alter table looks.away rename to looks",
        ),
        "the connection": (
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where usename = 'throughcare_serve' and datname = current_database()",
            "select 1",
        ),
    }[broken]

    async def asked() -> None:
        await store.record(look())
        owner.execute(breaks)
        with pytest.raises(LooksAreNotWritten):
            await store.record(look())
        owner.execute(mends)
        await store.record(look())

    written(database, asked(), store)
    assert audit.execute("select count(*) from looks.looks").fetchone() == (2,)


def test_more_than_can_wait_is_refused_at_once(
    database: Database, store: Looks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looks, "MOST", 20)

    async def asked() -> None:
        answers = await asyncio.gather(
            *(store.record(look()) for _ in range(50)), return_exceptions=True
        )
        assert sum(isinstance(answer, LooksAreNotWritten) for answer in answers) == 30

    written(database, asked(), store)


def test_nothing_is_shown_before_the_store_is_open(store: Looks) -> None:
    with pytest.raises(LooksAreNotWritten):
        asyncio.run(store.record(look()))


@pytest.mark.parametrize("table", ["looks", "persons"])
@pytest.mark.parametrize(
    "rewriting", ["update looks.{} set number = 9", "delete from looks.{}", "truncate looks.{}"]
)
def test_who_looked_is_not_rewritten_even_by_who_owns_it(
    database: Database, rewriting: str, table: str
) -> None:
    owner = database.connect(schema.OWNER)
    with pytest.raises(errors.RestrictViolation):
        owner.execute(rewriting.format(table))
