"""Every activity of the API has a page that does it, or a reason why none does."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

import api.pages
from api.routes import everything

OTHERWISE = {
    "/v1/people": "a page makes a person known with the first referral, as the API may too",
    "/v1/people/{person}/link": "the page links the two records of a match that it shows",
    "/v1/caseload/search": "POST /caseload asks the same question of the reads",
    "/v1/ways": "a whole way of working as data, sent by the system or program that keeps it",
    "/v1/inbox": "the answers of a partner's system",
    "/v1/share/read": "a partner's system says how far it has read",
    "/fhir/$process-message": "a partner's system sends a message",
    "/oauth/token": "a system asks for its token",
}
"""Activities that no page asks for through the API's own function, and why."""


def of_pages() -> set[str]:
    """Every function of another module that a page names, as ``module.function``."""
    found: set[str] = set()
    for path in Path(api.pages.__path__[0]).rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        called = {
            alias.asname or alias.name: f"{node.module}.{alias.name}"
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                found.add(f"{called.get(node.value.id, '')}.{node.attr}")
            elif isinstance(node, ast.Name):
                found.add(called.get(node.id, ""))
    return found


def activities() -> dict[str, str]:
    """The address of everything that may be asked of the API, and the function that asks it."""
    return {
        route.path: f"{route.endpoint.__module__}.{route.endpoint.__name__}"
        for route in everything()
        if isinstance(route, APIRoute)
        and (route.methods or set()) - {"GET", "HEAD"}
        and not route.endpoint.__module__.startswith("api.pages.")
    }


@pytest.fixture(scope="module")
def undone() -> set[str]:
    """What no page does."""
    named = of_pages()
    return {path for path, function in activities().items() if function not in named}


def test_what_the_api_does_a_page_does(undone: set[str]) -> None:
    assert undone - OTHERWISE.keys() == set()


def test_a_reason_is_given_only_for_what_no_page_does(undone: set[str]) -> None:
    assert OTHERWISE.keys() - undone == set()
