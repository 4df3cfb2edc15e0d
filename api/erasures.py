"""Erasure over HTTP: ordered, confirmed by somebody else, cancelled; and the certificate of it.

It refuses to name who was erased: an order has a reference.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ConfigDict, Field

from api.access import SignedIn
from api.asking import Activity, Answered, Asking, Creating, KeyGiven, answered, example
from api.parts import Caller, Here, Parts
from api.privacy import OfficerAsks
from api.problems import NothingIsHere, OnlyAPrivacyOfficerMay
from api.reads import Now
from domain.erasure import ErasureIsUnknown
from domain.policies.roles import Duty
from domain.vocabulary import ErasureId, ErasureReason, Role
from projections.erasures import Ordered, State
from projections.questions.erasures import Heard

router = APIRouter(prefix="/v1", tags=["privacy"])

Reference = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9/_.-]{1,39}$")]
"""A reference names an order and nobody: letters, digits and / _ . - between them."""

COPIES: tuple[tuple[str, str], ...] = (
    ("the log", "facts stay, without the key that opened what was personal in them; codes and dates"
     " stay, and every proof holds"),
    ("shares of all partners", "entries stay and keep their numbers; what was personal in them"
     " cannot be opened"),
    ("views and their earlier versions", "folded anew without a word of the person; counts stay"),
    ("identifiers for finding people", "deleted"),
    ("comparisons with other records", "deleted"),
    ("words in answers about a service", "deleted; the answers count as before"),
    ("messages as partners and referrers sent them", "deleted"),
    ("Kafka topics of partners", "a new generation begins; the one before it is deleted"),
    ("keys of the person", "destroyed, of every class of retention"),
    ("backups and archives of the keys' database, which is apart from all others",
     "expire; after the last of them no key opens what was personal"),
    ("backups and archives of the events' database, which hold no key",
     "expire as soon; until then they hold views and messages of before"),
    ("what partners hold themselves", "each was asked to remove it, and says so"),
    ("who looked at the record", "stays: an id, a time and a reason, and no name"),
)  # fmt: skip
"""Every place where something of a person was, and what became of it."""


class OrderingErasure(Creating):
    """Under which order, and why. ``words`` are erased with the person."""

    model_config = example(order="IG-2026-17", reason=ErasureReason.WRONG_PERSON.value)

    order: Reference
    reason: ErasureReason
    words: Annotated[str, Field(min_length=1, max_length=2000)] | None = None


class Confirming(Activity):
    """A second person's word counts from the moment it is given: the delay is not cut short."""

    model_config = ConfigDict(extra="forbid") | example()

    at: None = None


async def keeper(caller: SignedIn) -> Caller:
    """Who may confirm: a privacy officer or an administrator. Raises `OnlyAPrivacyOfficerMay`."""
    if Duty.PRIVACY not in caller.duties and caller.role is not Role.ADMINISTRATOR:
        raise OnlyAPrivacyOfficerMay
    return caller


Keeper = Annotated[Caller, Depends(keeper)]


async def keeper_asking(request: Request, here: Here, caller: Keeper, key: KeyGiven) -> Asking:
    """Their request to change something. Raises `IdempotencyKeyIsMissing`."""
    return Asking(here, caller, key, request)


KeeperAsks = Annotated[Asking, Depends(keeper_asking)]
"""Declares that an address changes something, for a privacy officer or an administrator."""


@router.post("/people/{person}/erasure", status_code=201, response_model=Answered)
async def order_erasure(person: UUID, body: OrderingErasure, asks: OfficerAsks) -> Response:
    """Order that a person is erased; somebody else confirms it, and a delay goes by."""
    who = await asks.person(person)
    erasure, care = ErasureId(body.id or asks.new("erasure")), asks.here.care
    answer = await asks.ask(
        body,
        lambda asked: care.order_erasure(
            erasure, who, body.order, reason=body.reason, words=body.words, asked=asked
        ),
    )
    return answered(answer, 201, location="/v1/erasures")


@router.post("/erasures/{erasure}/confirmation", response_model=Answered)
async def confirm_erasure(erasure: UUID, body: Confirming, asks: KeeperAsks) -> Response:
    """Say so too, as somebody else than who ordered it; the delay begins."""
    care = asks.here.care
    answer = await asks.ask(
        body, lambda asked: care.confirm_erasure(ErasureId(erasure), asked=asked)
    )
    return answered(answer, 200)


@router.post("/erasures/{erasure}/cancellation", response_model=Answered)
async def cancel_erasure(erasure: UUID, body: Activity, asks: KeeperAsks) -> Response:
    """Take the order back before it is done."""
    care = asks.here.care
    answer = await asks.ask(
        body, lambda asked: care.cancel_erasure(ErasureId(erasure), asked=asked)
    )
    return answered(answer, 200)


@router.get("/erasures", response_model=dict[str, Any])
async def erasures(caller: Keeper, here: Here, at: Now) -> Response:
    """What the host's people ordered, by reference; what is to be done before what is over."""
    of_the_host(caller, here)
    rows = await here.reading.erasures(caller.organisation)
    return at.answer({"rows": [shown(row) for row in rows]})


@router.get("/erasures/{erasure}", response_model=dict[str, Any])
async def certificate(erasure: UUID, caller: Keeper, here: Here, at: Now) -> Response:
    """How far an erasure is: every copy, who was told, and when the last key backup expires."""
    found, heard = await opened(here, caller, erasure)
    return at.answer(certified(found, heard))


async def opened(here: Parts, caller: Caller, erasure: UUID) -> tuple[Ordered, list[Heard]]:
    """An erasure and who was told of it. Raises `ErasureIsUnknown`."""
    of_the_host(caller, here)
    found = await here.reading.erasure(caller.organisation, erasure)
    if found is None:
        raise ErasureIsUnknown(erasure)
    return found, await here.reading.told_of_erasure(caller.organisation, erasure)


def shown(row: Ordered) -> dict[str, Any]:
    """One erasure by its reference."""
    return {
        "id": row.id,
        "order": row.order,
        "reason": row.reason,
        "state": row.state.value,
        "ordered_at": row.ordered_at,
        "ordered_by": row.ordered_by,
        "confirmed_at": row.confirmed_at,
        "confirmed_by": row.confirmed_by,
        "erases_at": row.erases_at,
        "erased_at": row.erased_at,
        "keys_destroyed_at": row.destroyed_at,
        "final_at": row.final_at,
    }


def certified(row: Ordered, heard: Sequence[Heard]) -> dict[str, Any]:
    """The certificate: what became of each copy, and who removed theirs."""
    done: datetime | None = row.erased_at if row.state in (State.ERASED, State.FINISHED) else None
    copies = [{"copy": copy, "what": what} for copy, what in COPIES] if done else []
    told = [
        {
            "organisation": str(each.partner),
            "told_at": each.told_at,
            "acknowledged_at": each.acknowledged_at,
        }
        for each in heard
    ]
    return shown(row) | {"position": row.position, "copies": copies, "told": told}


def of_the_host(caller: Caller, here: Parts) -> None:
    """Raises `NothingIsHere`."""
    if caller.organisation != here.care.host:
        raise NothingIsHere
