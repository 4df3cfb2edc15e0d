"""Partners' systems: how they prove themselves, what is refused, and what is revoked at once."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson
import psycopg
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from psycopg import errors

from api import oauth
from api.access_tokens import LIFETIME, AccessTokens
from api.tokens import TokenIsNotValid
from deploy.community.place import PRACTICE, TALKING
from projections import schema
from tests.api.machine import Machine, api_key, new_key, public, registered, with_key
from tests.api.place import Client, Place


@pytest.fixture(scope="module")
def yusuf(place: Place) -> Client:
    """An administrator of the practice."""
    return place.person("yusuf")


@pytest.fixture(scope="module")
def tom(place: Place) -> Client:
    """An administrator of another organisation."""
    return place.person("tom")


@pytest.mark.parametrize("kind", ["EC", "OKP", "RSA"])
def test_a_system_gets_a_token_by_what_it_signs(place: Place, yusuf: Client, kind: str) -> None:
    machine = registered(place, yusuf, "services.read", "share.read", kind=kind)
    answer = machine.asks()
    assert answer.status_code == 200, answer.text
    assert answer.json() | {"access_token": ""} == {
        "access_token": "",
        "token_type": "Bearer",
        "expires_in": 600,
        "scope": "services.read share.read",
    }
    assert answer.headers["Cache-Control"] == "no-store"
    assert machine.client().read("/v1/services").status_code == 200


def test_a_system_reads_for_its_own_organisation_and_no_other(
    place: Place, yusuf: Client, tom: Client
) -> None:
    for administrator in (yusuf, tom):
        system = registered(place, administrator, "directory.read").client()
        rows = system.read("/v1/partners").json()["rows"]
        (own,) = (row for row in rows if "agreement" in row)
        assert own["id"] == str(administrator.organisation)


def test_the_name_eddsa_is_understood_still(place: Place, yusuf: Client) -> None:
    machine = registered(place, yusuf, "services.read")
    with pytest.warns(match="EdDSA"):
        assertion = machine.signed(header={"alg": "EdDSA"})
    assert machine.asks(assertion).status_code == 200


def test_where_to_ask_is_published(place: Place) -> None:
    said = place.anybody().get("/.well-known/oauth-authorization-server").json()
    address = place.app.state.parts.address
    assert said["issuer"] == address
    assert said["token_endpoint"] == f"{address}/oauth/token"
    assert said["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    assert "none" not in said["token_endpoint_auth_signing_alg_values_supported"]
    assert not [a for a in said["token_endpoint_auth_signing_alg_values_supported"] if "HS" in a]


def test_no_flawed_assertion_gets_a_token(place: Place, yusuf: Client, tom: Client) -> None:
    machine = registered(place, yusuf, "services.read", kind="RSA")
    other = registered(place, tom, "services.read")
    now = int(datetime.now(UTC).timestamp())
    head, body, signature = machine.signed().split(".")
    used = machine.signed()
    assert machine.asks(used).status_code == 200
    planted = new_key("RSA")
    flawed = {
        "none": _unsigned(machine.claims()),
        "the public key as a secret": _by_the_public_key(machine),
        "RS256": machine.signed(header={"alg": "RS256"}),
        "another key": machine.signed(by=new_key("RSA")),
        "another system's key": machine.signed(by=other.key),
        "a key that it brings": machine.signed(by=planted, header={"jwk": public(planted)}),
        "a key to be fetched": machine.signed(
            by=planted, header={"jku": "https://elsewhere.example/keys"}
        ),
        "expired": machine.signed(exp=now - 1),
        "never expires": machine.signed(exp=None),
        "expires at no number": machine.signed(exp="never"),
        "lives too long": machine.signed(exp=now + 3600),
        "not yet": machine.signed(nbf=now + 300),
        "issued in the future": machine.signed(iat=now + 300),
        "another audience": machine.signed(aud="https://elsewhere.example/oauth/token"),
        "our audience among others": machine.signed(aud=[machine.audience, "https://x.example"]),
        "no audience": machine.signed(aud=None),
        "another issuer": machine.signed(iss="https://elsewhere.example"),
        "of another system": machine.signed(sub=str(other.id), iss=str(other.id)),
        "of no system": machine.signed(sub=str(uuid4())),
        "without an id": machine.signed(jti=None),
        "an empty id": machine.signed(jti=""),
        "used before": used,
        "an access token": machine.client().token,
        "another kind of token": machine.signed(header={"typ": "at+jwt"}),
        "cut": f"{head}.{body}.",
        "tampered": f"{head}.{body[:-4]}AAAA.{signature}",
        "no token at all": "gateway",
        "a great deal of text": "a" * 10_000,
    }
    answers = {flaw: machine.asks(assertion) for flaw, assertion in flawed.items()}
    assert {flaw: (a.status_code, a.json()["error"]) for flaw, a in answers.items()} == (
        dict.fromkeys(flawed, (401, "invalid_client"))
    )
    assert len({a.json()["error_description"] for a in answers.values()}) == 1


def _by_the_public_key(machine: Machine) -> str:
    """HS256 with the PEM of the public key for its secret: what a confused reader would take."""
    head, body = (
        urlsafe_b64encode(orjson.dumps(part)).rstrip(b"=")
        for part in ({"alg": "HS256", "typ": "JWT"}, machine.claims())
    )
    assert isinstance(machine.key, RSAKey)
    pem = machine.key.as_pem(private=False)
    signature = hmac.digest(pem, head + b"." + body, "sha256")
    return b".".join((head, body, urlsafe_b64encode(signature).rstrip(b"="))).decode()


def _unsigned(claims: dict[str, Any]) -> str:
    key = OctKey.import_key("a secret of the tests, 32 bytes.")
    _, body, _ = jwt.encode({"alg": "HS256"}, claims, key).split(".")
    return f"eyJhbGciOiJub25lIn0.{body}."


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, 400, "unsupported_grant_type"),
        ({"client_assertion_type": "other"}, 401, "invalid_client"),
        ({"client_id": str(uuid4())}, 401, "invalid_client"),
        ({"scope": "people.read"}, 400, "invalid_scope"),
        ({"scope": "services.read everything"}, 400, "invalid_scope"),
    ],
)
def test_errors_are_those_that_oauths_clients_read(
    place: Place, yusuf: Client, form: dict[str, str], status: int, error: str
) -> None:
    answer = registered(place, yusuf, "services.read").asks(**form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_is_no_form_or_says_something_twice_is_refused(place: Place, yusuf: Client) -> None:
    machine, anybody = registered(place, yusuf, "services.read"), place.anybody()
    twice = f"grant_type={oauth.GRANT}&grant_type={oauth.GRANT}&client_assertion={machine.signed()}"
    kind = {"Content-Type": oauth.FORM}
    assert anybody.post(oauth.PATH, content=twice, headers=kind).json()["error"] == (
        "invalid_request"
    )
    assert anybody.post(oauth.PATH, json={}).json()["error"] == "invalid_request"
    assert anybody.post(oauth.PATH, data={"x": "y"}).json()["error"] == "invalid_request"


def test_a_token_opens_what_was_asked_and_no_more(place: Place, yusuf: Client) -> None:
    machine = registered(place, yusuf, "services.read", "people.read")
    narrow = machine.client("services.read")
    assert narrow.read("/v1/services").status_code == 200
    refused = narrow.read("/v1/caseload")
    assert refused.status_code == 403
    assert refused.headers["WWW-Authenticate"] == (
        'Bearer realm="throughcare", error="insufficient_scope", scope="people.read"'
    )
    assert machine.client().read("/v1/caseload").status_code == 200


def test_a_token_says_why_it_opens_nothing(place: Place) -> None:
    anybody = place.anybody()
    assert anybody.get("/v1/caseload").headers["WWW-Authenticate"] == 'Bearer realm="throughcare"'
    wrong = anybody.get("/v1/caseload", headers={"Authorization": "Bearer tck_of-nobody"})
    assert wrong.headers["WWW-Authenticate"] == (
        'Bearer realm="throughcare", error="invalid_token"'
    )


def test_a_key_changes_without_a_pause_and_the_old_one_ends_with_its_tokens(
    place: Place, yusuf: Client
) -> None:
    machine = registered(place, yusuf, "services.read")
    old, by_the_old = machine.key, machine.client()
    machine.key = new_key("EC")
    assert machine.asks().status_code == 401
    path = f"/v1/systems/{machine.id}"
    assert yusuf.ask(f"{path}/keys", {"key": public(machine.key)}).status_code == 200
    third = yusuf.ask(f"{path}/keys", {"key": public(new_key())})
    assert (third.status_code, third.json()["type"]) == (409, "/problems/two-keys-are-live")
    by_the_new = machine.client()
    assert machine.asks(machine.signed(by=old)).status_code == 200
    revoked = yusuf.ask(f"{path}/key-revocation", {"thumbprint": old.thumbprint()})
    assert revoked.status_code == 200
    assert machine.asks(machine.signed(by=old)).status_code == 401
    assert by_the_old.read("/v1/services").status_code == 401
    assert by_the_new.read("/v1/services").status_code == 200
    again = yusuf.ask(f"{path}/keys", {"key": public(old)})
    assert (again.status_code, again.json()["type"]) == (409, "/problems/key-is-taken")


def test_a_system_that_ended_has_no_token_that_opens_anything(place: Place, yusuf: Client) -> None:
    machine = registered(place, yusuf, "services.read")
    system = machine.client()
    assert yusuf.ask(f"/v1/systems/{machine.id}/ending").status_code == 200
    assert system.read("/v1/services").status_code == 401
    assert machine.asks().status_code == 401
    path = f"/v1/systems/{machine.id}/keys"
    assert yusuf.ask(path, {"key": public(new_key())}).status_code == 409


def test_a_private_key_is_refused_and_so_is_a_weak_one(yusuf: Client) -> None:
    with pytest.warns(match="2048"):
        weak = public(RSAKey.generate_key(1024))
    for key in (
        new_key("EC").as_dict(private=True),
        weak,
        {"kty": "oct", "k": "c2VjcmV0"},
        {"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"},
        {},
    ):
        body = {"name": "Gateway", "scopes": ["services.read"], "jwks": {"keys": [key]}}
        refused = yusuf.ask("/v1/systems", body)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["pointer"].startswith("/jwks/keys/0")
        assert "d" not in key or str(key["d"]) not in refused.text


def test_no_two_systems_have_the_same_key(place: Place, yusuf: Client, tom: Client) -> None:
    machine = registered(place, yusuf, "services.read")
    body = {"name": "Twin", "scopes": ["services.read"], "jwks": {"keys": [public(machine.key)]}}
    assert tom.ask("/v1/systems", body).json()["type"] == "/problems/key-is-taken"


def test_an_api_key_is_shown_once_and_opens_its_scopes(place: Place, yusuf: Client) -> None:
    again = uuid4()
    until = (datetime.now(UTC).date() + timedelta(days=30)).isoformat()
    body = {"name": "Report", "scopes": ["services.read"], "expires_on": until}
    shown = yusuf.ask("/v1/api-keys", body, key=again)
    assert shown.status_code == 201
    secret = shown.json()["key"]
    assert len(secret) == len("tck_") + 43
    assert yusuf.ask("/v1/api-keys", body, key=again).json()["type"] == "/problems/made-before"
    listed = yusuf.read("/v1/systems")
    assert secret not in listed.text
    (before,) = (k for k in listed.json()["api_keys"] if k["id"] == shown.json()["id"])
    assert before["last_used_at"] is None
    system = with_key(place, yusuf, secret)
    assert system.read("/v1/services").status_code == 200
    assert system.read("/v1/caseload").status_code == 403
    (after,) = (
        k for k in yusuf.read("/v1/systems").json()["api_keys"] if k["id"] == shown.json()["id"]
    )
    assert after["last_used_at"] is not None
    assert yusuf.ask(f"/v1/api-keys/{shown.json()['id']}/revocation").status_code == 200
    assert system.read("/v1/services").status_code == 401


def test_no_key_is_kept_as_it_was_shown(place: Place, yusuf: Client) -> None:
    secret = api_key(yusuf, "services.read")["key"]
    with place.superuser() as connection:
        kept = str(connection.execute("select api_keys::text from credentials.api_keys").fetchall())
    assert secret not in kept
    assert secret.removeprefix("tck_").encode().hex() not in kept


def test_an_api_key_is_over_when_its_day_is(place: Place, yusuf: Client) -> None:
    made = api_key(yusuf, "services.read")
    system = with_key(place, yusuf, made["key"])
    assert system.read("/v1/services").status_code == 200
    with place.superuser() as connection:
        connection.execute(
            "update credentials.api_keys set expires_at = clock_timestamp() where id = %s",
            [made["id"]],
        )
    assert system.read("/v1/services").status_code == 401


@pytest.mark.parametrize("days", [-1, 400])
def test_a_key_ends_within_a_year(yusuf: Client, days: int) -> None:
    on = (datetime.now(UTC).date() + timedelta(days=days)).isoformat()
    body = {"name": "Report", "scopes": ["services.read"], "expires_on": on}
    assert yusuf.ask("/v1/api-keys", body).status_code == 422
    assert yusuf.ask("/v1/api-keys", body | {"expires_on": None}).status_code == 422


def test_only_an_administrator_sees_to_systems_and_only_their_own(
    place: Place, asha: Client, yusuf: Client, tom: Client
) -> None:
    machine, key = registered(place, yusuf, "services.read"), api_key(yusuf, "services.read")
    for client in (asha, place.system(PRACTICE)):
        assert client.read("/v1/systems").status_code == 403
    thumbprint = {"thumbprint": machine.key.thumbprint()}
    assert str(machine.id) not in tom.read("/v1/systems").text
    for path, body in (
        (f"/v1/systems/{machine.id}/keys", {"key": public(new_key())}),
        (f"/v1/systems/{machine.id}/key-revocation", thumbprint),
        (f"/v1/systems/{machine.id}/ending", {}),
        (f"/v1/api-keys/{key['id']}/revocation", {}),
    ):
        assert tom.ask(path, body).status_code == 404, path
    assert machine.asks().status_code == 200


def test_the_serving_role_cannot_take_back_a_revocation(place: Place, yusuf: Client) -> None:
    key = api_key(yusuf, "services.read")
    yusuf.ask(f"/v1/api-keys/{key['id']}/revocation")
    with psycopg.connect(place.database.dsn(schema.SERVE), autocommit=True) as serving:
        for statement in (
            "delete from credentials.revocations",
            "update credentials.revocations set credential = ''",
            "update credentials.api_keys set id = gen_random_uuid()",
            "update credentials.clients set scopes = '{people.read}'",
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                serving.execute(statement)


def test_an_access_token_is_over_after_ten_minutes_and_good_at_one_place() -> None:
    now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    secret = b"a secret of the tests, 32 bytes."
    here = AccessTokens(secret, lambda: now, place="https://here.example")
    there = AccessTokens(secret, lambda: now, place="https://there.example")
    token = here.issue(TALKING.id, "thumbprint", frozenset({"share.read"}))
    assert here.read(token).scopes == {"share.read"}
    with pytest.raises(TokenIsNotValid):
        there.read(token)
    now += LIFETIME
    with pytest.raises(TokenIsNotValid):
        here.read(token)
