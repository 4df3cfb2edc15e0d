"""How a client reaches a cluster, how long it waits, and what a record is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from kafka.net.compat import KafkaNetClient

DEADLINE = 10.0
"""Seconds a broker may take for one call that can be given a deadline."""

Connection = Mapping[str, Any]
"""What every client needs: ``bootstrap_servers``, and how to sign in."""

Headers = list[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a topic. The key keeps one person's records together."""

    key: bytes
    value: bytes
    headers: Headers
    partition: int = 0


Client = TypeVar("Client")


class BrokerIsAway(Exception):
    """The broker cannot be reached or will not have us. Nothing is lost; try again."""


def connection(
    servers: str, *, user: str | None = None, password: str = "", authority: Path | None = None
) -> dict[str, Any]:
    """How to reach ``host:port,host:port``: by SCRAM-SHA-512 as a user, over TLS where there is
    a file of whom to believe."""
    made: dict[str, Any] = {"bootstrap_servers": servers.split(",")}
    if user is not None:
        made |= {
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": user,
            "sasl_plain_password": password,
        }
    if authority is not None:
        made["ssl_cafile"] = str(authority)
    made["security_protocol"] = ("SASL_" if user is not None else "") + (
        "SSL" if authority is not None else "PLAINTEXT"
    )
    return made


def opened(kind: Callable[..., Client], **settings: Any) -> Client:
    """A consumer, producer or administrator, or what it raises, with nothing of it left running.

    kafka-python 3.0.12 leaves the thread of a client that found no broker, which asks for one for
    ever: one more at each try while the broker is away. See docs/decisions.md, 2026-11-23.
    """
    began: list[KafkaNetClient] = []

    def beginning(**given: Any) -> KafkaNetClient:
        began.append(KafkaNetClient(**given))
        return began[-1]

    try:
        return kind(**settings, kafka_client=beginning)
    except BaseException:
        for each in began:
            each.close()
        raise
