"""Development tokens of a demo: signed and read. It refuses to know what their holder may do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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


class TokenIsNotValid(Exception):
    """A token that is malformed, not ours, for somebody else, or over."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a valid token says. ``subject`` equals ``organisation`` when a system holds it."""

    subject: UUID
    organisation: UUID
    role: Role
    expires: Moment


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
            claims = jwt.decode(token, self._key, algorithms=[ALGORITHM]).claims
            self._claims.validate(claims)
            return Claims(
                subject=UUID(claims["sub"]),
                organisation=UUID(claims["org"]),
                role=Role(claims["role"]),
                expires=datetime.fromtimestamp(claims["exp"], UTC),
            )
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
