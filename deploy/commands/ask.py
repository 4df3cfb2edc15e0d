"""``ask``: any activity of the interface, asked over HTTP of a running server.

Nothing personal is in an address: what is asked travels in the body, and ids are the asker's own.
"""

from __future__ import annotations

import json as documents
import sys
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import httpx
from cyclopts import Parameter

from deploy.commands.activities import Activity, NotUnderstood, activities, chosen, content
from deploy.commands.house import identifier, settings
from deploy.commands.output import CONFLICT, FAILED, USAGE, Json, Stopped, line, say

DEADLINE = httpx.Timeout(5.0, read=20.0)
"""Seconds to connect, and to be answered: longer than the server lets an intention take."""


def ask(
    *words: Annotated[str, Parameter(help="The activity, its ids, and field=value; else a list.")],
    as_: Annotated[str, Parameter(name="--as", help="Who asks, of the demo's people.")] = "",
    token: Annotated[str, Parameter(help="A bearer token, instead of --as.")] = "",
    url: Annotated[str, Parameter(help="Where Throughcare is; else as the settings say.")] = "",
    key: Annotated[str, Parameter(help="The Idempotency-Key, to send the same again.")] = "",
    if_match: Annotated[str, Parameter(help="The ETag that was read; 412 if it changed.")] = "",
    body: Annotated[
        str,
        Parameter(help="A file of JSON fields, or - for stdin.", allow_leading_hyphen=True),
    ] = "",
    json: Json = False,
) -> None:
    """Ask any activity; without words, list what can be asked."""
    asked = settings()
    where = url or f"http://{_reachable(asked.host)}:{asked.port}"
    with httpx.Client(base_url=where, timeout=DEADLINE) as client:
        known = activities(_answer(client, "GET", "/openapi.json").json())
        if not words:
            say([_told(activity) for activity in known], json=json)
            return
        try:
            typed = tuple(word for word in words if "=" not in word)
            activity, ids = chosen(known, typed)
            sent = content(activity.schema, (w for w in words if "=" in w), _given(body))
            address = activity.address(ids)
        except NotUnderstood as wrong:
            raise Stopped(str(wrong), USAGE) from None
        again = str(identifier(key, "request: --key takes a UUID") if key else uuid4())
        headers = {"Authorization": f"Bearer {token or _token(as_)}", "Idempotency-Key": again}
        headers |= {"If-Match": if_match} if if_match else {}
        answer = _answer(client, "POST", address, json=sent, headers=headers)
        _say_answer(answer, again, json=json)


def _reachable(host: str) -> str:
    """A server that listens everywhere is here too."""
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104


def _token(name: str) -> str:
    if not name:
        raise Stopped('say who asks: --as "Dr Asha Rahman", or --token', USAGE)
    from deploy.commands.community import token_of

    return token_of(name)


def _told(activity: Activity) -> dict[str, Any]:
    return {
        "activity": activity.usage,
        "may_have": ", ".join(activity.may_also),
        "what": activity.says,
    }


def _given(file: str) -> dict[str, Any]:
    """The body as it was given whole."""
    if not file:
        return {}
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
        read = documents.loads(text)
    except OSError as unread:
        raise Stopped(f"{file} cannot be read: {unread.strerror}", USAGE) from None
    except ValueError:
        raise Stopped("--body is not JSON in UTF-8", USAGE) from None
    if not isinstance(read, dict):
        raise Stopped("--body is not a JSON object", USAGE)
    return read


def _answer(client: httpx.Client, method: str, path: str, **asked: Any) -> httpx.Response:
    """The server's answer. Stops, with the remedy, when there is none."""
    key = asked.get("headers", {}).get("Idempotency-Key")
    try:
        return client.request(method, path, **asked)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.InvalidURL, httpx.UnsupportedProtocol):
        raise Stopped(
            f"no Throughcare answers at {client.base_url}: start it with `throughcare up`, or "
            "give its --url"
        ) from None
    except httpx.TransportError:
        again = f": ask the same again with --key {key}" if key else ""
        raise Stopped(f"no answer in time, and the outcome is not known{again}") from None


def _say_answer(answer: httpx.Response, key: str, *, json: bool) -> None:
    """The answer on stdout; a refusal as a sentence on stderr too, with its exit code."""
    try:
        told = answer.json()
    except ValueError:
        raise Stopped(f"what answers at {answer.url} is not Throughcare") from None
    if answer.is_success:
        machine = json or not sys.stdout.isatty()
        say([told if machine else _in_words(told)], json=json)
        return
    if json:
        line(told)
    sentence = told.get("detail", "it was refused")
    for error in told.get("errors", ()):
        place = (error.get("pointer") or error.get("parameter", "")).strip("/").replace("/", ".")
        sentence += f" {place}: {error['detail']}"
    if answer.status_code == httpx.codes.CONFLICT:
        allowed = told.get("actions", ())
        if allowed:
            sentence += f" You may ask: {', '.join(allowed)}."
        raise Stopped(sentence, CONFLICT)
    if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
        sentence += f" (--key {key})"
    raise Stopped(sentence, FAILED)


def _in_words(told: dict[str, Any]) -> dict[str, Any]:
    return {
        name: ", ".join(value) if isinstance(value, list) else value for name, value in told.items()
    }
