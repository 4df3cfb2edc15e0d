"""Secrets that messages to partners are signed with: made, and sealed by a key the database lacks.

It refuses to keep one in the open, and to open one at another endpoint than its own.
"""

from __future__ import annotations

from base64 import b64encode
from os import urandom
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
PREFIX = "whsec_"
"""How a secret begins, as Standard Webhooks has it."""


def new_secret() -> str:
    """A new secret, as a partner is shown it once."""
    return PREFIX + b64encode(urandom(KEY_BYTES)).decode()


class Seals:
    """Seals what belongs to one endpoint: its secrets, and what it answered."""

    def __init__(self, key: bytes) -> None:
        assert len(key) == KEY_BYTES, "the key of deliveries is 32 bytes"
        self._key = AESGCM(key)

    def sealed(self, plain: bytes, endpoint: UUID, part: str) -> bytes:
        """Bytes that only this key opens, for this endpoint and part of it."""
        nonce = urandom(NONCE_BYTES)
        return nonce + self._key.encrypt(nonce, plain, endpoint.bytes + part.encode())

    def opened(self, sealed: bytes, endpoint: UUID, part: str) -> bytes:
        """Those bytes again. Raises `cryptography.exceptions.InvalidTag` for any others."""
        nonce, closed = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        return self._key.decrypt(nonce, closed, endpoint.bytes + part.encode())


SECRET, ANSWER = "secret", "answer"
"""The parts of an endpoint that are sealed."""
