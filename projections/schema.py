"""The databases' roles and their numbered migrations. It refuses to change what was applied.

There are two: the events', and the persons' keys', whose roles cannot enter each other's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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
KEYS_OWNER = "throughcare_keys_owner"
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
    KEYS_OWNER: _EVERYBODY | _MIGRATION,
    SEED: _EVERYBODY | _LONG,
    TREE: _EVERYBODY | _LONG,
}

OF_KEYS = frozenset({KEYS, KEYS_OWNER})
"""Who enters the persons' keys' database; all others enter the events'."""

MIGRATING = 7310585026117863
"""The advisory lock: one migration at a time in a database."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """What is particular to one of the two databases."""

    owner: str
    roles: Mapping[str, Mapping[str, str]]
    """Who is made where it is, and what is set on them."""

    kept_out: frozenset[str]
    migrations: Callable[[], list[tuple[str, str]]]


# A migration of the events names the keys' role, which entered there when the keys lay there.
_EVENTS = _Kind(
    OWNER,
    {role: settings for role, settings in ROLES.items() if role != KEYS_OWNER},
    frozenset({KEYS}),
    lambda: migrations(),
)
_KEYS = _Kind(
    KEYS_OWNER,
    {role: ROLES[role] for role in sorted(OF_KEYS)},
    frozenset(),
    lambda: migrations("keys"),
)


class CannotMigrate(Exception):
    """The database is not as the migrations left it; the message says what to do."""


def keys_database(events: str) -> str:
    """The name of the keys' database, where none is given: it lies beside the events'."""
    return f"{events}_keys"


def migrate(dsn: str, passwords: Mapping[str, str] | None = None) -> list[str]:
    """Bring the events' database to the newest migration; the names of those applied now.

    ``dsn`` names a login that may create roles, or one that may act as ``throughcare_owner`` when
    the roles are there already. Any number of processes may call it at the same time. A migration
    that fails leaves those before it applied and itself not. Raises `CannotMigrate`.
    """
    return _migrate(dsn, passwords or {}, _EVENTS)


def migrate_keys(dsn: str, passwords: Mapping[str, str] | None = None) -> list[str]:
    """The same of the persons' keys' database, whose owner is ``throughcare_keys_owner``."""
    return _migrate(dsn, passwords or {}, _KEYS)


def make_database(dsn: str, name: str) -> None:
    """Make a database beside the one of this login, if it is not there. Raises `CannotMigrate`."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        if connection.execute("select 1 from pg_database where datname = %s", [name]).rowcount:
            return
        try:
            # The same order of names on every machine, whatever its own language is.
            connection.execute(
                sql.SQL(
                    "create database {} template template0 encoding 'utf8' "
                    "locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'"
                ).format(sql.Identifier(name))
            )
        except psycopg.errors.DuplicateDatabase:
            return
        except psycopg.errors.UniqueViolation:  # two that start together
            return
        except psycopg.errors.InsufficientPrivilege:
            raise CannotMigrate(
                f"the database {name} is missing and this login may not create it: create it, "
                "or name another by THROUGHCARE_KEYS_DATABASE"
            ) from None


def _migrate(dsn: str, passwords: Mapping[str, str], kind: _Kind) -> list[str]:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(%s)", [MIGRATING])
        _ensure_roles(connection, passwords, kind)
        connection.execute(sql.SQL("set role {}").format(sql.Identifier(kind.owner)))
        for setting, value in kind.roles[kind.owner].items():  # a role that is taken on brings none
            connection.execute("select set_config(%s, %s, false)", [setting, value])
        return _apply(connection, kind.migrations())


def pending(dsn: str) -> list[str]:
    """The migrations of this release that the events' database lacks; ``dsn`` is any role's."""
    return _pending(dsn, _EVENTS)


def pending_keys(dsn: str) -> list[str]:
    """The same of the persons' keys' database; ``dsn`` is a role's of its own."""
    return _pending(dsn, _KEYS)


def _pending(dsn: str, kind: _Kind) -> list[str]:
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
    return [name for name, _ in kind.migrations() if name not in applied]


def _ensure_roles(
    connection: psycopg.Connection, passwords: Mapping[str, str], kind: _Kind
) -> None:
    """Make the roles and what belongs to them, as far as this login may."""
    roles = kind.roles
    (superuser, may_create) = connection.execute(
        "select rolsuper, rolcreaterole from pg_roles where rolname = current_user"
    ).fetchone() or (False, False)
    there = {
        name
        for (name,) in connection.execute(
            "select rolname from pg_roles where rolname = any(%s)", [list(roles)]
        )
    }
    if not (superuser or may_create):
        if missing := ", ".join(sorted(roles.keys() - there)):
            raise CannotMigrate(
                f"the roles {missing} are missing and this login may not create them: "
                "migrate once as a login that may"
            )
        return
    for role, settings in roles.items():
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
    owner = sql.Identifier(kind.owner)
    if not superuser:
        connection.execute(sql.SQL("grant {} to current_user with set true").format(owner))
    database = sql.Identifier(connection.info.dbname)
    for statement, roles_of_it in (
        ("alter database {database} owner to {roles}", {kind.owner}),
        ("revoke all on database {database} from public", set[str]()),
        ("grant connect on database {database} to {roles}", roles.keys() - kind.kept_out),
        ("revoke connect on database {database} from {roles}", kind.kept_out),
    ):
        named = sql.SQL(", ").join(map(sql.Identifier, sorted(roles_of_it)))
        if roles_of_it or "{roles}" not in statement:
            connection.execute(sql.SQL(statement).format(database=database, roles=named))


def _apply(connection: psycopg.Connection, known: Sequence[tuple[str, str]]) -> list[str]:
    connection.execute("revoke all on schema public from public")
    connection.execute(
        "create table if not exists public.throughcare_migrations ("
        "name text primary key, sha256 bytea not null, "
        "applied_at timestamptz not null default clock_timestamp())"
    )
    applied: dict[str, bytes] = dict(
        connection.execute("select name, sha256 from public.throughcare_migrations").fetchall()
    )
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
