"""A partner's own systems over HTTP: their keys and scopes, seen to by its administrators.

A system cannot see to itself: no scope opens these addresses. No key is ever shown twice.
"""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID, uuid5

import orjson
import structlog
from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field, field_validator

from api.access import SignedIn
from api.asking import KeyGiven, example
from api.assertions import KeyIsNotPossible, public_key
from api.parts import Caller, Here, Parts
from api.problems import (
    NothingIsHere,
    OnlyAnAdministratorSeesToSystems,
    not_valid,
)
from api.scopes import SCOPES
from api.system_access import PREFIX
from domain.partner import PartnerHasLeft
from domain.policies.days import local_date
from domain.texts import Line
from domain.vocabulary import PractitionerId, Role
from projections.credentials import LIVE_KEYS, ApiKey, Client, Credentials

router = APIRouter(prefix="/v1", tags=["partner systems"])

SECRET_BYTES = 32
LONGEST_LIFE = 366
"""Days a key may be good for."""
NAMED = (*SCOPES,)

log = structlog.get_logger("api")


class Scoped(BaseModel):
    """What a system is called, and what it may be let do."""

    name: Line
    scopes: Annotated[list[str], Field(min_length=1, max_length=len(NAMED))]

    @field_validator("scopes")
    @classmethod
    def known(cls, scopes: list[str]) -> list[str]:
        if unknown := set(scopes) - set(NAMED):
            raise ValueError(f"Takes some of {', '.join(NAMED)}; not {len(unknown)} of these.")
        return sorted(set(scopes))


class JsonWebKey(BaseModel):
    """A public key as RFC 7517 has it; a private part is refused, and what else is there left."""

    model_config = ConfigDict(extra="allow")

    kty: str
    crv: str | None = None
    x: str | None = None
    y: str | None = None
    n: str | None = None
    e: str | None = None


class JsonWebKeys(BaseModel):
    """Public keys as RFC 7517 has them."""

    keys: Annotated[list[JsonWebKey], Field(min_length=1, max_length=LIVE_KEYS)]


_A_KEY = {
    "kty": "OKP",
    "crv": "Ed25519",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}


class RegisteringSystem(Scoped):
    """A system that proves itself by its own key: ``jwks`` is the public half of one or two."""

    model_config = ConfigDict(extra="forbid") | example(
        name="Referral gateway", scopes=["referrals.read", "share.read"], jwks={"keys": [_A_KEY]}
    )

    jwks: JsonWebKeys


class AddingKey(BaseModel):
    """One more public key, a JWK, so that the system can change from the one it has."""

    model_config = ConfigDict(extra="forbid") | example(key=_A_KEY)

    key: JsonWebKey


