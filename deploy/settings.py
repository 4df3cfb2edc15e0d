"""Settings from the environment. Nothing else in the project reads it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from api.pages import branding
from api.pages.branding import OURS, Branding, BrandingIsWrong
from api.provider import UNNAMED, Registration
from deploy.community.place import PRACTICE
from domain.vocabulary import PartnerId
from projections.addresses import Network
from projections.readers import ALLOWED
from projections.witnesses import Asked

Given = TypeVar("Given")
Read = TypeVar("Read")

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""Names of this machine, for itself alone."""

DEMO_NETWORKS: tuple[Network, ...] = (ip_network("127.0.0.0/8"),)
"""Where endpoints may be in a demo of this machine alone, so that webhooks can be tried."""


DEMO_SENDER = "throughcare@capehill.example"

SENDER = re.compile(r"[^@\s<>]+@[^@\s<>]+")
LINK_DAYS, MOST_LINK_DAYS = 7, 30

ORIGIN = "throughcare.local/log/1"
"""What the log is called where nobody gave it a name."""


@dataclass(frozen=True, slots=True)
class Mesh:
    """Our own NHS MESH mailbox, out of which partners are told, and how to sign in there."""

    url: str
    mailbox: str
    password: str = field(repr=False)
    shared_key: str = field(repr=False)
    certificate: tuple[Path, Path] | None
    """Files in PEM of a certificate and its key."""

    authority: Path | None
    """A file of certificates by which MESH is believed; ``None``: NHS England's, or the usual."""

    workflow: str


@dataclass(frozen=True, slots=True)
class Mail:
    """Where letters go to partners without systems, and whose they are."""

    sender: str
    folder: Path | None = None
    """They are written there and not sent: for a demo."""

    host: str = ""
    port: int = 0
    implicit: bool = False
    """TLS from the first byte; else by STARTTLS."""

    user: str = ""
    password: str = field(default="", repr=False)
    authority: Path | None = None
    """A file of certificates by which the server is believed; ``None``: the usual ones."""


