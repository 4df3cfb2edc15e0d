"""A person's pathway over HTTP: hand-overs, the key worker, the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

from fastapi import APIRouter, Response

from api.asking import Activity, Answered, Asking, Asks, Creating, Editing, answered, example
from api.evidence import OnEvidence
from domain.application import CareCoordination
from domain.intentions.answers import Answer
from domain.kernel import Asked
from domain.policies.steps import Agreement
from domain.texts import Text
from domain.vocabulary import (
    Complexity,
    EndReason,
    HandoverId,
    PersonId,
    PractitionerId,
    ReviewId,
    ServiceId,
)

router = APIRouter(prefix="/v1/pathways", tags=["pathways"])


class OfferingHandover(OnEvidence, Creating):
    """The service whose organisation should take the person on, and what speaks for it."""

    model_config = example(
        service="6f1c1e0e-5d3b-4f0e-9f0a-2f6f7f4b8b11",
        evidence_kind="urgent need",
        evidence="PHQ-9 22 after six sessions; not safe at home.",
    )

    service: UUID


class HandingBack(OnEvidence, Creating):
    """Why the person goes back to who handed them over last."""

    model_config = example(
        reason="Therapy ended well; the practice knows her best.",
        evidence_kind="request of the person",
        evidence="She would rather see her GP.",
    )

    reason: Text


class Reviewing(Activity):
    """The review that fell due, and what came of it."""

    model_config = example(
        review="6f1c1e0e-5d3b-4f0e-9f0a-2f6f7f4b8b11", outcome="Better; goes on as it is."
    )

    review: UUID
    outcome: Text | None = None


class AcceptingHandover(Activity):
    """Which hand-over; the record's ``offer`` names it."""

    model_config = example(handover="0b9f4c1e-77a1-4b6e-8c6e-2d1f0f3a9c55")

    handover: UUID


class DecliningHandover(AcceptingHandover):
    """The hand-over that is not accepted, and why."""

    model_config = example(
        handover="0b9f4c1e-77a1-4b6e-8c6e-2d1f0f3a9c55", note="Try talking therapies first."
    )

    note: Text | None = None


class NamingKeyWorker(Editing):
    """Who the person turns to."""

    model_config = example(key_worker="0b9f4c1e-77a1-4b6e-8c6e-2d1f0f3a9c55")

    key_worker: UUID


class CodingComplexity(Activity):
    """How complex the case is, in the words the place's way gives the colour, and why."""

    model_config = example(complexity="amber", why="Two services, and a move of house.")

    complexity: Complexity
    why: Text


class Holding(Activity):
    """Why nothing changes for now, and the day on which it is looked at again."""

    model_config = example(reason="Active monitoring for two weeks.", review_on="2026-03-16")

    reason: Text
    review_on: date


class NamingCoordinator(Activity):
    """Who is the person's clinical co-ordinator."""

    model_config = example(coordinator="0b9f4c1e-77a1-4b6e-8c6e-2d1f0f3a9c55")

    coordinator: UUID


class ProposingDischarge(Activity):
    """Why the person needs no more help for now, and what comes after."""

    model_config = example(
        reason="completed by agreement",
        plan="The practice rings in a month; she knows whom to call.",
    )

    reason: EndReason
    plan: Text


class AgreeingDischarge(Activity):
    """As whom you agree."""

    model_config = example(agreement="link worker")

    agreement: Agreement


class ClosingPathway(Activity):
    """Why the person needs no more help for now."""

    model_config = example(reason="completed by agreement")

    reason: EndReason


@router.post("/{person}/handover", status_code=201, response_model=Answered)
async def offer_handover(person: UUID, body: OfferingHandover, asks: Asks) -> Response:
    """Offer the person you hold to another organisation; you hold them until it accepts."""
    handover = HandoverId(asks.new("handover", body.id))
    grounds = await body.grounds(person, asks)
    return await _ask(
        person,
        body,
        asks,
        lambda care, known, asked: care.offer_handover(
            known, handover, ServiceId(body.service), grounds=grounds, asked=asked
        ),
        status=201,
        handover=handover,
    )


@router.post("/{person}/hand-back", status_code=201, response_model=Answered)
async def hand_back(person: UUID, body: HandingBack, asks: Asks) -> Response:
    """Offer the person to who handed them over last; you hold them until it accepts."""
    handover = HandoverId(asks.new("handover", body.id))
    grounds = await body.grounds(person, asks)
    return await _ask(
        person,
        body,
        asks,
        lambda care, known, asked: care.hand_back(
            known, handover, reason=body.reason, grounds=grounds, asked=asked
        ),
        status=201,
        handover=handover,
    )


@router.post("/{person}/handover-acceptance", response_model=Answered)
async def accept_handover(person: UUID, body: AcceptingHandover, asks: Asks) -> Response:
    """Take the person on: from now on your organisation is responsible."""
    return await _ask(
        person,
        body,
        asks,
        lambda care, known, asked: care.accept_handover(
            known, HandoverId(body.handover), asked=asked
        ),
    )


@router.post("/{person}/handover-decline", response_model=Answered)
async def decline_handover(person: UUID, body: DecliningHandover, asks: Asks) -> Response:
    """Not take the person on; the sender still holds them."""
    return await _ask(
        person,
        body,
        asks,
        lambda care, known, asked: care.decline_handover(
            known, HandoverId(body.handover), note=body.note, asked=asked
        ),
    )


