"""Puts the parts together for one process: database, keys, log, engine, reads, tokens, intake."""

from __future__ import annotations

import asyncio
import hmac
import json
import os
import secrets
import stat
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from api.access_tokens import AccessTokens
from api.fhir.intake import FhirIntake
from api.parts import DemoPerson, Parts
from api.provider import Provider
from api.tokens import Tokens
from consumers.inbox import Inbox
from consumers.outward import Outward
from consumers.webhooks import Webhooks
from deploy.kept import TOKENS, kept, now
from deploy.kept import secret as kept_secret
from deploy.settings import SettingIsWrong, Settings
from deploy.sweeping import Sweep
from domain.application import CareCoordination
from domain.facts import FACTS
from domain.mapping import FactMapper
from domain.policies.matching import Known
from domain.vocabulary import PartnerId, PersonId, Way
from projections import directory, keys_moving, schema
from projections.audit import Audit
from projections.browsing import Browsing
from projections.connections import async_pool, open_pool, pool_of_keys
from projections.credentials import Credentials
from projections.digests import Signer
from projections.directory import Directory
from projections.endpoints import Endpoints
from projections.engine import Engine
from projections.inbox import Letters, Via
from projections.intake import Messages
from projections.keys import KEY_BYTES, PersonKeys
from projections.limits import Limits
from projections.links import Links
from projections.log import PostgresLog
from projections.looks import Looks
from projections.marks import Marks
from projections.matching import blinded
from projections.measuring import Measuring
from projections.packs import Packs
from projections.pseudonyms import Pseudonyms
from projections.readers import Readers
from projections.reading import Reading
from projections.sessions import Sessions
from projections.statements import statements
from projections.tending import Tended, Tending
from projections.webhook_secrets import Seals


@dataclass(frozen=True, slots=True)
class Database:
    """How to connect as each role, and the master key that the database never sees.

    A process may be given the passwords of the roles it works as, and of no other.
    """

    dsns: dict[str, str] = field(repr=False)
    master: bytes = field(repr=False)
    data: Path

    def dsn(self, role: str) -> str:
        """How to connect as this role. Raises `SettingIsWrong`."""
        if role not in self.dsns:
            raise SettingIsWrong(f"roles.json has no password of {role}: this process works as it")
        return self.dsns[role]


class NotMigrated(Exception):
    """The database is not of this release; the message says what to do."""


def open_database(settings: Settings, stack: ExitStack, *, migrating: bool = False) -> Database:
    """The given PostgreSQL, or one started in the data folder.

    A given one changes only when ``migrating``, and is refused when it is not of this release;
    the folder's own is migrated as it starts. Raises `NotMigrated`.
    """
    if settings.database is None:
        from deploy import embedded

        server = embedded.start(settings.data)
        stack.callback(server.stop)
        return Database(
            {role: server.dsn(role) for role in schema.ROLES}, server.master, settings.data
        )
    settings.data.mkdir(parents=True, exist_ok=True)
    roles = settings.data / "roles.json"
    if not (migrating or roles.exists()):
        raise NotMigrated(f"{roles} is missing: run `throughcare migrate` with this data folder")
    passwords = kept(roles, _new_passwords)
    if migrating:
        passwords = _with_new_roles(roles, passwords)
        _migrate(settings.database, settings.keys_database, passwords)
    keys = settings.keys_database or _beside(settings.database)
    dsns = {
        role: make_conninfo(
            keys if role in schema.OF_KEYS else settings.database,
            user=role,
            password=password,
            passfile="",
            connect_timeout=5,
        )
        for role, password in passwords.items()
    }
    _assert_migrated(dsns)
    return Database(dsns, _master(settings), settings.data)


def _beside(events: str) -> str:
    """The persons' keys' database where none is named: the same server's, by the same login."""
    name = conninfo_to_dict(events).get("dbname")
    if not name:
        raise SettingIsWrong("THROUGHCARE_DATABASE names no database: end it with /throughcare")
    return make_conninfo(events, dbname=schema.keys_database(str(name)))


def _migrate(events: str, named: str | None, passwords: Mapping[str, str]) -> None:
    """Both databases, and out of the one what is the other's."""
    events = make_conninfo(events, connect_timeout=5)
    keys = make_conninfo(named or _beside(events), connect_timeout=5)
    schema.migrate(events, passwords)
    if named is None:
        schema.make_database(events, str(conninfo_to_dict(keys)["dbname"]))
    schema.migrate_keys(keys, passwords)
    keys_moving.moved(events, keys)