class SettingIsWrong(ValueError):
    """A setting cannot be used; the message names it and the remedy."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where this process keeps things, listens, and whom it turns to."""

    data: Path
    """Where everything of the embedded set-up is kept, and the secrets of any."""

    database: str | None
    """A login to PostgreSQL that may create roles; ``None`` starts PostgreSQL in ``data``."""

    master_key: Path | None
    """A file of 32 bytes, the key of the persons' keys; made in ``data`` when not given."""

    host: str
    port: int
    kafka: str | None
    """Kafka's bootstrap servers; ``None``: partners use the feed."""

    holder: PartnerId
    """The organisation that holds whom no other would (``policies/entry.py``)."""

    keys_database: str | None = None
    """A login to the persons' keys' database; ``None``: it lies beside ``database``."""

    kafka_user: str | None = None
    """As whom to sign in there, by SCRAM-SHA-512; ``None``: not at all."""

    kafka_password: str = field(default="", repr=False)
    kafka_authority: Path | None = None
    """A file of certificates by which its brokers are believed; ``None``: without TLS."""

    kafka_quotas: Mapping[str, float] = field(default_factory=dict)
    """What is set of what one partner may ask of a broker, as Kafka names its quotas."""

    pace: float = 1.0
    """How many times the rates of ``api/limits.py`` anybody may ask."""

    proxies: tuple[str, ...] = ()
    """Addresses of proxies whose word counts for where a request comes from."""

    address: str = "http://127.0.0.1:8000"
    """Where browsers and partners' systems find this place: ``https://name``, without a path."""

    mesh: Mesh | None = None
    """Where we are at NHS MESH; ``None``: nobody is told there."""

    mail: Mail | None = None
    """Who takes letters to partners without systems; ``None``: nobody is written to."""

    link_days: int = LINK_DAYS
    """How long a link in a letter is good."""

    silence: timedelta = ALLOWED
    """How long an entry may wait unread before its partner counts as silent."""

    versions: timedelta | None = None
    """How long a caseload's earlier versions are kept; ``None``: for ever."""

    key_backup_days: int = 30
    """How long backups of keys, and of the database's files, are kept: then an erasure is final."""

    digest_key: Path | None = None
    """A file with the Ed25519 key that signs digests, in PEM; made in ``data`` when not given."""

    log_origin: str | None = None
    """The name of the log in every checkpoint, without scheme; ``None``: as its database has it."""

    log_key: Path | None = None
    """A file with the Ed25519 key that signs the log, in PEM; made in ``data`` when not given."""

    log_device: str | None = None
    """Where that key lies in a device instead, as a ``pkcs11:`` URI."""

    last_checkpoint: Path | None = None
    """The file that keeps the newest checkpoint outside of the database; ``None``: in ``data``."""

    registration: Registration | None = None
    """At whose provider of identities people prove who they are; ``None``: nobody can."""

    webhook_networks: tuple[Network, ...] = ()
    """Networks that are not public and in which partners' endpoints may be all the same."""

    witnesses: tuple[Asked, ...] = ()
    """Who outside countersigns how far the log has come."""

    branding: Branding = OURS
    """Under whose name pages are shown."""

    demo: bool = False
    """Whether one may sign in by choosing a name, and come in with a development token."""

    def as_demo(self) -> Settings:
        """Of a demo. One that only this machine reaches may call endpoints of this machine."""
        alone = self.host in LOOPBACK and not self.webhook_networks
        networks = DEMO_NETWORKS if alone else self.webhook_networks
        mail = self.mail or Mail(sender=DEMO_SENDER, folder=self.data / "mail")
        return replace(self, demo=True, webhook_networks=networks, mail=mail)


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read ``THROUGHCARE_*`` and ``PORT``. Raises `SettingIsWrong`."""
    key = environment.get("THROUGHCARE_MASTER_KEY_FILE")
    digest_key = environment.get("THROUGHCARE_DIGEST_KEY_FILE")
    port = _port(environment.get("PORT") or "8000")
    host = environment.get("THROUGHCARE_HOST") or "127.0.0.1"
    address = _address(environment.get("THROUGHCARE_ADDRESS"), host, port)
    registration = provider(environment, address)
    demo = _yes("THROUGHCARE_DEMO", environment.get("THROUGHCARE_DEMO"))
    if demo and registration is not None:
        raise SettingIsWrong(
            "THROUGHCARE_DEMO lets anybody in by choosing a name: leave it out where there is "
            "THROUGHCARE_OIDC_ISSUER"
        )
    kafka_user = environment.get("THROUGHCARE_KAFKA_USER") or None
    kafka_password = _secret(
        "THROUGHCARE_KAFKA_PASSWORD_FILE", environment.get("THROUGHCARE_KAFKA_PASSWORD_FILE")
    )
    if (kafka_user is None) != (kafka_password is None):
        raise SettingIsWrong(
            "give both of THROUGHCARE_KAFKA_USER and THROUGHCARE_KAFKA_PASSWORD_FILE, or neither"
        )
    authority = environment.get("THROUGHCARE_KAFKA_CA_FILE")
    database = _database("THROUGHCARE_DATABASE", environment.get("THROUGHCARE_DATABASE"))
    keys_database = _database(
        "THROUGHCARE_KEYS_DATABASE", environment.get("THROUGHCARE_KEYS_DATABASE")
    )
    if keys_database and not database:
        raise SettingIsWrong(
            "THROUGHCARE_KEYS_DATABASE needs THROUGHCARE_DATABASE: the embedded PostgreSQL has "
            "both databases"
        )
    return Settings(
        data=Path(environment.get("THROUGHCARE_DATA") or ".throughcare").resolve(),
        database=database,
        keys_database=keys_database,
        master_key=Path(key) if key else None,
        silence=_silence(environment.get("THROUGHCARE_SILENCE_HOURS") or "24"),
        versions=_versions(environment.get("THROUGHCARE_VERSIONS_DAYS") or "0"),
        key_backup_days=_days(environment.get("THROUGHCARE_KEY_BACKUP_DAYS") or "30"),
        digest_key=Path(digest_key) if digest_key else None,
        log_origin=log_origin(environment.get("THROUGHCARE_LOG_ORIGIN") or None),
        log_key=_file("THROUGHCARE_LOG_KEY_FILE", environment.get("THROUGHCARE_LOG_KEY_FILE")),
        log_device=_device(
            environment.get("THROUGHCARE_LOG_KEY"), environment.get("THROUGHCARE_LOG_KEY_FILE")
        ),
        last_checkpoint=_path(environment.get("THROUGHCARE_LAST_CHECKPOINT")),
        host=host,
        port=port,
        kafka=environment.get("THROUGHCARE_KAFKA") or None,
        kafka_user=kafka_user,
        kafka_password=kafka_password or "",
        kafka_authority=_file("THROUGHCARE_KAFKA_CA_FILE", authority),
        kafka_quotas=_quotas(environment),
        mesh=mesh(environment),
        mail=mail(environment),
        link_days=_days_of_a_link(environment.get("THROUGHCARE_LINK_DAYS")),
        holder=_holder(environment.get("THROUGHCARE_HOLDER")),
        address=address,
        pace=_pace(environment.get("THROUGHCARE_PACE") or "1"),
        proxies=_proxies(environment.get("THROUGHCARE_PROXIES") or ""),
        registration=registration,
        webhook_networks=_networks(
            "THROUGHCARE_WEBHOOK_NETWORKS", environment.get("THROUGHCARE_WEBHOOK_NETWORKS") or ""
        ),
        witnesses=_witnesses(environment.get("THROUGHCARE_WITNESSES") or ""),
        branding=_branding(environment),
        demo=demo,
    )


def _branding(environment: Mapping[str, str]) -> Branding:
    """Under whose name pages are shown. Raises `SettingIsWrong`."""
    service = environment.get("THROUGHCARE_SERVICE_NAME")
    organisation = environment.get("THROUGHCARE_ORGANISATION_NAME")
    copyright_ = environment.get("THROUGHCARE_COPYRIGHT")
    colour = environment.get("THROUGHCARE_HEADER_COLOUR")
    logo = environment.get("THROUGHCARE_LOGO_FILE")
    fonts = environment.get("THROUGHCARE_FONT_FILES")
    named = [Path(each.strip()) for each in (fonts or "").split(",") if each.strip()]
    return Branding(
        service=_brand("THROUGHCARE_SERVICE_NAME", branding.text, service) or OURS.service,
        organisation=_brand("THROUGHCARE_ORGANISATION_NAME", branding.text, organisation) or "",
        copyright=_brand("THROUGHCARE_COPYRIGHT", branding.text, copyright_) or "",
        colour=_brand("THROUGHCARE_HEADER_COLOUR", branding.colour, colour) or "",
        logo=_brand("THROUGHCARE_LOGO_FILE", branding.logo, Path(logo) if logo else None),
        fonts=_brand("THROUGHCARE_FONT_FILES", branding.fonts, named) or (),
    )


def _brand(name: str, read: Callable[[Given], Read], given: Given | None) -> Read | None:
    try:
        return read(given) if given else None
    except BrandingIsWrong as wrong:
        raise SettingIsWrong(f"{name} {wrong}") from None


def _days(text: str) -> int:
    if not text.isdecimal() or int(text) > 3650:
        raise SettingIsWrong(
            f"THROUGHCARE_KEY_BACKUP_DAYS is {text!r}: give a number of days up to 3650"
        )
    return int(text)


def _quotas(environment: Mapping[str, str]) -> dict[str, float]:
    given = {
        "consumer_byte_rate": environment.get("THROUGHCARE_KAFKA_READS"),
        "producer_byte_rate": environment.get("THROUGHCARE_KAFKA_WRITES"),
        "request_percentage": environment.get("THROUGHCARE_KAFKA_THREADS"),
    }
    found = {}
    for quota, rate in given.items():
        if rate:
            if not rate.isdecimal() or int(rate) == 0:
                raise SettingIsWrong(
                    "THROUGHCARE_KAFKA_READS, THROUGHCARE_KAFKA_WRITES and "
                    f"THROUGHCARE_KAFKA_THREADS are whole numbers above 0: not {rate!r}"
                )
            found[quota] = float(rate)
    return found


def provider(environment: Mapping[str, str], address: str) -> Registration | None:
    """What this place and a provider of identities agreed on. Raises `SettingIsWrong`."""
    issuer = environment.get("THROUGHCARE_OIDC_ISSUER")
    if not issuer:
        return None
    where = urlsplit(issuer)
    if where.scheme != "https" and not (where.scheme == "http" and where.hostname in LOOPBACK):
        raise SettingIsWrong("THROUGHCARE_OIDC_ISSUER must begin with https:// beyond this machine")
    client = environment.get("THROUGHCARE_OIDC_CLIENT_ID")
    if not client:
        raise SettingIsWrong("THROUGHCARE_OIDC_CLIENT_ID is missing: the provider gave you one")
    secret = _secret(
        "THROUGHCARE_OIDC_CLIENT_SECRET_FILE",
        environment.get("THROUGHCARE_OIDC_CLIENT_SECRET_FILE"),
    )
    key = _secret(
        "THROUGHCARE_OIDC_CLIENT_KEY_FILE", environment.get("THROUGHCARE_OIDC_CLIENT_KEY_FILE")
    )
    if (secret is None) == (key is None):
        raise SettingIsWrong(
            "give one of THROUGHCARE_OIDC_CLIENT_SECRET_FILE and THROUGHCARE_OIDC_CLIENT_KEY_FILE"
        )
    max_age = environment.get("THROUGHCARE_OIDC_MAX_AGE")
    if max_age and not max_age.isdecimal():
        raise SettingIsWrong("THROUGHCARE_OIDC_MAX_AGE is not a number: give seconds")
    return Registration(
        issuer=issuer,
        client_id=client,
        redirect_uri=f"{address}/sign-in/callback",
        secret=secret,
        key=_signing(key) if key else None,
        key_id=environment.get("THROUGHCARE_OIDC_CLIENT_KEY_ID") or None,
        acr_values=environment.get("THROUGHCARE_OIDC_ACR_VALUES") or "",
        acr=frozenset((environment.get("THROUGHCARE_OIDC_ACR") or "").split()),
        max_age=int(max_age) if max_age else None,
        name=environment.get("THROUGHCARE_OIDC_NAME") or UNNAMED,
    )


def mesh(environment: Mapping[str, str]) -> Mesh | None:
    """What NHS MESH gave this place to send with. Raises `SettingIsWrong`."""
    url = environment.get("THROUGHCARE_MESH_URL")
    if not url:
        return None
    where = urlsplit(url)
    if where.scheme != "https" and not (where.scheme == "http" and where.hostname in LOOPBACK):
        raise SettingIsWrong("THROUGHCARE_MESH_URL must begin with https:// beyond this machine")
    mailbox = environment.get("THROUGHCARE_MESH_MAILBOX")
    password = _secret(
        "THROUGHCARE_MESH_PASSWORD_FILE", environment.get("THROUGHCARE_MESH_PASSWORD_FILE")
    )
    shared_key = _secret(
        "THROUGHCARE_MESH_SHARED_KEY_FILE", environment.get("THROUGHCARE_MESH_SHARED_KEY_FILE")
    )
    if not mailbox or password is None or shared_key is None:
        raise SettingIsWrong(
            "give all of THROUGHCARE_MESH_MAILBOX, THROUGHCARE_MESH_PASSWORD_FILE and "
            "THROUGHCARE_MESH_SHARED_KEY_FILE with THROUGHCARE_MESH_URL"
        )
    certificate = _file(
        "THROUGHCARE_MESH_CERTIFICATE_FILE", environment.get("THROUGHCARE_MESH_CERTIFICATE_FILE")
    )
    key = _file("THROUGHCARE_MESH_KEY_FILE", environment.get("THROUGHCARE_MESH_KEY_FILE"))
    if (certificate is None) != (key is None):
        raise SettingIsWrong(
            "give both of THROUGHCARE_MESH_CERTIFICATE_FILE and THROUGHCARE_MESH_KEY_FILE, or "
            "neither"
        )
    return Mesh(
        url=url,
        mailbox=mailbox,
        password=password,
        shared_key=shared_key,
        certificate=(certificate, key) if certificate and key else None,
        authority=_file("THROUGHCARE_MESH_CA_FILE", environment.get("THROUGHCARE_MESH_CA_FILE")),
        workflow=environment.get("THROUGHCARE_MESH_WORKFLOW") or "THROUGHCARE_SHARE",
    )


def mail(environment: Mapping[str, str]) -> Mail | None:
    """Who takes letters: ``smtp://``, ``smtps://`` or ``file://``. Raises `SettingIsWrong`."""
    given = environment.get("THROUGHCARE_MAIL")
    if not given:
        return None
    sender = environment.get("THROUGHCARE_MAIL_FROM") or ""
    if not SENDER.fullmatch(sender):
        raise SettingIsWrong(
            "THROUGHCARE_MAIL_FROM is whose the letters are, such as throughcare@trust.example: "
            "give it with THROUGHCARE_MAIL"
        )
    where = urlsplit(given)
    if where.scheme == "file" and where.path and not where.netloc:
        return Mail(sender, folder=Path(where.path))
    try:
        port = where.port
    except ValueError:
        port = 0
    if where.scheme not in ("smtp", "smtps") or not where.hostname or port == 0 or where.path:
        raise SettingIsWrong(
            "THROUGHCARE_MAIL is smtp://host:587, smtps://host:465 or file:///folder"
        )
    password = _secret(
        "THROUGHCARE_MAIL_PASSWORD_FILE", environment.get("THROUGHCARE_MAIL_PASSWORD_FILE")
    )
    user = environment.get("THROUGHCARE_MAIL_USER") or ""
    if where.username or where.password or bool(user) != bool(password):
        raise SettingIsWrong(
            "give both of THROUGHCARE_MAIL_USER and THROUGHCARE_MAIL_PASSWORD_FILE, or neither, "
            "and nothing of them in THROUGHCARE_MAIL"
        )
    return Mail(
        sender,
        host=where.hostname,
        port=port or (465 if where.scheme == "smtps" else 587),
        implicit=where.scheme == "smtps",
        user=user,
        password=password or "",
        authority=_file("THROUGHCARE_MAIL_CA_FILE", environment.get("THROUGHCARE_MAIL_CA_FILE")),
    )


