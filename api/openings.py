"""Opening what a person had sealed, over HTTP: to whom it is granted, why, and who asks."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Annotated, Any
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Request, Response

from api.access import SignedIn
from api.asking import (
    Activity,
    Answered,
    Asking,
    Asks,
    KeyGiven,
    answered,
    example,
    in_time,
)
from api.emergencies import ReviewingAccess, listed, told
from api.parts import Caller, Here, Parts
from api.privacy import OfficerAsks, PrivacyOfficer
from api.problems import OnlyWhoSeesToPrivacyGrants
from api.reads import Now
from domain.intentions.openings import LookedIntoOpening
from domain.policies.roles import Duty
from domain.texts import Text
from domain.vocabulary import AccessId, OpeningReason, PractitionerId, Role, SealId
from projections.exceptional import Access
from projections.looking import note_persons

router = APIRouter(prefix="/v1")

_log = structlog.get_logger("opening")


class OpeningSealed(Activity):
    """Why it is opened: a coded reason, and words that a privacy officer reads."""

    model_config = example(reason="a legal requirement", words="The coroner asks for it.")

    reason: OpeningReason
    words: Text


class GrantingOpening(Activity):
    """Who of your organisation may open what people had sealed, since when."""

    model_config = example(practitioner="6f1c1e0e-5d3b-4f0e-9f0a-2f6f7f4b8b11", since="2026-03-02")

    practitioner: UUID
    since: date


async def granting(caller: SignedIn) -> Caller:
    """Who says who may open what is sealed. Raises `OnlyWhoSeesToPrivacyGrants`."""
    if caller.role is not Role.ADMINISTRATOR and Duty.PRIVACY not in caller.duties:
        raise OnlyWhoSeesToPrivacyGrants
    return caller


Granting = Annotated[Caller, Depends(granting)]


async def asking_to_grant(request: Request, here: Here, caller: Granting, key: KeyGiven) -> Asking:
    """A request of who grants it. Raises `IdempotencyKeyIsMissing`."""
    return Asking(here, caller, key, request)


AsksToGrant = Annotated[Asking, Depends(asking_to_grant)]


@router.get("/partners/opening-grants", response_model=dict[str, Any], tags=["privacy"])
async def opening_grants(caller: Granting, here: Here, at: Now) -> Response:
    """Who of your organisation may open what people had sealed, and since when."""
    granted = await granted_to_open(here, caller)
    rows = [{"practitioner": str(who), "since": since} for who, since in granted.items()]
    return at.answer({"rows": rows})


async def granted_to_open(here: Parts, caller: Caller) -> dict[PractitionerId, date]:
    """Who of the caller's organisation may open what people had sealed, and since when."""
    return await in_time(partial(here.care.granted_to_open, caller.organisation))


@router.post("/partners/opening-grants", response_model=Answered, tags=["privacy"])
async def grant_opening(body: GrantingOpening, asks: AsksToGrant) -> Response:
    """Let somebody of your organisation open what people had sealed."""
    care, mine, who = asks.here.care, asks.caller.organisation, PractitionerId(body.practitioner)
    answer = await asks.ask(
        body, lambda asked: care.grant_opening(mine, who, body.since, asked=asked)
    )
    return answered(answer, 200)


@router.post(
    "/partners/opening-grants/{practitioner}/end", response_model=Answered, tags=["privacy"]
)
async def end_opening_grant(practitioner: UUID, body: Activity, asks: AsksToGrant) -> Response:
    """Take that back."""
    care, mine, who = asks.here.care, asks.caller.organisation, PractitionerId(practitioner)
    answer = await asks.ask(body, lambda asked: care.end_opening_grant(mine, who, asked=asked))
    return answered(answer, 200)


@router.post(
    "/people/{person}/seals/{seal}/opening",
    status_code=201,
    response_model=Answered,
    tags=["emergency"],
)
async def open_sealed_item(person: UUID, seal: UUID, body: OpeningSealed, asks: Asks) -> Response:
    """Open what a person had sealed, for an hour; only those who are granted it may."""
    known, care = await asks.person(person), asks.here.care
    access = AccessId(asks.new("opening"))
    answer = await asks.ask(
        body,
        lambda asked: care.open_sealed_item(
            known, SealId(seal), access, reason=body.reason, words=body.words, asked=asked
        ),
    )
    if not answer.repeated:
        _log.warning(
            "sealed item opened",
            reference=str(answer.id),
            organisation=str(asks.caller.organisation),
        )
    return answered(answer, 201, person=person)


@router.post("/openings/{opening}/closing", response_model=Answered, tags=["emergency"])
async def close_sealed_item(opening: UUID, body: Activity, asks: Asks) -> Response:
    """Close what you opened, before its time is over."""
    care = asks.here.care
    answer = await asks.ask(
        body, lambda asked: care.close_sealed_item(AccessId(opening), asked=asked)
    )
    return answered(answer, 200)


@router.get("/privacy/openings", response_model=dict[str, Any], tags=["privacy"])
async def list_openings(caller: PrivacyOfficer, here: Here, at: Now) -> Response:
    """Each time something sealed was opened: who did, why and when; not whose it was."""
    return at.answer({"rows": [listed(row) for row in await openings(here, caller)]})


async def openings(here: Parts, caller: Caller) -> list[Access]:
    """What the caller's organisation may look into, the newest first."""
    every = await here.reading.exceptional(caller.organisation)
    return [row for row in every if row.kind == "opening"]


@router.get("/privacy/openings/{opening}", response_model=dict[str, Any], tags=["privacy"])
async def look_into_opening(opening: UUID, caller: PrivacyOfficer, here: Here, at: Now) -> Response:
    """One of them, with whose item it was and what was written: for whoever reviews it."""
    return at.answer(told(await looked_into(here, caller, opening)))


async def looked_into(here: Parts, caller: Caller, opening: UUID) -> LookedIntoOpening:
    """One opening with whose item it was; that this was looked at is written down."""
    ask = partial(here.care.look_into_opening, AccessId(opening), caller.organisation)
    found = await in_time(ask)
    assert found.access.person is not None
    note_persons([found.access.person])
    return found


@router.post("/privacy/openings/{opening}/review", response_model=Answered, tags=["privacy"])
async def review_opening(opening: UUID, body: ReviewingAccess, asks: OfficerAsks) -> Response:
    """Say whether it was justified; nobody says so of their own."""
    care = asks.here.care
    answer = await asks.ask(
        body,
        lambda asked: care.review_opening(AccessId(opening), body.outcome, body.words, asked=asked),
    )
    return answered(answer, 200)
