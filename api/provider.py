"""The provider of identities (OpenID Connect): asked over HTTP, and believed only when it proves.

Authorization code flow with PKCE. It refuses to know who anybody is here, and lets no token out:
of all that the provider gives, a checked issuer and subject are left.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit
from uuid import uuid4

import anyio
import httpx
import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from domain.practitioner import Identity
from domain.vocabulary import Moment
from projections.sessions import new_secret

ALGORITHMS = ("RS256", "PS256", "ES256", "Ed25519", "EdDSA")
"""How an ID token may be signed: by a key that only the provider has. Never `none`, never HS256."""

WITHIN = 5.0
"""Seconds that any one question to the provider may take."""

LARGEST = 256_000
"""Bytes of the largest answer that is read."""

KEPT = 3600.0
"""Seconds for which the provider's description and keys are not asked for again."""

AGAIN = 10.0
"""Seconds before an unknown key lets the provider's keys be asked for once more."""

SKEW = 30
"""Seconds by which the provider's clock may differ from ours."""

OLDEST = 600
"""Seconds since an ID token was issued; it comes straight from the provider."""

LEAST_RSA = 2048
UNNAMED = "your organisation's account"
"""What people read of a provider that has no name."""
LONGEST_SUBJECT = 255


class ProviderDoesNotAnswer(Exception):
    """The provider cannot be reached, or what it says of itself cannot be used."""


class NotProven(Exception):
    """What came back does not prove who somebody is. Its word says which check failed."""