def _days_of_a_link(text: str | None) -> int:
    if text is None or (text.isdecimal() and 1 <= int(text) <= MOST_LINK_DAYS):
        return int(text or LINK_DAYS)
    raise SettingIsWrong(f"THROUGHCARE_LINK_DAYS is {text!r}: give 1 to {MOST_LINK_DAYS} days")


def _file(name: str, path: str | None) -> Path | None:
    if path and not Path(path).is_file():
        raise SettingIsWrong(f"{name} names no file: {path}")
    return Path(path) if path else None


def _path(text: str | None) -> Path | None:
    return Path(text).resolve() if text else None


def log_origin(text: str | None, where: str = "THROUGHCARE_LOG_ORIGIN") -> str | None:
    """A name of a log. Raises `SettingIsWrong`."""
    if text is None:
        return None
    if "+" in text or "://" in text or len(text.split()) != 1 or not text.isprintable():
        raise SettingIsWrong(
            f"{where} is {text!r}: give a name like throughcare.example.org/log/1, "
            "without a scheme, a space and a plus"
        )
    return text


def _device(text: str | None, file: str | None) -> str | None:
    if text and file:
        raise SettingIsWrong("give one of THROUGHCARE_LOG_KEY and THROUGHCARE_LOG_KEY_FILE")
    if text and not text.startswith("pkcs11:"):
        raise SettingIsWrong(
            "THROUGHCARE_LOG_KEY names a device by pkcs11:…; a file is THROUGHCARE_LOG_KEY_FILE"
        )
    return text or None


