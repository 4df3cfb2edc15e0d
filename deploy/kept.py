"""Secrets of this set-up, each in a file of the data folder: made once, and read by nobody else."""

from __future__ import annotations

import json
import os
import secrets
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from api.tokens import SECRET_BYTES, Tokens

TOKENS = "token.key"
"""The file of the secret that signs development tokens."""


def now() -> datetime:
    """The one clock of the edges. The order of facts is the database's own."""
    return datetime.now(UTC)


def kept(path: Path, make: Callable[[], dict[str, str]]) -> dict[str, str]:
    """What a file keeps; made first when there is none."""
    try:
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
    except FileExistsError:
        known: dict[str, str] = json.loads(path.read_text())
        return known
    with os.fdopen(made, "w") as file:
        json.dump(make(), file)
    return kept(path, make)


def new_secret() -> dict[str, str]:
    """A secret as a file keeps it."""
    return {"secret": secrets.token_hex(SECRET_BYTES)}


def secret(path: Path) -> bytes:
    """The secret that a file keeps; made first when there is none."""
    return bytes.fromhex(kept(path, new_secret)["secret"])


def tokens(data: Path) -> Tokens:
    """Development tokens of the place with this data folder."""
    return Tokens(secret(data / TOKENS), now)
