"""A partner's share over HTTP: a cursor feed to poll, and a live stream to follow.

It refuses to choose what is told: it hands out entries that were recorded for the caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

import anyio
import orjson
from anyio.abc import TaskGroup
from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import Field, StringConstraints
from starlette.types import Send

from api.access import Seeing, Shown, ShownBy
from api.lasting import STREAM, LastingAnswer, stop_after
from api.parts import Caller, Here, Parts
from api.problems import WayIsNotAgreed
from api.reads import Now, moment_of, seen_now
from domain.vocabulary import Role, Way
from projections.cloudevents import cloudevent
from projections.contract import Told, ending
from projections.directory import Directory
from projections.entries import Entry
from projections.held import runs

router = APIRouter(prefix="/v1/share", tags=["share"])

BATCH = "application/cloudevents-batch+json"
SHARE_NUMBER = "X-Share-Number"
"""The newest number of the caller's share when it asked: a page that ends before it lacks some."""
SHARE_HELD = "X-Share-Held"
"""Numbers that are held back for now: an entry of their person cannot be read here."""
SHARE_TOPIC = "X-Share-Topic"
"""The topic that the caller's share is told on now, by Kafka."""
NEWEST = 2**62
LONGEST_WAIT = 60.0
"""Seconds a poll may wait for an entry."""
CHECKPOINT = "log.Checkpoint.v1"
"""The event of a live stream that is no entry: how far the log has come, signed."""
CHECKPOINTS_APART = 60.0
"""Seconds between two of them in one stream, at least."""

After = Annotated[int | None, Query(ge=0, le=NEWEST, description="The number you have.")]

Kind = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z-]+(\.[A-Za-z0-9]+){0,2}$", max_length=80)
]
"""A type of entry: whole, or without its version, or its noun alone."""

Kinds = Annotated[Sequence[Kind], Field(max_length=50)]

FILTERED = """Entries that are wanted, in order; empty at the end. With `type` or `subject` the
numbers have holes: every number after X-Share-After up to X-Share-Through that is not in the answer
does not fit. Go on after X-Share-Through."""


async def must_be_agreed(way: Way, caller: Caller, here: Parts) -> None:
    """Systems are told by the ways of their agreement; people, who read pages, by any.

    Raises `WayIsNotAgreed`.
    """
    if caller.role is not Role.SYSTEM:
        return
    if not (await here.reading.directory()).may_use(caller.organisation, way):
        raise WayIsNotAgreed


async def noted(caller: Caller, here: Parts, way: Way, number: int) -> None:
    """A partner's system that asks for what follows a number has everything up to it."""
    if caller.role is Role.SYSTEM and here.readers is not None:
        await here.readers.note(caller.organisation, way, number, here.clock())


@router.get(
    "",
    response_model=list[dict[str, Any]],
    responses={200: {"content": {BATCH: {}}, "description": FILTERED}},
)
async def share(
    request: Request,
    caller: Seeing,
    here: Here,
    now: Now,
    after: After = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    patience: Annotated[
        float,
        Query(alias="timeout", ge=0, le=LONGEST_WAIT, description="Seconds to wait for one."),
    ] = 0,
    types: Annotated[
        Kinds, Query(alias="type", description="Only these: a whole type, or its beginning.")
    ] = (),
    subject: Annotated[UUID | None, Query(description="Only of this person.")] = None,
    since: Annotated[
        str | None, Query(max_length=40, description="Only what was recorded from this time on.")
    ] = None,
) -> Response:
    """The entries that follow a number, each with its ``sharenumber`` 1, 2, 3 …"""
    await must_be_agreed(Way.FEED, caller, here)
    reading, following = here.reading, after or 0
    if since is not None:
        moment = moment_of("since", since)
        following = max(following, await reading.recorded_before(caller.organisation, moment))
    if patience:
        async with anyio.create_task_group() as group:
            group.start_soon(stop_after, request.app.state.ending.wait(), group)
            await reading.arrived(caller.organisation, after=following, within=patience)
            group.cancel_scope.cancel()
        now = await seen_now(request, here)
    # Before the entries, so that they reach it; what is given again meanwhile is still named.
    newest, held = await reading.newest_and_held(caller.organisation)
    if not (types or subject or since):  # who asks for some of it does not say that it has the rest
        await noted(caller, here, Way.FEED, min(following, newest))
    if types or subject is not None:
        entries, through = await reading.fitting(
            caller.organisation,
            after=following,
            limit=limit,
            types=types,
            subject=subject,
            sight=caller.sight,
        )
    else:
        entries = await reading.entries(
            caller.organisation, after=following, limit=limit, sight=caller.sight
        )
        through = entries[-1].number if entries else following
    if len(entries) == limit:
        now = replace(now, position=entries[-1].position)  # there is more to show
    said = ending((entry.type for entry in entries), here.contract)
    if caller.sight.whole:
        last = entries[-1].number if entries else following
        gaps = last - following != len(entries) or (len(entries) < limit and last < newest)
        if gaps:
            held = sorted({*held, *await reading.held(caller.organisation)})
        said |= {SHARE_HELD: runs(held)} if held else {}
        said |= {
            SHARE_NUMBER: str(newest),
            "X-Share-After": str(following),
            "X-Share-Through": str(through),
        }
    if caller.role is Role.SYSTEM and (topic := await reading.topic(caller.organisation)):
        said[SHARE_TOPIC] = topic
    return now.answer([cloudevent(entry) for entry in entries], media=BATCH, headers=said)


