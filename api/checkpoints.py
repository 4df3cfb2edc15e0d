"""How far the log has come, for anybody: signed checkpoints, and tiles of hashes that prove them.

As c2sp.org/tlog-tiles has it, but for the entries. It refuses to give out what a hash is over.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse

from api.parts import Here
from api.problems import PROBLEM, NothingIsHere
from projections import verifier
from projections.questions.checkpoints import WIDTH

router = APIRouter(prefix="/log", tags=["log"])

TEXT = "text/plain; charset=utf-8"
OCTETS = "application/octet-stream"
SOON = {"Cache-Control": "public, max-age=1"}
NOT_YET: dict[int | str, dict[str, Any]] = {
    404: {
        "description": "There is none yet.",
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}

_TILE = re.compile(r"((?:x\d{3}/)*\d{3})(?:\.p/([1-9]\d{0,2}))?", re.ASCII)
_LEVEL = re.compile(r"0|[1-9]\d?", re.ASCII)
MOST_LEVEL = 63
LARGEST = 2**62
VERIFIER = Path(verifier.__file__).read_bytes()


@router.get("/checkpoint", response_class=PlainTextResponse, responses=NOT_YET)
async def checkpoint(here: Here) -> Response:
    """The newest checkpoint: how many facts there are and the root over them, as a signed note."""
    return _note(await here.reading.checkpoint())


@router.get("/checkpoint/witnessed", response_class=PlainTextResponse, responses=NOT_YET)
async def witnessed(here: Here) -> Response:
    """The newest checkpoint that a witness countersigned, with the lines of all who did."""
    return _note(await here.reading.witnessed())


@router.get(
    "/tile/{level}/{tile:path}",
    response_model=None,
    responses={200: {"content": {OCTETS: {}}, "description": "Hashes of 32 bytes each."}},
)
async def tile(level: str, tile: str, here: Here) -> Response:
    """Up to 256 hashes of one level: of facts (0), or of whole tiles of the level below."""
    asked = _TILE.fullmatch(tile)
    if asked is None or not _LEVEL.fullmatch(level) or int(level) > MOST_LEVEL:
        raise NothingIsHere
    index = int(asked[1].replace("x", "").replace("/", ""))
    width = int(asked[2] or WIDTH)
    shortest = not asked[1].startswith("x000")
    if not shortest or width > WIDTH - (asked[2] is not None) or index * WIDTH > LARGEST:
        raise NothingIsHere
    found = await here.reading.tile(int(level), index, width)
    if found is None:
        raise NothingIsHere
    return Response(found, media_type=OCTETS, headers=FOR_EVER)


@router.get("/key", response_class=PlainTextResponse)
async def key(here: Here) -> Response:
    """The keys that checkpoints are signed by, the newest last; to be pinned at first use."""
    found = await here.reading.log_keys()
    return Response("".join(f"{each}\n" for each in found), media_type=TEXT, headers=SOON)


@router.get("/reopened", response_class=PlainTextResponse, responses=NOT_YET)
async def reopened(here: Here) -> Response:
    """When, why and with which loss the log went on under another name, as signed notes."""
    return _note(await here.reading.reopened() or None)


@router.get("/verifier.py", response_class=PlainTextResponse)
async def verifier_itself() -> Response:
    """The verifier, one file; a copy that was taken earlier is better evidence than today's."""
    return Response(VERIFIER, media_type=TEXT, headers=SOON)


def _note(found: str | None) -> Response:
    if found is None:
        raise NothingIsHere
    return Response(found, media_type=TEXT, headers=SOON)
