"""A person's plan over HTTP: what they want, what is agreed, its review."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from api.asking import Activity, Answered, Asks, Creating, answered, example
from domain.plan import Part, Terms
from domain.texts import Text
from domain.vocabulary import ActionId, AgreedHow, GoalId, PartnerId, PractitionerId

router = APIRouter(prefix="/v1/people", tags=["plans"])


class SettingGoal(Creating):
    """What the person wants, in their own words; what would be different then, and who helps."""

    model_config = example(
        words="To sleep through the night again",
        difference="I would be rested for my boy",
        helps="My sister",
    )

    words: Text
    difference: Text | None = None
    helps: Text | None = None


class EndingGoal(Activity):
    """What the person says of it."""

    model_config = example(words="Six nights running")

    words: Text | None = None


class TakingPart(BaseModel):
    """What one organisation will do; it is told this and nothing else of the plan."""

    model_config = ConfigDict(extra="forbid")

    id: UUID | None = None
    owner: UUID
    what: Text
    practitioner: UUID | None = None
    due_on: date | None = None


class AgreeingPlan(Activity):
    """Who does what, what to do in a crisis, how the person agreed, and the day of the review.

    Without ``review_on`` it is the last day that the rule in force allows.
    """

    model_config = example(
        how="made together, face to face",
        person_does="Walk to the allotment twice a week",
        carers_do="Her sister rings in the evening",
        crisis="Ring my sister first, then the crisis line",
        copy_given=True,
        review_on="2026-06-01",
        parts=[
            {"owner": "6f1c1e0e-5d3b-4f0e-9f0a-2f6f7f4b8b11", "what": "Keep a bed for her"},
        ],
    )

    how: AgreedHow
    person_does: Text | None = None
    carers_do: Text | None = None
    crisis: Text | None = None
    copy_given: bool = False
    review_on: date | None = None
    parts: Annotated[list[TakingPart], Field(max_length=30)] = []


class ReviewingPlan(Activity):
    """What changed, and when it is looked at next."""

    model_config = example(changed="She walks twice a day", review_on="2026-09-01")

    changed: Text | None = None
    review_on: date | None = None


@router.post("/{person}/goals", status_code=201, response_model=Answered)
async def set_goal(person: UUID, body: SettingGoal, asks: Asks) -> Response:
    """Write down what the person wants, in their own words."""
    known, care = await asks.person(person), asks.here.care
    goal = GoalId(asks.new("goal", body.id))
    answer = await asks.ask(
        body,
        lambda asked: care.set_goal(
            known, goal, body.words, difference=body.difference, helps=body.helps, asked=asked
        ),
    )
    return answered(answer, 201, known_as=goal, person=person)


@router.post("/{person}/goals/{goal}/reaching", response_model=Answered)
async def reach_goal(
    person: UUID, goal: UUID, asks: Asks, body: EndingGoal | None = None
) -> Response:
    """Say that the person has what they wanted."""
    known, care, said = await asks.person(person), asks.here.care, body or EndingGoal()
    answer = await asks.ask(
        said,
        lambda asked: care.reach_goal(known, GoalId(goal), words=said.words, asked=asked),
    )
    return answered(answer, 200, known_as=goal, person=person)


@router.post("/{person}/goals/{goal}/drop", response_model=Answered)
async def drop_goal(
    person: UUID, goal: UUID, asks: Asks, body: EndingGoal | None = None
) -> Response:
    """Say that the person no longer wants it."""
    known, care, said = await asks.person(person), asks.here.care, body or EndingGoal()
    answer = await asks.ask(
        said,
        lambda asked: care.drop_goal(known, GoalId(goal), words=said.words, asked=asked),
    )
    return answered(answer, 200, known_as=goal, person=person)


@router.post("/{person}/plan", status_code=201, response_model=Answered)
async def agree_plan(person: UUID, body: AgreeingPlan, asks: Asks) -> Response:
    """Agree with the person who does what; each organisation is told its own part."""
    known, care = await asks.person(person), asks.here.care
    parts = tuple(
        Part(
            action=ActionId(asks.new(f"part {number}", part.id)),
            owner=PartnerId(part.owner),
            what=part.what,
            practitioner=PractitionerId(part.practitioner) if part.practitioner else None,
            due_on=part.due_on,
        )
        for number, part in enumerate(body.parts)
    )
    said = body.model_dump(include=set(Terms.model_fields) - {"parts"})
    terms = Terms(parts=parts, **said)
    answer = await asks.ask(body, lambda asked: care.agree_plan(known, terms, asked=asked))
    return answered(answer, 201, person=person)


@router.post("/{person}/plan/review", response_model=Answered)
async def review_plan(person: UUID, asks: Asks, body: ReviewingPlan | None = None) -> Response:
    """Look at the plan with the person: it stands, with what changed."""
    known, care, said = await asks.person(person), asks.here.care, body or ReviewingPlan()
    answer = await asks.ask(
        said,
        lambda asked: care.review_plan(
            known, changed=said.changed, review_on=said.review_on, asked=asked
        ),
    )
    return answered(answer, 200, person=person)
