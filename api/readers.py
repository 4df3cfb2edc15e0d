"""How far partners' systems have read: they say it, and who operates the place sees it.

It refuses to say anything of what was read.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from api.access import Seeing, SignedIn
from api.asking import Activity, example
from api.parts import Caller, Here, Parts
from api.problems import NotForThisRole, not_valid
from api.reads import Now
from domain.vocabulary import PartnerId, Role, Way
from projections.readers import Reader, silent

router = APIRouter(prefix="/v1/share", tags=["share"])


class Read(Activity):
    """Everything up to this number is kept for good where it was read."""

    model_config = example(up_to=4711, way="kafka")

    up_to: int = Field(ge=0, le=2**62)
    way: Way = Way.FEED


@router.post("/read", response_model=dict[str, Any])
async def read(body: Read, caller: Seeing, here: Here, now: Now) -> Response:
    """Say that your organisation has everything up to a number; asked twice it is so once."""
    newest = await here.reading.newest(caller.organisation)
    if body.up_to > newest:
        raise not_valid({"pointer": "/up_to"}, "Your organisation was not told so much yet.")
    if caller.role is Role.SYSTEM and here.readers is not None:
        await here.readers.read(caller.organisation, body.way, body.up_to, here.clock())
    return now.answer({"up_to": body.up_to, "newest": newest})


async def operator(caller: SignedIn, here: Here) -> Caller:
    """Who looks after the place as a whole. Raises what `may_operate` raises."""
    may_operate(caller, here)
    return caller


def may_operate(caller: Caller, here: Parts) -> None:
    """The host's administrators and operators may. Raises `NotForThisRole`."""
    at_the_host = caller.organisation == here.care.host
    if not at_the_host or caller.role not in (Role.ADMINISTRATOR, Role.OPERATOR):
        raise NotForThisRole


Operator = Annotated[Caller, Depends(operator)]


@router.get("/readers", response_model=list[dict[str, Any]])
async def readers(_: Operator, here: Here, now: Now) -> Response:
    """How far every partner's systems have read, the silent ones first."""
    return now.answer(await rows(here))


async def rows(here: Parts) -> list[dict[str, Any]]:
    """Each partner by each way that it reads; one that never read anything has no way."""
    known, names = await here.reading.readers(), (await here.reading.directory()).partners
    quiet = {id(each) for each in silent(known, here.clock(), here.silence)}
    shown = [
        {
            "partner": str(each.partner),
            "name": names[PartnerId(each.partner)].name,
            "way": each.way,
            "last_read": each.number if each.way else None,
            "newest": each.newest,
            "behind": each.behind if each.way else None,
            "at": each.at.isoformat() if each.at else None,
            "waits_since": _since(each),
            "silent": id(each) in quiet,
        }
        for each in known
    ]
    return sorted(shown, key=lambda row: (not row["silent"], row["way"] is None, row["name"]))


def _since(reader: Reader) -> str | None:
    return reader.waits_since.isoformat() if reader.way and reader.waits_since else None
