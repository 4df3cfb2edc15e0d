"""The signed days of a partner's share, the keys that signed them, and how far partners read."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from domain.mapping import Volume, volume_of
from domain.vocabulary import PartnerId, Way
from projections.digests import SQL, document, leaf_at, public_jwk
from projections.questions.share import ShareQuestions
from projections.readers import SQL as READERS
from projections.readers import Reader


@dataclass(frozen=True, slots=True)
class SignedDay:
    """One closed day; ``erased`` has the digest of each entry that can no longer be read whole."""

    day: date
    first: int
    last: int
    signed: str
    erased: dict[int, str]

    def document(self) -> dict[str, Any]:
        """What was signed."""
        return document(self.signed)


class DigestQuestions(ShareQuestions):
    """What proves to a partner that it has everything."""

    async def digest_keys(self) -> list[dict[str, Any]]:
        """Every public key that signed a digest, as JWKs, the oldest first."""
        return [
            public_jwk(bytes(public)) | {"kid": kid, "alg": "EdDSA", "use": "sig"}
            for kid, public in await self._rows(SQL["keys"])
        ]

    async def digests(self, partner: PartnerId, *, after: date, limit: int) -> list[SignedDay]:
        """The partner's closed days that follow a day, in order."""
        rows = await self._rows(SQL["after"], partner, after, limit)
        return [SignedDay(day, first, last, signed, {}) for day, first, last, signed in rows]

    async def digest(self, partner: PartnerId, day: date) -> SignedDay | None:
        """One closed day, with the digests of what was erased since."""
        rows = await self._rows(SQL["of_day"], partner, day)
        if not rows:
            return None
        ((day, first, last, signed, leaves),) = rows
        persons = await self._rows(SQL["persons"], partner, first, last)
        rests = [(number, (person, volume_of(head))) for number, person, head in persons]
        gone = await asyncio.to_thread(self._destroyed, {each for _, each in rests})
        erased = {
            number: leaf_at(leaves, number - first).hex() for number, each in rests if each in gone
        }
        return SignedDay(day, first, last, signed, erased)

    async def readers(self) -> list[Reader]:
        """How far every partner's systems have read; of organisations, for who operates them."""
        return [
            Reader(partner, Way(way) if way else None, number or 0, newest, at, waits_since)
            for partner, way, number, newest, at, waits_since in await self._rows(READERS["every"])
        ]

    def _destroyed(self, rests: set[tuple[UUID, Volume]]) -> set[tuple[UUID, Volume]]:
        self._keys.many({person for person, _ in rests})
        return {each for each in rests if self._keys.of(*each) is None}
