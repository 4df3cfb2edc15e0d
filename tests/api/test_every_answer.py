"""What guards each answer and each change, at every address: headers, limits, other sites."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import uuid4

import httpx
import pytest
import structlog
from fastapi.routing import iter_route_contexts

from api import edge
from api.edge import LARGEST_BODY, LARGEST_HEADERS, LARGEST_MESSAGE, LONGEST_ADDRESS, SECURITY
from projections.progress import Progress
from tests.api.place import Client, Place
from tests.api.test_access import NOBODY, knock

BROWSER = {"Accept": "text/html,application/xhtml+xml"}


def addresses(place: Place) -> list[tuple[str, str]]:
    """Every address there is, the public ones too, with each of its methods."""
    found = []
    for context in iter_route_contexts(place.app.routes):
        assert context.path
        path = context.path
        for name in getattr(context, "param_convertors", {}):
            path = path.replace(f"{{{name}}}", str(NOBODY))
        found += [(method, path) for method in sorted((context.methods or set()) - {"HEAD"})]
    return found


def lacking(answer: httpx.Response, *, static: bool = False) -> set[str]:
    """Which of the headers it has not, or not once, or not as they should be."""
    own = SECURITY | ({"Cache-Control": answer.headers["Cache-Control"]} if static else {})
    return {name for name, value in own.items() if answer.headers.get_list(name) != [value]}


def public(path: str, answer: httpx.Response) -> bool:
    """Whether it holds hashes and signatures alone, which anybody may have and keep."""
    return path.startswith("/log/") and answer.headers["Cache-Control"].startswith("public")


@contextmanager
def at(place: Place, address: str) -> Iterator[None]:
    """The place as it is found at another address."""
    parts = place.app.state.parts
    place.app.state.parts = replace(parts, address=address)
    yield
    place.app.state.parts = parts


def test_what_guards_an_answer_leaves_nothing_open() -> None:
    policy = SECURITY["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "form-action 'self'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert "http" not in policy


@pytest.mark.parametrize("address", ["http://127.0.0.1:8000", "https://throughcare.example"])
def test_every_answer_of_every_address_is_guarded(place: Place, asha: Client, address: str) -> None:
    """To nobody over https, to somebody over http, and what is refused: whatever the status is."""
    secure = address.startswith("https")
    headers = {} if secure else {"Authorization": f"Bearer {asha.token}"}
    unguarded, statuses, anybody = {}, set(), place.anybody()
    with at(place, address):
        for method, path in addresses(place):
            answer = knock(anybody, method, path, **headers)
            statuses.add(answer.status_code)
            missing = lacking(answer, static=public(path, answer))
            told = answer.headers.get_list("Strict-Transport-Security")
            missing |= set() if told == [edge.TRANSPORT] * secure else {"transport"}
            missing |= {"server", "x-powered-by", "via"} & set(answer.headers)
            if missing:
                unguarded[method, path, answer.status_code] = missing
    assert unguarded == {}
    assert statuses >= ({200, 303, 401} if secure else {200, 400, 403, 404, 422})


def test_what_is_refused_before_any_address_is_guarded_too(place: Place) -> None:
    anybody = place.anybody()
    for status, answer in (
        (404, anybody.get("/nowhere")),
        (405, anybody.delete("/health")),
        (413, anybody.post("/sign-in", content=b"a" * (LARGEST_BODY + 1))),
        (414, anybody.get("/health?" + "a" * LONGEST_ADDRESS)),
        (431, anybody.get("/health", headers={"X-Long": "a" * LARGEST_HEADERS})),
        (403, anybody.post("/sign-in", headers={"Origin": "https://elsewhere.example"})),
    ):
        assert (answer.status_code, lacking(answer)) == (status, set())


def test_a_failure_is_guarded_and_says_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing() -> Progress:
        raise RuntimeError("Rosa Lind")

    monkeypatch.setattr(place.app.state.parts.reading, "progress", failing)
    for headers in ({}, BROWSER):
        answer = place.anybody().get("/health", headers=headers)
        assert (answer.status_code, lacking(answer)) == (500, set())
        assert "Rosa" not in answer.text
        assert "RuntimeError" not in answer.text
        assert answer.headers["content-type"].startswith(
            "text/html" if headers else "application/problem+json"
        )


def test_static_files_are_guarded_and_may_be_kept(place: Place) -> None:
    answer = place.anybody().get("/static/app.css")
    assert (answer.status_code, lacking(answer, static=True)) == (200, set())
    assert "immutable" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers
    missing = place.anybody().get("/static/nothing.css")
    assert (missing.status_code, lacking(missing)) == (404, set())
    listed = place.anybody().get("/static/")
    assert listed.status_code == 404, "no list of what is there"


FROM_ELSEWHERE: tuple[dict[str, str], ...] = (
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "https://elsewhere.example"},
    {"Origin": "null"},
    {},
)


def test_no_change_at_any_address_comes_from_another_sites_page(place: Place, asha: Client) -> None:
    """Sent with a cookie by a browser, as another site's form or script would have it sent."""
    passed, browser = [], place.anybody()
    browser.cookies.set(place.app.state.parts.cookie, asha.token)
    for method, path in addresses(place):
        if method in edge.SAFE:
            continue
        for headers in FROM_ELSEWHERE:
            sent = headers | {"Idempotency-Key": str(uuid4())}
            answer = browser.request(method, path, headers=sent)
            if answer.status_code != 403 or "came from another site" not in answer.text:
                passed.append((method, path, headers, answer.status_code))
    assert passed == []


