"""The database's roles and its numbered migrations. It refuses to change what was applied."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

import psycopg
from psycopg import sql

from projections.statements import migrations

OWNER = "throughcare_owner"
SERVE = "throughcare_serve"
DECIDE = "throughcare_decide"
PROJECT = "throughcare_project"
RELAY = "throughcare_relay"
AUDIT = "throughcare_audit"
KEYS = "throughcare_keys"
SEED = "throughcare_seed"
TREE = "throughcare_tree"

# Set on the role, so that they hold for every client and not only for ours: a dead client that
# holds a lock, or a query that never ends, is ended by the server.
_EVERYBODY = {"timezone": "UTC", "jit": "off", "idle_in_transaction_session_timeout": "5s"}
_SHORT = {"statement_timeout": "10s", "lock_timeout": "5s", "transaction_timeout": "10s"}
_LONG = {"statement_timeout": "60s", "lock_timeout": "10s", "transaction_timeout": "60s"}
_MIGRATION = {"statement_timeout": "1h", "lock_timeout": "60s", "transaction_timeout": "1h"}
ROLES: Mapping[str, Mapping[str, str]] = {
    OWNER: _EVERYBODY | _MIGRATION,
    SERVE: _EVERYBODY | _SHORT,
    DECIDE: _EVERYBODY | _SHORT,
    PROJECT: _EVERYBODY | _LONG,
    RELAY: _EVERYBODY | _SHORT,
    AUDIT: _EVERYBODY | _LONG | {"default_transaction_read_only": "on"},
    KEYS: _EVERYBODY | _SHORT,
    SEED: _EVERYBODY | _LONG,
    TREE: _EVERYBODY | _LONG,
}

_MIGRATING = 7310585026117863  # the advisory lock: one migration at a time in a database


class CannotMigrate(Exception):
    """The database is not as the migrations left it; the message says what to do."""


def migrate(dsn: str, passwords: Mapping[str, str] | None = None) -> list[str]:
    """Bring the database to the newest migration; the names of those applied now.

    ``dsn`` names a login that may create roles, or one that may act as ``throughcare_owner`` when
    the roles are there already. Any number of processes may call it at the same time. A migration
    that fails leaves those before it applied and itself not. Raises `CannotMigrate`.
    """
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(%s)", [_MIGRATING])
        _ensure_roles(connection, passwords or {})
        connection.execute(sql.SQL("set role {}").format(sql.Identifier(OWNER)))
        for setting, value in ROLES[OWNER].items():  # a role that is taken on brings none
            connection.execute("select set_config(%s, %s, false)", [setting, value])
        return _apply(connection)


def pending(dsn: str) -> list[str]:
    """The migrations of this release that the database lacks; ``dsn`` is any role's."""
    with psycopg.connect(dsn) as connection:
        (made,) = connection.execute(
            "select to_regclass('public.throughcare_migrations') is not null"
        ).fetchone() or (False,)
        rows = (
            connection.execute("select name from public.throughcare_migrations").fetchall()
            if made
            else []
        )
    applied = {name for (name,) in rows}
    return [name for name, _ in migrations() if name not in applied]


def _ensure_roles(connection: psycopg.Connection, passwords: Mapping[str, str]) -> None:
    """Make the roles and what belongs to them, as far as this login may."""
    (superuser, may_create) = connection.execute(
        "select rolsuper, rolcreaterole from pg_roles where rolname = current_user"
    ).fetchone() or (False, False)
    there = {
        name
        for (name,) in connection.execute(
            "select rolname from pg_roles where rolname = any(%s)", [list(ROLES)]
        )
    }
    if not (superuser or may_create):
        if missing := ", ".join(sorted(ROLES.keys() - there)):
            raise CannotMigrate(
                f"the roles {missing} are missing and this login may not create them: "
                "migrate once as a login that may"
            )
        return
    for role, settings in ROLES.items():
        name = sql.Identifier(role)
        if role not in there:
            connection.execute(sql.SQL("create role {} login").format(name))
        for setting, value in settings.items():
            connection.execute(
                sql.SQL("alter role {} set {} = {}").format(name, sql.Identifier(setting), value)
            )
        if role in passwords:
            # Hashed here, so that the password itself is in no log of the server's.
            verifier = connection.pgconn.encrypt_password(
                passwords[role].encode(), role.encode(), b"scram-sha-256"
            ).decode()
            connection.execute(sql.SQL("alter role {} password {}").format(name, verifier))
    if not superuser:
        connection.execute(
            sql.SQL("grant {} to current_user with set true").format(sql.Identifier(OWNER))
        )
    database = sql.Identifier(connection.info.dbname)
    everybody = sql.SQL(", ").join(map(sql.Identifier, ROLES))
    for statement in (
        "alter database {database} owner to {owner}",
        "revoke all on database {database} from public",
        "grant connect on database {database} to {everybody}",
    ):
        connection.execute(
            sql.SQL(statement).format(
                database=database, owner=sql.Identifier(OWNER), everybody=everybody
            )
        )


def _apply(connection: psycopg.Connection) -> list[str]:
    connection.execute("revoke all on schema public from public")
    connection.execute(
        "create table if not exists public.throughcare_migrations ("
        "name text primary key, sha256 bytea not null, "
        "applied_at timestamptz not null default clock_timestamp())"
    )
    applied: dict[str, bytes] = dict(
        connection.execute("select name, sha256 from public.throughcare_migrations").fetchall()
    )
    known = migrations()
    if unknown := ", ".join(sorted(applied.keys() - {name for name, _ in known})):
        raise CannotMigrate(
            f"the database has {unknown}, which this release does not know: use a newer release"
        )
    new = []
    for name, text in known:
        digest = sha256(text.encode()).digest()
        if name in applied:
            if applied[name] != digest:
                raise CannotMigrate(
                    f"{name} was changed after it was applied: put its old text back "
                    "and make the change in a new migration"
                )
            continue
        with connection.transaction():
            connection.execute(text)
            connection.execute(
                "insert into public.throughcare_migrations (name, sha256) values (%s, %s)",
                [name, digest],
            )
        new.append(name)
    return new
