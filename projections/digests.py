"""What a partner was told on each day, as one signed digest that it can reckon for itself.

It refuses to close a day that may still be told of, and to change one that is closed: what comes
later is in a later digest.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from psycopg import Connection

from domain.policies.days import local_date
from projections import tree
from projections.behalf import WHOSE
from projections.cloudevents import cloudevent
from projections.entries import UNREADABLE, Entry, opened
from projections.keys import PersonKeys
from projections.statements import statements

SQL = statements("digests")
SHARE = statements("share")

BEFORE_THE_FIRST = bytes(32)
"""The chain of a share that nothing was told in yet."""

DIGESTED = ("id", "type", "time", "subject", "sharenumber", "position", "backfill", "data")
"""What of an entry is digested; an attribute that is absent counts as null."""

PAGE = 1_000
"""Entries that are read at once."""

TOGETHER = 100
"""Digests that are kept at once, at most."""

DAY = timedelta(days=1)


def canonical(content: Any) -> bytes:
    """JSON as RFC 8785 has it, of what has no numbers but whole ones: the same bytes anywhere."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def leaf(event: Mapping[str, Any]) -> bytes:
    """The digest of one entry, as every way out gives it."""
    return sha256(canonical({name: event.get(name) for name in DIGESTED})).digest()


def chained(chain: bytes, leaves: Iterable[bytes]) -> bytes:
    """The chain after these entries: each link is the digest of the one before and of an entry."""
    for each in leaves:
        chain = sha256(chain + each).digest()
    return chain


def leaf_at(leaves: bytes, place: int) -> bytes:
    """One of a day's digests of entries, by its place from 0."""
    return leaves[32 * place : 32 * (place + 1)]


class Signer:
    """One key by which digests are signed (Ed25519); its name is its RFC 7638 thumbprint."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = key.public_key().public_bytes_raw()
        self.id = _text(sha256(canonical(public_jwk(self.public))).digest())

    def signed(self, document: Mapping[str, Any]) -> str:
        """The document under its signature: JWS in its compact form, ``EdDSA``."""
        header = canonical({"alg": "EdDSA", "kid": self.id, "typ": "JOSE"})
        signing = f"{_text(header)}.{_text(canonical(document))}"
        return f"{signing}.{_text(self._key.sign(signing.encode()))}"


def document(signed: str) -> dict[str, Any]:
    """What stands under a signature, which is not looked at."""
    middle = signed.split(".")[1]
    found: dict[str, Any] = json.loads(urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    return found


def public_jwk(public: bytes) -> dict[str, str]:
    """A public key as RFC 8037 writes it."""
    return {"crv": "Ed25519", "kty": "OKP", "x": _text(public)}


@dataclass(frozen=True, slots=True)
class Digest:
    """One day of a partner's share: entries ``first`` to ``last``, and the chain at each end."""

    partner: UUID
    day: date
    first: int
    previous: bytes
    leaves: tuple[bytes, ...]
    chain: bytes

    @property
    def last(self) -> int:
        """The number of its last entry; one less than ``first`` where there is none."""
        return self.first + len(self.leaves) - 1

    def document(self, at: datetime, checkpoint: str | None = None) -> dict[str, Any]:
        """What is signed; ``at`` is when, ``checkpoint`` how far the log had come by then."""
        return {
            "partner": str(self.partner),
            "day": self.day.isoformat(),
            "first": self.first,
            "last": self.last,
            "count": len(self.leaves),
            "sha256": self.chain.hex(),
            "previous": self.previous.hex(),
            "at": at.isoformat(),
        } | ({"checkpoint": checkpoint} if checkpoint else {})


def publish_key(connection: Connection, signer: Signer) -> None:
    """Let everybody know by which key digests are signed from now on."""
    connection.execute(SQL["publish_key"], [signer.id, signer.public])


@dataclass(frozen=True, slots=True)
class Closed:
    """How many days were closed, and the partners whose next day waits and why.

    An entry of it cannot be read, so that nobody could reckon its digest; it is closed once it can.
    """

    count: int
    waiting: Mapping[UUID, str]


def close(connection: Connection, keys: PersonKeys, signer: Signer, now: datetime) -> Closed:
    """Close every day that is over and has been told of to its end.

    A day of a share goes to where its first entry of a later day stands. What is told late (a case
    that was parked) has a later number and is in a later digest: whoever closes a day finds the
    same, whenever they do. Two that close at once keep the same digest once.
    """
    row = connection.execute(SQL["told_until"]).fetchone()
    assert row is not None, "a function answers"
    over = local_date(min(row[0], now)) - DAY
    closed, some, waiting = 0, list[Digest](), dict[UUID, str]()
    for share in connection.cursor(binary=True).execute(SQL["open"]).fetchall():
        days = _days(connection, keys, over, *share)
        while True:
            try:
                digest = next(days, None)
            except UNREADABLE as failed:
                waiting[share[0]] = type(failed).__name__
                break
            if digest is None:
                break
            some.append(digest)
            if len(some) == TOGETHER:
                closed += _keep(connection, some, signer, now)
                some.clear()
    return Closed(closed + (_keep(connection, some, signer, now) if some else 0), waiting)


def _days(
    connection: Connection,
    keys: PersonKeys,
    over: date,
    partner: UUID,
    number: int,
    closed: date | None,
    last: int | None,
    chain: bytes | None,
    began: datetime | None,
) -> Iterator[Digest]:
    """Each day that is over and not closed, with the entries that follow those of the one before.

    ``closed`` is the last day that is, with its last number and its chain; a share of which none
    is begins on the day it ``began``.
    """
    if closed is not None:
        day = closed + DAY
    else:
        assert began is not None, "a share with a number has a first entry"
        day = local_date(began)
    previous, first = chain or BEFORE_THE_FIRST, (last or 0) + 1
    leaves: list[bytes] = []

    def ended() -> Digest:
        nonlocal previous, first, leaves, day
        whole = tuple(leaves)
        digest = Digest(partner, day, first, previous, whole, chained(previous, whole))
        previous, first, leaves, day = digest.chain, digest.last + 1, [], day + DAY
        return digest

    if day > over:
        return
    for entry in _entries(connection, keys, partner, after=first - 1, up_to=number):
        while local_date(entry.recorded_at) > day:
            yield ended()
            if day > over:
                return
        leaves.append(leaf(cloudevent(entry)))
    while day <= over:
        yield ended()


def _entries(
    connection: Connection, keys: PersonKeys, partner: UUID, *, after: int, up_to: int
) -> Iterator[Entry]:
    while after < up_to:
        with connection.transaction():
            connection.execute(WHOSE, [str(partner)])
            cursor = connection.cursor(binary=True)
            rows = cursor.execute(SHARE["after"], [partner, after, PAGE]).fetchall()
        keys.many({row[3] for row in rows if row[3]})
        for row in rows:
            yield opened(row, keys)
        after = rows[-1][1]


def _keep(connection: Connection, some: list[Digest], signer: Signer, now: datetime) -> int:
    newest = tree.newest(connection)
    cursor = connection.cursor(binary=True).execute(
        SQL["close"],
        [
            [each.partner for each in some],
            [each.day for each in some],
            [each.first for each in some],
            [each.last for each in some],
            [each.chain for each in some],
            [b"".join(each.leaves) for each in some],
            [signer.signed(each.document(now, newest.note if newest else None)) for each in some],
        ],
    )
    return cursor.rowcount


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
