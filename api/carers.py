"""Carers over HTTP: who cares for a person, the carers' register, and the assessments asked for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from api.access import Caring
from api.asking import Activity, Answered, Asking, Asks, Creating, answered, caught_up, example
from api.parts import Here
from api.reads import At
from domain.carer import CarerIdentified, CarerIsUnknown
from domain.texts import Line, Text
from domain.vocabulary import CarerId, CaringEnd, MayBeTold, PartnerId, Relation
from projections.agreed import CARER
from projections.record.carer import ASKED, DECLINED, DONE, OFF, REGISTERED

router = APIRouter(tags=["carers"])

ON = (ASKED, REGISTERED, DECLINED, DONE)


class Identifying(Creating):
    """Who cares for the person. ``agreed`` says that the carer agreed that this is recorded.

    ``carer_person`` is the carer's own record here, if they have one.
    """

    model_config = example(
        name="Ines Lind", phone="020 7946 0123", relation="son or daughter", agreed=True
    )

    name: Line
    phone: Line | None = None
    relation: Relation
    young: bool = False
    emergency_contact: bool = False
    carer_person: UUID | None = None
    agreed: bool


class LettingBeTold(Activity):
    """What the person wishes that the carer is told, in practical words."""

    model_config = example(may="what the person names", what="When I am seen, and nothing else.")

    may: MayBeTold
    what: Text | None = None


class Choosing(Activity):
    """Whether the carer is rung in an emergency."""

    model_config = example(chosen=True)

    chosen: bool


class Registering(Activity):
    """The social work team that is asked to assess the carer."""

    model_config = example(social_work="6f1c1e0e-5d3b-4f0e-9f0a-2f6f7f4b8b11")

    social_work: UUID


class Assessing(Activity):
    """That a carer was assessed, and what came of it."""

    model_config = example(outcome="A break each month.")

    outcome: Text | None = None


class EndingCaring(Activity):
    """Why somebody no longer cares for the person."""

    model_config = example(reason="somebody else cares now")

    reason: CaringEnd


@router.get("/v1/carers", response_model=dict[str, Any])
async def list_carers(
    caller: Caring, here: Here, at: At, mine: bool = False, off: bool = False
) -> Response:
    """The carers' register: of the people your organisation may know, the first due first.

    With mine=true, those whose assessment your organisation was asked for.
    """
    states = (OFF,) if off else (ASKED,) if mine else ON
    rows = await here.reading.agreed(caller.organisation, CARER, states, mine=mine, when=at.when)
    return at.answer({"rows": rows})


@router.post("/v1/people/{person}/carers", status_code=201, response_model=Answered)
async def identify_carer(person: UUID, body: Identifying, asks: Asks) -> Response:
    """Record who cares for a person, with the carer's own agreement."""
    known, care = await asks.person(person), asks.here.care
    own = None if body.carer_person is None else await asks.person(body.carer_person)
    carer = CarerId(asks.new("carer", body.id))
    identified = CarerIdentified(
        name=body.name,
        phone=body.phone,
        relation=body.relation,
        young=body.young,
        carer_person=own,
        emergency_contact=body.emergency_contact,
    )
    answer = await asks.ask(
        body,
        lambda asked: care.identify_carer(
            known, carer, identified, agreed=body.agreed, asked=asked
        ),
    )
    return answered(answer, 201, person=person)


@router.post("/v1/people/{person}/carers/{carer}/may-be-told", response_model=Answered)
async def let_carer_be_told(person: UUID, carer: UUID, body: LettingBeTold, asks: Asks) -> Response:
    """Record what a person wishes a carer to be told."""
    known, care = await _carer(asks, person, carer), asks.here.care
    answer = await asks.ask(
        body, lambda asked: care.let_carer_be_told(known, body.may, body.what, asked=asked)
    )
    return answered(answer, 200, person=person)


@router.post("/v1/people/{person}/carers/{carer}/emergency-contact", response_model=Answered)
async def choose_emergency_contact(
    person: UUID, carer: UUID, body: Choosing, asks: Asks
) -> Response:
    """Record whether a carer is rung in an emergency, at the person's word."""
    known, care = await _carer(asks, person, carer), asks.here.care
    answer = await asks.ask(
        body, lambda asked: care.choose_emergency_contact(known, body.chosen, asked=asked)
    )
    return answered(answer, 200, person=person)


@router.post("/v1/people/{person}/carers/{carer}/registration", response_model=Answered)
async def register_carer(person: UUID, carer: UUID, body: Registering, asks: Asks) -> Response:
    """Put a carer on the register, which asks the local authority to assess them."""
    known, care = await _carer(asks, person, carer), asks.here.care
    team = PartnerId(body.social_work)
    answer = await asks.ask(body, lambda asked: care.register_carer(known, team, asked=asked))
    return answered(answer, 200, person=person)


@router.post("/v1/people/{person}/carers/{carer}/end", response_model=Answered)
async def end_caring(person: UUID, carer: UUID, body: EndingCaring, asks: Asks) -> Response:
    """Say that somebody no longer cares for a person."""
    known, care = await _carer(asks, person, carer), asks.here.care
    answer = await asks.ask(body, lambda asked: care.end_caring(known, body.reason, asked=asked))
    return answered(answer, 200, person=person)


@router.post("/v1/people/{person}/carers/{carer}/assessment", response_model=Answered)
async def ask_carers_assessment(
    person: UUID, carer: UUID, body: Registering, asks: Asks
) -> Response:
    """Ask again for the assessment of a carer on the register."""
    known, care = await _carer(asks, person, carer), asks.here.care
    team = PartnerId(body.social_work)
    answer = await asks.ask(
        body, lambda asked: care.ask_carers_assessment(known, team, asked=asked)
    )
    return answered(answer, 200, person=person)


@router.post("/v1/people/{person}/carers/{carer}/assessment-completion", response_model=Answered)
async def complete_carers_assessment(
    person: UUID, carer: UUID, body: Assessing, asks: Asks
) -> Response:
    """Say that a carer was assessed, and what came of it."""
    known, care = await _carer(asks, person, carer), asks.here.care
    answer = await asks.ask(
        body, lambda asked: care.complete_carers_assessment(known, body.outcome, asked=asked)
    )
    return answered(answer, 200, person=person)


@router.post("/v1/people/{person}/carers/{carer}/assessment-refusal", response_model=Answered)
async def decline_carers_assessment(
    person: UUID, carer: UUID, asks: Asks, body: Activity | None = None
) -> Response:
    """Record that a carer does not want to be assessed."""
    known, care = await _carer(asks, person, carer), asks.here.care
    answer = await asks.ask(
        body or Activity(), lambda asked: care.decline_carers_assessment(known, asked=asked)
    )
    return answered(answer, 200, person=person)


async def _carer(asks: Asking, person: UUID, carer: UUID) -> CarerId:
    """A carer in a record that the caller's organisation knows. Raises `CarerIsUnknown`.

    A carer with a record of their own is found in it too, by the caring they are registered for.
    """
    await asks.person(person)
    reading, organisation = asks.here.reading, asks.caller.organisation
    for _ in range(2):
        row = await reading.record(organisation, person) or {}
        caring = {each for of in row.get("carers_register", {}).values() for each in of["caring"]}
        if str(carer) in row.get("carers", {}) or str(carer) in caring:
            return CarerId(carer)
        if not await caught_up(asks.here):
            break
    raise CarerIsUnknown(carer)
