"""A person's pathway over HTTP: hand-overs, the key worker, the end."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from fastapi import APIRouter, Response

from api.asking import Activity, Answered, Asking, Asks, Creating, Editing, answered, example
from api.texts import Text
from domain.application import CareCoordination
from domain.intentions.deciding import Answer
from domain.kernel import Asked
from domain.policies.steps import Evidence
from domain.steps import Grounds
from domain.vocabulary import (
    DecisionId,
    EndReason,
    HandoverId,
    MeasureId,
    PersonId,
    PractitionerId,
    ServiceId,
)

router = APIRouter(prefix="/v1/pathways", tags=["pathways"])


class OnEvidence(Activity):
    """What speaks for a move to another step, as the place's stepped-care model demands."""

    evidence: Text | None = None
    evidence_kind: Evidence | None = None
    measure: UUID | None = None
    decision: UUID | None = None

    @property
    def grounds(self) -> Grounds:
        return Grounds(
            self.evidence_kind,
            words=self.evidence,
            measure=MeasureId(self.measure) if self.measure else None,
            decision=DecisionId(self.decision) if self.decision else None,
        )


class OfferingHandover(OnEvidence, Creating):
    """The service whose organisation should take the person on, and what speaks for it."""

    model_config = example(
        service="6f1c1e0e-5d3b-4f0e-9f0a-2f6f7f4b8b11",
        evidence_kind="urgent need",
        evidence="PHQ-9 22 after six sessions; not safe at home.",
    )

    service: UUID


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


class ClosingPathway(Activity):
    """Why the person needs no more help for now."""

    model_config = example(reason="completed by agreement")

    reason: EndReason


@router.post("/{person}/handover", status_code=201, response_model=Answered)
async def offer_handover(person: UUID, body: OfferingHandover, asks: Asks) -> Response:
    """Offer the person you hold to another organisation; you hold them until it accepts."""
    handover = HandoverId(asks.new("handover", body.id))
    return await _ask(
        person,
        body,
        asks,
        lambda care, known, asked: care.offer_handover(
            known, handover, ServiceId(body.service), grounds=body.grounds, asked=asked
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


@router.post("/{person}/closure", response_model=Answered)
async def close_pathway(person: UUID, body: ClosingPathway, asks: Asks) -> Response:
    """End a person's pathway."""
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
