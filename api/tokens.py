"""Development tokens of a demo: signed and read. It refuses to know what their holder may do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Generic, TypeVar
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from domain.vocabulary import Moment, Role

ALGORITHM = "HS256"
ISSUER = "throughcare-demo"
AUDIENCE = "throughcare"
LIFETIME = timedelta(hours=12)
LONGEST_TOKEN = 4096
SECRET_BYTES = 32
MOST_KEPT = 1_000
"""Tokens whose words are remembered; with one more all are read again."""


class TokenIsNotValid(Exception):
    """A token that is malformed, not ours, for somebody else, or over."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a valid token says. ``subject`` equals ``organisation`` when a system holds it."""

    subject: UUID
    organisation: UUID
    role: Role
    expires: Moment


Said = TypeVar("Said")


class Verified(Generic[Said]):
    """What tokens say whose signature was found good, by their hash: a caller shows one for hours.

    Whether its holder may come in is asked each time, and elsewhere.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock, self._known = clock, dict[bytes, tuple[Said, int]]()

    def of(self, token: str) -> Said | None:
        """What a token says that was kept and is not over."""
        said, until = self._known.get(_digest(token), (None, 0))
        return said if int(self._clock().timestamp()) < until else None

    def keep(self, token: str, said: Said, until: int) -> Said:
        """Remember what a token says up to this second."""
        if len(self._known) >= MOST_KEPT:
            self._known.clear()
        self._known[_digest(token)] = said, until
        return said


def _digest(token: str) -> bytes:
    return blake2b(token.encode(), digest_size=32).digest()


class Tokens:
    """One secret's tokens. ``clock`` says when a token is over: nothing ends one before."""

    def __init__(
        self,
        secret: bytes,
        clock: Callable[[], datetime],
        *,
        issuer: str = ISSUER,
        audience: str = AUDIENCE,
    ) -> None:
        assert len(secret) >= SECRET_BYTES, "the secret that signs tokens has 32 bytes or more"
        self._key = OctKey.import_key(secret)
        self._clock = clock
        self._issuer, self._audience = issuer, audience
        self._verified = Verified[Claims](clock)
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: int(clock().timestamp()),
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            sub={"essential": True},
            org={"essential": True},
            role={"essential": True},
            iat={"essential": True},
            exp={"essential": True},
        )

    def issue(
        self, subject: UUID, organisation: UUID, role: Role, *, lifetime: timedelta = LIFETIME
    ) -> str:
        """A development token for somebody of the demo, or with ``subject`` = ``organisation`` for
        a partner's system."""
        now = self._clock()
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": str(subject),
            "org": str(organisation),
            "role": role.value,
            "iat": int(now.timestamp()),
            "exp": int((now + lifetime).timestamp()),
        }
        return jwt.encode({"alg": ALGORITHM}, claims, self._key, algorithms=[ALGORITHM])

    def read(self, token: str) -> Claims:
        """What the token says. Raises `TokenIsNotValid`, which never says why to its holder."""
        if len(token) > LONGEST_TOKEN:
            raise TokenIsNotValid
        try:
            if known := self._verified.of(token):
                return known
            claims = jwt.decode(token, self._key, algorithms=[ALGORITHM]).claims
            self._claims.validate(claims)
            said = Claims(
                subject=UUID(claims["sub"]),
                organisation=UUID(claims["org"]),
                role=Role(claims["role"]),
                expires=datetime.fromtimestamp(claims["exp"], UTC),
            )
            return self._verified.keep(token, said, int(claims["exp"]))
        except (
            JoseError,
            ValueError,
            TypeError,
            KeyError,
            AttributeError,
            OverflowError,
            OSError,
            RecursionError,
        ) as flaw:
            # The library lets some malformed tokens out as errors of the language itself.
            raise TokenIsNotValid from flaw
