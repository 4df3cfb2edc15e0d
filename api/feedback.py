"""What people say of services, over HTTP: answers to the Friends and Family Test, and results."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from api.access import Caring
from api.asking import Answered, Asking, Asks, Creating, answered, example
from api.parts import Here
from api.reads import Now
from domain.policies.days import local_date
from domain.texts import Text
from domain.vocabulary import (
    Collected,
    Experience,
    FeedbackId,
    GivenBy,
    PersonId,
    ServiceId,
)

router = APIRouter(prefix="/v1", tags=["feedback"])


class GivingFeedback(Creating):
    """Overall, how was your experience of our service? The words are published only if they may."""

    model_config = example(
        service="0b9f4c1e-77a1-4b6e-8c6e-2d1f0f3a9c55",
        experience="very good",
        collected="on paper",
        words="They listened.",
        may_publish=True,
    )

    service: UUID
    experience: Experience
    given_by: GivenBy = GivenBy.PERSON
    collected: Collected = Collected.ON_PAPER
    words: Text | None = None
    may_publish: bool = False


@router.post("/feedback", status_code=201, response_model=Answered)
async def give_feedback(body: GivingFeedback, asks: Asks) -> Response:
    """Record an answer that nobody gave by name, about a service of yours."""
    return await _give(body, None, asks)


@router.post("/people/{person}/feedback", status_code=201, response_model=Answered)
async def give_feedback_by_name(person: UUID, body: GivingFeedback, asks: Asks) -> Response:
    """Record an answer that a person gave by name, about a service of yours."""
    return await _give(body, await asks.person(person), asks)


@router.get("/feedback", response_model=dict[str, Any])
async def results(caller: Caring, here: Here, now: Now) -> Response:
    """What was said of your services, by month, once it is over; of fewer than five nothing."""
    today = local_date(here.clock())
    return now.answer({"rows": await here.reading.feedback(caller.organisation, today)})


async def _give(body: GivingFeedback, person: PersonId | None, asks: Asking) -> Response:
    care, feedback = asks.here.care, FeedbackId(asks.new("feedback", body.id))
    answer = await asks.ask(
        body,
        lambda asked: care.give_feedback(
            feedback,
            ServiceId(body.service),
            body.experience,
            given_by=body.given_by,
            collected=body.collected,
            words=body.words,
            may_publish=body.may_publish,
            person_id=person,
            asked=asked,
        ),
    )
    return answered(answer, 201)
