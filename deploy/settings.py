"""Settings from the environment. Nothing else in the project reads it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

from deploy.community.place import PRACTICE
from domain.vocabulary import PartnerId

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""Names of this machine, for itself alone."""


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

    pace: float = 1.0
    """How many times the rates of ``api/limits.py`` anybody may ask."""

    proxies: tuple[str, ...] = ()
    """Addresses of proxies whose word counts for where a request comes from."""

    address: str = "http://127.0.0.1:8000"
    """Where browsers and partners' systems find this place: ``https://name``, without a path."""

    demo: bool = False
    """Whether one may sign in by choosing a name, and come in with a development token."""


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read ``THROUGHCARE_*`` and ``PORT``. Raises `SettingIsWrong`."""
    key = environment.get("THROUGHCARE_MASTER_KEY_FILE")
    port = _port(environment.get("PORT") or "8000")
    host = environment.get("THROUGHCARE_HOST") or "127.0.0.1"
    return Settings(
        data=Path(environment.get("THROUGHCARE_DATA") or ".throughcare").resolve(),
        database=environment.get("THROUGHCARE_DATABASE") or None,
        master_key=Path(key) if key else None,
        host=host,
        port=port,
        kafka=environment.get("THROUGHCARE_KAFKA") or None,
        holder=_holder(environment.get("THROUGHCARE_HOLDER")),
        address=_address(environment.get("THROUGHCARE_ADDRESS"), host, port),
        pace=_pace(environment.get("THROUGHCARE_PACE") or "1"),
        proxies=_proxies(environment.get("THROUGHCARE_PROXIES") or ""),
        demo=_yes("THROUGHCARE_DEMO", environment.get("THROUGHCARE_DEMO")),
    )


def _yes(name: str, text: str | None) -> bool:
    said = text or "no"
    if said not in ("yes", "no"):
        raise SettingIsWrong(f"{name} is {said!r}: give yes or no")
    return said == "yes"


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


def _proxies(text: str) -> tuple[str, ...]:
    given = tuple(each.strip() for each in text.split(",") if each.strip())
    for each in given:
        try:
            ip_network(each)
        except ValueError:
            raise SettingIsWrong(
                f"THROUGHCARE_PROXIES has {each!r}: give addresses or networks, comma separated"
            ) from None
    return given


def _holder(text: str | None) -> PartnerId:
    if not text:
        return PRACTICE.id
    try:
        return PartnerId(UUID(text))
    except ValueError:
        raise SettingIsWrong(
            "THROUGHCARE_HOLDER is not an id: give a partner's, as GET /v1/partners lists them"
        ) from None