def _secret(name: str, path: str | None) -> str | None:
    if not path:
        return None
    try:
        text = Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise SettingIsWrong(f"{name} names a file that cannot be read: {path}") from None
    if not text:
        raise SettingIsWrong(f"{name} names an empty file: {path}")
    return text


def _signing(text: str) -> RSAKey | ECKey:
    for kind in (RSAKey, ECKey):
        with suppress(ValueError, TypeError, JoseError):
            key = kind.import_key(text)
            if key.is_private:
                return key
    raise SettingIsWrong("THROUGHCARE_OIDC_CLIENT_KEY_FILE holds no private RSA or EC key in PEM")


def _yes(name: str, text: str | None) -> bool:
    said = text or "no"
    if said not in ("yes", "no"):
        raise SettingIsWrong(f"{name} is {said!r}: give yes or no")
    return said == "yes"


def _database(name: str, text: str | None) -> str | None:
    """A connection string without a secret: an environment is shown to more than who may know."""
    if not text:
        return None
    try:
        secret = conninfo_to_dict(text).get("password")
    except ProgrammingError:
        raise SettingIsWrong(
            f"{name} is no connection string: give postgresql://login@host/database"
        ) from None
    if secret:
        raise SettingIsWrong(
            f"{name} holds a password: put it in a file that only this user may "
            "read, and give passfile=/path/of/the/file instead"
        )
    return text


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise SettingIsWrong(f"PORT is {text!r}: give a number from 1 to 65535")
    return int(text)


