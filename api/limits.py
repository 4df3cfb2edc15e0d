"""How often anybody may ask: each rate, whom it counts, and the refusal once it is used up.

Who has not shown who they are is counted by address, everybody else as themselves. An address is
kept as a keyed hash alone.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from uuid import UUID

import psycopg
from fastapi import Request
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.parts import COOKIE, HOST_COOKIE, Parts
from api.problems import AskedTooOften, HistoryCannotBeReached
from domain.kernel import BrokenRule

Refuse = Callable[[Request, BrokenRule], Awaitable[Response]]
"""How the outer door refuses: a page in a browser, a problem document elsewhere."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many times in so many seconds."""

    name: str
    most: int
    seconds: int = 60


PERSON = Rate("person", 600)
SYSTEM = Rate("system", 3_000)
LOOK_UPS = Rate("look-ups", 60)
INBOX = Rate("inbox", 600)
PACKS = Rate("packs", 20, 600)
ADDRESS = Rate("address", 300)
REFUSED = Rate("refused", 60)
SIGN_IN = Rate("sign-in", 60)
TOKENS = Rate("tokens", 60)
FORMS = Rate("forms", 20, 600)

RATES = {
    PERSON: "a person who signed in",
    SYSTEM: "a partner's system",
    LOOK_UPS: "looking for people by name or number, by whoever it is",
    INBOX: "sending answers, one or a batch at a time, by partner's system",
    PACKS: "having evidence packs made, over HTTP or from a page",
    ADDRESS: "an address from which nobody signed in",
    REFUSED: "an address whose tokens and sessions are not valid",
    SIGN_IN: "signing in, by address",
    TOKENS: "asking for a system's token, by address",
    FORMS: "sending a public form, by address",
}
"""Every rate, and whom it counts."""

LOOKING_UP = frozenset(
    {
        "POST /v1/caseload/search",
        "POST /v1/emergency-access",
        "POST /v1/people",
        "GET /v1/matches",
        "GET /duplicates",
        "POST /mdt/{meeting}/find",
    }
)
"""Routes by which somebody could go through a list of names."""

PACKING = frozenset({"POST /v1/evidence-packs", "POST /evidence-packs"})
"""Routes that read and prove a whole history for one answer."""

_STRICTER: tuple[tuple[re.Pattern[str], Rate], ...] = (
    (re.compile(r"(GET|POST) /sign-in/.+|POST /sign-in"), SIGN_IN),
    (re.compile(r"POST /oauth/token"), TOKENS),
    (re.compile(r"POST /(refer-yourself|feedback|link)/.*"), FORMS),
)
_UNCOUNTED = ("/static/",)


class Paced:
    """Counts by address who shows no token and no session, and each try at getting one."""

    def __init__(self, app: ASGIApp, *, refuse: Refuse) -> None:
        self.app, self.refuse = app, refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith(_UNCOUNTED):
            try:
                await counted(scope, *_by_address(scope))
            except AskedTooOften as rule:
                await (await self.refuse(Request(scope), rule))(scope, receive, send)
                return
            except psycopg.OperationalError:
                refusal = await self.refuse(Request(scope), HistoryCannotBeReached())
                await refusal(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _by_address(scope: Scope) -> list[tuple[str, Rate]]:
    """The rates that count a request before it is known who asks."""
    asked = f"{scope['method']} {scope['path']}"
    rates = [rate for pattern, rate in _STRICTER if pattern.fullmatch(asked)]
    shown = "authorization" in Headers(scope=scope) or (
        {COOKIE, HOST_COOKIE} & Request(scope).cookies.keys()
    )
    if not shown and not rates:
        rates = [ADDRESS]
    return [(address(scope), rate) for rate in rates]


async def principal(
    scope: Scope, who: UUID, method: str, path: str, *, person: bool
) -> tuple[int, int] | None:
    """Count somebody who showed who they are; where the views are. Raises `AskedTooOften`."""
    rates = [PERSON if person else SYSTEM]
    if f"{method} {path}" in LOOKING_UP:
        rates.append(LOOK_UPS)
    if f"{method} {path}" == "POST /v1/inbox":
        rates.append(INBOX)
    if f"{method} {path}" in PACKING:
        rates.append(PACKS)
    return await counted(scope, *((str(who), rate) for rate in rates))


async def refused(scope: Scope) -> None:
    """Count a token or session that was not valid. Raises `AskedTooOften`."""
    await counted(scope, (address(scope), REFUSED))


async def counted(scope: Scope, *asked: tuple[str, Rate]) -> tuple[int, int] | None:
    """Count one more of each, for the answer's headers too; where the views are, if it was asked.

    Raises `AskedTooOften`.
    """
    here: Parts = scope["app"].state.parts
    if here.limits is None or not asked:
        return None
    rates = {rate.name: rate for _, rate in asked}
    counts, positions = await here.limits.count(
        [
            (here.pseudonyms.blind(f"{rate.name} {who}"), rate.name, rate.seconds)
            for who, rate in asked
        ]
    )
    over = 0
    for count in counts:
        rate, most = rates[count.rate], int(rates[count.rate].most * here.pace)
        said = scope.setdefault("limits", {})
        said[rate.name] = (
            f'"{rate.name}";q={most};w={rate.seconds}',
            f'"{rate.name}";r={max(0, most - count.used)};t={count.left}',
        )
        if count.used > most:
            over = max(over, count.left)
    if over:
        raise AskedTooOften(over)
    return positions


def address(scope: Scope) -> str:
    """Where a request comes from: one address, or of IPv6 the network one customer is given."""
    client = scope.get("client")
    try:
        known = ip_address(client[0]) if client else None
    except ValueError:
        known = None
    if known is None:
        return "unknown"
    return str(ip_network((known, 64), strict=False)) if known.version == 6 else str(known)
