"""Evidence packs over HTTP: for the host's privacy officers and auditors; each making is kept.

It refuses to keep a pack: asked again it is made again, of what is signed by then.
"""

from __future__ import annotations

from typing import Annotated, Self
from uuid import UUID

import anyio
import anyio.to_thread
from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, model_validator

from api.access import SignedIn
from api.asking import DEADLINE, Asking, KeyGiven, example
from api.looks import makes_packs
from api.packing import Pack, Packing, question_of
from api.parts import Here
from api.problems import AnswerTookTooLong, NotForThisRole, NothingIsHere
from domain.intentions.answers import KeyStandsForAnotherIntention
from domain.texts import Instant
from projections import looking
from projections.packs import Maker

router = APIRouter(prefix="/v1", tags=["looks"])

ZIP = "application/zip"
MOST = 5_000
"""Facts that a pack holds at most that somebody waits for; an operator makes larger ones."""


class PackAsked(BaseModel):
    """Of whom or of what: a person, one of their decisions, or a time that ends now if left so."""

    model_config = ConfigDict(extra="forbid") | example(
        person="6f1c1e0e-5d3b-4f0e-9f0a-2f6f7f4b8b11"
    )

    person: UUID | None = None
    decision: UUID | None = None
    since: Instant | None = None
    until: Instant | None = None

    @model_validator(mode="after")
    def one_question(self) -> Self:
        """A person, or a time. Raises `ValueError`."""
        if (self.person is None) == (self.since is None):
            raise ValueError("Give a person or the beginning of a time, and not both")
        if self.person is None and self.decision is not None:
            raise ValueError("A decision is somebody's: give the person too")
        if self.since is None and self.until is not None:
            raise ValueError("A time has a beginning: give it too")
        if self.since is not None and self.until is not None and self.until <= self.since:
            raise ValueError("The time ends before it begins")
        return self


async def asks_for_packs(request: Request, here: Here, caller: SignedIn, key: KeyGiven) -> Asking:
    """Who asks for one. Raises `NotForThisRole`, `IdempotencyKeyIsMissing`."""
    if not makes_packs(caller, here):
        raise NotForThisRole
    return Asking(here, caller, key, request)


AsksForPacks = Annotated[Asking, Depends(asks_for_packs)]


@router.post(
    "/evidence-packs",
    response_class=Response,
    responses={200: {"content": {ZIP: {"schema": {"type": "string", "format": "binary"}}}}},
)
async def make_evidence_pack(body: PackAsked, asks: AsksForPacks) -> Response:
    """What happened, who was told and who looked, with what proves it: a zip that verifies offline.

    Every making is written down, with what it held, also when it is asked again by the same key;
    the key stands for one question.
    """
    pack = await made(body, asks)
    headers = {
        "Content-Disposition": f'attachment; filename="evidence-pack-{pack.made.id}.zip"',
        "X-Position": str(pack.made.size),
    }
    return Response(pack.content, 200, headers, ZIP)


async def made(body: PackAsked, asks: Asking) -> Pack:
    """A pack that is written down. Raises what refuses it, and `AnswerTookTooLong`."""
    here, caller, digest = asks.here, asks.caller, asks.digest(body)
    packs, who, key = here.packs, caller.practitioner, asks.key
    if packs is None or who is None:
        raise NothingIsHere
    now = here.clock()
    until = min(body.until, now) if body.until else now
    packing = Packing(caller.organisation, here.reading, here.audit, packs, now, MOST)
    try:
        with anyio.fail_after(DEADLINE):
            before = await anyio.to_thread.run_sync(packs.asked, who, key, abandon_on_cancel=True)
            if before not in (None, digest):
                raise KeyStandsForAnotherIntention
            pack = await packing.pack(
                question_of(body.person, body.decision, body.since, until),
                Maker(practitioner=who, key=key, asked=digest),
                f"{caller.name}, {caller.role.value}",
            )
            await anyio.to_thread.run_sync(packs.keep, pack.made, abandon_on_cancel=True)
    except TimeoutError as late:
        raise AnswerTookTooLong from late
    looking.note_export()
    return pack
