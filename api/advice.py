"""Before a referral is sent, over HTTP: what the service asks to be told, and its advice."""

from __future__ import annotations

from functools import partial
from typing import Any, Self
from uuid import UUID

import orjson
from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.access import Caring
from api.asking import Activity, Answered, Asks, Creating, answered, example, in_time, person_of
from api.parts import Here
from api.people import PersonDetails
from domain.intentions.answers import Answer
from domain.intentions.before_sending import Given
from domain.kernel import Asked
from domain.texts import Text
from domain.vocabulary import (
    Mode,
    Particular,
    Priority,
    Recommendation,
    ReferralId,
    ServiceId,
    Source,
)

router = APIRouter(prefix="/v1/referrals", tags=["referrals"])


class WouldRefer(BaseModel):
    """A referral as far as it is filled in."""

    model_config = ConfigDict(extra="forbid") | example(
        service="6f1c1e0e-5d3b-4f0e-9f0a-2f6f7f4b8b11",
        person={"name": "Rosa Lind"},
        source="professional",
        ask="Talking therapy for low mood",
    )

    service: UUID
    person_id: UUID | None = None
    person: PersonDetails | None = None
    source: Source = Source.PROFESSIONAL
    mode: Mode = Mode.WRITTEN
    ask: Text | None = None
    reason: Text | None = None
    said_by: Text | None = None
    priority: Priority = Priority.ROUTINE


class Missing(BaseModel):
    """One thing the service asks to be told and is not."""

    item: Particular
    pointer: str = Field(description="Where it stands in a request to refer (RFC 6901).")
    detail: str


class Completeness(BaseModel):
    """Whether the service is told all it asks, and what is missing."""

    complete: bool
    missing: list[Missing]
    doubts: list[str] = Field(description="What should be thought of first; it is not refused.")


class AskingAdvice(Creating):
    """A question to a service, about a person you know or make known, before referring."""

    model_config = example(
        service="6f1c1e0e-5d3b-4f0e-9f0a-2f6f7f4b8b11",
        person={"name": "Rosa Lind", "phone": "020 7946 0000"},
        question="Would therapy be safe, with her history?",
    )

    service: UUID
    person_id: UUID | None = None
    person: PersonDetails | None = None
    question: Text
    priority: Priority = Priority.ROUTINE

    @model_validator(mode="after")
    def one_person(self) -> Self:
        if (self.person_id is None) == (self.person is None):
            raise ValueError("Give either person_id, of a person you know, or person, to register.")
        return self


class Advice(Activity):
    """What you advise; ``instead`` is the other service, where you recommend one."""

    model_config = example(recommendation="refer", advice="Yes; we would see her within a month.")

    recommendation: Recommendation
    instead: UUID | None = None
    advice: Text


@router.post("/completeness", response_model=Completeness)
async def check_completeness(body: WouldRefer, caller: Caring, here: Here) -> Response:
    """What a service would still ask to be told, before anything is sent; nothing is recorded."""
    known = None
    if body.person_id is not None:
        known = await person_of(here, caller, body.person_id)
    missing = await in_time(
        partial(
            here.care.what_is_missing,
            ServiceId(body.service),
            Given(body.source, body.mode, body.ask, body.reason, body.said_by, body.priority),
            sender=caller.organisation,
            person_id=known,
            details=body.person.details() if body.person else None,
            at=here.clock(),
        )
    )
    asked = Asked(organisation=caller.organisation, at=here.clock(), key=UUID(int=0))
    doubts = await in_time(
        partial(
            here.care.doubts,
            ServiceId(body.service),
            body.source,
            person_id=known,
            details=body.person.details() if body.person else None,
            asked=asked,
        )
    )
    listed = [{"item": m.item, "pointer": m.pointer, "detail": m.words} for m in missing]
    answer: dict[str, Any] = {"complete": not missing, "missing": listed, "doubts": doubts}
    return Response(orjson.dumps(answer), media_type="application/json")


@router.post("/advice", status_code=201, response_model=Answered)
async def ask_advice(body: AskingAdvice, asks: Asks) -> Response:
    """Ask a service for advice before referring; the answer's id is that of what comes of it."""
    referral, care = ReferralId(asks.new("referral", body.id)), asks.here.care
    if body.person_id is not None:
        known = await asks.person(body.person_id)
    else:
        known = await asks.new_person(body.person.id if body.person else None)

    details = body.person.details() if body.person else None
    alike = await asks.alike(details)

    def intention(asked: Asked) -> Answer:
        return care.ask_advice(
            referral,
            known,
            ServiceId(body.service),
            body.question,
            priority=body.priority,
            registering=details,
            alike=alike,
            asked=asked,
        )

    answer = await asks.ask(body, intention)
    return answered(answer, 201, location="/v1/referrals", person=await asks.about(referral))


@router.post("/{referral}/advice", response_model=Answered)
async def give_advice(referral: UUID, body: Advice, asks: Asks) -> Response:
    """Answer a question before referring: refer, no need to, or another service."""
    await asks.referral(referral)
    answer = await asks.ask(
        body,
        lambda asked: asks.here.care.give_advice(
            ReferralId(referral),
            body.advice,
            body.recommendation,
            instead=None if body.instead is None else ServiceId(body.instead),
            asked=asked,
        ),
        actions=lambda: asks.actions_on_referral(referral),
    )
    return answered(answer, 200)
