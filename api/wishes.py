"""What a person wants told, over HTTP: objections, consent, seals; and what was told without it.

*Consent* here is that the person agreed to an organisation's being told. The lawful basis is the
agreement's, and stands in the directory.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from api.asking import Activity, Answered, Asks, answered, example
from domain.corrections import NothingSuchWasRecorded
from domain.texts import Line, Text
from domain.vocabulary import DisclosureGround, PartnerId, Purpose, SealId

router = APIRouter(prefix="/v1/people", tags=["people"])

FACT = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/[1-9][0-9]{0,8}$"


class About(Activity):
    """The organisation that a person objects to, or agrees to being told."""

    model_config = example(to="6f1c1e0e-5d3b-4f0e-9f0a-2f6f7f4b8b11")

    to: UUID


class OfUse(Activity):
    """The use that a person objects to. ``planning and research`` is the national data opt-out."""

    model_config = example(use="planning and research")

    use: Purpose


class ToSeal(Activity):
    """The entry that is sealed, by its ``fact``; the first of a stream is sealed with all of it."""

    model_config = example(about="5d0b6f6e-9f5e-4a43-8f0f-2a6a7c1b9d42/1")

    about: str = Field(pattern=FACT)


class ToldWithoutConsent(Activity):
    """What was told, to whom and on which ground; ``why_not`` if the person was not told of it."""

    model_config = example(
        to_whom="Camden Safeguarding Adults Board",
        ground="safeguarding",
        content="That she is afraid of her brother, and where she lives.",
        on="2026-03-02",
        person_told=True,
    )

    to_whom: Line
    ground: DisclosureGround
    content: Text
    order: Line | None = None
    on: date
    person_told: bool
    why_not: Text | None = None


@router.post("/{person}/objections", response_model=Answered)
async def object_to(person: UUID, body: About, asks: Asks) -> Response:
    """Close an organisation's view of a person, at the person's word."""
    known, care = await asks.person(person), asks.here.care
    answer = await asks.ask(
        body, lambda asked: care.object_to(known, PartnerId(body.to), asked=asked)
    )
    return answered(answer, 200, known_as=person)


@router.post("/{person}/objection-lifting", response_model=Answered)
async def lift_objection(person: UUID, body: About, asks: Asks) -> Response:
    """Let an organisation know of a person again, at the person's word."""
    known, care = await asks.person(person), asks.here.care
    answer = await asks.ask(
        body, lambda asked: care.lift_objection(known, PartnerId(body.to), asked=asked)
    )
    return answered(answer, 200, known_as=person)


@router.post("/{person}/use-objections", response_model=Answered)
async def object_to_use(person: UUID, body: OfUse, asks: Asks) -> Response:
    """Close the view of everybody who is told for this use alone, at the person's word."""
    known, care = await asks.person(person), asks.here.care
    answer = await asks.ask(body, lambda asked: care.object_to_use(known, body.use, asked=asked))
    return answered(answer, 200, known_as=person)


@router.post("/{person}/use-objection-lifting", response_model=Answered)
async def lift_use_objection(person: UUID, body: OfUse, asks: Asks) -> Response:
    """Let what is known of a person be used for this again, at the person's word."""
    known, care = await asks.person(person), asks.here.care
    answer = await asks.ask(
        body, lambda asked: care.lift_use_objection(known, body.use, asked=asked)
    )
    return answered(answer, 200, known_as=person)


@router.post("/{person}/consents", response_model=Answered)
async def consent_to(person: UUID, body: About, asks: Asks) -> Response:
    """Record that a person agreed in so many words to an organisation's being told."""
    known, care = await asks.person(person), asks.here.care
    answer = await asks.ask(
        body, lambda asked: care.consent_to(known, PartnerId(body.to), asked=asked)
    )
    return answered(answer, 200, known_as=person)


@router.post("/{person}/consent-withdrawal", response_model=Answered)
async def withdraw_consent(person: UUID, body: About, asks: Asks) -> Response:
    """Record that a person no longer agrees to an organisation's being told."""
    known, care = await asks.person(person), asks.here.care
    answer = await asks.ask(
        body, lambda asked: care.withdraw_consent(known, PartnerId(body.to), asked=asked)
    )
    return answered(answer, 200, known_as=person)


@router.post("/{person}/seals", status_code=201, response_model=Answered)
async def seal_item(person: UUID, body: ToSeal, asks: Asks) -> Response:
    """Keep something from everybody but those who recorded it, at the person's word."""
    known, care = await asks.person(person), asks.here.care
    told = await asks.here.reading.history(asks.caller.organisation, asks.known_as(known))
    if not any(entry.data.get("fact") == body.about for entry in told):
        raise NothingSuchWasRecorded(body.about)
    stream, version = body.about.split("/")
    answer = await asks.ask(
        body, lambda asked: care.seal_item(known, UUID(stream), int(version), asked=asked)
    )
    return answered(answer, 201, known_as=person)


@router.post("/{person}/seals/{seal}/lifting", response_model=Answered)
async def unseal_item(person: UUID, seal: UUID, body: Activity, asks: Asks) -> Response:
    """Let others know of what was sealed, as they may, at the person's word."""
    known, care = await asks.person(person), asks.here.care
    answer = await asks.ask(body, lambda asked: care.unseal_item(known, SealId(seal), asked=asked))
    return answered(answer, 200, known_as=person)


@router.post("/{person}/disclosures", status_code=201, response_model=Answered)
async def record_disclosure(person: UUID, body: ToldWithoutConsent, asks: Asks) -> Response:
    """Record what your organisation told of a person without consent: a court, a danger, a crime.

    It stands in your own record and in the person's list of who was told what. Nothing is sent.
    """
    known, care = await asks.person(person), asks.here.care
    answer = await asks.ask(
        body,
        lambda asked: care.record_disclosure(
            known,
            body.to_whom,
            ground=body.ground,
            content=body.content,
            order=body.order,
            on=body.on,
            person_told=body.person_told,
            why_not=body.why_not,
            asked=asked,
        ),
    )
    return answered(answer, 201, known_as=person)