def _assert_migrated(dsns: Mapping[str, str]) -> None:
    """Both databases are of this release, as far as this process enters them.

    It starts without the keys' where that is away: what needs no key is served meanwhile.
    """
    missing = list[str]()
    if events := [dsn for role, dsn in dsns.items() if role not in schema.OF_KEYS][:1]:
        missing += schema.pending(events[0])
        with psycopg.connect(events[0]) as connection:
            if keys_moving.unmoved(connection):
                missing.append("the move of the persons' keys")
    with suppress(psycopg.OperationalError):
        if schema.KEYS in dsns:
            missing += schema.pending_keys(dsns[schema.KEYS])
    if missing:
        raise NotMigrated(f"the database lacks {', '.join(missing)}: run `throughcare migrate`")


@dataclass(frozen=True, slots=True)
class Lookups:
    """The few questions that are asked outside of an event loop."""

    dsn: str
    pseudonyms: Pseudonyms

    def directory(self) -> Directory:
        """Everybody who helps."""
        with psycopg.connect(self.dsn) as connection:
            return directory.load(connection)

    def alike(self, told: Known) -> list[PersonId]:
        """Whom these details may be of, looked up by blinded keys."""
        blinds = list(blinded(told, self.pseudonyms))
        with psycopg.connect(self.dsn) as connection:
            rows = connection.cursor(binary=True).execute(statements("matching")["alike"], [blinds])
            return sorted({PersonId(person) for _, person in rows})


@dataclass(frozen=True, slots=True)
class House:
    """Every part of one process. ``history`` tells the log when its facts were recorded."""

    settings: Settings
    database: Database
    keys: PersonKeys
    pseudonyms: Pseudonyms
    log: PostgresLog
    care: CareCoordination
    messages: Messages
    intake: FhirIntake
    inbox: Inbox
    letters: Letters
    tokens: Tokens
    lookups: Lookups
    sessions: Sessions
    marks: Marks
    secret: bytes = field(repr=False)

    def reading(self) -> Reading:
        """The reads; to be opened in the event loop that uses them."""
        return Reading(self.database.dsn(schema.SERVE), self.keys, self.pseudonyms)

    def sweep(self) -> Sweep:
        """The timer of silences; its deadlines are the engine's, and nobody's who is served."""
        return Sweep(self.care, self.database.dsn(schema.PROJECT), kept=self.settings.versions)

    @property
    def engine(self) -> Engine:
        """The projections."""
        mapper = FactMapper(FACTS, self.keys)
        return Engine(self.database.dsn(schema.PROJECT), mapper, self.keys, self.pseudonyms)

    def tending(self) -> Tending:
        """What carries out what is asked of views on pages."""
        return Tending(self.database.dsn(schema.PROJECT), self.keys)

    def measuring(self) -> Measuring:
        """What counts and publishes the months that are over."""
        mapper = FactMapper(FACTS, self.keys)
        return Measuring(self.database.dsn(schema.PROJECT), mapper, self.keys, now)

    def provider(self) -> Provider | None:
        """By whom people prove who they are."""
        registration = self.settings.registration
        return Provider(registration, now) if registration else None

    def parts(
        self,
        reading: Reading,
        demo_people: Sequence[DemoPerson] = (),
        *,
        ready: Callable[[], bool] = lambda: True,
    ) -> Parts:
        """What the edge is made from."""
        at_the_door = async_pool(self.database.dsn(schema.SERVE))
        secret = hmac.digest(self.secret, b"access tokens of partners' systems", sha256)
        return Parts(
            care=self.care,
            reading=reading,
            tokens=self.tokens if self.settings.demo else None,
            sessions=self.sessions,
            marks=self.marks,
            looks=Looks(self.database.dsn(schema.SERVE)),
            audit=Audit(self.database.dsn(schema.AUDIT), self.pseudonyms),
            pseudonyms=self.pseudonyms,
            intake=self.intake,
            clock=now,
            version=version("throughcare"),
            inbox=self.inbox,
            demo_people=lambda: demo_people,
            ready=ready,
            address=self.settings.address,
            credentials=Credentials(at_the_door),
            access_tokens=AccessTokens(secret, now, place=self.settings.address),
            limits=Limits(at_the_door),
            pace=self.settings.pace,
            endpoints=Endpoints(at_the_door, seals(self.database)),
            pools=[at_the_door],
            provider=self.provider(),
            readers=Readers(at_the_door),
            silence=self.settings.silence,
            packs=packs(self.database),
            browsing=Browsing(self.database.dsn(schema.AUDIT)),
            tended=Tended(at_the_door),
            keys_reached=self.keys.reached,
            branding=self.settings.branding,
            links=Links(at_the_door),
        )


