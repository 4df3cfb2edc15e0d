"""Calls out to partners' own servers: to the address that was judged, in time, no further.

It refuses to follow, to ask a name's address twice, and to say more of a failure than its kind.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from time import monotonic

import httpx

from projections.addresses import AddressIsNotPossible, Network, Where, reachable, where

DEADLINE = 15.0
"""Seconds for all of a call: the name, the connection, the answer to its last byte."""

MOST = 64 * 1024
"""Bytes of an answer that are read."""

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a name; raises `OSError` when it has none."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one call. No ``status``: nobody answered, and ``failure`` says why in a word."""

    status: int | None
    body: bytes = b""
    whole: bool = True
    failure: str = ""
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        """Whether it was taken."""
        return not self.failure and self.status is not None and 200 <= self.status < 300


async def resolved(name: str, port: int) -> Sequence[str]:
    """What the machine's own resolver says, as often as this is asked: so it is asked once."""
    found = await asyncio.get_running_loop().getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return [str(address[4][0]) for address in found]


class Outward:
    """Posts to partners. ``also`` are networks that are not public and may be called all the same.

    ``trusted`` says whose certificates count; the machine's own if left out.
    """

    def __init__(
        self,
        *,
        also: Sequence[Network] = (),
        resolve: Resolve = resolved,
        trusted: ssl.SSLContext | None = None,
        deadline: float = DEADLINE,
    ) -> None:
        self._also, self._resolve, self._deadline = also, resolve, deadline
        self._trusted = trusted or ssl.create_default_context()

    async def post(
        self, url: str, content: bytes, headers: Mapping[str, str], *, allowed: frozenset[str]
    ) -> Answer:
        """Post once, to a host of these; whatever comes of it is an answer, never an error."""
        began = monotonic()
        try:
            place = where(url)
            if place.host not in allowed:
                return Answer(None, failure="host-is-not-allowed")
            async with asyncio.timeout(self._deadline):
                return await self._post(place, content, headers, began)
        except AddressIsNotPossible:
            failure = "address-is-not-possible"
        except TimeoutError:
            failure = "no-answer-in-time"
        return Answer(None, failure=failure, seconds=monotonic() - began)

    async def _post(
        self, place: Where, content: bytes, headers: Mapping[str, str], began: float
    ) -> Answer:
        try:
            found = list(dict.fromkeys(await self._resolve(place.name, place.port)))
        except OSError:
            return Answer(None, failure="name-is-not-known", seconds=monotonic() - began)
        # One bad address among good ones is a trick, not a choice.
        if not found or not all(reachable(address, self._also) for address in found):
            return Answer(None, failure="address-is-not-public", seconds=monotonic() - began)
        failure = ""
        for address in sorted(found, key=lambda each: ip_address(each).version):
            try:
                status, body, whole = await self._asked(place, address, content, headers)
                return Answer(status, body, whole, seconds=monotonic() - began)
            except httpx.ConnectError as failed:
                certificate = isinstance(_first(failed), ssl.SSLCertVerificationError)
                failure = "certificate-is-not-valid" if certificate else "nobody-is-there"
            except httpx.TimeoutException:
                raise TimeoutError from None
            except httpx.HTTPError:
                failure = "answer-is-not-http"
                break  # it may have been taken: not said again to another address
        return Answer(None, failure=failure, seconds=monotonic() - began)

    async def _asked(
        self, place: Where, address: str, content: bytes, headers: Mapping[str, str]
    ) -> tuple[int, bytes, bool]:
        literal = f"[{address}]" if ":" in address else address
        # A client for each call: a connection kept from another host at the same address would
        # carry this one's message under that one's name.
        async with (
            httpx.AsyncClient(
                timeout=self._deadline, verify=self._trusted, trust_env=False
            ) as client,
            client.stream(
                "POST",
                f"{place.scheme}://{literal}:{place.port}{place.target}",
                content=content,
                headers={
                    "Host": place.host,
                    "Accept-Encoding": "identity",
                    "Connection": "close",
                    "User-Agent": "Throughcare",
                    **headers,
                },
                extensions={"sni_hostname": place.name},
            ) as answer,
        ):
            body = bytearray()
            async for piece in answer.aiter_raw():
                body += piece
                if len(body) > MOST:
                    break
            return answer.status_code, bytes(body[:MOST]), len(body) <= MOST


def _first(failure: BaseException) -> BaseException:
    while (cause := failure.__cause__ or failure.__context__) is not None:
        failure = cause
    return failure
