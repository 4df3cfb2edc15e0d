"""How a partner's system proves itself: public keys as they are registered, and what it signs.

RFC 7523: a short JWT by the system's own key, for this place, good for once. It refuses to hold a
private key, and to say to the asker which of its parts was wrong.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from joserfc.jws import JWSAlgModel, JWSRegistry  # type: ignore[attr-defined]

from domain.kernel import BrokenRule
from projections.credentials import Client, PublicKey

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST = 4096
"""Characters of an assertion."""
LONGEST_LIFE = timedelta(minutes=5)
AHEAD = timedelta(seconds=30)
"""How far a system's clock may be ahead of ours."""
ALGORITHMS = ("ES256", "PS256", "Ed25519", "EdDSA")
"""What a system may sign with; EdDSA is what Ed25519 was called before RFC 9864."""
SMALLEST_RSA, LARGEST_RSA = 2048, 4096
LONGEST_ID = 255


class KeyIsNotPossible(BrokenRule):
    """Send a public key alone, as a JWK: P-256, Ed25519, or RSA of 2,048 to 4,096 bits."""


class AssertionIsNotValid(Exception):
    """What was signed proves nothing. ``flaw`` is for the log alone, and is one of a few words."""

    def __init__(self, flaw: str, client: UUID | None = None) -> None:
        super().__init__(flaw)
        self.flaw, self.client = flaw, client


@dataclass(frozen=True, slots=True)
class Assertion:
    """A system that proved itself, by which key; ``id`` and ``expires`` say it is used once."""

    client: UUID
    thumbprint: str
    id: str
    expires: datetime


class _Algorithms(JWSRegistry):
    """The two names of one algorithm are one."""

    def get_alg(self, name: str) -> JWSAlgModel:
        return super().get_alg("Ed25519" if name == "EdDSA" else name)


_REGISTRY = _Algorithms(algorithms=[name for name in ALGORITHMS if name != "EdDSA"])


_KINDS: Mapping[object, tuple[type[ECKey | RSAKey | OKPKey], str, tuple[str, ...]]] = {
    "EC": (ECKey, "ES256", ("crv", "x", "y")),
    "OKP": (OKPKey, "Ed25519", ("crv", "x")),
    "RSA": (RSAKey, "PS256", ("n", "e")),
}
"""Of each kind of key, what it signs with and which of its members are kept."""


def public_key(given: Mapping[str, Any]) -> tuple[str, str, dict[str, Any]]:
    """Thumbprint (RFC 7638), algorithm and bare public key. Raises `KeyIsNotPossible`.

    Nothing of it is kept but what the algorithm needs, so that no other member means anything.
    """
    key, algorithm, members = _read(given)
    bare = {name: given[name] for name in ("kty", *members)}
    if key.is_private or given.keys() & {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}:
        raise KeyIsNotPossible
    return key.thumbprint(), algorithm, bare


def _read(given: Mapping[str, Any]) -> tuple[Key, str, tuple[str, ...]]:
    try:
        kind, algorithm, members = _KINDS[given["kty"]]
        bare = {name: given[name] for name in ("kty", *members)}
        if any(type(value) is not str or len(value) > 1024 for value in bare.values()):
            raise KeyIsNotPossible
        if algorithm == "PS256":
            bits = int.from_bytes(urlsafe_b64decode(bare["n"] + "==")).bit_length()
            if not SMALLEST_RSA <= bits <= LARGEST_RSA:
                raise KeyIsNotPossible
        elif given["crv"] != {"ES256": "P-256"}.get(algorithm, algorithm):
            raise KeyIsNotPossible
        key: Key = kind.import_key(bare)
    except (JoseError, ValueError, TypeError, KeyError) as flaw:
        raise KeyIsNotPossible from flaw
    return key, algorithm, members


def claimed(assertion: str) -> UUID:
    """Which system the assertion says it is of; nothing is proved by that.

    Raises `AssertionIsNotValid`.
    """
    if len(assertion) > LONGEST:
        raise AssertionIsNotValid("too long")
    try:
        claims = jws.extract_compact(assertion.encode()).payload
        read = orjson.loads(claims or b"")
        return UUID(read["sub"])
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as flaw:
        raise AssertionIsNotValid("not readable") from flaw


def proved(assertion: str, client: Client, audience: str, now: Callable[[], datetime]) -> Assertion:
    """What the assertion proves of this system. Raises `AssertionIsNotValid`."""
    for key in client.live:
        claims = _signed(assertion, key, client.id)
        if claims is not None:
            return _judged(claims, client.id, key.thumbprint, audience, now())
    raise AssertionIsNotValid("signed by no live key", client.id)


def _signed(assertion: str, key: PublicKey, client: UUID) -> dict[str, Any] | None:
    """The claims, if this key signed them with its own algorithm."""
    try:
        public = _KINDS[key.key["kty"]][0].import_key(key.key)
        token = jwt.decode(assertion, public, registry=_REGISTRY)
    except JoseError:
        return None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as flaw:
        # The library lets some malformed tokens out as errors of the language itself.
        raise AssertionIsNotValid("not readable", client) from flaw
    named = "Ed25519" if token.header["alg"] == "EdDSA" else token.header["alg"]
    if named != key.algorithm:
        return None
    if str(token.header.get("typ", "JWT")).casefold() not in ("jwt", "client-authentication+jwt"):
        raise AssertionIsNotValid("another kind of token", client)
    return token.claims


def _judged(
    claims: Mapping[str, Any], client: UUID, thumbprint: str, audience: str, now: datetime
) -> Assertion:
    said = claims.get("aud")
    own = str(client)
    expires, issued = _moment(claims, "exp", client), _moment(claims, "iat", client)
    begins, used = _moment(claims, "nbf", client), claims.get("jti")
    flaws = {
        "issuer or subject": claims.get("iss") != own or claims.get("sub") != own,
        "audience": said != audience and said != [audience],
        "expired": expires is None or expires <= now,
        "lives too long": expires is None or expires - now > LONGEST_LIFE + AHEAD,
        "from the future": any(at and at > now + AHEAD for at in (issued, begins)),
        "no id": not isinstance(used, str) or not 0 < len(used) <= LONGEST_ID,
    }
    flaw = next((flaw for flaw, found in flaws.items() if found), "")
    if flaw:
        raise AssertionIsNotValid(flaw, client)
    assert isinstance(expires, datetime)
    assert isinstance(used, str)
    return Assertion(client, thumbprint, used, expires)


def _moment(claims: Mapping[str, Any], name: str, client: UUID) -> datetime | None:
    said = claims.get(name)
    if said is None:
        return None
    if type(said) not in (int, float):
        raise AssertionIsNotValid("a time that is none", client)
    try:
        return datetime.fromtimestamp(said, UTC)
    except (ValueError, OverflowError, OSError) as flaw:
        raise AssertionIsNotValid("a time that is none", client) from flaw
