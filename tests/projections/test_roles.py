"""Who may do what in the database: the catalogue itself is asked, and then each role tries."""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest
from psycopg import errors

from projections.log import PostgresLog
from projections.schema import ROLES
from tests.database import Database
from tests.projections.notes import stored

SCHEMAS = ["log", "keys", "intake", "looks", "credentials", "limits"]
OTHERS = sorted(ROLES.keys() - {"throughcare_owner"})
READ = {"SELECT"}

MAY: dict[tuple[str, str], set[str]] = {
    ("throughcare_serve", "log.facts"): READ,
    ("throughcare_serve", "log.intentions"): READ,
    ("throughcare_serve", "log.head"): READ,
    ("throughcare_serve", "intake.messages"): {"SELECT", "INSERT"},
    ("throughcare_serve", "limits.counts"): {"SELECT", "INSERT", "UPDATE", "DELETE"},
    ("throughcare_serve", "credentials.clients"): {"SELECT", "INSERT"},
    ("throughcare_serve", "credentials.public_keys"): {"SELECT", "INSERT"},
    ("throughcare_serve", "credentials.api_keys"): {"SELECT", "INSERT"},
    ("throughcare_serve", "credentials.revocations"): {"SELECT", "INSERT"},
    ("throughcare_serve", "credentials.used_assertions"): {"SELECT", "INSERT", "DELETE"},
    ("throughcare_project", "log.facts"): READ,
    ("throughcare_project", "log.intentions"): READ,
    ("throughcare_project", "log.head"): READ,
    ("throughcare_seed", "log.facts"): READ,
    ("throughcare_seed", "log.intentions"): READ,
    ("throughcare_seed", "log.head"): READ,
    ("throughcare_serve", "looks.looks"): {"INSERT"},
    ("throughcare_serve", "looks.persons"): {"INSERT"},
    ("throughcare_audit", "looks.looks"): READ,
    ("throughcare_audit", "looks.persons"): READ,
    ("throughcare_keys", "keys.person_keys"): {"SELECT", "INSERT", "UPDATE"},
}
"""Everything that anybody but the owner may do with a table of these schemas."""

MAY_RUN = {
    ("throughcare_serve", "log.append"),
    ("throughcare_seed", "log.append_history"),
}


@pytest.fixture
def catalogue(database: Database) -> psycopg.Connection:
    return database.connect("postgres")


def test_each_role_may_do_exactly_what_is_written_here(catalogue: psycopg.Connection) -> None:
    found: dict[tuple[str, str], set[str]] = {}
    for role, table, privilege in catalogue.execute(
        """
        select role, n.nspname || '.' || c.relname, privilege
        from pg_class as c join pg_namespace as n on n.oid = c.relnamespace,
             unnest(%s::text[]) as role,
             unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES',
                          'TRIGGER', 'MAINTAIN']) as privilege
        where n.nspname = any(%s) and c.relkind in ('r', 'p', 'v', 'm')
            and has_table_privilege(role, c.oid, privilege)
        """,
        [OTHERS, SCHEMAS],
    ):
        found.setdefault((role, table), set()).add(privilege)
    assert found == MAY


def test_each_role_may_run_exactly_what_is_written_here(catalogue: psycopg.Connection) -> None:
    found = catalogue.execute(
        """
        select role, n.nspname || '.' || p.proname
        from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace,
             unnest(%s::text[]) as role
        where n.nspname = any(%s) and has_function_privilege(role, p.oid, 'EXECUTE')
        """,
        [OTHERS, SCHEMAS],
    ).fetchall()
    assert set(found) == MAY_RUN


def test_the_owner_owns_everything_and_is_nobody_else(catalogue: psycopg.Connection) -> None:
    owners = catalogue.execute(
        """
        select distinct pg_get_userbyid(owner) from (
            select relowner from pg_class where relnamespace = any(%(schemas)s::regnamespace[])
            union all
            select proowner from pg_proc where pronamespace = any(%(schemas)s::regnamespace[])
            union all
            select nspowner from pg_namespace where oid = any(%(schemas)s::regnamespace[])
        ) as things (owner)
        """,
        {"schemas": SCHEMAS},
    ).fetchall()
    assert owners == [("throughcare_owner",)]
    owned = catalogue.execute(
        "select relname from pg_class where pg_get_userbyid(relowner) = any(%s)", [OTHERS]
    ).fetchall()
    assert owned == []


def test_no_role_is_more_than_it_seems(catalogue: psycopg.Connection) -> None:
    """None is a superuser, makes roles or databases, passes row security or is another's member."""
    powers = catalogue.execute(
        "select rolname from pg_roles where rolname = any(%s) and "
        "(rolsuper or rolcreaterole or rolcreatedb or rolbypassrls or rolreplication)",
        [list(ROLES)],
    ).fetchall()
    members = catalogue.execute(
        "select pg_get_userbyid(member), pg_get_userbyid(roleid) from pg_auth_members "
        "where pg_get_userbyid(member) = any(%s)",
        [list(ROLES)],
    ).fetchall()
    assert (powers, members) == ([], [])