def build(
    settings: Settings, database: Database, stack: ExitStack, *, history: bool = False
) -> House:
    """Put a process together; ``stack`` closes what it opened."""
    role = schema.SEED if history else schema.DECIDE
    appending = stack.enter_context(open_pool(database.dsn(role)))
    serving = stack.enter_context(open_pool(database.dsn(schema.SERVE), most=4))
    keys = persons_keys(database, stack)
    pseudonyms = Pseudonyms(database.master)
    log = PostgresLog(appending, history=history)
    care = CareCoordination(log=log, keys=keys, host=settings.holder)
    messages = Messages(serving, keys)
    secret = kept_secret(database.data / TOKENS)
    lookups = Lookups(database.dsn(schema.SERVE), pseudonyms)
    intake = FhirIntake(care, messages, lookups.directory, lookups.alike)
    letters = Letters(serving, keys)
    inbox = Inbox(care, letters, lookups.directory, pseudonyms, now)
    tokens = Tokens(secret, now)
    of_browsers = stack.enter_context(open_pool(database.dsn(schema.SERVE), most=4))
    return House(
        settings,
        database,
        keys,
        pseudonyms,
        log,
        care,
        messages,
        intake,
        inbox,
        letters,
        tokens,
        lookups,
        Sessions(of_browsers),
        Marks(of_browsers),
        secret,
    )


def signer(settings: Settings, data: Path) -> Signer:
    """The key that signs digests; made in the data folder when none is given.

    Raises `SettingIsWrong`.
    """
    return Signer(ed25519(settings.digest_key, data / "digest.key"))


def ed25519(given: Path | None, own: Path) -> Ed25519PrivateKey:
    """The signing key of a given file, or our own, made when absent. Raises `SettingIsWrong`."""
    path = given or own
    if given is None:
        _make_key(path)
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError):
        raise SettingIsWrong(f"{path} holds no private key in PEM that can be read") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise SettingIsWrong(f"{path} is no Ed25519 key: openssl genpkey -algorithm ed25519")
    return key


def persons_keys(database: Database, stack: ExitStack) -> PersonKeys:
    """The keys of persons; ``stack`` closes their connections."""
    keeping = stack.enter_context(pool_of_keys(database.dsn(schema.KEYS)))
    return PersonKeys(keeping, database.master)


def packs(database: Database) -> Packs:
    """What evidence packs are made from, and where it is written down that they were."""
    return Packs(database.dsn(schema.AUDIT), database.dsn(schema.SERVE))


def seals(database: Database) -> Seals:
    """What seals the secrets of partners' endpoints: for who makes them and who signs by them."""
    return Seals(kept_secret(database.data / "delivery.key"))


def webhooks(settings: Settings, database: Database, inbox: Inbox | None = None) -> Webhooks:
    """What tells partners' endpoints of news; ``inbox`` takes in what they answer with."""
    dsn = database.dsn(schema.RELAY)

    def may_use(partner: PartnerId) -> bool:
        with psycopg.connect(dsn) as connection:
            return directory.load(connection).may_use(partner, Way.WEBHOOK)

    async def take(partner: PartnerId, raw: bytes, headers: Mapping[str, str]) -> int:
        if inbox is None:
            return 0
        return len(await asyncio.to_thread(inbox.take_all, partner, raw, headers, Via.WEBHOOK))

    return Webhooks(
        dsn,
        seals(database),
        Outward(also=settings.webhook_networks),
        clock=now,
        may_use=lambda partner: asyncio.to_thread(may_use, partner),
        take=take,
        place=settings.address,
    )


def _master(settings: Settings) -> bytes:
    from deploy.embedded import master_key

    if settings.master_key is None:
        return master_key(settings.data / "master.key")
    key = settings.master_key.read_bytes()
    if len(key) != KEY_BYTES:
        raise SettingIsWrong(
            f"THROUGHCARE_MASTER_KEY_FILE holds {len(key)} bytes: it must hold exactly {KEY_BYTES}"
        )
    return key


def _make_key(path: Path) -> None:
    """A new key that only we may read; it is there whole, and once, whoever else makes one."""
    if path.exists():
        return
    new = path.with_name(f"{path.name}.{os.getpid()}")
    only_ours = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, stat.S_IRUSR | stat.S_IWUSR)
    with os.fdopen(only_ours, "wb") as file:
        key = Ed25519PrivateKey.generate()
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        path.hardlink_to(new)
    new.unlink()


def _with_new_roles(path: Path, passwords: dict[str, str]) -> dict[str, str]:
    """The passwords kept, and new ones for roles that came with this release."""
    every = _new_passwords() | passwords
    if every != passwords:
        new = path.with_suffix(".new")
        new.unlink(missing_ok=True)
        made = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
        with os.fdopen(made, "w") as file:
            json.dump(every, file)
        new.rename(path)
    return every


def _new_passwords() -> dict[str, str]:
    return {role: secrets.token_urlsafe(32) for role in schema.ROLES}
