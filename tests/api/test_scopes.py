"""Scopes: deny by default, declared for each route, and the page of them is what they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts

from api import access, scopes
from deploy.community.place import PRACTICE
from tests.api.machine import api_key, registered
from tests.api.place import Client, Place
from tests.api.test_access import knock, routes

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def yusuf(place: Place) -> Client:
    return place.person("yusuf")


def declared(place: Place) -> set[str]:
    """Every route that wants a caller, as the route table has it."""
    contexts = iter_route_contexts(place.app.routes)
    return {
        f"{method} {context.path}"
        for context in contexts
        if context.path not in access.PUBLIC | access.BY_LINK
        for method in (context.methods or set()) - {"HEAD"}
    }


def test_every_scope_opens_routes_that_are_there_and_says_what_for(place: Place) -> None:
    opened = [route for routes in scopes.SCOPES.values() for route in routes]
    assert set(opened) <= declared(place)
    assert len(opened) == len(set(opened)), "a route has one scope"
    assert scopes.MEANING.keys() == scopes.SCOPES.keys()


def test_no_scope_opens_what_a_system_must_not_do(place: Place) -> None:
    for path in ("/v1/systems", "/v1/api-keys", "/caseload", "/people/{person}", "/privacy"):
        assert not [r for r in scopes._OPENS if r.partition(" ")[2].startswith(path)], path


def test_a_system_enters_no_route_without_the_scope_it_wants(place: Place, yusuf: Client) -> None:
    """Asked of every route there is, by a system that has a scope which none of them wants."""
    key = api_key(yusuf, "training.write")["key"]
    own = {tuple(route.split(" ")) for route in scopes.SCOPES["training.write"]}
    passed = []
    for method, path in routes(place):
        if any(method == m and path.startswith(p.split("{")[0]) for m, p in own):
            continue
        answer = knock(place.anybody(), method, path, Authorization=f"Bearer {key}")
        if answer.status_code != 403:
            passed.append((method, path, answer.status_code))
    assert passed == []


def test_a_development_token_of_a_system_opens_what_scopes_open(place: Place) -> None:
    system = place.system(PRACTICE)
    assert system.read("/v1/caseload").status_code == 200
    assert system.read("/v1/systems").status_code == 403
    assert system.read("/caseload").status_code == 403


def test_every_scope_is_one_that_an_administrator_can_choose(place: Place, yusuf: Client) -> None:
    machine = registered(place, yusuf, *scopes.SCOPES)
    assert machine.asks().json()["scope"] == " ".join(sorted(scopes.SCOPES))
    unknown = {"name": "G", "scopes": ["everything"], "expires_on": "2027-01-01"}
    assert yusuf.ask("/v1/api-keys", unknown).status_code == 422


def test_the_page_of_scopes_is_what_they_are() -> None:
    assert (DOCS / "scopes.md").read_text(encoding="utf-8") == scopes.page()
