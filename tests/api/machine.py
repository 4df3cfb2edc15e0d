"""A partner's system as it is at the partner: it holds its private keys, and signs for tokens."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

from api import assertions, oauth
from tests.api.place import Client, Place

SIGNING = {"EC": "ES256", "OKP": "Ed25519", "RSA": "PS256"}


def new_key(kind: str = "OKP") -> Key:
    """A pair of keys, as a partner makes it."""
    if kind == "RSA":
        return RSAKey.generate_key(2048)
    return ECKey.generate_key("P-256") if kind == "EC" else OKPKey.generate_key("Ed25519")


def public(key: Key) -> dict[str, Any]:
    return dict(key.as_dict(private=False))


@dataclass
class Machine:
    """A registered system and the key it signs with."""

    place: Place
    administrator: Client
    id: UUID
    key: Key
    token: str = field(default="", repr=False)

    @property
    def audience(self) -> str:
        return str(self.place.app.state.parts.address) + oauth.PATH

    def claims(self, **changed: Any) -> dict[str, Any]:
        """What it signs; a claim that is ``None`` is left out."""
        now = int(datetime.now(UTC).timestamp())
        good = {
            "iss": str(self.id),
            "sub": str(self.id),
            "aud": self.audience,
            "iat": now,
            "exp": now + 120,
            "jti": str(uuid4()),
        }
        return {k: v for k, v in (good | changed).items() if v is not None}

    def signed(
        self, *, by: Key | None = None, header: dict[str, Any] | None = None, **changed: Any
    ) -> str:
        key = by or self.key
        alg = "HS256" if isinstance(key, OctKey) else SIGNING[str(key.key_type)]
        said = {"alg": alg} | (header or {})
        return jwt.encode(said, self.claims(**changed), key, algorithms=[said["alg"]])

    def asks(self, assertion: str | None = None, **form: str) -> httpx.Response:
        """Ask for a token with an assertion, a good one unless it is given."""
        sent = {
            "grant_type": oauth.GRANT,
            "client_assertion_type": assertions.TYPE,
            "client_assertion": assertion or self.signed(),
        }
        return self.place.anybody().post(oauth.PATH, data=sent | form)

    def client(self, scope: str = "") -> Client:
        """It with a token it has just got."""
        answer = self.asks(scope=scope) if scope else self.asks()
        assert answer.status_code == 200, answer.text
        self.token = answer.json()["access_token"]
        http = self.place.anybody()
        http.headers["Authorization"] = f"Bearer {self.token}"
        return Client(http, self.administrator.organisation, self.token)


def registered(
    place: Place, administrator: Client, *scopes: str, kind: str = "OKP", name: str = "Gateway"
) -> Machine:
    """A system that an organisation's administrator has just registered."""
    key = new_key(kind)
    body = {"name": name, "scopes": list(scopes), "jwks": {"keys": [public(key)]}}
    answer = administrator.ask("/v1/systems", body)
    assert answer.status_code == 201, answer.text
    return Machine(place, administrator, UUID(answer.json()["id"]), key)


def api_key(administrator: Client, *scopes: str) -> dict[str, Any]:
    """A key that was just shown."""
    day = datetime.now(UTC).date().replace(day=1)
    until = day.replace(year=day.year + (day.month == 12), month=day.month % 12 + 1)
    body = {"name": "Nightly report", "scopes": list(scopes), "expires_on": until.isoformat()}
    answer = administrator.ask("/v1/api-keys", body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def with_key(place: Place, administrator: Client, key: str) -> Client:
    """A system that shows an API key."""
    http = place.anybody()
    http.headers["Authorization"] = f"Bearer {key}"
    return Client(http, administrator.organisation, key)
