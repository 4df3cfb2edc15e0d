"""Opening what a person had sealed, over HTTP: to whom it is granted, why, and who asks."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import structlog
from fastapi import APIRouter, Response

from api.asking import Activity, Answered, Asks, answered, example
from api.emergencies import ReviewingAccess, listed
from api.parts import Here
from api.privacy import OfficerAsks, PrivacyOfficer
from api.problems import OnlyAnAdministratorNames
from api.reads import Now
from domain.texts import Text
from domain.vocabulary import AccessId, OpeningReason, PractitionerId, Role, SealId

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


@router.post("/partners/opening-grants", response_model=Answered, tags=["privacy"])
async def grant_opening(body: GrantingOpening, asks: Asks) -> Response:
    """Let somebody of your organisation open what people had sealed; its administrator says so."""
    if asks.caller.role is not Role.ADMINISTRATOR:
        raise OnlyAnAdministratorNames
    care, mine, who = asks.here.care, asks.caller.organisation, PractitionerId(body.practitioner)
    answer = await asks.ask(
        body, lambda asked: care.grant_opening(mine, who, body.since, asked=asked)
    )
    return answered(answer, 200)


@router.post(
    "/partners/opening-grants/{practitioner}/end", response_model=Answered, tags=["privacy"]
)
async def end_opening_grant(practitioner: UUID, body: Activity, asks: Asks) -> Response:
    """Take that back."""
    if asks.caller.role is not Role.ADMINISTRATOR:
        raise OnlyAnAdministratorNames
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
    every = await here.reading.exceptional(caller.organisation)
    return at.answer({"rows": [listed(row) for row in every if row.kind == "opening"]})


@router.post("/privacy/openings/{opening}/review", response_model=Answered, tags=["privacy"])
async def review_opening(opening: UUID, body: ReviewingAccess, asks: OfficerAsks) -> Response:
    """Say whether it was justified; nobody says so of their own."""
    care = asks.here.care
    answer = await asks.ask(
        body,
        lambda asked: care.review_opening(AccessId(opening), body.outcome, body.words, asked=asked),
    )
    return answered(answer, 200)