def test_no_answer_is_for_another_origin(place: Place, asha: Client) -> None:
    for path in ("/health", "/v1/services", "/caseload", "/nowhere"):
        answer = asha.http.get(path, headers={"Origin": "https://elsewhere.example"})
        assert not [name for name in answer.headers if name.startswith("access-control-")]
    asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    preflight = place.anybody().options("/v1/people", headers=asked)
    assert preflight.status_code in (401, 405)
    assert "access-control-allow-origin" not in preflight.headers


def test_signing_out_is_on_every_page(place: Place) -> None:
    browser = place.anybody()
    browser.cookies.set(place.app.state.parts.cookie, place.session("asha"))
    for path in ("/", "/caseload", "/referrals", "/mdt", "/services", "/training", "/nowhere"):
        text = browser.get(path, headers=BROWSER).text
        assert '<form class="nhsuk-header__account-form" action="/sign-out" method="post"' in text


def test_signing_out_clears_what_the_browser_has(place: Place) -> None:
    browser = place.anybody()
    browser.cookies.set(place.app.state.parts.cookie, place.session("asha"))
    answer = browser.post("/sign-out", headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert browser.get("/caseload").status_code == 303


def test_what_is_refused_is_logged_by_its_status(place: Place, asha: Client) -> None:
    with structlog.testing.capture_logs() as lines:
        place.anybody().get("/v1/caseload")
        asha.read("/v1/systems")
        asha.http.get("/health?" + "a" * LONGEST_ADDRESS)
        asha.http.get("/v1/caseload", headers={"Authorization": "Bearer tck_of-nobody"})
    noted = [(line["route"], line["status"]) for line in lines if line["event"] == "request"]
    assert noted == [
        ("/v1/caseload", 401),
        ("/v1/systems", 403),
        ("none", 414),
        ("/v1/caseload", 401),
    ]
    assert all(line["request_id"] for line in lines)


def test_nothing_is_changed_by_reading(place: Place) -> None:
    """Only POST changes anything, so that what guards POST guards every change."""
    assert {method for method, _ in addresses(place)} <= {"GET", "POST"}


@pytest.mark.parametrize(
    ("method", "path", "status", "said"),
    [
        ("POST", "/sign-in", 403, "There is a problem"),
        ("GET", "/caseload?" + "a" * LONGEST_ADDRESS, 414, "This address is too long"),
        ("GET", "/nowhere", 404, "Page not found"),
    ],
)
def test_the_outer_door_refuses_a_browser_with_a_page(
    place: Place, method: str, path: str, status: int, said: str
) -> None:
    headers = BROWSER | {"Origin": "https://elsewhere.example"}
    answer = place.anybody().request(method, path, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert '<html lang="en">' in answer.text
    assert said in answer.text
    program = place.anybody().request(method, path, headers={"Origin": "https://x.example"})
    assert program.headers["content-type"] == "application/problem+json"


def test_a_body_is_refused_by_what_arrives_too(place: Place, asha: Client) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(LARGEST_BODY // 10_000 + 2):
            yield b"a" * 10_000

    answer = asha.http.post(
        "/v1/people", content=endless(), headers={"Idempotency-Key": str(uuid4())}
    )
    assert answer.status_code == 413
    assert LARGEST_MESSAGE == 10 * LARGEST_BODY
