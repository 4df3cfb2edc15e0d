"""Shared care over HTTP, for those who share it: to anybody else the address is not there."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from fastapi import APIRouter, Response

from api.asking import Activity, Answered, Asks, answered, example
from domain.texts import Text
from domain.vocabulary import PartnerId, PractitionerId, SharedCareEnd

router = APIRouter(tags=["shared care"])


class Sharing(Activity):
    """Who shares the care, and the day on which the person signed the agreement."""

    model_config = example(
        practice="6f1c1e0e-5d3b-4f0e-9f0a-2f6f7f4b8b11",
        prescriber="0b9f4c1e-77a1-4b6e-8c6e-2d1f0f3a9c55",
        drug_service="7a1c1e0e-5d3b-4f0e-9f0a-2f6f7f4b8b11",
        key_worker="5d2c9b1e-0c1f-4f0e-8c6e-2d1f0f3a9c55",
        pharmacy="8b1c1e0e-5d3b-4f0e-9f0a-2f6f7f4b8b11",
        signed_on="2026-03-02",
    )

    practice: UUID
    prescriber: UUID
    drug_service: UUID
    key_worker: UUID
    pharmacy: UUID
    signed_on: date


class ChangingPharmacy(Activity):
    """The pharmacy that dispenses from now on."""

    model_config = example(pharmacy="8b1c1e0e-5d3b-4f0e-9f0a-2f6f7f4b8b11")

    pharmacy: UUID


class Supervising(Activity):
    """The day from which each dose is taken at the pharmacy."""

    model_config = example(begins="2026-03-02")

    begins: date


class EndingSupervision(Activity):
    """The day from which doses are taken home."""

    model_config = example(ended_on="2026-06-01")

    ended_on: date


class Missing(Activity):
    """From which day to which nobody came for a dose, both included."""

    model_config = example(first_on="2026-03-09", last_on="2026-03-11")

    first_on: date
    last_on: date


class ReviewingTogether(Activity):
    """Who looked at the treatment together for either side, and when they do so next."""

    model_config = example(
        gp="0b9f4c1e-77a1-4b6e-8c6e-2d1f0f3a9c55",
        key_worker="5d2c9b1e-0c1f-4f0e-8c6e-2d1f0f3a9c55",
        next_on="2026-06-01",
    )

    gp: UUID
    key_worker: UUID
    next_on: date | None = None
    outcome: Text | None = None


class EndingSharedCare(Activity):
    """Why the care is no longer shared."""

    model_config = example(reason="handed back to the drug service")

    reason: SharedCareEnd
    note: Text | None = None


class NamingLiaison(Activity):
    """Who of your practice is in touch with the drug service, and since when."""

    model_config = example(practitioner="0b9f4c1e-77a1-4b6e-8c6e-2d1f0f3a9c55", since="2026-03-02")

    practitioner: UUID
    since: date


@router.post("/v1/people/{person}/shared-care", status_code=201, response_model=Answered)
async def agree_shared_care(person: UUID, body: Sharing, asks: Asks) -> Response:
    """Begin to share the care of a person who signed the agreement."""
    known, care = await asks.person(person), asks.here.care
    answer = await asks.ask(
        body,
        lambda asked: care.agree_shared_care(
            known,
            practice=PartnerId(body.practice),
            prescriber=PractitionerId(body.prescriber),
            drug_service=PartnerId(body.drug_service),
            key_worker=PractitionerId(body.key_worker),
            pharmacy=PartnerId(body.pharmacy),
            signed_on=body.signed_on,
            asked=asked,
        ),
    )
    return answered(answer, 201, known_as=person)


@router.post("/v1/people/{person}/shared-care/pharmacy", response_model=Answered)
async def change_pharmacy(person: UUID, body: ChangingPharmacy, asks: Asks) -> Response:
    """Let another pharmacy dispense."""
    known, care = await asks.person(person), asks.here.care
    pharmacy = PartnerId(body.pharmacy)
    answer = await asks.ask(body, lambda asked: care.change_pharmacy(known, pharmacy, asked=asked))
    return answered(answer, 200, known_as=person)


@router.post("/v1/people/{person}/shared-care/supervision", response_model=Answered)
async def agree_supervision(person: UUID, body: Supervising, asks: Asks) -> Response:
    """Let each dose be taken at the pharmacy from a day on, or go on with that."""
    known, care = await asks.person(person), asks.here.care
    answer = await asks.ask(
        body, lambda asked: care.agree_supervision(known, body.begins, asked=asked)
    )
    return answered(answer, 200, known_as=person)


@router.post("/v1/people/{person}/shared-care/supervision-end", response_model=Answered)
async def end_supervision(person: UUID, body: EndingSupervision, asks: Asks) -> Response:
    """Let doses be taken home."""
    known, care = await asks.person(person), asks.here.care
    answer = await asks.ask(
        body, lambda asked: care.end_supervision(known, body.ended_on, asked=asked)
    )
    return answered(answer, 200, known_as=person)


@router.post("/v1/people/{person}/shared-care/missed-doses", response_model=Answered)
async def report_missed_doses(person: UUID, body: Missing, asks: Asks) -> Response:
    """Report days on which nobody came for a dose; too many in a row stop dispensing."""
    known, care = await asks.person(person), asks.here.care
    answer = await asks.ask(
        body,
        lambda asked: care.report_missed_doses(known, body.first_on, body.last_on, asked=asked),
    )
    return answered(answer, 200, known_as=person)


@router.post("/v1/people/{person}/shared-care/resumption", response_model=Answered)
async def resume_dispensing(person: UUID, asks: Asks, body: Activity | None = None) -> Response:
    """Say that the prescriber saw the person and prescribed anew."""
    known, care = await asks.person(person), asks.here.care
    answer = await asks.ask(
        body or Activity(), lambda asked: care.resume_dispensing(known, asked=asked)
    )
    return answered(answer, 200, known_as=person)


@router.post("/v1/people/{person}/shared-care/joint-review", response_model=Answered)
async def hold_joint_review(person: UUID, body: ReviewingTogether, asks: Asks) -> Response:
    """Record that a GP and a key worker looked at the treatment together."""
    known, care = await asks.person(person), asks.here.care
    answer = await asks.ask(
        body,
        lambda asked: care.hold_joint_review(
            known,
            gp=PractitionerId(body.gp),
            key_worker=PractitionerId(body.key_worker),
            next_on=body.next_on,
            outcome=body.outcome,
            asked=asked,
        ),
    )
    return answered(answer, 200, known_as=person)


@router.post("/v1/people/{person}/shared-care/end", response_model=Answered)
async def end_shared_care(person: UUID, body: EndingSharedCare, asks: Asks) -> Response:
    """End shared care, or hand the person back to the drug service."""
    known, care = await asks.person(person), asks.here.care
    answer = await asks.ask(
        body,
        lambda asked: care.end_shared_care(known, body.reason, note=body.note, asked=asked),
    )
    return answered(answer, 200, known_as=person)


@router.post("/v1/partners/liaison", response_model=Answered)
async def name_liaison(body: NamingLiaison, asks: Asks) -> Response:
    """Name who of your practice is in touch with the drug service about methadone."""
    care, practice = asks.here.care, asks.caller.organisation
    answer = await asks.ask(
        body,
        lambda asked: care.name_liaison(
            practice, PractitionerId(body.practitioner), body.since, asked=asked
        ),
    )
    return answered(answer, 200)
