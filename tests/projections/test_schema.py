"""Migrations: all of them, once, in order, whoever starts together."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psycopg
import pytest

from projections import schema
from projections.schema import ROLES, CannotMigrate, migrate
from projections.statements import migrations, statements
from tests.database import Database

NAMES = [name for name, _ in migrations()]


def test_four_that_start_together_migrate_once(empty_database: Database) -> None:
    with ThreadPoolExecutor(4) as starting:
        applied = list(starting.map(migrate, [empty_database.dsn("postgres")] * 4))
    assert sorted(applied) == [[], [], [], NAMES]


def test_a_migration_changed_after_it_was_applied_stops_the_start(database: Database) -> None:
    database.connect("throughcare_owner").execute(
        "update public.throughcare_migrations set sha256 = 'other' where name = %s", [NAMES[0]]
    )
    with pytest.raises(CannotMigrate, match=f"{NAMES[0]} was changed .* in a new migration"):
        migrate(database.dsn("postgres"))


def test_a_database_newer_than_the_release_stops_the_start(database: Database) -> None:
    database.connect("throughcare_owner").execute(
        "insert into public.throughcare_migrations (name, sha256) values ('999_later.sql', '')"
    )
    with pytest.raises(CannotMigrate, match=r"999_later\.sql.*newer release"):
        migrate(database.dsn("postgres"))


def test_the_owner_may_migrate_without_the_right_to_make_roles(empty_database: Database) -> None:
    assert migrate(empty_database.dsn("throughcare_owner")) == NAMES


def test_an_administrator_who_is_no_superuser_may_migrate(empty_database: Database) -> None:
    """As managed databases have it: the right to make roles and databases, and no more."""
    admin = empty_database.connect("postgres")
    admin.execute("create role landlord login createrole createdb")
    try:
        for role in ROLES:
            admin.execute(f"grant {role} to landlord with admin true")
        admin.execute(f"alter database {empty_database.name} owner to landlord")

        assert migrate(empty_database.dsn("landlord"), {"throughcare_serve": "a long one"}) == NAMES
        assert migrate(empty_database.dsn("landlord")) == []

        (verifier,) = admin.execute(
            "select rolpassword from pg_authid where rolname = 'throughcare_serve'"
        ).fetchone() or ("",)
        assert verifier.startswith("SCRAM-SHA-256$")
    finally:
        admin.execute("alter role throughcare_serve password null")
        admin.execute(f"alter database {empty_database.name} owner to throughcare_owner")
        admin.execute("drop owned by landlord")
        admin.execute("drop role landlord")


def test_a_login_that_may_not_make_roles_is_told_which_are_missing(
    empty_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_another = replace(schema._EVENTS, roles={"throughcare_archive": {}})
    monkeypatch.setattr(schema, "_EVENTS", of_another)
    with pytest.raises(CannotMigrate, match="throughcare_archive are missing"):
        migrate(empty_database.dsn("throughcare_serve"))


def test_only_who_may_connect_does(empty_database: Database) -> None:
    admin = empty_database.connect("postgres")
    admin.execute("create role passer_by login")
    try:
        migrate(empty_database.dsn("postgres"))
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(empty_database.dsn("passer_by"))
        empty_database.connect("throughcare_serve")
    finally:
        admin.execute("drop role passer_by")


def test_statements_are_found_by_name() -> None:
    assert statements("log")["head"] == "select position from log.head"
