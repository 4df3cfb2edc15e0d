"""Hosts that a partner's endpoints may be at: allowed by the host of the place, and nobody else."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Request, Response
from pydantic import ConfigDict, Field, field_validator

from api.access import SignedIn
from api.asking import Asking, KeyGiven, example
from api.parts import Caller, Here, Parts
from api.problems import NothingIsHere, OnlyTheHostAllows
from api.streams import Body, acting, answer, endpoints, may_tend
from domain.vocabulary import PartnerId, Role
from projections.addresses import AddressIsNotPossible
from projections.addresses import host as possible_host
from projections.behalf import acting_for
from projections.endpoints import Host

router = APIRouter(prefix="/v1/partners", tags=["streams"])

log = structlog.get_logger("api")


class AllowingHost(Body):
    """A host that a partner's endpoints may be at: a name, with a port if it is not 443."""

    model_config = ConfigDict(extra="forbid") | example(host="hooks.doorstep.example")

    host: Annotated[str, Field(max_length=260)]

    @field_validator("host")
    @classmethod
    def possible(cls, host: str) -> str:
        try:
            return possible_host(host)
        except AddressIsNotPossible as rule:
            raise ValueError(
                "Write the name of a host in small letters, with :port if it is not 443."
            ) from rule


def may_allow(caller: Caller, here: Parts) -> None:
    """Raises `OnlyTheHostAllows`."""
    if caller.organisation != here.care.host or caller.role is not Role.ADMINISTRATOR:
        raise OnlyTheHostAllows


async def allower(caller: SignedIn, here: Here) -> Caller:
    """An administrator of the host. Raises what `may_allow` raises."""
    may_allow(caller, here)
    return caller


async def allowing(
    request: Request, here: Here, caller: Annotated[Caller, Depends(allower)], key: KeyGiven
) -> Asking:
    """A change by an administrator of the host. Raises `IdempotencyKeyIsMissing`."""
    return Asking(here, caller, key, request)


Allows = Annotated[Asking, Depends(allowing)]


@router.get("/{partner}/webhook-hosts", response_model=dict[str, Any])
async def webhook_hosts(partner: UUID, caller: SignedIn, here: Here) -> Response:
    """Where a partner's endpoints may be: your own, or anybody's if you allow them."""
    if caller.organisation != partner:
        may_allow(caller, here)
    else:
        may_tend(caller)
    rows = await hosts_of(partner, here)
    return answer({"rows": [_host(row) for row in rows]})


@router.post("/{partner}/webhook-hosts", response_model=dict[str, Any])
async def allow_host(partner: UUID, body: AllowingHost, asks: Allows) -> Response:
    """From now on the partner's endpoints may be at this host."""
    return await _say_host(partner, body, asks, allowed=True)


@router.post("/{partner}/webhook-hosts/removal", response_model=dict[str, Any])
async def remove_host(partner: UUID, body: AllowingHost, asks: Allows) -> Response:
    """From now on nothing is sent to this host for the partner."""
    return await _say_host(partner, body, asks, allowed=False)


async def hosts_of(partner: UUID, here: Parts) -> list[Host]:
    """What was said of hosts for a partner. Raises `NothingIsHere`."""
    known = PartnerId(partner)
    if known not in (await here.reading.directory()).partners:
        raise NothingIsHere
    with acting_for(known):
        return await endpoints(here).hosts(known)


async def _say_host(partner: UUID, body: AllowingHost, asks: Asking, *, allowed: bool) -> Response:
    at, by = acting(asks)
    host = body.host
    said = {row.host: row.allowed for row in await hosts_of(partner, asks.here)}
    known = PartnerId(partner)
    if said.get(host, False) is not allowed:
        with acting_for(known):
            kept = endpoints(asks.here)
            await kept.say_host(known, host, allowed=allowed, by=by, at=at)
        log.info("webhook host", organisation=str(partner), allowed=allowed)
    return answer({"rows": [_host(row) for row in await hosts_of(partner, asks.here)]})


def _host(row: Host) -> dict[str, Any]:
    return {
        "host": row.host,
        "allowed": row.allowed,
        "said_at": row.said_at,
        "said_by": row.said_by,
    }