@dataclass(frozen=True, slots=True)
class Registration:
    """What this place and the provider agreed on. One of ``secret`` and ``key`` is given.

    ``acr_values`` are asked for; ``acr`` are those that are good enough; ``max_age`` is how many
    seconds ago somebody may have proven who they are.
    """

    issuer: str
    client_id: str
    redirect_uri: str
    secret: str | None = field(default=None, repr=False)
    key: RSAKey | ECKey | None = field(default=None, repr=False)
    key_id: str | None = None
    acr_values: str = ""
    acr: frozenset[str] = frozenset()
    max_age: int | None = None
    name: str = UNNAMED


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in on its way: where the browser goes, and what its answer is checked against."""

    address: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Described:
    """What the provider says of itself, once it was checked."""

    authorization: str
    token: str
    keys: str
    end_session: str | None
    names_itself: bool  # in each answer (RFC 9207)


class Provider:
    """One provider, asked as one client. It remembers the provider's description and keys."""

    def __init__(self, registration: Registration, clock: Callable[[], Moment]) -> None:
        self.registration = registration
        self._clock = clock
        self._described: tuple[float, Described] | None = None
        self._keys: tuple[float, KeySet] | None = None

    async def begin(self, state: str) -> Begun:
        """Begin a sign-in. Raises `ProviderDoesNotAnswer`."""
        ours, described = self.registration, await self.described()
        nonce, verifier = new_secret(), new_secret()
        asked = {
            "response_type": "code",
            "client_id": ours.client_id,
            "redirect_uri": ours.redirect_uri,
            "scope": "openid",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
        }
        if ours.acr_values:
            asked["acr_values"] = ours.acr_values
        if ours.max_age is not None:
            asked["max_age"] = str(ours.max_age)
        return Begun(_with(described.authorization, asked), nonce, verifier)

    async def identity(self, answer: Mapping[str, str], nonce: str, verifier: str) -> Identity:
        """Who came back with this answer. Raises `NotProven`, `ProviderDoesNotAnswer`."""
        described = await self.described()
        said = answer.get("iss")
        if said != self.registration.issuer and (said is not None or described.names_itself):
            raise NotProven("another issuer answered")
        code = answer.get("code")
        if not code or "error" in answer:
            raise NotProven("the provider refused")
        token = await self._exchange(described, code, verifier)
        return self.checked(await self._read(token), nonce)

    async def signing_out(self, back_to: str) -> str | None:
        """Where the browser goes to sign out at the provider too; ``None`` if it cannot.

        No ID token goes along: it would pass through the browser.
        """
        try:
            described = await self.described()
        except ProviderDoesNotAnswer:
            return None
        if described.end_session is None:
            return None
        asked = {"client_id": self.registration.client_id, "post_logout_redirect_uri": back_to}
        return _with(described.end_session, asked)

    async def described(self) -> Described:
        """What the provider says of itself. Raises `ProviderDoesNotAnswer`."""
        if self._described is None or anyio.current_time() - self._described[0] > KEPT:
            issuer = self.registration.issuer
            said = await self._get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            self._described = (anyio.current_time(), _described(said, issuer))
        return self._described[1]

    async def keys(self, *, anew: bool = False) -> KeySet:
        """The keys the provider signs with. Raises `ProviderDoesNotAnswer`."""
        kept = self._keys
        least = AGAIN if anew else KEPT
        if kept is None or anyio.current_time() - kept[0] > least:
            said = await self._get((await self.described()).keys)
            self._keys = kept = (anyio.current_time(), _signing(said))
        return kept[1]

    async def _read(self, token: str) -> dict[str, Any]:
        """The claims of an ID token that the provider signed. Raises `NotProven`."""
        try:
            head = orjson.loads(_unpadded(token.split(".")[0]))
            algorithm, kid = head.get("alg"), head.get("kid")
        except (ValueError, AttributeError) as malformed:
            raise NotProven("no ID token") from malformed
        if algorithm not in ALGORITHMS:
            raise NotProven("an algorithm that is not allowed")
        keys = await self.keys()
        if kid is not None and all(key.kid != kid for key in keys):
            keys = await self.keys(anew=True)  # the provider may have changed its keys
        try:
            claims = jwt.decode(token, keys, algorithms=[algorithm]).claims
        except (JoseError, ValueError, TypeError, KeyError, AttributeError) as flaw:
            raise NotProven("a signature that does not hold") from flaw
        return dict(claims)

    def checked(self, claims: Mapping[str, Any], nonce: str) -> Identity:
        """Whom an ID token's claims are about, for us, now. Raises `NotProven`."""
        ours, now = self.registration, self._clock().timestamp()
        issued, ends = _seconds(claims, "iat"), _seconds(claims, "exp")
        begins, subject = _seconds(claims, "nbf"), claims.get("sub")
        meant = claims.get("aud")
        audience = meant if isinstance(meant, list) else [meant]
        if claims.get("iss") != ours.issuer:
            raise NotProven("another issuer")
        if ours.client_id not in audience:
            raise NotProven("another audience")
        if claims.get("azp", ours.client_id if len(audience) == 1 else None) != ours.client_id:
            raise NotProven("another authorized party")
        if ends is None or now >= ends + SKEW:
            raise NotProven("it has expired")
        if issued is None or not now - OLDEST <= issued <= now + SKEW:
            raise NotProven("it was not issued just now")
        if begins is not None and now < begins - SKEW:
            raise NotProven("it is not valid yet")
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise NotProven("another nonce")
        if ours.acr and claims.get("acr") not in ours.acr:
            raise NotProven("not proven well enough")
        if ours.max_age is not None:
            proven = _seconds(claims, "auth_time")
            if proven is None or now - proven > ours.max_age + SKEW:
                raise NotProven("proven too long ago")
        if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
            raise NotProven("no subject")
        return Identity(ours.issuer, subject)

    async def _exchange(self, described: Described, code: str, verifier: str) -> str:
        """The ID token for a code. Raises `NotProven`, `ProviderDoesNotAnswer`."""
        ours = self.registration
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": ours.redirect_uri,
            "code_verifier": verifier,
            "client_id": ours.client_id,
        }
        auth: httpx.Auth | None = None
        if ours.key is not None:
            form["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            form["client_assertion"] = self._assertion(described.token)
        else:
            auth = httpx.BasicAuth(quote_plus(ours.client_id), quote_plus(ours.secret or ""))
        status, said = await self._asked("POST", described.token, data=form, auth=auth)
        if status >= 500:
            raise ProviderDoesNotAnswer(f"the token endpoint answered {status}")
        token = said.get("id_token")
        if status != 200 or not isinstance(token, str):
            raise NotProven("the code was refused")
        return token

    def _assertion(self, audience: str) -> str:
        ours, now = self.registration, int(self._clock().timestamp())
        assert ours.key is not None, "signed only where there is a key"
        claims = {
            "iss": ours.client_id,
            "sub": ours.client_id,
            "aud": audience,
            "jti": str(uuid4()),
            "iat": now,
            "exp": now + 60,
        }
        algorithm = "ES256" if isinstance(ours.key, ECKey) else "RS256"
        header = {"alg": algorithm, "kid": ours.key_id or ours.key.thumbprint()}
        return jwt.encode(header, claims, ours.key, algorithms=[algorithm])

    async def _get(self, address: str) -> dict[str, Any]:
        status, said = await self._asked("GET", address)
        if status != 200:
            raise ProviderDoesNotAnswer(f"{urlsplit(address).path} answered {status}")
        return said

    async def _asked(
        self,
        method: str,
        address: str,
        *,
        data: Mapping[str, str] | None = None,
        auth: httpx.Auth | None = None,
    ) -> tuple[int, dict[str, Any]]:
        """A status and the JSON that came, within bounds. Raises `ProviderDoesNotAnswer`."""
        body = b""
        try:
            with anyio.fail_after(WITHIN):
                async with (
                    httpx.AsyncClient(timeout=WITHIN) as client,
                    client.stream(
                        method,
                        address,
                        data=data,
                        auth=auth,
                        headers={"Accept": "application/json"},
                    ) as answer,
                ):
                    async for part in answer.aiter_bytes():
                        body += part
                        if len(body) > LARGEST:
                            raise ProviderDoesNotAnswer("an answer is too large")
            said = orjson.loads(body)
        except (httpx.HTTPError, TimeoutError, orjson.JSONDecodeError) as failure:
            raise ProviderDoesNotAnswer(type(failure).__name__) from failure
        if not isinstance(said, dict):
            raise ProviderDoesNotAnswer("an answer is no object")
        return answer.status_code, said


def challenge(verifier: str) -> str:
    """A verifier's challenge by S256 (RFC 7636)."""
    digest = sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _described(said: Mapping[str, Any], issuer: str) -> Described:
    if said.get("issuer") != issuer:
        raise ProviderDoesNotAnswer("it describes another issuer")
    if "S256" not in said.get("code_challenge_methods_supported", ["S256"]):
        raise ProviderDoesNotAnswer("it knows no PKCE with S256")
    signs = said.get("id_token_signing_alg_values_supported", ["RS256"])
    if not set(ALGORITHMS) & set(signs):
        raise ProviderDoesNotAnswer("it signs by no algorithm that is taken")

    def address(name: str) -> str:
        given = said.get(name)
        if not isinstance(given, str) or not _private(given, issuer):
            raise ProviderDoesNotAnswer(f"its {name} cannot be used")
        return given

    return Described(
        authorization=address("authorization_endpoint"),
        token=address("token_endpoint"),
        keys=address("jwks_uri"),
        end_session=address("end_session_endpoint") if "end_session_endpoint" in said else None,
        names_itself=said.get("authorization_response_iss_parameter_supported") is True,
    )


def _private(address: str, issuer: str) -> bool:
    """Over https, or on this very machine where the issuer is too."""
    there, its = urlsplit(address), urlsplit(issuer)
    if there.scheme == "https":
        return bool(there.hostname)
    return there.scheme == its.scheme == "http" and there.hostname == its.hostname


def _signing(said: Mapping[str, Any]) -> KeySet:
    """The keys of a set that may have signed an ID token: public ones, and long enough."""
    keys: list[RSAKey | ECKey | OKPKey | Any] = []
    for each in said.get("keys", ()):
        kind = _KINDS.get(str(each.get("kty"))) if isinstance(each, dict) else None
        if kind is None or each.get("use", "sig") != "sig":
            continue
        try:
            key = kind.import_key(each)
        except (JoseError, ValueError, TypeError, KeyError):
            continue
        if not isinstance(key, RSAKey) or key.public_key.key_size >= LEAST_RSA:
            keys.append(key)
    if not keys:
        raise ProviderDoesNotAnswer("it names no key to sign with")
    return KeySet(keys)


_KINDS: dict[str, type[RSAKey] | type[ECKey] | type[OKPKey]] = {
    "RSA": RSAKey,
    "EC": ECKey,
    "OKP": OKPKey,
}


def _seconds(claims: Mapping[str, Any], name: str) -> float | None:
    given = claims.get(name)
    known = isinstance(given, int | float) and not isinstance(given, bool)
    return given if known else None


def _unpadded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _with(address: str, asked: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"
