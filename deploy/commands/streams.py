"""``subscribe``: the reference subscriber, which remembers where it was and misses nothing."""

from __future__ import annotations

import signal
from pathlib import Path
from threading import Event
from typing import Annotated

from cyclopts import Parameter

from consumers import subscriber
from deploy.commands.output import FAILED, NOT_VERIFIED, Stopped, line


def subscribe(
    *,
    token: Annotated[str, Parameter(help="A partner system's token; see `throughcare token`.")],
    url: Annotated[str, Parameter(help="Where Throughcare is.")] = "http://127.0.0.1:8000",
    from_: Annotated[
        int, Parameter(name="--from", help="The first number to receive; else where it was.")
    ] = 0,
    cursor: Annotated[Path | None, Parameter(help="A file that remembers the last number.")] = None,
    live: Annotated[bool, Parameter(help="Follow the event stream instead of pages.")] = False,
) -> None:
    """Follow a partner's share; every entry as one JSON object a line, until Ctrl-C."""
    stop = Event()
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
        )
    except subscriber.Missed as missed:
        raise Stopped(f"{missed}: ask for them with --from {missed.first}", NOT_VERIFIED) from None
    except (subscriber.NotLetIn, subscriber.Refused) as refused:
        raise Stopped(str(refused) or str(type(refused).__doc__), FAILED) from None
