"""Outcome measures over HTTP: a score by its answers or its total, and putting one right."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field, model_validator

from api.asking import Activity, Answered, Asking, Asks, Creating, answered, example
from domain.intentions.answers import Answer
from domain.kernel import Asked
from domain.measure import MeasureIsUnknown, OnlyWhoScoredItMay
from domain.texts import Text
from domain.vocabulary import GoalId, Instrument, MeasureId, ReferralId

router = APIRouter(prefix="/v1", tags=["measures"])

Total = Annotated[int, Field(ge=-1000, le=1000)]
Items = Annotated[
    list[Annotated[int, Field(ge=-1000, le=1000)] | None],
    Field(max_length=100, description="In the instrument's order; null for one not answered."),
]
Goals = Annotated[
    list[UUID],
    Field(max_length=100, description="For GBO: the goal that each answer is about, from a plan."),
]


class CompletingMeasure(Creating):
    """A score: its answers, or their total where only that is known.

    Under a referral your organisation has taken on, or of a person you are responsible for.
    ``at`` is when the person completed it, which may be before the session.
    """

    model_config = example(
        referral="0b9f4c1e-77a1-4b6e-8c6e-2d1f0f3a9c55",
        instrument="PHQ-9",
        items=[2, 1, 3, 2, 1, 2, 2, 1, 0],
        at="2026-03-02T09:00:00Z",
    )

    referral: UUID | None = None
    person: UUID | None = None
    instrument: Instrument
    total: Total | None = None
    items: Items = []
    goals: Goals = []

    @model_validator(mode="after")
    def _of_one(self) -> CompletingMeasure:
        if (self.referral is None) == (self.person is None):
            raise ValueError("Give the referral it is under, or else the person; one of the two.")
        return self


class CorrectingScore(Activity):
    """What the person answered, where something else had been entered."""

    model_config = example(items=[2, 1, 3, 2, 1, 2, 2, 1, 0], reason="Item 9 was read wrongly")

    total: Total | None = None
    items: Items = []
    goals: Goals = []
    reason: Text | None = None


@router.post("/measures", status_code=201, response_model=Answered)
async def complete_measure(body: CompletingMeasure, asks: Asks) -> Response:
    """Record a score under a referral you have taken on, or of a person you hold."""
    measure = MeasureId(asks.new("measure", body.id))
    if body.referral is None:
        return answered(await _held(measure, body, asks), 201)
    referral, care = ReferralId(body.referral), asks.here.care
    await asks.referral(referral)
    answer = await asks.ask(
        body,
        lambda asked: care.complete_measure(
            measure,
            referral,
            instrument=body.instrument,
            total=body.total,
            items=tuple(body.items),
            goals=tuple(GoalId(goal) for goal in body.goals),
            asked=asked,
        ),
        actions=lambda: asks.actions_on_referral(referral),
    )
    return answered(answer, 201)


async def _held(measure: MeasureId, body: CompletingMeasure, asks: Asking) -> Answer:
    assert body.person is not None
    subject, care = body.person, asks.here.care
    person = await asks.record(subject)
    return await asks.ask(
        body,
        lambda asked: care.complete_measure_held(
            measure,
            person,
            instrument=body.instrument,
            total=body.total,
            items=tuple(body.items),
            goals=tuple(GoalId(goal) for goal in body.goals),
            asked=asked,
        ),
        actions=lambda: asks.actions_on_pathway(subject),
    )


@router.post("/measures/{measure}/correction", response_model=Answered)
async def correct_score(measure: UUID, body: CorrectingScore, asks: Asks) -> Response:
    """Put a score right that your organisation entered wrongly; the first entry stays in the
    history.
    """
    care = asks.here.care

    def intention(asked: Asked) -> Answer:
        try:
            return care.correct_score(
                MeasureId(measure),
                total=body.total,
                items=tuple(body.items),
                goals=tuple(GoalId(goal) for goal in body.goals),
                reason=body.reason,
                asked=asked,
            )
        except OnlyWhoScoredItMay:
            # Not theirs: said in the words used for one that was never recorded.
            raise MeasureIsUnknown(measure) from None

    return answered(await asks.ask(body, intention), 200)
