"""A partner's endpoints over HTTP: where it is told that there is news, seen to by itself.

Its administrators see to them, and its systems that were given a scope for it; the host of the
place allows hosts. It refuses to show a secret twice, and to say what the news is.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Self
from uuid import UUID

import orjson
import structlog
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from api.access import SignedIn
from api.asking import Asking, KeyGiven, example
from api.feed import Kinds
from api.parts import Caller, Here, Parts
from api.problems import (
    NothingIsHere,
    OnlyAnAdministratorSeesToStreams,
    WayIsNotAgreed,
)
from domain.partner import PartnerHasLeft
from domain.texts import Instant, Line
from domain.vocabulary import Role, Way
from projections.addresses import LONGEST, AddressIsNotPossible, where
from projections.endpoints import Attempt, Endpoint, Endpoints, Sent
from projections.mailboxes import Mailbox
from projections.webhook_secrets import new_secret

router = APIRouter(prefix="/v1/streams", tags=["streams"])

OVERLAP = 24
"""Hours for which a secret stays good beside a new one, if nothing is said."""

LONGEST_OVERLAP = 7 * 24
NEWEST = 2**62

log = structlog.get_logger("api")


class Body(BaseModel):
    """What is asked of an endpoint."""

    model_config = ConfigDict(extra="forbid")


class AddingEndpoint(Body):
    """Where to be told of news; its host is one that the host of the place has allowed."""

    model_config = ConfigDict(extra="forbid") | example(
        name="Case system", url="https://hooks.doorstep.example/throughcare"
    )

    name: Line
    url: Annotated[str, Field(max_length=LONGEST)]

    @field_validator("url")
    @classmethod
    def possible(cls, url: str) -> str:
        try:
            where(url)
        except AddressIsNotPossible as rule:
            raise ValueError(rule.text) from rule
        return url


class RotatingSecret(Body):
    """For how many hours messages are signed with the secrets of before, too; 0 ends them now."""

    model_config = ConfigDict(extra="forbid") | example(overlap_hours=24)

    overlap_hours: Annotated[int, Field(ge=0, le=LONGEST_OVERLAP)] = OVERLAP


class Replaying(Body):
    """From where whoever listens is asked to read again, and what of it.

    ``after`` is a number; ``since`` a time instead of it. ``type`` and ``subject`` are as the feed
    takes them.
    """

    model_config = ConfigDict(extra="forbid") | example(after=1200, type=["referral"])

    after: Annotated[int | None, Field(ge=0, le=NEWEST)] = None
    since: Instant | None = None
    type: Kinds = ()
    subject: UUID | None = None

    @model_validator(mode="after")
    def from_one_place(self) -> Self:
        if (self.after is None) == (self.since is None):
            raise ValueError("Give a number or a time, one of them.")
        return self


class SendingAgain(Body):
    """Which messages to send again: one, those made since a time, or all that never arrived."""

    model_config = ConfigDict(extra="forbid") | example(since="2026-11-20T08:00:00Z")

    message: UUID | None = None
    since: Instant | None = None

    @model_validator(mode="after")
    def one_of_them(self) -> Self:
        if self.message is not None and self.since is not None:
            raise ValueError("Give a message or a time, not both.")
        return self


def may_tend(caller: Caller) -> None:
    """Raises `OnlyAnAdministratorSeesToStreams`."""
    if caller.role not in (Role.ADMINISTRATOR, Role.SYSTEM):
        raise OnlyAnAdministratorSeesToStreams


async def tending(caller: SignedIn) -> Caller:
    """An administrator, or a system with a scope for it. Raises what `may_tend` raises."""
    may_tend(caller)
    return caller


Tending = Annotated[Caller, Depends(tending)]


async def tending_now(request: Request, here: Here, caller: Tending, key: KeyGiven) -> Asking:
    """A change by who may make it. Raises `IdempotencyKeyIsMissing`."""
    return Asking(here, caller, key, request)


Tends = Annotated[Asking, Depends(tending_now)]


# Reading


@router.get("", response_model=dict[str, Any])
async def streams(caller: Tending, here: Here) -> Response:
    """By which ways your organisation is told, its newest number, where, and how each stands."""
    directory, at = await here.reading.directory(), here.clock()
    kept = endpoints(here)
    return answer(
        {
            "number": await here.reading.newest(caller.organisation),
            "ways": [way for way in Way if directory.may_use(caller.organisation, way)],
            "endpoints": [_endpoint(e) for e in await kept.all(caller.organisation, at=at)],
            "hosts": [h.host for h in await kept.hosts(caller.organisation) if h.allowed],
            "mesh": _mailbox(await kept.mailbox(caller.organisation)),
        }
    )


@router.get("/endpoints/{endpoint}", response_model=dict[str, Any])
async def endpoint_stands(endpoint: UUID, caller: Tending, here: Here) -> Response:
    """One endpoint: how it stands, and when it is tried next."""
    known = await endpoints(here).one(endpoint, caller.organisation, at=here.clock())
    return answer(_endpoint(known))


Before = Annotated[int, Query(ge=1, le=NEWEST, description="Those with a smaller number.")]
Limit = Annotated[int, Query(ge=1, le=200)]


@router.get("/endpoints/{endpoint}/messages", response_model=dict[str, Any])
async def endpoint_messages(
    endpoint: UUID, caller: Tending, here: Here, before: Before = NEWEST, limit: Limit = 50
) -> Response:
    """What was sent to an endpoint or is to be, newest first, and what became of it."""
    rows = await endpoints(here).messages(
        endpoint, caller.organisation, before=before, limit=limit, at=here.clock()
    )
    return answer({"rows": [_sent(row) for row in rows]})


@router.get("/endpoints/{endpoint}/attempts", response_model=dict[str, Any])
async def endpoint_attempts(
    endpoint: UUID, caller: Tending, here: Here, before: Before = NEWEST, limit: Limit = 50
) -> Response:
    """Each try, newest first: what was sent, and the first 4 KiB of what was answered."""
    rows = await endpoints(here).attempts(
        endpoint, caller.organisation, before=before, limit=limit, at=here.clock()
    )
    return answer({"rows": [_attempt(row) for row in rows]})


# Changing


@router.post("/endpoints", status_code=201, response_model=dict[str, Any])
async def add_endpoint(body: AddingEndpoint, asks: Tends) -> Response:
    """An endpoint, and the secret that its messages are signed with, shown this once."""
    at, by = await _agreed(asks)
    secret, partner = new_secret(), asks.caller.organisation
    made = await endpoints(asks.here).add(
        asks.new("endpoint"), partner, body.name, body.url, secret, by=by, at=at
    )
    log.info("endpoint added", endpoint=str(made.id), organisation=str(partner))
    return answer(_endpoint(made) | {"secret": secret}, 201)


@router.post("/endpoints/{endpoint}/pause", response_model=dict[str, Any])
async def pause_endpoint(endpoint: UUID, asks: Tends) -> Response:
    """Nothing is sent to it until it is resumed. Nothing is lost: the share goes on."""
    return await _become(endpoint, "paused", asks)


@router.post("/endpoints/{endpoint}/resumption", response_model=dict[str, Any])
async def resume_endpoint(endpoint: UUID, asks: Tends) -> Response:
    """It is told again, of all the news there is at once; so is one that was disabled."""
    await _agreed(asks)
    return await _become(endpoint, "active", asks)


@router.post("/endpoints/{endpoint}/ending", response_model=dict[str, Any])
async def end_endpoint(endpoint: UUID, asks: Tends) -> Response:
    """Nothing is sent to it any more, for good."""
    return await _become(endpoint, "ended", asks)


@router.post("/endpoints/{endpoint}/secret", status_code=201, response_model=dict[str, Any])
async def rotate_secret(endpoint: UUID, body: RotatingSecret, asks: Tends) -> Response:
    """Another secret, shown this once; messages are signed with both until the older one ends."""
    at, by = acting(asks)
    secret, partner = new_secret(), asks.caller.organisation
    changed = await endpoints(asks.here).rotate(
        endpoint,
        partner,
        asks.new("secret"),
        secret,
        ends=at + timedelta(hours=body.overlap_hours),
        by=by,
        at=at,
    )
    log.info("endpoint secret rotated", endpoint=str(endpoint), organisation=str(partner))
    return answer(_endpoint(changed) | {"secret": secret}, 201)


@router.post("/endpoints/{endpoint}/test", status_code=202, response_model=dict[str, Any])
async def test_endpoint(endpoint: UUID, asks: Tends) -> Response:
    """Send a message that says nothing, once; its attempt says what came of it."""
    at, _ = await _agreed(asks)
    message = asks.new("test")
    await endpoints(asks.here).test(endpoint, asks.caller.organisation, message, at=at)
    return answer({"message": message}, 202)


@router.post("/endpoints/{endpoint}/replay", status_code=202, response_model=dict[str, Any])
async def replay(endpoint: UUID, body: Replaying, asks: Tends) -> Response:
    """Ask whoever listens there to read the feed again, from a number or a time."""
    at, _ = await _agreed(asks)
    partner, message = asks.caller.organisation, asks.new("replay")
    after = body.after or 0
    if body.since is not None:
        after = await asks.here.reading.recorded_before(partner, body.since)
    wanted: dict[str, Any] = {"type": list(body.type)} if body.type else {}
    if body.subject is not None:
        wanted["subject"] = str(body.subject)
    await endpoints(asks.here).replay(endpoint, partner, message, after=after, wanted=wanted, at=at)
    return answer({"message": message, "after": after}, 202)


@router.post("/endpoints/{endpoint}/redrive", status_code=202, response_model=dict[str, Any])
async def redrive(endpoint: UUID, body: SendingAgain, asks: Tends) -> Response:
    """Send messages again as they were: one, those since a time, or all that never arrived."""
    at, _ = await _agreed(asks)
    found = await endpoints(asks.here).send_again(
        endpoint,
        asks.caller.organisation,
        key=asks.new("redrive"),
        message=body.message,
        since=body.since,
        at=at,
    )
    return answer({"messages": found}, 202)


# How it is done


def endpoints(here: Parts) -> Endpoints:
    """Raises `NothingIsHere` where there are none."""
    if here.endpoints is None:
        raise NothingIsHere
    return here.endpoints


def acting(asks: Asking) -> tuple[Any, UUID]:
    """When and by whom something is changed. Raises `PartnerHasLeft`."""
    caller = asks.caller
    if caller.left:
        raise PartnerHasLeft(caller.organisation)
    return asks.here.clock(), caller.practitioner or caller.system or caller.organisation


async def _agreed(asks: Asking) -> tuple[Any, UUID]:
    """The same, where something is to be sent. Raises `WayIsNotAgreed`."""
    directory = await asks.here.reading.directory()
    if not directory.may_use(asks.caller.organisation, Way.WEBHOOK):
        raise WayIsNotAgreed
    return acting(asks)


async def _become(endpoint: UUID, state: str, asks: Asking) -> Response:
    at, _ = acting(asks)
    partner = asks.caller.organisation
    changed = await endpoints(asks.here).become(endpoint, partner, state, at=at)
    log.info("endpoint", endpoint=str(endpoint), organisation=str(partner), state=state)
    return answer(_endpoint(changed))


def _endpoint(known: Endpoint) -> dict[str, Any]:
    return {
        "id": known.id,
        "name": known.name,
        "url": known.url,
        "state": known.state,
        "state_at": known.state_at,
        "why": known.why or None,
        "told": known.told,
        "failures": known.failures,
        "last_at": known.last_at,
        "due_at": known.due_at,
        "made_at": known.made_at,
        "made_by": known.made_by,
        "secrets": [
            {"id": each.id, "made_at": each.made_at, "ends_at": each.ends_at}
            for each in known.secrets
        ],
    }


def _mailbox(known: Mailbox | None) -> dict[str, Any] | None:
    if known is None:
        return None
    return {
        "mailbox": known.name,
        "since": known.since,
        "reached": known.reached,
        "sent_at": known.sent,
        "collected": known.collected,
        "failure": known.failure or None,
    }


def _sent(row: Sent) -> dict[str, Any]:
    return {
        "number": row.number,
        "message": row.id,
        "type": row.type,
        "up_to": row.up_to,
        "made_at": row.made_at,
        "state": row.state,
        "state_at": row.state_at,
        "again": row.again,
        "attempts": row.attempts,
    }


def _attempt(row: Attempt) -> dict[str, Any]:
    return {
        "number": row.number,
        "message": row.message,
        "type": row.type,
        "up_to": row.up_to,
        "at": row.at,
        "seconds": round(row.seconds, 3),
        "status": row.status,
        "failure": row.failure or None,
        "sent": orjson.loads(row.body),
        "answered": row.answer.decode("utf-8", "replace"),
        "taken": row.taken,
    }


def answer(content: dict[str, Any], status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json")
