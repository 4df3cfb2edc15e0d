"""Answers that go on: until their reader leaves, may no longer come in, or the server stops.

It refuses to know what is told in them.
"""

from __future__ import annotations

from collections.abc import Awaitable

import anyio
from anyio.abc import TaskGroup
from fastapi import Response
from starlette.types import Receive, Scope, Send

from api.access import Shown, for_purpose, recognise
from api.parts import Caller, Parts
from api.problems import NotSignedIn, PurposeIsNotAgreed, WayIsNotAgreed
from projections.directory import Directory

STREAM = "text/event-stream"
STALLED = 30.0
"""Seconds after which a reader that takes nothing is let go."""
LOOK = 1.0
"""Seconds between two looks at whether a stream's reader may still come in."""


class LastingAnswer(Response):
    """A stream of server-sent events to somebody who came in. ``_tell`` says what is in it."""

    media_type = STREAM

    def __init__(
        self,
        here: Parts,
        caller: Caller,
        shown: Shown,
        ending: anyio.Event,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(headers=headers)
        del self.headers["content-length"]
        self.here, self.caller, self.shown, self.ending = here, caller, shown, ending
        self.parting = b""
        """What is said last to a reader who may no longer come in, or not as they did."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        async with anyio.create_task_group() as group:
            for until in (self._reader_left(receive), self.ending.wait(), self._time_is_over()):
                group.start_soon(stop_after, until, group)
            await self._tell(send, group)
        with anyio.move_on_after(STALLED):
            await send({"type": "http.response.body", "body": self.parting, "more_body": False})

    async def _tell(self, send: Send, group: TaskGroup) -> None:
        """Tell what there is, for ever."""
        raise NotImplementedError

    async def _write(self, written: bytes, send: Send, group: TaskGroup) -> None:
        """Send it; a reader that takes nothing is let go."""
        with anyio.move_on_after(STALLED) as writing:
            await send({"type": "http.response.body", "body": written, "more_body": True})
        if writing.cancelled_caught:
            group.cancel_scope.cancel()

    async def _may_stay(self, known: Caller, directory: Directory) -> bool:
        """Whether they may read on, as they are known now."""
        return known == self.caller

    def _signed_out(self) -> bytes:
        """What is said last to a reader who is not signed in any more."""
        return b""

    def _changed(self) -> bytes:
        """What is said last to a reader who may come in, but not as they did."""
        return b""

    async def _reader_left(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    async def _time_is_over(self) -> None:
        """Until its holder signs out, or the directory or the agreement no longer lets them in."""
        while True:
            await anyio.sleep(LOOK)
            try:
                directory = await self.here.reading.directory()
                known = await recognise(self.shown, directory, self.here, using=False)
                known = for_purpose(known, self.caller.purpose, directory, self.here)
                if not await self._may_stay(known, directory):
                    self.parting = self._changed()
                    return
            except NotSignedIn:
                self.parting = self._signed_out()
                return
            except (PurposeIsNotAgreed, WayIsNotAgreed):
                self.parting = self._changed()
                return


async def stop_after(until: Awaitable[None], group: TaskGroup) -> None:
    """Stop the others of a group once this is over."""
    await until
    group.cancel_scope.cancel()
