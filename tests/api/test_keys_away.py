"""The persons' keys' database is away for a while: what needs a key waits, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
from psycopg import sql

from projections.schema import keys_database
from tests.api.place import Client, Place
from tests.waiting import until

SAID = "Names and notes cannot be opened just now, and nothing was recorded; send the same again."


@contextmanager
def away(place: Place) -> Iterator[None]:
    """Nobody gets in any more, and who was in is put out."""
    name = keys_database(place.database.keys)
    change = sql.SQL("alter database {} with allow_connections {}")
    with psycopg.connect(
        place.database.server.dsn("postgres", "postgres"), autocommit=True
    ) as admin:
        admin.execute(change.format(sql.Identifier(name), sql.Literal(False)))
        try:
            admin.execute(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = %s",
                [name],
            )
            yield
        finally:
            admin.execute(change.format(sql.Identifier(name), sql.Literal(True)))


def test_while_the_keys_are_away_what_needs_one_is_refused_and_comes_in_afterwards(
    place: Place, asha: Client
) -> None:
    def health() -> str:
        return str(place.anybody().get("/health").json()["keys"])

    key = uuid4()
    details = {"name": "Wren Ash"}
    assert health() == "reached"
    with away(place):
        for _ in range(2):  # the connection that was lost, and then none
            refused = asha.ask("/v1/people", details, key=key)
            assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
            assert refused.json()["type"] == "/problems/persons-keys-cannot-be-reached"
            assert refused.json()["detail"] == SAID
        assert health() == "away"
        assert asha.read("/v1/services").status_code == 200
    until(lambda: health() == "reached")
    taken = asha.ask("/v1/people", details, key=key)
    assert taken.is_success, taken.text
