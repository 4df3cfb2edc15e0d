"""A person's needs over HTTP: adjustments agreed, needs met or not, looked at again, ended."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from api.asking import Activity, Answered, Asks, Editing, answered, example
from domain.texts import Text
from domain.vocabulary import AccessNeed

router = APIRouter(prefix="/v1/people", tags=["people"])


class Agreeing(Editing):
    """What is done differently for a person, and whether others may be told.

    The impairment behind it is for clinicians; it travels to nobody else.
    """

    model_config = example(need="longer appointment", words="half an hour", shared=True)

    need: AccessNeed
    words: Text | None = None
    impairment: Text | None = None
    shared: bool


class EndingNeed(Editing):
    """The need that a person has no more."""

    model_config = example(need="large print")

    need: AccessNeed


class Meeting(Activity):
    """Whether a need was met where the person was seen, and if not, what came of it."""

    model_config = example(need="interpreter", met=False, what_came_of_it="A new time was made.")

    need: AccessNeed
    met: bool
    what_came_of_it: Text | None = None


@router.post("/{person}/adjustments", response_model=Answered)
async def agree_adjustment(person: UUID, body: Agreeing, asks: Asks) -> Response:
    """Agree a reasonable adjustment with a person; it travels if they wish."""
    known, care = await asks.record(person), asks.here.care
    seen = await asks.seen(person, (body.need,), body)
    answer = await asks.ask(
        body,
        lambda asked: care.agree_adjustment(
            known,
            body.need,
            body.words,
            impairment=body.impairment,
            shared=body.shared,
            instead_of=seen,
            asked=asked,
        ),
    )
    return answered(answer, 200, known_as=person)


@router.post("/{person}/need-end", response_model=Answered)
async def end_need(person: UUID, body: EndingNeed, asks: Asks) -> Response:
    """Say that a person does not need this any more."""
    known, care = await asks.record(person), asks.here.care
    seen = await asks.seen(person, (body.need,), body)
    answer = await asks.ask(
        body, lambda asked: care.end_need(known, body.need, instead_of=seen, asked=asked)
    )
    return answered(answer, 200, known_as=person)


@router.post("/{person}/need-met", response_model=Answered)
async def note_need(person: UUID, body: Meeting, asks: Asks) -> Response:
    """Say whether a need was met where the person was seen."""
    known, care = await asks.record(person), asks.here.care
    answer = await asks.ask(
        body,
        lambda asked: care.note_need(
            known, body.need, body.met, what_came_of_it=body.what_came_of_it, asked=asked
        ),
    )
    return answered(answer, 200, known_as=person)


@router.post("/{person}/needs-review", response_model=Answered)
async def review_needs(person: UUID, asks: Asks, body: Activity | None = None) -> Response:
    """Say that the person was asked again and that what is recorded of their needs is right."""
    known, care = await asks.record(person), asks.here.care
    answer = await asks.ask(body or Activity(), lambda asked: care.review_needs(known, asked=asked))
    return answered(answer, 200, known_as=person)
