"""The contract as partners read it: each message's schema, all of them, and how they travel.

It refuses to know what is told to whom: anybody may read what can be told at all.
"""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import APIRouter, Response

from api.asyncapi.document import document
from api.parts import Here
from api.problems import NothingIsHere
from api.published import row
from projections.contract import ENTRY, ending

router = APIRouter(tags=["contract"])

SCHEMA = "application/schema+json"
ENTRIES = "share.Entry.v1"


@router.get("/asyncapi.json", response_model=dict[str, Any])
async def asyncapi(here: Here) -> Response:
    """Every way in and out for messages, as AsyncAPI 3.0 describes them."""
    described = document(here.contract, address=here.address, version=here.version)
    return Response(orjson.dumps(described), media_type="application/json")


@router.get("/v1/schemas", response_model=dict[str, Any])
async def schemas(here: Here) -> Response:
    """Every message: what it means, its fields, who may know it, an example, and until when."""
    rows = [row(message, here.contract) for message in here.contract.values()]
    return Response(orjson.dumps({"rows": rows}), media_type="application/json")


@router.get(
    "/v1/schemas/{message}",
    response_model=dict[str, Any],
    responses={200: {"content": {SCHEMA: {}}, "description": "JSON Schema, 2020-12."}},
)
async def schema(message: str, here: Here) -> Response:
    """The schema of one version of one type of message, which it is the last part of."""
    if message == ENTRIES:
        return Response(orjson.dumps(ENTRY), media_type=SCHEMA)
    found = here.contract.get(message)
    if found is None:
        raise NothingIsHere
    headers = ending([message], here.contract)
    return Response(orjson.dumps(found.published), media_type=SCHEMA, headers=headers)
