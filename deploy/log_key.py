"""Signs the log by a key from a file, or in a device that is asked by PKCS#11.

It refuses to know what is signed, and to take a pin from the environment.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import unquote

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.settings import ORIGIN, SettingIsWrong, Settings
from deploy.wiring import Database, ed25519
from projections import schema, tree
from projections.signing import KeyIsAway, Signing
from projections.verifier import Key

SCHEME = "pkcs11:"


class FileKey:
    """A key that was read from a file."""

    def __init__(self, origin: str, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.key = Key(origin, private.public_key().public_bytes_raw())

    def signed(self, message: bytes) -> bytes:
        """The Ed25519 signature of a message."""
        return self._private.sign(message)


@dataclass(frozen=True, slots=True)
class Where:
    """Where in which device a key lies: an RFC 7512 URI, as far as one is needed here."""

    module: str
    token: str
    label: str
    pin: Path

    @classmethod
    def parse(cls, uri: str) -> Where:
        """Raises `SettingIsWrong`."""
        path, _, query = uri.removeprefix(SCHEME).partition("?")
        said = {
            name: unquote(value)
            for name, _, value in (
                part.partition("=") for part in (*path.split(";"), *query.split("&"))
            )
        }
        wanted = ("module-path", "token", "object", "pin-source")
        if set(said) != set(wanted) or not all(said.values()):
            raise SettingIsWrong(
                "THROUGHCARE_LOG_KEY is written pkcs11:token=NAME;object=NAME?"
                "module-path=FILE&pin-source=FILE, and has no pin in it"
            )
        module, token, label, pin = (said[name] for name in wanted)
        return cls(module, token, label, Path(pin.removeprefix("file://").removeprefix("file:")))


class DeviceKey:
    """A key that never leaves its device; asked again where the device was away."""

    def __init__(self, origin: str, where: Where) -> None:
        self._origin, self._where = origin, where
        self._session: Any = None  # python-pkcs11 is an extra: a key in a file does without
        self._private: Any = None
        self._key: Key | None = None
        self._one_at_a_time = Lock()

    @property
    def key(self) -> Key:
        """Its name and its public half. Raises `KeyIsAway`."""
        with self._one_at_a_time:
            if self._key is None:
                self._ask()
            assert self._key is not None
            return self._key

    def signed(self, message: bytes) -> bytes:
        """The Ed25519 signature of a message, made in the device. Raises `KeyIsAway`."""
        from pkcs11 import Mechanism, PKCS11Error

        with self._one_at_a_time:
            private = self._private or self._ask()
            try:
                signature: bytes = private.sign(message, mechanism=Mechanism.EDDSA)
            except PKCS11Error as failed:
                self._forget()
                raise KeyIsAway(type(failed).__name__) from None
            return signature

    def _ask(self) -> Any:
        from pkcs11 import Attribute, ObjectClass, PKCS11Error, UserAlreadyLoggedIn, lib

        where = self._where
        try:
            pin = where.pin.read_text("utf-8").strip()
            token = lib(where.module).get_token(token_label=where.token)
            try:
                self._session = token.open(user_pin=pin)
            except UserAlreadyLoggedIn:  # once is for the whole process
                self._session = token.open()
            private = self._session.get_key(object_class=ObjectClass.PRIVATE_KEY, label=where.label)
            public = self._session.get_key(object_class=ObjectClass.PUBLIC_KEY, label=where.label)
            point = bytes(public[Attribute.EC_POINT])
        except (PKCS11Error, RuntimeError, OSError) as failed:
            self._forget()
            raise KeyIsAway(type(failed).__name__) from None
        # Either the 32 bytes themselves or, as most devices have it, an octet string of them.
        known = Key(self._origin, point[-32:])
        if self._key not in (None, known):
            self._forget()
            raise KeyIsAway("another key lies in its place")
        self._key, self._private = known, private
        return private

    def _forget(self) -> None:
        from pkcs11 import PKCS11Error

        if self._session is not None:
            with suppress(PKCS11Error):
                self._session.close()
        self._session = self._private = None


def device_key(origin: str, uri: str) -> DeviceKey:
    """The key that an RFC 7512 URI names; the device is asked when it is needed.

    Raises `SettingIsWrong`.
    """
    where = Where.parse(uri)
    try:
        import pkcs11  # noqa: F401
    except ImportError:
        raise SettingIsWrong(
            "THROUGHCARE_LOG_KEY names a device: install python-pkcs11 (throughcare[pkcs11])"
        ) from None
    return DeviceKey(origin, where)


def origin(settings: Settings, database: Database) -> str:
    """What the log is called: as it was reopened last, else as the setting says.

    Raises `SettingIsWrong` where both say something, and not the same.
    """
    given, openings = settings.log_origin, _openings(database)
    if not openings:
        return given or ORIGIN
    if given not in (None, newest := openings[-1].origin):
        raise SettingIsWrong(
            f"THROUGHCARE_LOG_ORIGIN is {given}, and the log of this database was reopened as "
            f"{newest}: set it to {newest}, or leave it out"
        )
    return newest


def own_keys(settings: Settings, database: Database) -> list[Key]:
    """The public half of the key of this place, where this process can tell it.

    Once for each name that the log has had, the newest last.
    """
    name = origin(settings, database)
    path = settings.log_key or database.data / "log.key"
    if settings.log_device:
        try:
            key = device_key(name, settings.log_device).key
        except KeyIsAway:
            return []
    elif path.exists():
        key = FileKey(name, ed25519(path, path)).key
    else:
        return []
    ended = [each.ended.partition("\n")[0] for each in _openings(database)]
    return [*(Key(each, key.public) for each in ended), key]


def signer(settings: Settings, database: Database, name: str) -> FileKey | DeviceKey:
    """What signs the log of this place by that name. Raises `SettingIsWrong`."""
    if settings.log_device:
        return device_key(name, settings.log_device)
    return FileKey(name, ed25519(settings.log_key, database.data / "log.key"))


def last_checkpoint(settings: Settings, database: Database) -> Path:
    """Where the newest checkpoint is kept outside of the database."""
    return settings.last_checkpoint or database.data / "last-checkpoint"


def signing(settings: Settings, database: Database) -> Signing:
    """What signs the log of this place. Raises `SettingIsWrong`."""
    signs = signer(settings, database, origin(settings, database))
    return Signing(database.dsn(schema.TREE), signs, last_checkpoint(settings, database))


def _openings(database: Database) -> list[tree.Opening]:
    """What the log was reopened as, asked as whichever role this process has that may."""
    role = next(each for each in (schema.TREE, schema.AUDIT) if each in database.dsns)
    with psycopg.connect(database.dsn(role), autocommit=True) as connection:
        return tree.openings(connection)
