"""Persons' keys leave the events' database, where earlier releases kept them, for one of their own.

At any moment every key lies in one of the two, or in both. It refuses to bring back a key that was
destroyed in either, and to remove one that has not arrived.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import Connection, sql

from projections.keys import FIRST
from projections.schema import KEYS_OWNER, MIGRATING, OWNER, ROLES, CannotMigrate
from projections.statements import columns, statements

SQL = statements("keys")
AT_ONCE = 2_000


def moved(events: str, keys: str) -> int:
    """Move all keys, once; how many. Both logins may act as their database's owner.

    Nobody makes or destroys a key there meanwhile. What is interrupted is begun again and ends the
    same. Raises `CannotMigrate`.
    """
    with (
        psycopg.connect(events, autocommit=True) as old,
        psycopg.connect(keys, autocommit=True) as new,
    ):
        _act_as(old, OWNER)
        _act_as(new, KEYS_OWNER)
        old.execute("select pg_advisory_lock(%s)", [MIGRATING])
        if not unmoved(old):
            return 0
        with old.transaction():
            old.execute("lock table keys.person_keys in access exclusive mode")
            copy(old, new)
            many = compare(old, new)
            remove(old)
    return many


def unmoved(events: Connection) -> bool:
    """Whether keys still lie in the events' database, whatever role asks."""
    asked = "select exists (select from pg_namespace where nspname = 'keys')"
    return events.execute(asked).fetchone() == (True,)


def copy(old: Connection, new: Connection) -> None:
    """Add to the new what it lacks, and destroy there what is destroyed here."""
    for rows in _pages(old):
        new.cursor(binary=True).execute(SQL["take_over"], columns(rows))


def compare(old: Connection, new: Connection) -> int:
    """How many keys there are, each of which has arrived. Raises `CannotMigrate`."""
    there = arrived = 0
    for rows in _pages(old):
        there += len(rows)
        asked = columns(row[:5] for row in rows)
        ((found,),) = new.cursor(binary=True).execute(SQL["taken_over"], asked).fetchall()
        arrived += found
    if arrived != there:
        raise CannotMigrate(
            f"of {there} persons' keys {there - arrived} are another in the keys' database: "
            "nothing was removed; see docs/runbook.md, Persons' keys"
        )
    return there


def remove(old: Connection) -> None:
    """Drop the table where they were, with its file."""
    old.execute("drop table keys.person_keys")
    old.execute("drop schema keys")


def _pages(old: Connection) -> Iterator[list[tuple[Any, ...]]]:
    after = FIRST
    while rows := (old.cursor(binary=True).execute(SQL["rows"], (*after, AT_ONCE)).fetchall()):
        yield rows
        after = (rows[-1][0], rows[-1][1], rows[-1][2])


def _act_as(connection: Connection, owner: str) -> None:
    connection.execute(sql.SQL("set role {}").format(sql.Identifier(owner)))
    for setting, value in ROLES[owner].items():
        if setting != "idle_in_transaction_session_timeout":  # the one waits while the other works
            connection.execute("select set_config(%s, %s, false)", [setting, value])