class RevokingKey(BaseModel):
    """Which of the system's keys is good no more."""

    model_config = ConfigDict(extra="forbid") | example(
        thumbprint="kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    )

    thumbprint: Annotated[str, Field(max_length=100)]


class MakingApiKey(Scoped):
    """A key for a system that cannot sign; it is good until the end of ``expires_on``."""

    model_config = ConfigDict(extra="forbid") | example(
        name="Nightly report", scopes=["services.read"], expires_on="2027-03-31"
    )

    expires_on: date


class Shown(BaseModel):
    """A new key. ``key`` is shown this once; only its hash is kept."""

    id: UUID
    key: str
    expires_at: datetime


async def administering(caller: SignedIn) -> Caller:
    """An administrator, at a page or in a program of their own; never a system.

    Raises `OnlyAnAdministratorSeesToSystems`.
    """
    if caller.role is not Role.ADMINISTRATOR or caller.practitioner is None:
        raise OnlyAnAdministratorSeesToSystems
    return caller


Administering = Annotated[Caller, Depends(administering)]


async def once(_: Administering, key: KeyGiven) -> UUID:
    """The request's key; who may not ask is told that first. Raises `IdempotencyKeyIsMissing`."""
    return key


Key = Annotated[UUID, Depends(once)]
ONCE = [Depends(once)]
"""What is so already is asked for again without harm; the key is wanted as everywhere else."""


@router.get("/systems", response_model=dict[str, Any])
async def list_systems(caller: Administering, here: Here) -> Response:
    """Your organisation's systems and keys, with when each was made, used, over and revoked."""
    kept = credentials(here)
    clients = await kept.clients(caller.organisation)
    keys = await kept.api_keys(caller.organisation)
    return _answer({"systems": [_client(c) for c in clients], "api_keys": [_key(k) for k in keys]})


@router.post("/systems", status_code=201, response_model=dict[str, Any])
async def register_system(
    body: RegisteringSystem, caller: Administering, here: Here, key: Key
) -> Response:
    """Let a system ask for tokens, which it gets by what its key signs."""
    by = _acting(caller)
    keys = [_public(each, f"/jwks/keys/{n}") for n, each in enumerate(body.jwks.keys)]
    if len({thumbprint for thumbprint, _, _ in keys}) < len(keys):
        raise not_valid({"pointer": "/jwks/keys/1"}, "Is the same key again.")
    client = await credentials(here).register(
        uuid5(key, f"system of {caller.organisation}"),
        caller.organisation,
        body.name,
        body.scopes,
        keys,
        by=by,
    )
    log.info("system registered", client=str(client.id), organisation=str(caller.organisation))
    return _answer(_client(client), 201)


@router.post("/systems/{system}/keys", response_model=dict[str, Any], dependencies=ONCE)
async def add_system_key(
    system: UUID, body: AddingKey, caller: Administering, here: Here
) -> Response:
    """A second key, so that the first can be revoked once the system uses the new one."""
    by = _acting(caller)
    public = _public(body.key, "/key")
    client = await credentials(here).add_key(system, caller.organisation, public, by=by)
    log.info("system key added", client=str(system), organisation=str(caller.organisation))
    return _answer(_client(client))


@router.post("/systems/{system}/key-revocation", response_model=dict[str, Any], dependencies=ONCE)
async def revoke_system_key(
    system: UUID, body: RevokingKey, caller: Administering, here: Here
) -> Response:
    """A public key proves nothing from now on, and tokens got by it open nothing."""
    kept, by = credentials(here), _acting(caller)
    await kept.revoke_key(system, caller.organisation, body.thumbprint, by=by)
    log.info("system key revoked", client=str(system), organisation=str(caller.organisation))
    return _answer(_client(await kept.client(system, caller.organisation)))


@router.post("/systems/{system}/ending", response_model=dict[str, Any], dependencies=ONCE)
async def end_system(system: UUID, caller: Administering, here: Here) -> Response:
    """The system gets no more tokens, and those it has open nothing from now on."""
    kept, by = credentials(here), _acting(caller)
    await kept.end(system, caller.organisation, by=by)
    log.info("system ended", client=str(system), organisation=str(caller.organisation))
    return _answer(_client(await kept.client(system, caller.organisation)))


@router.post("/api-keys", status_code=201, response_model=Shown)
async def make_api_key(body: MakingApiKey, caller: Administering, here: Here, key: Key) -> Response:
    """A key, shown this once. Asked again with the same Idempotency-Key it is refused."""
    by, today = _acting(caller), local_date(here.clock())
    if not today <= body.expires_on <= today + timedelta(days=LONGEST_LIFE - 1):
        raise not_valid({"pointer": "/expires_on"}, "Lies within the next year, today or later.")
    made = uuid5(key, f"API key of {caller.organisation}")
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    expires = datetime.combine(body.expires_on + timedelta(days=1), time(), UTC)
    await credentials(here).keep_key(
        made, caller.organisation, body.name, secret, body.scopes, by=by, expires=expires
    )
    log.info("key made", key=str(made), organisation=str(caller.organisation))
    return _answer({"id": made, "key": secret, "expires_at": expires}, 201)


@router.post("/api-keys/{key}/revocation", response_model=dict[str, Any], dependencies=ONCE)
async def revoke_api_key(key: UUID, caller: Administering, here: Here) -> Response:
    """The key opens nothing from now on, in any process."""
    kept, by = credentials(here), _acting(caller)
    await kept.revoke_api_key(key, caller.organisation, by=by)
    log.info("key revoked", key=str(key), organisation=str(caller.organisation))
    (revoked,) = (k for k in await kept.api_keys(caller.organisation) if k.id == key)
    return _answer(_key(revoked))


def credentials(here: Parts) -> Credentials:
    """Raises `NothingIsHere` where no system can have any."""
    if here.credentials is None:
        raise NothingIsHere
    return here.credentials


def _acting(caller: Caller) -> PractitionerId:
    """Who changes something. Raises `PartnerHasLeft`."""
    if caller.left:
        raise PartnerHasLeft(caller.organisation)
    assert caller.practitioner, "a system administers nothing"
    return caller.practitioner


def _public(given: JsonWebKey, pointer: str) -> tuple[str, str, dict[str, Any]]:
    try:
        return public_key(given.model_dump(exclude_none=True))
    except KeyIsNotPossible as rule:
        raise not_valid({"pointer": pointer}, rule.text) from rule


def _client(client: Client) -> dict[str, Any]:
    return {
        "id": client.id,
        "name": client.name,
        "scopes": client.scopes,
        "made_at": client.made_at,
        "made_by": client.made_by,
        "ended_at": client.revoked_at,
        "keys": [
            {
                "thumbprint": key.thumbprint,
                "algorithm": key.algorithm,
                "made_at": key.made_at,
                "made_by": key.made_by,
                "revoked_at": key.revoked_at,
            }
            for key in client.keys
        ],
    }


def _key(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "scopes": key.scopes,
        "made_at": key.made_at,
        "made_by": key.made_by,
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
        "revoked_at": key.revoked_at,
    }


def _answer(content: dict[str, Any], status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json")
