"""Partners' answers over HTTP: messages taken one by one or in a batch, and what became of each.

It refuses to read a message: it hands on bytes, and says the outcome as an address would.
"""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response

from api.access import Caring
from api.asking import in_time
from api.parts import Here
from api.problems import (
    PROBLEM,
    ContentTypeIsNotRead,
    MessagesAreNotTaken,
    NotForThisRole,
    catalogue,
    status_of,
)
from api.reads import Now
from domain.vocabulary import Role
from projections.contract import contract
from projections.inbox import Became, Taken, Via

router = APIRouter(prefix="/v1/inbox", tags=["inbox"])

ONE, BATCH, JSON = (
    "application/cloudevents+json",
    "application/cloudevents-batch+json",
    "application/json",
)
READ = frozenset({ONE, BATCH, JSON})
NEWEST = 2**62

MESSAGE: dict[str, Any] = {
    "title": "Answer",
    "description": "A CloudEvent; the schema of its data is at /v1/schemas/{type}.",
    "type": "object",
    "properties": {
        **{each: {"type": "string"} for each in ("specversion", "id", "source", "type", "time")},
        "datacontenttype": {"const": "application/json"},
        "data": {"type": "object"},
    },
    "required": ["specversion", "id", "source", "type", "data"],
    "examples": [contract()["answer.AcceptReferral.v1"].example],
}
SEVERAL = {"type": "array", "items": MESSAGE}

BODY = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {"schema": {"anyOf": [MESSAGE, SEVERAL]}},
            ONE: {"schema": MESSAGE},
            BATCH: {"schema": SEVERAL},
        },
    }
}


@router.post(
    "",
    response_model=dict[str, Any] | list[dict[str, Any]],
    openapi_extra=BODY,
    responses={202: {"description": "Kept; it waits for what it speaks of."}},
)
async def take_messages(request: Request, caller: Caring, here: Here) -> Response:
    """Take your organisation's answers, as CloudEvents; each is told what became of it.

    A message is known by its id: sent again it is answered again, and nothing is done twice. A
    batch is answered 200 with an outcome for each, in its order. One alone is answered as the
    address for people would answer: 200 done, 202 when it waits, and a problem when it is refused.
    """
    if caller.role is not Role.SYSTEM:
        raise NotForThisRole
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in READ:
        raise ContentTypeIsNotRead
    if here.inbox is None:
        raise MessagesAreNotTaken
    body = await request.body()
    take = here.inbox.take_all
    told = await in_time(partial(take, caller.organisation, body, {"content-type": kind}, Via.HTTP))
    reached = max((each.position or 0 for each in told), default=0)
    headers = {"X-Position": str(reached)} if reached else {}
    if body.lstrip()[:1] == b"[":
        return _json([shown(each) for each in told], 200, headers)
    return _alone(request, told[0], headers)


@router.get("", response_model=dict[str, Any])
async def outcomes(
    caller: Caring,
    here: Here,
    now: Now,
    after: Annotated[int, Query(ge=0, le=NEWEST, description="The number you have.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """What became of your organisation's messages, each outcome with its number 1, 2, 3 …"""
    told = await here.reading.outcomes(caller.organisation, after, limit)
    return now.answer({"outcomes": [shown(each) for each in told]})


def shown(taken: Taken) -> dict[str, Any]:
    """One outcome, as its partner is told."""
    said: dict[str, Any] = {
        "number": taken.number,
        "id": taken.name,
        "type": taken.type or None,
        "via": taken.via.value,
        "outcome": taken.outcome.value,
        "at": taken.at,
    }
    if taken.outcome is Became.DONE:
        return said | {"position": taken.position, "answer": dict(taken.answer)}
    return said | {"problem": problem_of(taken)}


def problem_of(taken: Taken) -> dict[str, Any]:
    """Why it was not done, in the words of the address for people."""
    told = dict(taken.answer)
    name = told.pop("problem")
    rule = catalogue().get(name)
    status = status_of(rule) if rule else HTTPStatus.CONFLICT
    if status != HTTPStatus.CONFLICT:
        told.pop("actions", None)
    return {"type": f"/problems/{name}", "status": int(status)} | told


def _alone(request: Request, taken: Taken, headers: dict[str, str]) -> Response:
    if taken.outcome in (Became.DONE, Became.WAITING):
        return _json(shown(taken), 200 if taken.outcome is Became.DONE else 202, headers)
    said = shown(taken)
    document = said.pop("problem") | {
        "instance": f"urn:uuid:{request.scope.get('request_id', '')}",
        "message": said,
    }
    return Response(orjson.dumps(document), document["status"], headers, PROBLEM)


def _json(content: object, status: int, headers: dict[str, str]) -> Response:
    return Response(orjson.dumps(content), status, headers, "application/json")
