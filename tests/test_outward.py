"""Every call outward ends in time and goes nowhere else: each client that is made says so."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from consumers.kafka.connecting import DEADLINE
from deploy.embedded import Embedded
from projections import connections, schema

ROOT = Path(__file__).resolve().parents[1]
CLIENTS = {
    "httpx.Client": "timeout",
    "httpx.AsyncClient": "timeout",
    "httpx.get": "timeout",
    "httpx.post": "timeout",
    "httpx.request": "timeout",
    "httpx.stream": "timeout",
    "urlopen": "timeout",
    "request.build_opener(Straight).open": "timeout",
    "MeshClient": "timeout",
    "KafkaProducer": "request_timeout_ms",
    "KafkaConsumer": "request_timeout_ms",
    "KafkaAdminClient": "request_timeout_ms",
    "SMTP": "timeout",
    "SMTP_SSL": "timeout",
}
"""What asks over a network here, and how each is told when to give up."""


def source() -> Iterator[tuple[Path, ast.Module]]:
    for package in ("domain", "projections", "api", "consumers", "deploy"):
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


def calls() -> Iterator[tuple[Path, ast.Call, str]]:
    for path, module in source():
        for node in ast.walk(module):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func)
                # ``opened(KafkaConsumer, …)`` makes what it is given.
                made = name == "opened" and node.args
                yield path, node, ast.unparse(node.args[0]) if made else name


def test_every_client_that_asks_outward_says_when_it_gives_up() -> None:
    asked = [(path, call, name) for path, call, name in calls() if name in CLIENTS]
    assert {name for _, _, name in asked} >= {
        *("httpx.Client", "httpx.AsyncClient", "KafkaProducer", "MeshClient")
    }
    endless = [
        f"{path}:{call.lineno} {name}"
        for path, call, name in asked
        if CLIENTS[name] not in {keyword.arg for keyword in call.keywords}
    ]
    assert endless == []


def test_no_other_library_asks_outward() -> None:
    """One that is new here is to be added to the table above, with how it gives up."""
    networks = {"requests", "aiohttp", "urllib3", "http", "smtplib", "ftplib", "socketserver"}
    found = {
        f"{path} {name}"
        for path, module in source()
        for node in ast.walk(module)
        for name in _imported(node)
        if name.partition(".")[0] in networks and name != "http.HTTPStatus"
    }
    answers = {
        "consumers/mail.py smtplib",
        *(f"consumers/witness.py http.{each}" for each in ("client", "server")),
    }
    assert found - {f"{path} http" for path, _ in source()} - answers == set()


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def test_nothing_follows_a_redirect() -> None:
    following = [
        f"{path}:{call.lineno}"
        for path, call, _ in calls()
        if any(keyword.arg == "follow_redirects" for keyword in call.keywords)
    ]
    assert following == []


@pytest.mark.parametrize("role", sorted(schema.ROLES))
def test_every_connection_to_the_database_gives_up_in_time(server: Embedded, role: str) -> None:
    assert int(str(conninfo_to_dict(server.dsn(role))["connect_timeout"])) <= 5


def test_what_waits_for_the_database_gives_up_in_time() -> None:
    assert connections.PATIENCE <= 5
    assert int(str(connections.SETTINGS["connect_timeout"])) <= 5
    assert int(str(connections.SETTINGS["tcp_user_timeout"])) <= 10_000
    for role, settings in schema.ROLES.items():
        if role != schema.OWNER:
            assert settings.keys() >= {"statement_timeout", "idle_in_transaction_session_timeout"}
    assert DEADLINE <= 60