def test_everybody_else_may_nothing(catalogue: psycopg.Connection) -> None:
    """No privilege of PUBLIC on a schema, table or function of ours."""
    granted = catalogue.execute(
        """
        select what, acl.privilege_type from (
            select nspname::text, coalesce(nspacl, acldefault('n', nspowner)) from pg_namespace
            where nspname = any(%(schemas)s || array['public'])
            union all
            select relname::text, coalesce(relacl, acldefault('r', relowner)) from pg_class
            where relnamespace = any(%(schemas)s::regnamespace[]) and relkind = 'r'
            union all
            select proname::text, coalesce(proacl, acldefault('f', proowner)) from pg_proc
            where pronamespace = any(%(schemas)s::regnamespace[])
        ) as things (what, list), aclexplode(list) as acl
        where acl.grantee = 0
        """,
        {"schemas": SCHEMAS},
    ).fetchall()
    assert granted == []


def test_the_appending_functions_cannot_be_led_to_other_tables(
    catalogue: psycopg.Connection,
) -> None:
    """They run as their owner, so they look names up where only the owner makes them."""
    paths = catalogue.execute(
        "select p.proname, 'search_path=pg_catalog, log' = any(proconfig) from pg_proc as p "
        "where pronamespace = 'log'::regnamespace and prosecdef order by 1"
    ).fetchall()
    assert paths == [("append", True), ("append_history", True)]


@pytest.mark.parametrize("role", OTHERS)
def test_a_client_that_fell_silent_or_runs_on_is_ended_by_the_server(
    database: Database, role: str
) -> None:
    connection = database.connect(role)

    def setting(name: str) -> str:
        (value,) = connection.execute("select current_setting(%s)", [name]).fetchone() or ("",)
        return str(value)

    assert setting("idle_in_transaction_session_timeout") == "5s"
    assert setting("statement_timeout") != "0"
    assert setting("lock_timeout") != "0"
    assert setting("transaction_timeout") != "0"
    assert setting("TimeZone") == "UTC"


REWRITES = (
    "update log.facts set topic = 'x'",
    "delete from log.facts",
    "truncate log.facts",
    "update log.intentions set answer = ''",
    "delete from log.intentions",
    "truncate log.intentions",
)


@pytest.mark.parametrize("rewrite", REWRITES)
def test_history_is_not_rewritten_even_by_who_owns_it(database: Database, rewrite: str) -> None:
    PostgresLog(database.pool("throughcare_serve")).insert_events([stored()])
    for role in ("throughcare_owner", "postgres"):
        connection = database.connect(role)
        with pytest.raises(errors.RestrictViolation, match="history is not rewritten"):
            connection.execute(rewrite)
    connection.execute("set session_replication_role = replica")
    with pytest.raises(errors.RestrictViolation):
        connection.execute(rewrite)


@pytest.mark.parametrize("role", OTHERS)
def test_no_role_that_serves_can_touch_history_or_its_guards(database: Database, role: str) -> None:
    connection = database.connect(role)
    for attempt in (
        *REWRITES,
        "insert into log.facts select from log.facts",
        "update log.head set position = 0",
        "alter table log.facts disable trigger all",
        "drop table log.facts",
        "create table log.mine ()",
        "create table public.mine ()",
        "create schema mine",
        "set role throughcare_owner",
        "set session_replication_role = replica",
    ):
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(attempt)


def test_only_the_keys_role_sees_keys(database: Database) -> None:
    for role in set(OTHERS) - {"throughcare_keys"}:
        with pytest.raises(errors.InsufficientPrivilege):
            database.connect(role).execute("select person from keys.person_keys")
    with pytest.raises(errors.InsufficientPrivilege):
        database.connect("throughcare_keys").execute("select position from log.facts")
    with pytest.raises(errors.InsufficientPrivilege):
        database.connect("throughcare_keys").execute("delete from keys.person_keys")


def test_an_imported_message_is_kept_as_it_came(database: Database) -> None:
    serving = database.connect("throughcare_serve")
    serving.execute(
        "insert into intake.messages (id, organisation, kind, sha256, original, outcome) "
        "values (%s, %s, 'fhir.ServiceRequest', %s, %s, 'recorded')",
        [uuid4(), uuid4(), b"\x00" * 32, b"sealed"],
    )
    assert serving.execute("select original from intake.messages").fetchall() == [(b"sealed",)]
    with pytest.raises(errors.InsufficientPrivilege):
        serving.execute("update intake.messages set outcome = 'x'")
