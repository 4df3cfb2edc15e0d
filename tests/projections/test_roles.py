"""Who may do what in the database: the catalogue itself is asked, and then each role tries."""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest
from psycopg import errors

from deploy.embedded import DATABASE, Embedded
from projections.log import PostgresLog
from projections.schema import KEYS, KEYS_OWNER, OF_KEYS, OWNER, ROLES, keys_database
from tests.database import Database
from tests.projections.notes import stored
from tests.who_may_do_what import TABLE, both

OTHERS = sorted(ROLES.keys() - {OWNER, KEYS_OWNER})

SERVED_BEFORE_A_PARTNER_IS_KNOWN = {
    "sessions.sessions": "by a session's hash it is found out for which partner somebody is here",
    "credentials.clients": "by its client a system's signature is checked, and says whose it is",
    "credentials.api_keys": "by a key's hash it is found out whose system is here",
    "links.links": "by a link's hash it is found out which partner it lets in",
}
"""Tables with an organisation in them that the serving role reads whole, and why."""


@pytest.fixture
def catalogue(database: Database) -> psycopg.Connection:
    return database.connect("postgres")


def test_each_role_may_do_exactly_what_was_read_and_agreed(server: Embedded) -> None:
    """After a change that means it: ``python -m tests.who_may_do_what``, as its docstring says."""
    found = list(both(server))
    assert found == TABLE.read_text("utf-8").splitlines()


def test_whatever_has_a_partner_and_is_served_stands_behind_a_wall(
    catalogue: psycopg.Connection,
) -> None:
    """Row security that holds for the owner too, on every table, also those made later."""
    open_to_anybody = catalogue.execute(
        """
        select distinct n.nspname || '.' || c.relname
        from pg_class as c
        join pg_namespace as n on n.oid = c.relnamespace
        join pg_attribute as a on a.attrelid = c.oid and not a.attisdropped
        where c.relkind in ('r', 'p', 'm', 'f')
            and a.attname in ('partner', 'organisation', 'responsible', 'subject')
            and (n.nspname in ('share', 'views', 'intake')
                or has_table_privilege('throughcare_serve', c.oid, 'select'))
            and not (c.relrowsecurity and c.relforcerowsecurity)
        """
    ).fetchall()
    assert {name for (name,) in open_to_anybody} == SERVED_BEFORE_A_PARTNER_IS_KNOWN.keys()


def test_no_view_reads_with_the_rights_of_who_made_it(catalogue: psycopg.Connection) -> None:
    """A view, or a rule, passes row security with its owner's rights unless it says otherwise."""
    leaking = catalogue.execute(
        """
        select c.relname from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
        where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
            and (c.relkind = 'm' or c.relkind in ('v', 'r') and exists (
                select from pg_rewrite as w where w.ev_class = c.oid
                    and not 'security_invoker=true' = any(coalesce(c.reloptions, '{}'))
            ))
        """
    ).fetchall()
    assert leaking == []


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
    owned = catalogue.execute(
        "select relname from pg_class where pg_get_userbyid(relowner) = any(%s)", [OTHERS]
    ).fetchall()
    assert (powers, members, owned) == ([], [], [])


def test_functions_with_their_owners_rights_cannot_be_led_to_other_tables(
    catalogue: psycopg.Connection,
) -> None:
    """They look names up where only the owner makes them."""
    paths = catalogue.execute(
        "select p.proname, p.proconfig from pg_proc as p where prosecdef "
        "and pronamespace::regnamespace::text !~ '^pg_'"
    ).fetchall()
    led = [
        name
        for name, settings in paths
        if not {"search_path=pg_catalog", "search_path=pg_catalog, log"} & set(settings or ())
    ]
    assert paths
    assert led == []


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
    PostgresLog(database.pool("throughcare_decide")).insert_events([stored()])
    for role in ("throughcare_owner", "postgres"):
        connection = database.connect(role)
        with pytest.raises(errors.RestrictViolation, match="history is not rewritten"):
            connection.execute(rewrite)
    connection.execute("set session_replication_role = replica")
    with pytest.raises(errors.RestrictViolation):
        connection.execute(rewrite)


@pytest.mark.parametrize("role", sorted(set(OTHERS) - OF_KEYS))
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
        with pytest.raises((errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction)):
            connection.execute(attempt)


def test_no_role_of_the_events_enters_the_keys_database_nor_the_other_way_round(
    server: Embedded,
) -> None:
    for role in ROLES:
        of_another = DATABASE if role in OF_KEYS else keys_database(DATABASE)
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(server.dsn("postgres", of_another), user=role)


def test_the_keys_role_makes_and_destroys_keys_and_can_do_nothing_else(database: Database) -> None:
    keys = database.connect(KEYS)
    for attempt in (
        "delete from keys.person_keys",
        "truncate keys.person_keys",
        "create table keys.mine ()",
        "create table public.mine ()",
        "create schema mine",
        f"set role {KEYS_OWNER}",
    ):
        with pytest.raises(errors.InsufficientPrivilege):
            keys.execute(attempt)
    assert keys.execute("select person from keys.person_keys").fetchall() == []


def test_an_imported_message_is_kept_as_it_came(database: Database) -> None:
    serving, practice = database.connect("throughcare_serve"), uuid4()
    serving.execute("select set_config('throughcare.partner', %s, false)", [str(practice)])
    serving.execute(
        "insert into intake.messages (id, organisation, kind, sha256, original, outcome) "
        "values (%s, %s, 'fhir.ServiceRequest', %s, %s, 'recorded')",
        [uuid4(), practice, b"\x00" * 32, b"sealed"],
    )
    assert serving.execute("select original from intake.messages").fetchall() == [(b"sealed",)]
    with pytest.raises(errors.InsufficientPrivilege):
        serving.execute("update intake.messages set outcome = 'x'")
