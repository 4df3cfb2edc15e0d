"""For whom a page is rendered: whose name it bears, and in which language it is asked for.

It refuses to know who it is, and keeps nothing of them.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.pages import language
from api.pages.branding import OURS, Branding
from api.pages.language import ENGLISH, LANGUAGES, Language
from api.parts import Parts


@dataclass(frozen=True, slots=True)
class Guest:
    """What every page needs to know before it knows who came."""

    brand: Branding = OURS
    demo: bool = True
    language: Language = ENGLISH
    address: str = "/"
    """Where it is, to come back to from choosing a language."""
    keys: bool = True
    """Whether single keys lead through lists in this browser."""

    @property
    def others(self) -> list[Language]:
        """The languages that can be chosen instead."""
        return [each for each in LANGUAGES.values() if each.code != self.language.code]


GUEST: ContextVar[Guest] = ContextVar("guest", default=Guest())  # noqa: B039 - it is frozen
"""For whom this request's page is rendered."""


def own_address(wanted: str) -> str:
    """An address of this site and of no other one.

    Browsers drop tabs and line ends from an address and read a backslash as a slash.
    """
    return wanted if _OWN.fullmatch(wanted) else "/"


_OWN = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")


class Greeted:
    """Says to all that render a page for whom it is, and to who keeps one by what it differs."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            here: Parts = scope["app"].state.parts
            GUEST.set(_guest(Request(scope), here))
            send = _saying(send)
        await self.app(scope, receive, send)


def _guest(request: Request, here: Parts) -> Guest:
    return Guest(
        here.branding,
        demo=here.tokens is not None,
        language=language.wanted(
            request.cookies.get(here.language_cookie),
            request.headers.get("accept-language", ""),
        ),
        address=_asked(request) if request.method == "GET" else "/",
        keys=request.cookies.get(here.keys_cookie) != "off",
    )


def _asked(request: Request) -> str:
    """The address of a page, which leads on to no other site either."""
    query = [
        (name, own_address(value) if name == "next" else value)
        for name, value in request.query_params.multi_items()
    ]
    path = request.url.path
    return own_address(f"{path}?{urlencode(query, safe='/')}" if query else path)


def _saying(send: Send) -> Send:
    """Every page differs by the language that was chosen, or that the browser asks for."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if headers.get("content-type", "").startswith("text/html"):
                headers.add_vary_header("Cookie")
                headers.add_vary_header("Accept-Language")
        await send(message)

    return sending