@router.post("/{person}/handover-withdrawal", response_model=Answered)
async def withdraw_handover(person: UUID, body: AcceptingHandover, asks: Asks) -> Response:
    """Take back an offer that a meeting or ``handover`` made; a referral's ends with it."""
    return await _ask(
        person,
        body,
        asks,
        lambda care, known, asked: care.withdraw_handover(
            known, HandoverId(body.handover), asked=asked
        ),
    )


@router.post("/{person}/silence-acknowledgement", response_model=Answered)
async def acknowledge_handover_silence(
    person: UUID, body: AcceptingHandover, asks: Asks
) -> Response:
    """See to a hand-over that was escalated because nobody answered: no other rung is told."""
    return await _ask(
        person,
        body,
        asks,
        lambda care, known, asked: care.acknowledge_handover_silence(
            known, HandoverId(body.handover), asked=asked
        ),
    )


@router.post("/{person}/key-worker", response_model=Answered)
async def name_key_worker(person: UUID, body: NamingKeyWorker, asks: Asks) -> Response:
    """Name who the person turns to."""
    seen = await asks.seen(person, ("key_worker",), body)
    return await _ask(
        person,
        body,
        asks,
        lambda care, known, asked: care.name_key_worker(
            known, PractitionerId(body.key_worker), instead_of=seen, asked=asked
        ),
    )


@router.post("/{person}/hold", response_model=Answered)
async def put_on_hold(person: UUID, body: Holding, asks: Asks) -> Response:
    """Change nothing for now, for example to monitor actively, until a day of review."""
    return await _ask(
        person,
        body,
        asks,
        lambda care, known, asked: care.put_on_hold(
            known, reason=body.reason, review_on=body.review_on, asked=asked
        ),
    )


@router.post("/{person}/hold-end", response_model=Answered)
async def end_hold(person: UUID, asks: Asks, body: Activity | None = None) -> Response:
    """Go on with a person who was on hold."""
    return await _ask(
        person,
        body or Activity(),
        asks,
        lambda care, known, asked: care.end_hold(known, asked=asked),
    )


@router.post("/{person}/coordinator", response_model=Answered)
async def name_coordinator(person: UUID, body: NamingCoordinator, asks: Asks) -> Response:
    """Name the person's clinical co-ordinator."""
    return await _ask(
        person,
        body,
        asks,
        lambda care, known, asked: care.name_coordinator(
            known, PractitionerId(body.coordinator), asked=asked
        ),
    )


@router.post("/{person}/complexity", response_model=Answered)
async def code_complexity(person: UUID, body: CodingComplexity, asks: Asks) -> Response:
    """Say how complex the case is, red, amber or green, and why; where the place's way has them."""
    return await _ask(
        person,
        body,
        asks,
        lambda care, known, asked: care.code_complexity(
            known, body.complexity, body.why, asked=asked
        ),
    )


@router.post("/{person}/discharge", response_model=Answered)
async def propose_discharge(person: UUID, body: ProposingDischarge, asks: Asks) -> Response:
    """Propose that the person needs no more help for now; agreements begin anew."""
    return await _ask(
        person,
        body,
        asks,
        lambda care, known, asked: care.propose_discharge(
            known, body.reason, plan=body.plan, asked=asked
        ),
    )


@router.post("/{person}/discharge-agreement", response_model=Answered)
async def agree_discharge(person: UUID, body: AgreeingDischarge, asks: Asks) -> Response:
    """Agree to the discharge, as key worker or as clinical co-ordinator: nobody does it for you."""
    return await _ask(
        person,
        body,
        asks,
        lambda care, known, asked: care.agree_discharge(known, body.agreement, asked=asked),
    )


@router.post("/{person}/discharge-withdrawal", response_model=Answered)
async def withdraw_discharge(person: UUID, asks: Asks, body: Activity | None = None) -> Response:
    """Propose the discharge no more."""
    return await _ask(
        person,
        body or Activity(),
        asks,
        lambda care, known, asked: care.withdraw_discharge(known, asked=asked),
    )


@router.post("/{person}/review", response_model=Answered)
async def record_review(person: UUID, body: Reviewing, asks: Asks) -> Response:
    """Say that the person was looked at again after the day to do so had passed."""
    return await _ask(
        person,
        body,
        asks,
        lambda care, known, asked: care.record_review(
            known, ReviewId(body.review), outcome=body.outcome, asked=asked
        ),
    )


@router.post("/{person}/closure", response_model=Answered)
async def close_pathway(person: UUID, body: ClosingPathway, asks: Asks) -> Response:
    """End a person's pathway, once those agreed whom the model in force asks."""
    return await _ask(
        person,
        body,
        asks,
        lambda care, known, asked: care.close_pathway(known, body.reason, asked=asked),
    )


async def _ask(
    person: UUID,
    body: Activity,
    asks: Asking,
    intention: Callable[[CareCoordination, PersonId, Asked], Answer],
    *,
    status: int = 200,
    handover: UUID | None = None,
) -> Response:
    """Ask something of the pathway of a person the caller's organisation knows."""
    known = await asks.record(person)
    answer = await asks.ask(
        body,
        lambda asked: intention(asks.here.care, known, asked),
        actions=lambda: asks.actions_on_pathway(person),
    )
    return answered(answer, status, known_as=person, handover=handover)
