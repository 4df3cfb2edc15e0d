"""Deaths, moves, reopenings and organisations that leave, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

from fastapi import APIRouter, Response

from api.asking import Activity, Answered, Asking, Asks, answered, example
from domain.application import CareCoordination
from domain.intentions.answers import Answer
from domain.intentions.endings import OnlyTheHostMay
from domain.kernel import Asked
from domain.texts import Line, Text
from domain.vocabulary import HowKnown, PartnerId, PersonId, Role

router = APIRouter(prefix="/v1")


class RecordingDeath(Activity):
    """The day the person died, and how it became known."""

    model_config = example(died_on="2026-03-01", known_by="told by the family or a carer")

    died_on: date
    known_by: HowKnown
    note: Text | None = None


class TakingBackDeath(Activity):
    """Why the death was recorded although the person lives."""

    model_config = example(note="Another person of the same name.")

    note: Text | None = None


class MovingAway(Activity):
    """Where the person moved to, from when, and whether care there was told of them."""

    model_config = example(
        since="2026-03-01", where_to="Leeds, with her sister", new_place_told=True
    )

    since: date
    where_to: Text
    new_place_told: bool


class Reopening(Activity):
    """Why your organisation holds the person again."""

    model_config = example(reason="She rang: the low mood is back.")

    reason: Text


class Leaving(Activity):
    """Why the organisation leaves; nothing about anybody who is helped."""

    model_config = example(reason="Its contract ended.")

    reason: Line


@router.post("/people/{person}/death", response_model=Answered, tags=["people"])
async def record_death(person: UUID, body: RecordingDeath, asks: Asks) -> Response:
    """Record that a person died: whatever was asked for them ends, and nobody chases them."""
    return await _ask(
        person,
        body,
        asks,
        lambda care, known, asked: care.record_death(
            known, body.died_on, known_by=body.known_by, note=body.note, asked=asked
        ),
    )


@router.post("/people/{person}/death-in-error", response_model=Answered, tags=["people"])
async def take_back_death(person: UUID, body: TakingBackDeath, asks: Asks) -> Response:
    """Say that a person did not die: who held them holds them again."""
    return await _ask(
        person,
        body,
        asks,
        lambda care, known, asked: care.take_back_death(known, note=body.note, asked=asked),
    )


@router.post("/people/{person}/moving-away", response_model=Answered, tags=["people"])
async def record_move(person: UUID, body: MovingAway, asks: Asks) -> Response:
    """Record that a person you hold moved away; you hold them until care there was told."""
    return await _ask(
        person,
        body,
        asks,
        lambda care, known, asked: care.record_move(
            known,
            body.since,
            where_to=body.where_to,
            new_place_told=body.new_place_told,
            asked=asked,
        ),
    )


@router.post("/pathways/{person}/reopening", response_model=Answered, tags=["pathways"])
async def reopen_pathway(person: UUID, body: Reopening, asks: Asks) -> Response:
    """Hold a person again whom you held last, or whose practice you are, without a referral."""
    return await _ask(
        person,
        body,
        asks,
        lambda care, known, asked: care.reopen_pathway(known, body.reason, asked=asked),
    )


@router.post(
    "/pathways/{person}/fallback-acknowledgement", response_model=Answered, tags=["pathways"]
)
async def acknowledge_fallback(person: UUID, body: Activity, asks: Asks) -> Response:
    """Say that you have seen that a person fell back to your organisation."""
    return await _ask(
        person,
        body,
        asks,
        lambda care, known, asked: care.acknowledge_fallback(known, asked=asked),
    )


@router.post("/partners/{partner}/leaving", response_model=Answered, tags=["directory"])
async def leave(partner: UUID, body: Leaving, asks: Asks) -> Response:
    """End an organisation's part in the place; whom it held falls back to who is there."""
    if asks.caller.role is not Role.ADMINISTRATOR:
        raise OnlyTheHostMay(asks.caller.organisation)
    care = asks.here.care
    answer = await asks.ask(
        body, lambda asked: care.leave(PartnerId(partner), body.reason, asked=asked)
    )
    return answered(answer, 200)


async def _ask(
    person: UUID,
    body: Activity,
    asks: Asking,
    intention: Callable[[CareCoordination, PersonId, Asked], Answer],
) -> Response:
    """Ask something about the end of what a person the caller knows was in."""
    known = await asks.record(person)
    answer = await asks.ask(
        body,
        lambda asked: intention(asks.here.care, known, asked),
        actions=lambda: asks.actions_on_pathway(person),
    )
    return answered(answer, 200, known_as=person)