def _address(text: str | None, host: str, port: int) -> str:
    if not text:
        if host not in LOOPBACK:
            raise SettingIsWrong(
                f"THROUGHCARE_HOST is {host!r}, beyond this machine: give THROUGHCARE_ADDRESS, "
                "where browsers find this place"
            )
        return f"http://127.0.0.1:{port}"
    wrong = SettingIsWrong(
        f"THROUGHCARE_ADDRESS is {text!r}: give https:// and a name, without a path; "
        "http:// is for this machine alone (127.0.0.1, localhost)"
    )
    try:
        parts = urlsplit(text.removesuffix("/"))
        name, own_port = parts.hostname, parts.port
    except ValueError:
        raise wrong from None
    alone = name in LOOPBACK
    plain = parts.path or parts.query or parts.fragment or "@" in parts.netloc or own_port == 0
    if not name or plain or not (parts.scheme == "https" or (parts.scheme == "http" and alone)):
        raise wrong
    return parts.geturl()


def _pace(text: str) -> float:
    try:
        pace = float(text)
    except ValueError:
        pace = 0.0
    if not 0.1 <= pace <= 1_000_000:
        raise SettingIsWrong(f"THROUGHCARE_PACE is {text!r}: give a number from 0.1, 1 as written")
    return pace


def _versions(text: str) -> timedelta | None:
    if not text.isdecimal() or int(text) > 36500:
        raise SettingIsWrong(
            f"THROUGHCARE_VERSIONS_DAYS is {text!r}: give whole days, or 0 to keep them for ever"
        )
    return timedelta(days=int(text)) if int(text) else None


