"""``streams``: a partner sees to its own endpoints from a terminal, over HTTP and with its token.

It refuses to know the database: what it may do is what the interface lets its token do.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any
from uuid import uuid4

import httpx
from cyclopts import App, Parameter

from deploy.commands.output import CONFLICT, FAILED, USAGE, Json, Stopped, line, say

DEADLINE = httpx.Timeout(5.0, read=20.0)

Token = Annotated[str, Parameter(help="An administrator's or a system's token.")]
Url = Annotated[str, Parameter(help="Where Throughcare is.")]
Endpoint = Annotated[str, Parameter(help="The endpoint's id, as `streams list` shows it.")]

HERE = "http://127.0.0.1:8000"

app = App(name="streams", help="An organisation's own endpoints, and what came of telling them.")


@app.command(name="list")
def list_(*, token: Token, url: Url = HERE, json: Json = False) -> None:
    """The endpoints: how each stands, up to which number it knows, when it is tried next."""
    found = _asked("GET", "", token, url)
    say((_row(each) for each in found["endpoints"]), json=json)


@app.command
def add(name: str, address: str, /, *, token: Token, url: Url = HERE) -> None:
    """Be told of news at an address. The secret is printed this once."""
    line(_asked("POST", "/endpoints", token, url, {"name": name, "url": address}))


@app.command
def pause(endpoint: Endpoint, /, *, token: Token, url: Url = HERE, json: Json = False) -> None:
    """Send nothing to it for now."""
    say([_row(_asked("POST", f"/endpoints/{endpoint}/pause", token, url))], json=json)


@app.command
def resume(endpoint: Endpoint, /, *, token: Token, url: Url = HERE, json: Json = False) -> None:
    """Send to it again, all the news there is in one message."""
    say([_row(_asked("POST", f"/endpoints/{endpoint}/resumption", token, url))], json=json)


@app.command
def end(endpoint: Endpoint, /, *, token: Token, url: Url = HERE, json: Json = False) -> None:
    """Send nothing to it any more."""
    say([_row(_asked("POST", f"/endpoints/{endpoint}/ending", token, url))], json=json)


@app.command
def rotate(
    endpoint: Endpoint,
    /,
    *,
    token: Token,
    url: Url = HERE,
    overlap: Annotated[int, Parameter(help="Hours the secret of now is good beside it.")] = 24,
) -> None:
    """Another secret, printed this once."""
    line(_asked("POST", f"/endpoints/{endpoint}/secret", token, url, {"overlap_hours": overlap}))


@app.command(name="test")
def send_test(endpoint: Endpoint, /, *, token: Token, url: Url = HERE, json: Json = False) -> None:
    """Send a message that says nothing, once; `streams attempts` says what came of it."""
    say([_asked("POST", f"/endpoints/{endpoint}/test", token, url)], json=json)


@app.command
def attempts(
    endpoint: Endpoint, /, *, token: Token, url: Url = HERE, limit: int = 50, json: Json = False
) -> None:
    """Each try, newest first, with what was sent and answered."""
    found = _asked("GET", f"/endpoints/{endpoint}/attempts?limit={limit}", token, url)
    say(found["rows"], json=json)


@app.command
def replay(
    endpoint: Endpoint,
    /,
    *,
    token: Token,
    url: Url = HERE,
    after: Annotated[int | None, Parameter(help="From what follows this number.")] = None,
    since: Annotated[str, Parameter(help="Or from this time on.")] = "",
    type_: Annotated[list[str] | None, Parameter(name="--type", help="Only these types.")] = None,
    subject: Annotated[str, Parameter(help="Only of this person, as you know them.")] = "",
    json: Json = False,
) -> None:
    """Ask whoever listens there to read the feed again."""
    asked = {"after": after, "since": since, "type": type_, "subject": subject}
    body = {name: value for name, value in asked.items() if value not in (None, "", [])}
    say([_asked("POST", f"/endpoints/{endpoint}/replay", token, url, body)], json=json)


@app.command
def redrive(
    endpoint: Endpoint,
    /,
    *,
    token: Token,
    url: Url = HERE,
    message: Annotated[str, Parameter(help="This message alone.")] = "",
    since: Annotated[str, Parameter(help="All that were made since this time.")] = "",
    all_: Annotated[bool, Parameter(name="--all", help="All that never arrived.")] = False,
    json: Json = False,
) -> None:
    """Send messages again as they were."""
    if [bool(message), bool(since), all_].count(True) != 1:
        raise Stopped("name one of --message, --since and --all", USAGE)
    body = {"message": message} if message else {"since": since} if since else {}
    found = _asked("POST", f"/endpoints/{endpoint}/redrive", token, url, body)
    say(({"message": each} for each in found["messages"]), json=json)


def _row(endpoint: dict[str, Any]) -> dict[str, Any]:
    shown = ("id", "name", "url", "state", "why", "told", "failures", "last_at", "due_at")
    return {name: endpoint[name] for name in shown}


def _asked(
    method: str, path: str, token: str, url: str, body: dict[str, Any] | None = None
) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"}
    if method == "POST":
        headers["Idempotency-Key"] = str(uuid4())
    with _client(url) as client:
        answer = client.request(
            method,
            f"/v1/streams{path}",
            headers=headers,
            json=(body or {}) if method == "POST" else None,
        )
    if not answer.is_success:
        said = answer.json() if "json" in answer.headers.get("content-type", "") else {}
        places = (e["detail"] for e in said.get("errors", ()))
        sentence = " ".join((said.get("detail", f"answered {answer.status_code}"), *places))
        raise Stopped(sentence, CONFLICT if answer.status_code == 409 else FAILED)
    found: dict[str, Any] = answer.json()
    return found


@contextmanager
def _client(url: str) -> Iterator[httpx.Client]:
    try:
        with httpx.Client(base_url=url, timeout=DEADLINE) as client:
            yield client
    except httpx.HTTPError as failed:
        raise Stopped(f"nobody answers at {url}: {type(failed).__name__}", FAILED) from None
