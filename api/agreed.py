"""What was agreed, over HTTP: actions, decisions on their way, discussions of a case."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from api.access import Caring
from api.asking import Activity, Answered, Asking, Asks, Creating, answered, caught_up, example
from api.parts import Here
from api.reads import At
from domain.action import ActionIsUnknown
from domain.case import Attendee
from domain.discussion import CaseDiscussed
from domain.texts import Text
from domain.vocabulary import (
    ActionId,
    DecisionId,
    DiscussionId,
    DiscussionKind,
    Medium,
    NotImplementedReason,
    PartnerId,
    PractitionerId,
)
from projections.agreed import ACTION, DECISION
from projections.record.action import DONE, DROPPED, OPEN
from projections.record.meeting import AWAITED, ENDS

router = APIRouter(tags=["agreed"])

OVER = (DONE, DROPPED)


class Completing(Activity):
    """That an action is done."""

    model_config = example(note="Letter sent.")

    note: Text | None = None


class Dropping(Activity):
    """Why an action will not be done; whoever was to do it reads this."""

    model_config = example(reason="She has moved.")

    reason: Text


class NotImplementing(Activity):
    """Why what a meeting decided was not done."""

    model_config = example(reason="the help was not available", note="The group has ended.")

    reason: NotImplementedReason
    note: Text | None = None


class Superseding(Activity):
    """Which later decision took its place."""

    model_config = example(by="6f1c1e0e-5d3b-4f0e-9f0a-2f6f7f4b8b11")

    by: UUID


class Talking(BaseModel):
    """Somebody who took part, for an organisation."""

    model_config = ConfigDict(extra="forbid")

    practitioner: UUID
    partner: UUID


class Discussing(Creating):
    """Two practitioners talked a case over: who asked what, and what the other advised."""

    model_config = example(
        asked_by={
            "practitioner": "0b9f4c1e-77a1-4b6e-8c6e-2d1f0f3a9c55",
            "partner": "6f1c1e0e-5d3b-4f0e-9f0a-2f6f7f4b8b11",
        },
        advised_by={
            "practitioner": "5d2c9b1e-0c1f-4f0e-8c6e-2d1f0f3a9c55",
            "partner": "7a1c1e0e-5d3b-4f0e-9f0a-2f6f7f4b8b11",
        },
        question="Is lithium still right for her?",
        advice="Check her levels first.",
        medium="telephone",
        kind="complex case",
    )

    asked_by: Talking
    advised_by: Talking
    question: Text
    advice: Text
    medium: Medium
    family: bool = False
    kind: DiscussionKind | None = None


# Actions


@router.get("/v1/actions", response_model=dict[str, Any])
async def list_actions(
    caller: Caring, here: Here, at: At, mine: bool = True, over: bool = False
) -> Response:
    """What your organisation is to do, the first due first; all that you know with mine=false."""
    rows = await here.reading.agreed(
        caller.organisation, ACTION, OVER if over else (OPEN,), mine=mine, when=at.when
    )
    return at.answer({"rows": rows})


@router.post("/v1/actions/{action}/completion", response_model=Answered)
async def complete_action(action: UUID, body: Completing, asks: Asks) -> Response:
    """Say that an action of your organisation is done."""
    known, care = await _action(asks, action), asks.here.care
    answer = await asks.ask(
        body, lambda asked: care.complete_action(known, note=body.note, asked=asked)
    )
    return answered(answer, 200)


@router.post("/v1/actions/{action}/drop", response_model=Answered)
async def drop_action(action: UUID, body: Dropping, asks: Asks) -> Response:
    """Say that an action will not be done, and why."""
    known, care = await _action(asks, action), asks.here.care
    answer = await asks.ask(body, lambda asked: care.drop_action(known, body.reason, asked=asked))
    return answered(answer, 200)


async def _action(asks: Asking, action: UUID) -> ActionId:
    """An action the caller's organisation knows of. Raises `ActionIsUnknown`."""
    reading, organisation = asks.here.reading, asks.caller.organisation
    row = await reading.action(organisation, action)
    if row is None and await caught_up(asks.here):
        row = await reading.action(organisation, action)
    if row is None:
        raise ActionIsUnknown(action)
    return ActionId(action)


# Decisions


@router.get("/v1/decisions", response_model=dict[str, Any])
async def list_decisions(
    caller: Caring, here: Here, at: At, mine: bool = False, over: bool = False
) -> Response:
    """What meetings decided and is not done yet, as your organisation may know it."""
    states = tuple(ENDS.values()) if over else (AWAITED,)
    rows = await here.reading.agreed(caller.organisation, DECISION, states, mine=mine, when=at.when)
    return at.answer({"rows": rows})


@router.post("/v1/people/{person}/decisions/{decision}/implementation", response_model=Answered)
async def implement_decision(
    person: UUID, decision: UUID, asks: Asks, body: Activity | None = None
) -> Response:
    """Say that what a meeting decided was done. A hand-over's acceptance says so by itself."""
    known, care = await asks.person(person), asks.here.care
    answer = await asks.ask(
        body or Activity(),
        lambda asked: care.implement_decision(known, DecisionId(decision), asked=asked),
    )
    return answered(answer, 200, known_as=decision, person=person)


@router.post("/v1/people/{person}/decisions/{decision}/non-implementation", response_model=Answered)
async def not_implement_decision(
    person: UUID, decision: UUID, body: NotImplementing, asks: Asks
) -> Response:
    """Say that what a meeting decided was not done, and why."""
    known, care = await asks.person(person), asks.here.care
    answer = await asks.ask(
        body,
        lambda asked: care.not_implement_decision(
            known, DecisionId(decision), body.reason, note=body.note, asked=asked
        ),
    )
    return answered(answer, 200, known_as=decision, person=person)


@router.post("/v1/people/{person}/decisions/{decision}/supersession", response_model=Answered)
async def supersede_decision(
    person: UUID, decision: UUID, body: Superseding, asks: Asks
) -> Response:
    """Say that a later decision took its place; an offer that carried it ends."""
    known, care = await asks.person(person), asks.here.care
    answer = await asks.ask(
        body,
        lambda asked: care.supersede_decision(
            known, DecisionId(decision), DecisionId(body.by), asked=asked
        ),
    )
    return answered(answer, 200, known_as=decision, person=person)


# Discussions


@router.post("/v1/people/{person}/discussions", status_code=201, response_model=Answered)
async def discuss_case(person: UUID, body: Discussing, asks: Asks) -> Response:
    """Record that two practitioners of two organisations talked a case over; it decides nothing."""
    known, care = await asks.person(person), asks.here.care
    discussion = DiscussionId(asks.new("discussion", body.id))
    discussed = CaseDiscussed(
        asked_by=_attendee(body.asked_by),
        advised_by=_attendee(body.advised_by),
        question=body.question,
        advice=body.advice,
        medium=body.medium,
        family=body.family or body.kind is DiscussionKind.FAMILY,
        kind=body.kind,
    )
    answer = await asks.ask(
        body, lambda asked: care.discuss_case(known, discussion, discussed, asked=asked)
    )
    return answered(answer, 201, person=person)


def _attendee(one: Talking) -> Attendee:
    return Attendee(practitioner=PractitionerId(one.practitioner), partner=PartnerId(one.partner))
