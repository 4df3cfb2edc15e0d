"""What every request passes: headers, ids, health, figures, the description, and silent logs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NoReturn
from uuid import uuid4

import pytest
import structlog

from deploy.community.place import LOW
from projections.progress import Progress, ViewStands
from tests.api.place import Client, Place

CSP = (
    "default-src 'none'; "
    "script-src 'self' 'sha256-tDOvXJi1PXbg0CWjLCCYSNHRXtps26K4JXkE3M6u/c0='; "
    "style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize(
    "path", ["/health", "/metrics", "/openapi.json", "/problems", "/v1/caseload", "/nowhere"]
)
def test_every_answer_carries_the_security_headers_once(place: Place, path: str) -> None:
    answer = place.anybody().get(path)
    assert answer.headers.get_list("Content-Security-Policy") == [CSP]
    assert answer.headers.get_list("X-Content-Type-Options") == ["nosniff"]
    assert answer.headers.get_list("Referrer-Policy") == ["no-referrer"]
    assert answer.headers.get_list("Cache-Control") == ["no-store"]
    assert "Strict-Transport-Security" not in answer.headers


def test_a_trace_goes_on_and_a_false_one_begins_anew(place: Place) -> None:
    anybody = place.anybody()
    known = anybody.get("/health", headers={"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"})
    assert known.headers["traceparent"].split("-")[1] == TRACE
    assert known.headers["traceparent"].split("-")[2] != "00f067aa0ba902b7"
    false = anybody.get("/health", headers={"traceparent": "00-Rosa-Lind-01"})
    assert len(false.headers["traceparent"].split("-")[1]) == 32
    assert known.headers["X-Request-ID"] != false.headers["X-Request-ID"]


def test_there_is_no_page_that_loads_scripts_from_elsewhere(place: Place) -> None:
    anybody = place.anybody()
    assert [anybody.get(path).status_code for path in ("/docs", "/redoc")] == [404, 404]


def test_health_says_how_far_the_views_are(place: Place, asha: Client) -> None:
    made = asha.done("/v1/people", {"name": "Rosa Lind"})
    health = place.anybody().get("/health")
    assert health.status_code == 200
    assert health.json()["status"] == "ok"
    assert health.json()["log_position"] >= made["position"]
    assert "caseload" in health.json()["views"]


@pytest.mark.parametrize(
    ("lag", "still", "alive", "said"),
    [
        (120.0, 0.0, True, "behind"),
        (11.0, 11.0, True, "stuck"),
        (0.0, 0.0, False, "stopped"),
    ],
)
def test_health_sends_callers_elsewhere_when_views_do_not_follow(
    place: Place,
    monkeypatch: pytest.MonkeyPatch,
    lag: float,
    still: float,
    alive: bool,
    said: str,
) -> None:
    async def progress() -> Progress:
        return Progress(2, (ViewStands("caseload", 1, 1, lag, still),))

    parts = place.app.state.parts
    monkeypatch.setattr(parts.reading, "progress", progress)
    place.app.state.parts = replace(parts, ready=lambda: alive)
    answer = place.anybody().get("/health")
    place.app.state.parts = parts
    assert (answer.status_code, answer.json()["status"]) == (503, said)


def test_figures_name_routes_and_nobody(place: Place, asha: Client) -> None:
    person = uuid4()
    asha.read(f"/v1/people/{person}")
    figures = place.anybody().get("/metrics").text
    assert 'throughcare_http_requests_total{method="GET",route="/v1/people/{person}"' in figures
    assert 'throughcare_view_lag_seconds{view="caseload"}' in figures
    assert str(person) not in figures
    assert str(asha.organisation) not in figures


@contextmanager
def written() -> Iterator[list[Any]]:
    with structlog.testing.capture_logs() as lines:
        yield lines


def test_a_request_is_logged_by_route_and_organisation_and_by_nothing_personal(
    asha: Client,
) -> None:
    canary = "Canary-Rosa-Lind"
    with written() as lines:
        made = asha.done(
            "/v1/referrals",
            {
                "service": str(LOW.id),
                "person": {"name": canary},
                "source": "professional",
                "ask": canary,
            },
        )
        asha.read(f"/v1/people/{made['person']}", **{"as-at": canary})
        asha.http.post("/v1/caseload/search", json={"name": canary})
        asha.read(f"/v1/people/{canary}")
        asha.read(f"/{canary}")
        asha.http.request(canary, "/health")
        asha.http.get("/health", headers={"User-Agent": canary, "X-Request-ID": canary})
    requests = [line for line in lines if line["event"] == "request"]
    assert {line["route"] for line in requests} >= {
        "/v1/referrals",
        "/v1/people/{person}",
        "/v1/caseload/search",
    }
    made_by = next(line for line in requests if line["route"] == "/v1/referrals")
    assert (made_by["method"], made_by["status"]) == ("POST", 201)
    assert made_by["organisation"] == str(asha.organisation)
    assert canary not in str(lines)
    assert made["person"] not in str(lines)


def test_a_failure_is_logged_by_where_and_never_by_its_words(
    place: Place, asha: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing() -> NoReturn:
        raise ValueError("Rosa Lind, 020 7946 0000")

    monkeypatch.setattr(place.app.state.parts.reading, "custody", failing)
    with written() as lines:
        answer = asha.read("/v1/custody")
    assert (answer.status_code, answer.json()["type"]) == (500, "/problems/something-failed")
    assert answer.headers["Content-Security-Policy"] == CSP
    failed = next(line for line in lines if line["event"] == "failed")
    assert failed["error"] == "ValueError"
    assert failed["request_id"] == answer.headers["X-Request-ID"]
    assert "Rosa" not in str(lines) + answer.text


OF_NO_KEY = ("/search", "/completeness", "/v1/inbox", "/v1/share/read")
"""The first two record nothing, a message is known by its own id, and what is read stays read."""


def test_the_interface_describes_itself(place: Place) -> None:
    described = place.anybody().get("/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    paths = described["paths"]
    assert set(paths) >= {
        "/health",
        "/metrics",
        "/v1/caseload/search",
        "/v1/people",
        "/v1/people/{person}",
        "/v1/people/{person}/history",
        "/v1/referrals",
        "/v1/referrals/{referral}/acceptance",
        "/v1/share",
        "/v1/share/live",
        "/v1/custody",
        "/fhir/$process-message",
    }
    operations = [o["operationId"] for path in paths.values() for o in path.values()]
    assert len(operations) == len(set(operations))
    assert not any(path.startswith("/caseload") for path in paths)
    for path, methods in paths.items():
        if path.startswith("/v1") and "post" in methods:
            names = {p["name"] for p in methods["post"].get("parameters", ())}
            asks = not path.endswith(OF_NO_KEY)
            assert ("idempotency-key" in names) is asks, path
            assert methods["post"]["security"], path


def test_every_request_has_an_example_that_is_valid(place: Place) -> None:
    described = place.anybody().get("/openapi.json").json()
    for path, methods in described["paths"].items():
        if not path.startswith("/v1") or "requestBody" not in methods.get("post", {}):
            continue
        schema = methods["post"]["requestBody"]["content"]["application/json"]["schema"]
        model = schema["anyOf"][0] if "anyOf" in schema else schema
        if "$ref" in model:
            model = described["components"]["schemas"][model["$ref"].rpartition("/")[2]]
        (example,) = model["examples"]
        assert set(model.get("required", [])) <= set(example) <= set(model["properties"]), path


def test_messages_of_partners_are_taken_and_answered_in_fhir(place: Place, asha: Client) -> None:
    path, sent = "/fhir/$process-message", {"Content-Type": "application/fhir+json"}
    refused = asha.http.post(path, content=b'{"resourceType": "Patient"}', headers=sent)
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/fhir+json"
    issues = refused.json()["issue"]
    assert refused.json()["resourceType"] == "OperationOutcome"
    assert issues[0]["severity"] == "error"
    assert issues[0]["expression"] == ["resourceType"]
    unread = asha.http.post(path, content=b"x", headers={"Content-Type": "text/plain"})
    assert (unread.status_code, unread.json()["resourceType"]) == (415, "OperationOutcome")
    nobody = place.anybody().post(path, content=b"{}", headers=sent)
    assert (nobody.status_code, nobody.json()["issue"][0]["code"]) == (401, "login")
