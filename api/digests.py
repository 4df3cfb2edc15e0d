"""What proves to a partner that it has everything: the signed digest of each day of its share.

It refuses to sign and to close a day: it hands out what was signed once.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Response

from api.access import Seeing
from api.parts import Here
from api.problems import NothingIsHere
from api.reads import Now
from projections.questions.digests import SignedDay

JWK_SET = "application/jwk-set+json"

router = APIRouter(prefix="/v1/share", tags=["share"])

MOST = 400
"""Days in one answer: a year and a month."""


@router.get("/digests", response_model=list[dict[str, Any]])
async def digests(
    caller: Seeing,
    here: Here,
    now: Now,
    after: Annotated[date, Query(description="The last day you checked.")] = date.min,
    limit: Annotated[int, Query(ge=1, le=MOST)] = MOST,
) -> Response:
    """The days of your share that are closed, in order; each under its signature (``jws``)."""
    days = await here.reading.digests(caller.organisation, after=after, limit=limit)
    return now.answer([_shown(day) for day in days])


@router.get("/digests/{day}", response_model=dict[str, Any])
async def digest(day: date, caller: Seeing, here: Here, now: Now) -> Response:
    """One closed day, with the digest of each entry whose person's data were erased since."""
    found = await here.reading.digest(caller.organisation, day)
    if found is None:
        raise NothingIsHere
    erased = {str(number): leaf for number, leaf in found.erased.items()}
    return now.answer(_shown(found) | {"erased": erased})


@router.get(
    "/keys",
    response_model=None,
    responses={200: {"content": {JWK_SET: {}}, "description": "A JWK set."}},
    response_class=Response,
)
async def keys(here: Here) -> Response:
    """The public keys that digests are signed by, as a JWK set; to be pinned at first use."""
    found = {"keys": await here.reading.digest_keys()}
    return Response(orjson.dumps(found), media_type=JWK_SET)


def _shown(day: SignedDay) -> dict[str, Any]:
    return {"day": day.day.isoformat(), "first": day.first, "last": day.last, "jws": day.signed}
