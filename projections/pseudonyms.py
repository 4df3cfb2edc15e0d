"""The id by which one partner knows a person: no two partners' ids can be put together."""

from __future__ import annotations

import hmac
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

from domain.vocabulary import PartnerId, PersonId


class Pseudonyms:
    """Ids derived from the master key, so that the same log gives the same share."""

    def __init__(self, master: bytes) -> None:
        self._secret = hmac.digest(master, b"throughcare pseudonyms", sha256)
        self.of = lru_cache(maxsize=100_000)(self._of)

    def _of(self, partner: PartnerId, person: PersonId) -> UUID:
        digest = hmac.digest(self._secret, partner.bytes + person.bytes, sha256)
        number = int.from_bytes(digest[:16], "big")
        # A UUID of version 8 (RFC 9562): its other bits are ours to fill.
        number = number & ~(0xF << 76) & ~(0x3 << 62) | 0x8 << 76 | 0x2 << 62
        return UUID(int=number)

    def drawn(self, organisation: PartnerId, intention: UUID, practitioner: UUID) -> bytes:
        """256 bits that nobody can guess, the same whenever they are drawn for the same."""
        names = organisation.bytes + intention.bytes + practitioner.bytes
        return hmac.digest(self._secret, b"invitation " + names, sha256)

    def blind(self, identifier: str) -> bytes:
        """An identifier (an NHS number) as it can be looked up without being kept in the clear."""
        return hmac.digest(self._secret, b"identifier " + identifier.encode(), sha256)
