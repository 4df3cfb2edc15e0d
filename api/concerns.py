"""Concerns for somebody's safety and safeguarding over HTTP; it holds no score and no level."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from api.access import Caring
from api.asking import Activity, Answered, Asking, Asks, Creating, answered, example
from api.parts import Here
from api.problems import NothingIsHere
from api.reads import At
from domain.concern import ConcernIsUnknown, NobodyAskedYou, OnlyWhoIsToLookMay
from domain.intentions.answers import Answer
from domain.kernel import Asked
from domain.policies.concerns import GUIDANCE
from domain.safeguarding import SafeguardingReferred
from domain.texts import Line, Text
from domain.vocabulary import (
    ConcernId,
    ConcernOutcome,
    ConcernSource,
    NotTold,
    PartnerId,
    SafeguardingId,
    SafeguardingOf,
)
from projections import record

router = APIRouter(prefix="/v1", tags=["concerns"])

STANDING = ("concern to look at", "concern open")
Organisations = Annotated[list[UUID], Field(max_length=20)]


class RaisingConcern(Creating):
    """What worries you, in words, and where it came from; ``sealed_from`` never learn of it."""

    model_config = example(source="carer", words="Her sister has not heard from her for two days.")

    source: ConcernSource
    words: Text
    sealed_from: Organisations = []


class Looking(Activity):
    """That you looked, and what you did first."""

    model_config = example(first_did="Rang her; she is at her sister's and safe for tonight.")

    first_did: Text


class PassingOn(Activity):
    """Who should act, and why."""

    model_config = example(
        to="6f1c1e0e-5d3b-4f0e-9f0a-2f6f7f4b8b11", words="She is under your crisis team."
    )

    to: UUID
    words: Text


class NotTaking(Activity):
    """Why your organisation does not take it on."""

    model_config = example(words="We discharged her in May; her practice knows her.")

    words: Text


class Resolving(Activity):
    """What came of it, in a coded word and in your own."""

    model_config = example(
        outcome="safety plan agreed with the person", words="She rings us if it gets worse."
    )

    outcome: ConcernOutcome
    words: Text


class ReferringForSafeguarding(Creating):
    """Whom it is for, to whom it went and on which duty, what was said, and whether they know."""

    model_config = example(
        of="adult",
        basis="Care Act 2014 s42",
        outside_body="Camden MASH",
        content="Her nephew takes her pension.",
        shared="Name, address, what she told us.",
        told=False,
        not_told="telling them could put somebody in danger",
    )

    of: SafeguardingOf
    basis: Line
    body: UUID | None = None
    outside_body: Line | None = None
    content: Text
    shared: Text
    told: bool
    not_told: NotTold | None = None
    concern: UUID | None = None
    alleged: Organisations = []


# Reading


@router.get("/concerns", response_model=dict[str, Any])
async def list_concerns(caller: Caring, here: Here, at: At) -> Response:
    """The open concerns that you may know of, those to look at first, and what to do meanwhile."""
    page = await here.reading.caseload(
        caller.organisation, status=STANDING, limit=200, when=at.when
    )
    rows = [
        worry | {"person": row["person"], "name": row.get("name")}
        for row in page.rows
        for worry in record.concern.of(row)
        if record.concern.open_to(worry)
    ]
    return at.answer({"rows": rows, "guidance": [each.text for each in GUIDANCE]})


@router.get("/people/{person}/concerns", response_model=dict[str, Any])
async def concerns_about(person: UUID, caller: Caring, here: Here, at: At) -> Response:
    """Concerns about one person and what was referred for safeguarding, as you may know them."""
    row = await here.reading.record(caller.organisation, person, at.when)
    if row is None:
        raise NothingIsHere
    referred = [{"id": which} | of for which, of in row.get("safeguarding", {}).items()]
    return at.answer({"rows": record.concern.of(row), "safeguarding": referred})


# Raising


@router.post("/people/{person}/concerns", status_code=201, response_model=Answered)
async def raise_concern(person: UUID, body: RaisingConcern, asks: Asks) -> Response:
    """Raise a concern about somebody you know; whoever must look is told."""
    known, care = await asks.person(person), asks.here.care
    concern = ConcernId(asks.new("concern", body.id))
    answer = await asks.ask(
        body,
        lambda asked: care.raise_concern(
            known,
            concern,
            source=body.source,
            words=body.words,
            sealed_from=tuple(map(PartnerId, body.sealed_from)),
            asked=asked,
        ),
    )
    return answered(answer, 201, person=person)


@router.post("/people/{person}/safeguarding", status_code=201, response_model=Answered)
async def refer_safeguarding(person: UUID, body: ReferringForSafeguarding, asks: Asks) -> Response:
    """Record a safeguarding referral; no consent is needed, whether they were told is said."""
    known, care = await asks.person(person), asks.here.care
    safeguarding = SafeguardingId(asks.new("safeguarding", body.id))
    referred = SafeguardingReferred(
        of=body.of,
        basis=body.basis,
        body=PartnerId(body.body) if body.body else None,
        outside_body=body.outside_body,
        content=body.content,
        shared=body.shared,
        told=body.told,
        not_told=body.not_told,
        concern=ConcernId(body.concern) if body.concern else None,
        alleged=tuple(map(PartnerId, body.alleged)),
    )
    answer = await asks.ask(
        body, lambda asked: care.refer_safeguarding(known, safeguarding, referred, asked=asked)
    )
    return answered(answer, 201, person=person)


# Looking


@router.post("/concerns/{concern}/acknowledgement", response_model=Answered)
async def acknowledge_concern(concern: UUID, body: Looking, asks: Asks) -> Response:
    """Say that you looked, and what you did first; your organisation has the concern from here."""
    care = asks.here.care
    return await _asked(
        asks,
        concern,
        body,
        lambda which, asked: care.acknowledge_concern(which, body.first_did, asked=asked),
    )


@router.post("/concerns/{concern}/passing-on", response_model=Answered)
async def pass_on_concern(concern: UUID, body: PassingOn, asks: Asks) -> Response:
    """Ask another organisation to act; yours has the concern until somebody there looks."""
    care = asks.here.care
    return await _asked(
        asks,
        concern,
        body,
        lambda which, asked: care.pass_on_concern(
            which, PartnerId(body.to), body.words, asked=asked
        ),
    )


@router.post("/concerns/{concern}/refusal", response_model=Answered)
async def not_take_concern(concern: UUID, body: NotTaking, asks: Asks) -> Response:
    """Say that your organisation does not take a concern on; who has it still has it."""
    care = asks.here.care
    return await _asked(
        asks,
        concern,
        body,
        lambda which, asked: care.not_take_concern(which, body.words, asked=asked),
    )


@router.post("/concerns/{concern}/resolution", response_model=Answered)
async def resolve_concern(concern: UUID, body: Resolving, asks: Asks) -> Response:
    """Say what came of a concern that your organisation has looked at."""
    care = asks.here.care
    return await _asked(
        asks,
        concern,
        body,
        lambda which, asked: care.resolve_concern(which, body.outcome, body.words, asked=asked),
    )


async def _asked(
    asks: Asking,
    concern: UUID,
    body: Activity,
    intention: Callable[[ConcernId, Asked], Answer],
) -> Response:
    """Ask it. A concern of others is said not to be there, in the words of one that never was."""
    which = ConcernId(concern)

    def theirs(asked: Asked) -> Answer:
        try:
            return intention(which, asked)
        except (OnlyWhoIsToLookMay, NobodyAskedYou):
            raise ConcernIsUnknown(concern) from None

    return answered(await asks.ask(body, theirs), 200)