def _silence(text: str) -> timedelta:
    if not text.isdecimal() or not 1 <= int(text) <= 24 * 365:
        raise SettingIsWrong(
            f"THROUGHCARE_SILENCE_HOURS is {text!r}: give whole hours, 24 for a day"
        )
    return timedelta(hours=int(text))


def _proxies(text: str) -> tuple[str, ...]:
    _networks("THROUGHCARE_PROXIES", text)
    return tuple(each.strip() for each in text.split(",") if each.strip())


def _networks(name: str, text: str) -> tuple[Network, ...]:
    found: list[Network] = []
    for each in (part.strip() for part in text.split(",") if part.strip()):
        try:
            found.append(ip_network(each))
        except ValueError:
            raise SettingIsWrong(
                f"{name} has {each!r}: give addresses or networks, comma separated"
            ) from None
    return tuple(found)


def _witnesses(text: str) -> tuple[Asked, ...]:
    found = []
    for each in (part.strip() for part in text.split(",") if part.strip()):
        try:
            found.append(Asked.read(each))
        except ValueError:
            raise SettingIsWrong(
                f"THROUGHCARE_WITNESSES has {each!r}: give for each witness its key, as it says it "
                "when it starts, a space and its address; comma separated"
            ) from None
    return tuple(found)


def _holder(text: str | None) -> PartnerId:
    if not text:
        return PRACTICE.id
    try:
        return PartnerId(UUID(text))
    except ValueError:
        raise SettingIsWrong(
            "THROUGHCARE_HOLDER is not an id: give a partner's, as GET /v1/partners lists them"
        ) from None
