"""Who may come in: no address forgets to ask, no flawed token passes, and nothing leaks by 403."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from api import access
from api.parts import COOKIE
from api.tokens import AUDIENCE, ISSUER, TokenIsNotValid, Tokens
from deploy.community.place import COMMISSIONER, LOW, PRACTICE, PROBATION, TALKING
from domain.vocabulary import Role
from tests.api.place import Client, Place
from tests.sampling import EACH

SECRET = b"a secret of the tests, 32 bytes."
ROSA = {"name": "Rosa Lind"}
NOBODY = UUID("00000000-0000-4000-8000-000000000000")


def routes(place: Place) -> list[tuple[str, str]]:
    """Every address that is not public, with each of its methods."""
    found = []
    for context in iter_route_contexts(place.app.routes):
        if context.path in access.PUBLIC | access.BY_LINK:
            continue
        assert context.path
        assert context.methods
        path = context.path
        for name in getattr(context, "param_convertors", {}):
            path = path.replace(f"{{{name}}}", str(NOBODY))
        found += [(method, path) for method in sorted(context.methods - {"HEAD"})]
    return found


def flawed(place: Place) -> dict[str, str]:
    """Tokens that nobody may come in with, each for one reason."""
    now = int(datetime.now(UTC).timestamp())
    asha = next(p for p in PRACTICE.people if p.key == "asha")
    good: dict[str, Any] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(asha.id),
        "org": str(PRACTICE.id),
        "role": Role.CLINICIAN.value,
        "iat": now - 10,
        "exp": now + 600,
    }
    key = place.tokens._key

    def signed(secret: Any = key, alg: str = "HS256", **changed: Any) -> str:
        claims = {k: v for k, v in (good | changed).items() if v is not None}
        return jwt.encode({"alg": alg}, claims, secret, algorithms=[alg])

    whole = signed()
    assert place.tokens.read(whole).subject == asha.id, "the pattern of these must itself be good"
    head, body, signature = whole.split(".")
    other = next(p for p in PRACTICE.people if p.key == "gwen")
    tampered = signed(sub=str(other.id)).split(".")[1]
    return {
        "none": _unsigned(good),
        "expired": signed(exp=now - 1),
        "never expires": signed(exp=None),
        "expires at no number": signed(exp="never"),
        "another audience": signed(aud="another"),
        "no audience": signed(aud=None),
        "another issuer": signed(iss="another"),
        "another key": signed(OctKey.import_key(SECRET)),
        "another algorithm": signed(alg="HS512"),
        "a public key's": signed(RSAKey.generate_key(2048), "RS256"),
        "tampered": f"{head}.{tampered}.{signature}",
        "cut": f"{head}.{body}.",
        "issued in the future": signed(iat=now + 3600),
        "of nobody here": signed(sub=str(uuid4())),
        "of another organisation": signed(org=str(TALKING.id)),
        "of no organisation here": signed(org=str(uuid4())),
        "a system that is a person": signed(role=Role.SYSTEM.value, sub=str(uuid4())),
        "without an id": signed(sub="asha"),
        "no token at all": "asha",
        "a great deal of text": "a" * 10_000,
    }


def _unsigned(claims: dict[str, Any]) -> str:
    head, body = (
        urlsafe_b64encode(orjson.dumps(part)).rstrip(b"=").decode()
        for part in ({"alg": "none"}, claims)
    )
    return f"{head}.{body}."


def test_no_address_forgets_to_ask_who_is_there(place: Place) -> None:
    assert access.undeclared(place.app) == []
    assert len(routes(place)) > 30


def test_an_address_that_forgets_is_found(place: Place) -> None:
    forgetful = APIRouter()

    @forgetful.get("/forgotten")
    async def forgotten() -> None: ...

    app = FastAPI(docs_url=None, redoc_url=None)
    app.include_router(forgetful)
    assert access.undeclared(app) == ["/forgotten"]


def knock(anybody: httpx.Client, method: str, path: str, **headers: str) -> httpx.Response:
    """The head of an answer alone: a live stream that opens would never end."""
    with anybody.stream(method, path, headers=headers) as answer:
        return answer


def test_without_a_token_every_address_that_is_not_public_is_401(place: Place) -> None:
    answers = {
        (method, path): knock(place.anybody(), method, path)
        for method, path in routes(place)
        if path.startswith(("/v1", "/fhir"))
    }
    assert {route: a.status_code for route, a in answers.items()} == dict.fromkeys(answers, 401)
    assert all(a.headers["WWW-Authenticate"].startswith("Bearer") for a in answers.values())


def test_without_a_token_every_page_leads_to_signing_in(place: Place) -> None:
    anybody = place.anybody()
    for method, path in routes(place):
        if not path.startswith(("/v1", "/fhir")):
            answer = knock(anybody, method, path)
            assert answer.status_code in (303, 401), (method, path)
            assert answer.status_code == 401 or answer.headers["Location"].startswith("/sign-in")


def test_no_flawed_token_passes_at_any_address(place: Place) -> None:
    anybody = place.anybody()
    passed = []
    for number, (flaw, token) in enumerate(flawed(place).items()):
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
        for method, path in routes(place)[number % EACH :: EACH]:
            answer = knock(anybody, method, path, **headers)
            if answer.status_code not in (401, 303):
                passed.append((flaw, method, path, answer.status_code))
    assert passed == []


def test_a_token_is_no_session(place: Place, asha: Client) -> None:
    anybody = place.anybody()
    anybody.cookies.set(COOKIE, asha.token)
    assert anybody.get("/v1/caseload").status_code == 401


def test_a_development_token_opens_nothing_outside_of_a_demo(place: Place, asha: Client) -> None:
    parts = place.app.state.parts
    place.app.state.parts = replace(parts, tokens=None)
    refused = asha.read("/v1/caseload")
    place.app.state.parts = parts
    assert refused.status_code == 401
    assert asha.read("/v1/caseload").status_code == 200


def test_a_token_is_over_when_its_time_is() -> None:
    now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    tokens = Tokens(SECRET, lambda: now)
    token = tokens.issue(NOBODY, NOBODY, Role.SYSTEM, lifetime=timedelta(minutes=1))
    assert tokens.read(token).expires == now + timedelta(minutes=1)
    now += timedelta(minutes=1)
    with pytest.raises(TokenIsNotValid):
        tokens.read(token)


@pytest.mark.parametrize("who", ["ruth", "ifeoma"])
def test_a_commissioner_and_an_auditor_see_no_person(place: Place, who: str) -> None:
    client = place.person(who)
    for path in ("/v1/caseload", "/v1/share", "/v1/referrals", "/v1/meetings"):
        assert client.read(path).status_code == 403, path
    assert client.ask("/v1/people", {"name": "Rosa Lind"}).status_code == 403
    for path in ("/v1/custody", "/v1/partners", "/v1/services"):
        assert client.read(path).status_code == 200, path


def test_a_commissioners_system_sees_no_person_either(place: Place) -> None:
    assert place.system(COMMISSIONER).read("/v1/caseload").status_code == 403


def test_custody_counts_and_names_nobody(place: Place, asha: Client) -> None:
    asha.done(
        "/v1/referrals",
        {"service": str(LOW.id), "person": ROSA, "source": "professional", "ask": "Therapy"},
    )
    held = place.person("ruth").seen("/v1/custody")
    assert held["held_by_nobody"] == 0
    assert held["by_organisation"][str(PRACTICE.id)] >= 1
    assert "Rosa" not in str(held)


def test_what_is_not_yours_is_not_there(place: Place, asha: Client, priya: Client) -> None:
    made = asha.done(
        "/v1/referrals",
        {"service": str(LOW.id), "person": ROSA, "source": "professional", "ask": "Therapy"},
    )
    priya.done(f"/v1/referrals/{made['id']}/acceptance")
    booked = priya.done(
        f"/v1/referrals/{made['id']}/appointments",
        {"starts_at": "2026-03-09T10:00:00Z", "medium": "video"},
    )
    leroy = place.system(PROBATION)

    def told(answer: httpx.Response) -> dict[str, Any]:
        return {k: v for k, v in answer.json().items() if k != "instance"}

    for theirs, path, content in (
        (made["id"], "/v1/referrals/{}", None),
        (made["person"], "/v1/people/{}", None),
        (made["person"], "/v1/people/{}/history", None),
        (made["id"], "/v1/referrals/{}/acceptance", {}),
        (made["id"], "/v1/referrals/{}/closure", {"reason": "unknown"}),
        (made["id"], "/v1/referrals/{}/withdrawal", {}),
        (made["person"], "/v1/pathways/{}/closure", {"reason": "unknown"}),
        (booked["id"], "/v1/appointments/{}/attendance", {"attendance": "attended on time"}),
    ):
        answers = [
            leroy.read(path.format(noun))
            if content is None
            else leroy.ask(path.format(noun), content)
            for noun in (theirs, NOBODY)
        ]
        assert [a.status_code for a in answers] == [404, 404], path
        assert told(answers[0]) == told(answers[1]), path


def test_a_malformed_id_is_not_there_either(asha: Client) -> None:
    assert asha.read("/v1/people/rosa").status_code == 404


def test_another_sites_page_changes_nothing_with_a_signed_in_browser(
    place: Place, asha: Client
) -> None:
    sent = {"Idempotency-Key": str(uuid4())}
    browser = place.anybody()
    browser.cookies.set(COOKIE, place.session("asha"))
    for headers, status in (
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "null"}, 403),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 201),
        ({"Origin": place.url}, 201),
    ):
        answer = browser.post("/v1/people", json=ROSA, headers=sent | headers)
        assert answer.status_code == status, headers
    crossing = {"Sec-Fetch-Site": "cross-site"}
    assert browser.get("/v1/caseload", headers=crossing).status_code == 200
