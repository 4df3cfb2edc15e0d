"""What is live on an open page: whose record has news, how new it all is, and where a row went.

One stream goes to each page. It carries the ids of persons, as the organisation knows them, and
nothing of what was told: the page asks again for the rows it shows, by its own address. It refuses
to tell a page's words twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated
from uuid import UUID

import anyio
import orjson
from anyio.abc import TaskGroup
from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import HTMLResponse
from markupsafe import escape
from starlette.types import Send

from api.access import Shown, ShownBy, SignedIn
from api.feed import NEWEST
from api.lasting import LastingAnswer
from api.pages import telling, words
from api.pages.opened import Opened
from api.pages.problem import PageRoute
from api.pages.rendering import ENVIRONMENT
from api.pages.visit import CaringVisit, Freshness, SomebodysVisit
from api.parts import Caller, Here, Parts
from api.problems import NothingIsHere
from domain.agreement import AgreementSigned
from projections.directory import Directory

router = APIRouter(route_class=PageRoute)

BEAT = 2.0
"""Seconds between two looks at how far the views are."""
KEEP_ALIVE = 15.0
"""Seconds after which something is sent though there is nothing to say."""
TOGETHER = 500
"""How many entries one message speaks of, at most."""


@router.get("/live", response_model=None, include_in_schema=False)
async def live(
    request: Request,
    caller: SignedIn,
    shown: ShownBy,
    here: Here,
    after: Annotated[int, Query(ge=0, le=NEWEST)] = 0,
    last_event_id: Annotated[int | None, Header(ge=0, le=NEWEST)] = None,
) -> Response:
    """What one page hears while it is open; each event's id is a number of the share."""
    following = after if last_event_id is None else last_event_id
    newest = await here.reading.newest(caller.organisation)
    agreement = (await here.reading.directory()).agreements.get(caller.organisation)
    # After a restore the share may be shorter than what the page was shown.
    return Word(here, caller, shown, request.app.state.ending, min(following, newest), agreement)


class Word(LastingAnswer):
    """Word to a page: ``news``, of whom; ``fresh``, how new it is; ``over``, and why."""

    def __init__(
        self,
        here: Parts,
        caller: Caller,
        shown: Shown,
        ending: anyio.Event,
        after: int,
        agreement: AgreementSigned | None,
    ) -> None:
        super().__init__(here, caller, shown, ending)
        self.after, self.agreement = after, agreement
        self.said, self.spoke = b"", anyio.current_time()
        self.names = caller.agreed and caller.cares and caller.sight.whole

    async def _tell(self, send: Send, group: TaskGroup) -> None:
        await self._write(b"retry: 1000\n\n" + await self._fresh(), send, group)
        while True:
            written = await self._news() + await self._fresh()
            if not written and anyio.current_time() - self.spoke > KEEP_ALIVE:
                written = b":\n\n"
            if written:
                self.spoke = anyio.current_time()
                await self._write(written, send, group)

    async def _news(self) -> bytes:
        """Of whom there is news; whoever may not see all of everybody hears only that there is."""
        me = self.caller.organisation
        some = await self.here.reading.news(me, after=self.after, limit=TOGETHER, within=BEAT)
        if not some:
            return b""
        self.after, _ = some[-1]
        of = _once(str(whose) for _, whose in some if whose is not None) if self.names else []
        said = orjson.dumps({"of": of, "count": len(some) if self.names else None})
        return b"id: %d\nevent: news\ndata: %s\n\n" % (self.after, said)

    async def _fresh(self) -> bytes:
        """How new it is, when that has changed."""
        found = await self.here.reading.progress_lately(BEAT)
        page = ENVIRONMENT.get_template("fresh.html").render(fresh=Freshness.of(found))
        said = b"event: fresh\ndata: %s\n\n" % " ".join(page.split()).encode()
        if said == self.said:
            return b""
        self.said = said
        return said

    async def _may_stay(self, known: Caller, directory: Directory) -> bool:
        """As long as the agreement is the same: a page shows what another one let it know."""
        agreement = directory.agreements.get(known.organisation)
        return agreement == self.agreement and await super()._may_stay(known, directory)

    def _signed_out(self) -> bytes:
        return b"event: over\ndata: signed out\n\n"

    def _changed(self) -> bytes:
        return b"event: over\ndata: changed\n\n"


@router.get("/live/fresh", response_class=HTMLResponse)
async def fresh(visit: SomebodysVisit) -> Response:
    """How new what is shown now is; who is not signed in any more is asked to."""
    return await visit.page("fresh.html", title="", section="")


# What a page asks once it has heard of news


@router.get("/live/since/{person}/{number}", response_class=HTMLResponse)
async def since(
    visit: CaringVisit,
    person: UUID,
    number: int,
    referral: UUID | None = None,
    writing: bool = False,
) -> Response:
    """What was told of a record since a page of it was opened: by whom, and how long ago."""
    told = await visit.here.reading.history(visit.caller.organisation, person)
    news = Opened(person, number, referral).news(told, number)
    said = [
        (telling.happened(entry.type, entry.data, visit.names), visit.names.by(entry.data), entry)
        for entry in reversed(news)
    ]
    return await visit.page(
        "since.html",
        title="",
        section="",
        writing=writing,
        news=[(what, who, words.ago(entry.recorded_at, visit.now)) for what, who, entry in said],
    )


@router.get("/live/standing/{person}", response_class=HTMLResponse)
async def standing(visit: CaringVisit, person: UUID, referral: UUID | None = None) -> Response:
    """Where somebody is now whose row left what an open page shows."""
    reading, me = visit.here.reading, visit.caller.organisation
    if referral is not None:
        asked = await reading.referral(me, referral)
        if asked is None:
            raise NothingIsHere
        return HTMLResponse(f"Now: {words.STATE[asked['state']].text.lower()}")
    row = await reading.record(me, person)
    if row is None or row["withdrawn"]:
        return HTMLResponse("No longer shared with you")
    to = row.get("responsible")
    if row["status"] == "past" and to and to != str(me):
        return HTMLResponse(str(escape(f"Moved to {visit.names.organisation(to)}")))
    return HTMLResponse(f"Now: {visit.standing(row['status']).text.lower()}")


def _once(several: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(several))
