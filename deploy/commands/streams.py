"""``subscribe``: the reference subscriber, which proves that it misses nothing."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from threading import Event
from typing import Annotated, Any

from cyclopts import Parameter

from consumers import subscriber
from deploy.commands.output import FAILED, NOT_VERIFIED, USAGE, Stopped, line, note


def subscribe(
    *,
    token: Annotated[str, Parameter(help="A partner system's token; see `throughcare token`.")],
    url: Annotated[str, Parameter(help="Where Throughcare is.")] = "http://127.0.0.1:8000",
    from_: Annotated[
        int, Parameter(name="--from", help="The first number to receive; else where it was.")
    ] = 0,
    cursor: Annotated[Path | None, Parameter(help="A file that remembers the last number.")] = None,
    live: Annotated[bool, Parameter(help="Follow the event stream instead of pages.")] = False,
    kafka: Annotated[
        str | None,
        Parameter(help="Servers, the file you were handed, or kafka-python's settings as JSON."),
    ] = None,
    topic: Annotated[str | None, Parameter(help="The topic, if it is not the first one.")] = None,
    key: Annotated[
        str | None, Parameter(help="The key's thumbprint; else that which is named first.")
    ] = None,
    accept_log: Annotated[
        str | None, Parameter(help="The log's new name, once you know why it was reopened.")
    ] = None,
) -> None:
    """Follow a partner's share and prove that nothing is missing, until Ctrl-C.

    Every entry is one JSON object a line; what was verified is said beside.
    """
    stop = Event()
    settings = _client(kafka, topic)
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    try:
        subscriber.subscribe(
            url,
            token,
            after=from_ - 1 if from_ else None,
            cursor=cursor,
            live=live,
            stop=stop,
            emit=line,
            wait=2.0,
            kafka=settings,
            key=key,
            accept_log=accept_log,
            say=note,
        )
    except subscriber.Missed as missed:
        raise Stopped(f"{missed}: ask for them with --from {missed.first}", NOT_VERIFIED) from None
    except subscriber.NotVerified as wrong:
        raise Stopped(str(wrong), NOT_VERIFIED) from None
    except (subscriber.NotLetIn, subscriber.Refused) as refused:
        raise Stopped(str(refused) or str(type(refused).__doc__), FAILED) from None


def _client(kafka: str | None, topic: str | None) -> dict[str, Any] | None:
    """Settings of the client: secrets come from a file, never from the line of a command."""
    if kafka is None:
        return None
    given: dict[str, Any] = {"bootstrap_servers": kafka.split(",")}
    if Path(kafka).is_file():
        text = Path(kafka).read_text("utf-8")
        try:
            given = _handed_over(text) if "=" in text.partition("\n")[0] else json.loads(text)
        except ValueError:
            raise Stopped(f"--kafka {kafka}: neither JSON nor a file of ours", USAGE) from None
    elif ":" not in kafka:
        raise Stopped(f"--kafka {kafka}: no such file, and no server with its port", USAGE)
    return given | ({"topic": topic} if topic else {})


HANDED_OVER = {
    "bootstrap.servers": "bootstrap_servers",
    "security.protocol": "security_protocol",
    "sasl.mechanisms": "sasl_mechanism",
    "sasl.username": "sasl_plain_username",
    "sasl.password": "sasl_plain_password",
    "ssl.ca.location": "ssl_cafile",
}
"""How the file that a partner is handed names what kafka-python calls otherwise."""


def _handed_over(text: str) -> dict[str, Any]:
    """That file's settings. Raises ``ValueError`` for a line that is none."""
    said = [line.split("=", 1) for line in text.splitlines() if line and line[0] != "#"]
    return {HANDED_OVER[name]: value for name, value in said if name in HANDED_OVER}