@router.get(
    "/live",
    response_model=None,
    responses={200: {"content": {STREAM: {}}, "description": "Entries as they are told."}},
)
async def live(
    request: Request,
    caller: Seeing,
    shown: ShownBy,
    here: Here,
    after: After = None,
    last_event_id: Annotated[
        int | None, Header(ge=0, le=NEWEST, description="What a browser sends by itself.")
    ] = None,
) -> Response:
    """Entries as they are told, after a number or from now on; each event's id is its number."""
    await must_be_agreed(Way.LIVE, caller, here)
    following = last_event_id if last_event_id is not None else after
    newest = await here.reading.newest(caller.organisation)
    if following is None:
        following = newest
    await noted(caller, here, Way.LIVE, min(following, newest))
    may_come = (each.type for each in here.contract.values() if each.told is Told.TO_PARTNERS)
    said = ending(may_come, here.contract)
    return LiveStream(here, caller, shown, following, request.app.state.ending, said)


class LiveStream(LastingAnswer):
    """A share as it is told."""

    def __init__(
        self,
        here: Parts,
        caller: Caller,
        shown: Shown,
        after: int,
        ending: anyio.Event,
        headers: dict[str, str],
    ) -> None:
        super().__init__(here, caller, shown, ending, headers)
        self.after = after
        self.checkpoint, self.checkpoint_at = "", float("-inf")

    async def _tell(self, send: Send, group: TaskGroup) -> None:
        written = b"retry: 1000\n\n"
        me, whole = self.caller.organisation, self.caller.sight.whole
        told = self.here.reading.live(me, self.after, sight=self.caller.sight)
        async with aclosing(told) as entries:
            while True:
                await self._write(written, send, group)
                entry = await anext(entries)
                if entry is None:
                    newest, held = await self.here.reading.newest_and_held(me)
                    reached = min(self.after, newest)  # the share is shorter after a restore
                    await noted(self.caller, self.here, Way.LIVE, reached)
                    if {*range(reached + 1, newest + 1)} <= {*held}:
                        reached = newest  # nothing more can be told for now
                    written = self._at(reached, held) + await self._checkpoint()
                else:
                    written = b""
                    if whole and entry.number != self.after + 1:
                        held = await self.here.reading.held(me)
                        if not {*range(self.after + 1, entry.number)} <= {*held}:
                            group.cancel_scope.cancel()  # given again just now: it comes next time
                            return
                        written = self._at(self.after, held)
                    # What went before has been taken: the sending waited for it.
                    await noted(self.caller, self.here, Way.LIVE, entry.number - 1)
                    written += _event(entry) + await self._checkpoint()
                    self.after = entry.number

    def _at(self, number: int, held: Sequence[int]) -> bytes:
        """A comment: all up to a number was told in this stream or before, but what is held."""
        waits = f" held {runs(held)}" if held and self.caller.sight.whole else ""
        return f": at {number}{waits}\n\n".encode()

    async def _checkpoint(self) -> bytes:
        """The newest checkpoint, if it is another than the last one told, and that a minute ago."""
        if anyio.current_time() - self.checkpoint_at < CHECKPOINTS_APART:
            return b""
        newest = await self.here.reading.checkpoint()
        if newest is None or newest == self.checkpoint:
            return b""
        self.checkpoint, self.checkpoint_at = newest, anyio.current_time()
        content = orjson.dumps({"note": newest})
        return b"event: %s\ndata: %s\n\n" % (CHECKPOINT.encode(), content)

    async def _may_stay(self, known: Caller, directory: Directory) -> bool:
        await must_be_agreed(Way.LIVE, known, self.here)
        return await super()._may_stay(known, directory)


def _event(entry: Entry) -> bytes:
    content = orjson.dumps(cloudevent(entry))
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (entry.number, entry.type.encode(), content)
