"""Who may do what in the database, read from PostgreSQL's own catalogue and said in lines.

After a change that means it, write the table anew and read the difference before it is kept:
``python -m tests.who_may_do_what > tests/projections/who_may_do_what.txt``
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree

import psycopg

from deploy.embedded import DATABASE, Embedded, start
from projections.schema import keys_database

TABLE = Path(__file__).parent / "projections" / "who_may_do_what.txt"

_, *_pairs = re.split(r"(?m)^-- name: (\w+)$", TABLE.with_suffix(".sql").read_text("utf-8"))
SQL = dict(zip(_pairs[::2], _pairs[1::2], strict=True))


def both(server: Embedded) -> Iterator[str]:
    """What is said of the events' database, and then of the persons' keys'."""
    with psycopg.connect(server.dsn("postgres")) as connection:
        yield from roles(connection)
        yield from lines(connection)
    yield "# THE PERSONS' KEYS' DATABASE"
    with psycopg.connect(server.dsn("postgres", keys_database(DATABASE))) as connection:
        yield from lines(connection)


def roles(connection: psycopg.Connection) -> Iterator[str]:
    """Every role of ours on the server."""
    yield "# roles"
    for role, powers, memberships, settings in connection.execute(SQL["roles"]):
        yield f"{role}: {powers}{'; MEMBER OF ' + ', '.join(memberships) if memberships else ''}"
        yield f"    {', '.join(settings)}"


def lines(connection: psycopg.Connection) -> Iterator[str]:
    """Every grant, owner, wall, function and guard of this database."""
    yield "# owners"
    yield from (owner for (owner,) in connection.execute(SQL["owners"]))
    yield "# by default, for what is made later"
    yield from (" ".join(row) for row in connection.execute(SQL["defaults"]))
    yield "# grants"
    last = ""
    for role, what, privileges in connection.execute(SQL["grants"]):
        if role != last:
            yield f"{role}:"
            last = role
        yield f"    {what}: {privileges}"
    yield "# row security"
    for table, state, policies in connection.execute(SQL["walls"]):
        yield f"{table}: {state}"
        yield from (f"    {policy}" for policy in policies)
    yield "# functions"
    for function, runs, settings in connection.execute(SQL["functions"]):
        yield f"{function}: {runs}{'; ' + ', '.join(settings) if settings else ''}"
    yield "# guards"
    yield from (
        f"{table}: {name}, {when}" for table, name, when in connection.execute(SQL["guards"])
    )


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="throughcare-"))
    server = start(folder)
    try:
        sys.stdout.writelines(f"{line}\n" for line in both(server))
    finally:
        server.stop()
        rmtree(folder)


if __name__ == "__main__":
    main()
