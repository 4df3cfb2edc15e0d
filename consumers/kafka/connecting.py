"""How a client reaches a cluster, how long it waits, and what a record is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
