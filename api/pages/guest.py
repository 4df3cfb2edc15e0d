"""For whom a page is rendered: under which name, before anybody is known to have signed in.

It refuses to know who it is, and keeps nothing of them.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from api.pages.branding import OURS, Branding
from api.parts import Parts


@dataclass(frozen=True, slots=True)
class Guest:
    """What every page needs to know before it knows who came."""

    brand: Branding = OURS
    demo: bool = True


GUEST: ContextVar[Guest] = ContextVar("guest", default=Guest())  # noqa: B039 - it is frozen
"""For whom this request's page is rendered."""


class Greeted:
    """Says to all that render a page for whom it is."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            here: Parts = scope["app"].state.parts
            GUEST.set(Guest(here.branding, demo=here.tokens is not None))
        await self.app(scope, receive, send)
