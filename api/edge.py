"""What every request and answer passes: ids, security headers, limits, the log of requests.

It refuses to write down a path, a query, a body or an error's own words: any may name a person.
"""

from __future__ import annotations

import re
import secrets
import traceback
from time import perf_counter
from urllib.parse import urlsplit
from uuid import uuid4

import structlog
from fastapi import Request
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.limits import Refuse
from api.parts import COOKIE
from api.problems import (
    AddressIsTooLong,
    HeadersAreTooLarge,
    RequestIsTooLarge,
    SentFromAnotherSite,
    SomethingFailed,
)
from domain.kernel import BrokenRule
from projections.behalf import act_for

THEIR_SCRIPT = "sha256-tDOvXJi1PXbg0CWjLCCYSNHRXtps26K4JXkE3M6u/c0="
"""The one inline script of ``nhsuk/template.jinja`` in nhsuk-frontend-jinja 0.10.2."""

SECURITY = {
    "Content-Security-Policy": (
        f"default-src 'none'; script-src 'self' '{THEIR_SCRIPT}'; style-src 'self'; "
        "img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
    ),
}
_SECURITY = [(name.lower().encode(), value.encode()) for name, value in SECURITY.items()]
TRANSPORT = "max-age=63072000; includeSubDomains"
LARGEST_BODY = 1_000_000
"""Bytes of one request; a FHIR message may be as long as ten of them."""
LARGEST_MESSAGE = 10 * LARGEST_BODY
LONGEST_ADDRESS = 4_096
"""Bytes of a path and its query."""
LARGEST_HEADERS = 16_384
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")

log = structlog.get_logger("api")


class Measured:
    """Counts and times of requests, by route and never by path."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "throughcare_http_requests",
            "Requests answered.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "throughcare_http_request_seconds",
            "Seconds from the first byte of a request to the last of its answer.",
            ["method", "route"],
            registry=self.registry,
        )


class Edge:
    """The outermost door: gives each request its ids, each answer its headers, and one log line."""

    def __init__(self, app: ASGIApp, *, measured: Measured, refuse: Refuse) -> None:
        self.app, self.measured, self.refuse = app, measured, refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = perf_counter()
        act_for(None)  # a server may begin a request in the task of the connection's last one
        request_id, trace = str(uuid4()), _trace(Headers(scope=scope).get("traceparent", ""))
        scope["request_id"], scope["limits"] = request_id, {}
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                said_already = {name for name, _ in message["headers"]}
                message["headers"] += [
                    (name, value) for name, value in _SECURITY if name not in said_already
                ]
                headers = MutableHeaders(scope=message)
                if scope["app"].state.parts.secure:
                    headers["Strict-Transport-Security"] = TRANSPORT
                if said := scope["limits"].values():
                    policies, left = zip(*said, strict=True)
                    headers["RateLimit-Policy"] = ", ".join(policies)
                    headers["RateLimit"] = ", ".join(left)
                headers["X-Request-ID"] = request_id
                headers["traceparent"] = trace
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except Exception as failure:  # noqa: BLE001 - the last door: nothing beyond may quote it
            log.error("failed", request_id=request_id, **_where(failure))
            if not status:
                answer = await self.refuse(Request(scope), SomethingFailed())
                await answer(scope, receive, sending)
        finally:
            self._note(scope, request_id, trace, status, perf_counter() - began)

    def _note(self, scope: Scope, request_id: str, trace: str, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = str(getattr(scope.get("route"), "path", "")) or "none"
        organisation = scope.get("organisation")
        log.info(
            "request",
            method=method,
            route=route,
            status=status,
            ms=round(seconds * 1000, 1),
            organisation=str(organisation) if organisation else None,
            request_id=request_id,
            trace=trace.split("-")[1],
        )
        self.measured.requests.labels(method, route, str(status)).inc()
        self.measured.seconds.labels(method, route).observe(seconds)


class Limited:
    """Refuses what is too large: headers, an address, a body by what is said and what arrives."""

    def __init__(self, app: ASGIApp, *, refuse: Refuse) -> None:
        self.app, self.refuse = app, refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        rule: BrokenRule | None = None
        largest = LARGEST_MESSAGE if scope["path"].startswith("/fhir/") else LARGEST_BODY
        said = Headers(scope=scope).get("content-length", "0")
        if not said.isdecimal() or int(said) > largest:
            rule = RequestIsTooLarge()
        elif len(scope.get("raw_path") or b"") + len(scope["query_string"]) > LONGEST_ADDRESS:
            rule = AddressIsTooLong()
        elif sum(len(name) + len(value) for name, value in scope["headers"]) > LARGEST_HEADERS:
            rule = HeadersAreTooLarge()
        if rule is not None:
            await (await self.refuse(Request(scope), rule))(scope, receive, send)
            return
        arrived = 0

        async def receiving() -> Message:
            nonlocal arrived
            message = await receive()
            arrived += len(message.get("body", b""))
            if arrived > largest:
                raise HTTPException(413)  # what the framework lets through from here
            return message

        await self.app(scope, receiving, send)


class SameSite:
    """Refuses a change that another site's page had a signed-in browser send."""

    def __init__(self, app: ASGIApp, *, refuse: Refuse) -> None:
        self.app, self.refuse = app, refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE and not _ours(scope):
            refusal = await self.refuse(Request(scope), SentFromAnotherSite())
            await refusal(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _ours(scope: Scope) -> bool:
    """Whether a request that changes something comes from our page or from no browser.

    A browser's own word (Sec-Fetch-Site) counts first: our Referrer-Policy makes its Origin null.
    """
    headers = Headers(scope=scope)
    if headers.get("authorization", "").lower().startswith("bearer "):
        return True  # no other site's page can add this header
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        return site == "same-origin"
    if origin is not None and origin != "null":
        return urlsplit(origin).netloc == headers.get("host")
    return origin is None and not any(
        name.removeprefix("__Host-").startswith(COOKIE) for name in Request(scope).cookies
    )


def _trace(given: str) -> str:
    """The caller's trace with a span of our own, or a new one."""
    known = _TRACEPARENT.fullmatch(given)
    trace, flags = (known[1], known[3]) if known else (secrets.token_hex(16), "00")
    return f"00-{trace}-{secrets.token_hex(8)}-{flags}"


def _where(failure: BaseException) -> dict[str, object]:
    """Which kind of error, and where in the code: an error's words may quote a person's record."""
    frames = traceback.extract_tb(failure.__traceback__)[-6:]
    return {
        "error": type(failure).__name__,
        "at": [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames],
    }


_METHODS = SAFE | {"POST", "PUT", "PATCH", "DELETE"}
