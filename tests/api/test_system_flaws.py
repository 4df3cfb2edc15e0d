"""Every flaw that what a system shows can have is refused at every address there is."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import orjson
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from api.access_tokens import TYPE, AccessTokens
from api.scopes import SCOPES
from tests.api.machine import Machine, api_key, new_key, public, registered, with_key
from tests.api.place import Client, Place
from tests.api.test_access import knock, routes
from tests.sampling import EACH

SECRET = OctKey.import_key("a secret of the tests, 32 bytes.")


@pytest.fixture(scope="module")
def yusuf(place: Place) -> Client:
    return place.person("yusuf")


@pytest.fixture(scope="module")
def machine(place: Place, yusuf: Client) -> Machine:
    return registered(place, yusuf, *SCOPES, kind="RSA")


def tokens(place: Place) -> AccessTokens:
    found: AccessTokens = place.app.state.parts.access_tokens
    return found


@pytest.fixture(scope="module")
def flawed(place: Place, yusuf: Client, machine: Machine) -> dict[str, str]:
    """What no system may come in with, each for one reason; all but that is as it should be."""
    now = int(datetime.now(UTC).timestamp())
    good: dict[str, Any] = {
        "iss": machine.place.app.state.parts.address,
        "aud": machine.place.app.state.parts.address,
        "sub": str(machine.id),
        "client_id": str(machine.id),
        "key": machine.key.thumbprint(),
        "scope": " ".join(SCOPES),
        "iat": now - 10,
        "exp": now + 600,
        "jti": str(uuid4()),
    }
    key = tokens(place)._key

    def signed(secret: Any = key, alg: str = "HS256", typ: str = TYPE, **changed: Any) -> str:
        claims = {k: v for k, v in (good | changed).items() if v is not None}
        return jwt.encode({"alg": alg, "typ": typ}, claims, secret, algorithms=[alg])

    whole = signed()
    pattern = with_key(place, yusuf, whole)
    assert pattern.read("/v1/services").status_code == 200, "the pattern must itself be good"
    head, body, signature = whole.split(".")
    provider = RSAKey.generate_key(2048)
    other = registered(place, place.person("tom"), *SCOPES)
    return {
        "none": _part({"alg": "none", "typ": TYPE}) + "." + body + ".",
        "our key with the public key's algorithm": signed(machine.key, "RS256"),
        "the public key as a secret": _by_the_public_key(machine, good),
        "expired": signed(exp=now - 1),
        "not yet": signed(nbf=now + 300),
        "issued in the future": signed(iat=now + 300),
        "never expires": signed(exp=None),
        "another audience": signed(aud="https://elsewhere.example"),
        "no audience": signed(aud=None),
        "another issuer": signed(iss="https://elsewhere.example"),
        "another place's key": signed(SECRET),
        "what signs development tokens": signed(place.tokens._key),
        "another algorithm": signed(alg="HS512"),
        "an id token of a provider": signed(provider, "RS256", "JWT"),
        "an id token by our own key": signed(typ="JWT"),
        "a client's assertion": machine.signed(),
        "of no system": signed(sub=str(uuid4()), client_id=str(uuid4())),
        "of one system for another": signed(sub=str(other.id)),
        "another system's key": signed(key=other.key.thumbprint()),
        "no scope at all": signed(scope=None),
        "tampered": f"{head}.{_part(good | {'scope': 'x'})}.{signature}",
        "cut": f"{head}.{body}.",
        "by a key that was revoked": _revoked_key(place, yusuf),
        "of a system that ended": _ended(place, yusuf),
        "an API key that was revoked": _revoked_api_key(yusuf),
        "an API key that is over": _expired_api_key(place, yusuf),
        "an API key of nobody": "tck_" + "a" * 43,
    } | _left(place, yusuf)


def _part(content: dict[str, Any]) -> str:
    return urlsafe_b64encode(orjson.dumps(content)).rstrip(b"=").decode()


def _by_the_public_key(machine: Machine, claims: dict[str, Any]) -> str:
    assert isinstance(machine.key, RSAKey)
    said = f"{_part({'alg': 'HS256', 'typ': TYPE})}.{_part(claims)}"
    signature = hmac.digest(machine.key.as_pem(private=False), said.encode(), "sha256")
    return f"{said}.{urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def _revoked_key(place: Place, administrator: Client) -> str:
    machine = registered(place, administrator, *SCOPES)
    token = machine.client().token
    path = f"/v1/systems/{machine.id}"
    assert administrator.ask(f"{path}/keys", {"key": public(new_key())}).is_success
    body = {"thumbprint": machine.key.thumbprint()}
    assert administrator.ask(f"{path}/key-revocation", body).is_success
    return token


def _ended(place: Place, administrator: Client) -> str:
    machine = registered(place, administrator, *SCOPES)
    token = machine.client().token
    assert administrator.ask(f"/v1/systems/{machine.id}/ending").is_success
    return token


def _revoked_api_key(administrator: Client) -> str:
    made = api_key(administrator, *SCOPES)
    assert administrator.ask(f"/v1/api-keys/{made['id']}/revocation").is_success
    return str(made["key"])


def _expired_api_key(place: Place, administrator: Client) -> str:
    made = api_key(administrator, *SCOPES)
    with place.superuser() as connection:
        connection.execute(
            "update credentials.api_keys set expires_at = clock_timestamp() where id = %s",
            [made["id"]],
        )
    return str(made["key"])


def _left(place: Place, host: Client) -> dict[str, str]:
    """What a partner that has left goes on to hold."""
    cheryl = place.person("cheryl")
    machine, made = registered(place, cheryl, *SCOPES), api_key(cheryl, *SCOPES)
    token = machine.client().token
    host.done(f"/v1/partners/{cheryl.organisation}/leaving", {"reason": "The contract ended."})
    assert machine.asks().json()["error"] == "invalid_client"
    return {
        "a token of a partner that left": token,
        "a key of a partner that left": str(made["key"]),
    }


def test_no_flawed_credential_passes_at_any_address(place: Place, flawed: dict[str, str]) -> None:
    passed = []
    for flaw, method, path, status in _tried(place, flawed):
        if status not in (401, 303):
            passed.append((flaw, method, path, status))
    assert passed == []


def _tried(place: Place, flawed: dict[str, str]) -> Iterator[tuple[str, str, str, int]]:
    anybody = place.anybody()
    for number, (flaw, token) in enumerate(flawed.items()):
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
        for method, path in routes(place)[number % EACH :: EACH]:
            yield flaw, method, path, knock(anybody, method, path, **headers).status_code


@pytest.mark.parametrize("where", ["cookie", "query", "form"])
def test_a_systems_token_counts_in_the_header_alone(
    place: Place, machine: Machine, where: str
) -> None:
    token, anybody = machine.client().token, place.anybody()
    path = "/v1/services"
    if where == "cookie":
        anybody.cookies.set(place.app.state.parts.cookie, token)
        assert anybody.get(path).status_code == 401
    elif where == "query":
        assert anybody.get(path, params={"access_token": token}).status_code == 401
    else:
        form = {"access_token": token}
        assert anybody.post("/v1/caseload/search", data=form).status_code == 401


SPOOFED = {
    "X-Forwarded-User": "Yusuf Karim",
    "X-Remote-User": "Yusuf Karim",
    "Remote-User": "Yusuf Karim",
    "X-Auth-Request-User": "Yusuf Karim",
    "X-Organisation": "throughcare",
    "X-Client-Cert": "-----BEGIN CERTIFICATE-----",
    "X-SSL-Client-Verify": "SUCCESS",
    "X-SSL-Client-S-DN": "CN=gateway",
    "X-Forwarded-Client-Cert": 'Subject="CN=gateway"',
    "Client-Cert": ":MIIB:",
    "X-Forwarded-For": "127.0.0.1",
    "X-Original-URL": "/health",
    "X-Rewrite-URL": "/health",
    "X-HTTP-Method-Override": "GET",
}


def test_no_header_stands_for_a_credential_at_any_address(place: Place) -> None:
    anybody = place.anybody()
    passed = [
        (method, path, answer.status_code)
        for method, path in routes(place)
        if (answer := knock(anybody, method, path, **SPOOFED)).status_code not in (401, 303)
    ]
    assert passed == []


def test_no_header_changes_who_somebody_is(place: Place, machine: Machine) -> None:
    rows = machine.client().http.get("/v1/partners", headers=SPOOFED).json()["rows"]
    assert [row["id"] for row in rows if "agreement" in row] == [
        str(machine.administrator.organisation)
    ]
