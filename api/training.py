"""Training over HTTP: sessions that were held, who was there, and who has still to attend."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from api.access import Caring
from api.asking import Activity, Answered, Asks, Creating, answered, example
from api.parts import Caller, Here
from api.problems import OnlyAnAdministratorMay
from api.reads import Now
from domain.policies.days import local_date
from domain.practitioner import NotAPractitionerThere
from domain.texts import Line
from domain.training import TrainingHeld
from domain.vocabulary import PartnerId, PractitionerId, Role, Topic, TrainingId
from projections.directory import Directory

router = APIRouter(prefix="/v1/training", tags=["training"])

SEEING_TO_IT = frozenset({Role.ADMINISTRATOR, Role.SYSTEM})
"""Roles that see who of their organisation has which training."""


class HoldingTraining(Creating):
    """A session your organisation held, for whom, and who was there."""

    model_config = example(
        topic="teaching for clinicians",
        title="Lithium in general practice",
        held_on="2026-03-04",
        minutes=60,
        roles=["clinician"],
        attended=["0b9f4c1e-77a1-4b6e-8c6e-2d1f0f3a9c55"],
    )

    topic: Topic
    title: Line
    held_on: date
    minutes: Annotated[int, Field(ge=1, le=1440)]
    trainer: UUID | None = None
    roles: list[Role] = []
    attended: Annotated[list[UUID], Field(max_length=200)] = []


class Attending(Activity):
    """Who was there."""

    model_config = example(practitioner="0b9f4c1e-77a1-4b6e-8c6e-2d1f0f3a9c55")

    practitioner: UUID


@router.post("", status_code=201, response_model=Answered)
async def hold_training(body: HoldingTraining, asks: Asks) -> Response:
    """Record a session that your organisation held, and who was there."""
    training, care = TrainingId(asks.new("training", body.id)), asks.here.care
    held = TrainingHeld(
        topic=body.topic,
        title=body.title,
        held_on=body.held_on,
        minutes=body.minutes,
        holder=asks.caller.organisation,
        trainer=PractitionerId(body.trainer) if body.trainer else None,
        roles=tuple(body.roles),
    )
    directory = await asks.here.reading.directory()
    attended = [_employed(directory, one) for one in body.attended]
    answer = await asks.ask(
        body, lambda asked: care.hold_training(training, held, attended=attended, asked=asked)
    )
    return answered(answer, 201)


@router.post("/{training}/attendance", response_model=Answered)
async def attend_training(training: UUID, body: Attending, asks: Asks) -> Response:
    """Say that somebody was there: of your organisation, or at a session of yours."""
    care = asks.here.care
    employer, who = _employed(await asks.here.reading.directory(), body.practitioner)
    answer = await asks.ask(
        body,
        lambda asked: care.attend_training(TrainingId(training), employer, who, asked=asked),
    )
    return answered(answer, 200)


@router.get("", response_model=dict[str, Any])
async def sessions(caller: Caring, here: Here, now: Now) -> Response:
    """The sessions that were held, and who of yours, or at yours, was there."""
    return now.answer({"rows": await here.reading.training(caller.organisation)})


@router.get("/owing", response_model=dict[str, Any])
async def owing(caller: Caring, here: Here, now: Now) -> Response:
    """What each of your organisation has still to attend, the first due first; administrators'."""
    return now.answer({"rows": await still_owing(here, caller)})


async def still_owing(here: Here, caller: Caller) -> list[dict[str, Any]]:
    """Who has still to attend what. Raises `OnlyAnAdministratorMay`."""
    if caller.role not in SEEING_TO_IT:
        raise OnlyAnAdministratorMay
    today = local_date(here.clock())
    return await here.reading.training_owing(caller.organisation, today)


def _employed(directory: Directory, practitioner: UUID) -> tuple[PartnerId, PractitionerId]:
    known = directory.practitioners.get(PractitionerId(practitioner))
    if known is None:
        raise NotAPractitionerThere(practitioner)
    return known.partner, known.id
