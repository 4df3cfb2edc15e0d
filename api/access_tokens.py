"""Access tokens of partners' systems (RFC 9068): short, for this place alone, for some scopes.

It refuses to know whether the system that holds one is still good: the database is asked for that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from api.tokens import ALGORITHM, LONGEST_TOKEN, SECRET_BYTES, TokenIsNotValid, Verified

TYPE = "at+jwt"
LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Access:
    """What a valid access token says: which system got it, by which of its keys, for what."""

    client: UUID
    thumbprint: str
    scopes: frozenset[str]


class AccessTokens:
    """The tokens of one place, which is their issuer and all they are good for.

    They are made and read here alone, so one secret does both; it signs nothing else.
    """

    def __init__(self, secret: bytes, clock: Callable[[], datetime], *, place: str) -> None:
        assert len(secret) >= SECRET_BYTES, "the secret that signs tokens has 32 bytes or more"
        self._key = OctKey.import_key(secret)
        self._clock, self.place = clock, place
        self._verified = Verified[Access](clock)
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: int(clock().timestamp()),
            iss={"essential": True, "value": place},
            aud={"essential": True, "value": place},
            sub={"essential": True},
            client_id={"essential": True},
            key={"essential": True},
            scope={"essential": True},
            iat={"essential": True},
            exp={"essential": True},
            jti={"essential": True},
        )

    def issue(self, client: UUID, thumbprint: str, scopes: frozenset[str]) -> str:
        """A token for a system that has just proved itself by one of its keys."""
        now = self._clock()
        claims = {
            "iss": self.place,
            "aud": self.place,
            "sub": str(client),
            "client_id": str(client),
            "key": thumbprint,
            "scope": " ".join(sorted(scopes)),
            "iat": int(now.timestamp()),
            "exp": int((now + LIFETIME).timestamp()),
            "jti": str(uuid4()),
        }
        header = {"alg": ALGORITHM, "typ": TYPE}
        return jwt.encode(header, claims, self._key, algorithms=[ALGORITHM])

    def read(self, token: str) -> Access:
        """What the token says. Raises `TokenIsNotValid`, which never says why to its holder."""
        if len(token) > LONGEST_TOKEN:
            raise TokenIsNotValid
        try:
            if known := self._verified.of(token):
                return known
            read = jwt.decode(token, self._key, algorithms=[ALGORITHM])
            if read.header.get("typ") != TYPE or read.claims["sub"] != read.claims["client_id"]:
                raise TokenIsNotValid
            self._claims.validate(read.claims)
            said = Access(
                UUID(read.claims["client_id"]),
                str(read.claims["key"]),
                frozenset(read.claims["scope"].split()),
            )
            return self._verified.keep(token, said, int(read.claims["exp"]))
        except (
            JoseError,
            ValueError,
            TypeError,
            KeyError,
            AttributeError,
            OverflowError,
            RecursionError,
        ) as flaw:
            # The library lets some malformed tokens out as errors of the language itself.
            raise TokenIsNotValid from flaw
