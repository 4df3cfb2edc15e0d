"""Unmet need over HTTP: writing down that a service was wanted in vain, and the counts of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from api.access import Counting
from api.asking import Answered, Asks, Creating, answered, example
from api.parts import Here
from api.reads import At
from domain.vocabulary import Need, PartnerId, ServiceId, Step, UnmetNeedId, WhyUnmet
from projections import unmet

router = APIRouter(prefix="/v1/unmet-need", tags=["services"])


class WantingInVain(Creating):
    """What was wanted and why it could not be chosen, for a person you know or for nobody named."""

    model_config = example(
        why="full",
        need="depression or anxiety",
        service="6f1c1e0e-5d3b-4f0e-9f0a-2f6f7f4b8b11",
    )

    why: WhyUnmet
    need: Need
    service: UUID | None = None
    step: Step | None = None
    practice: UUID | None = None
    person: UUID | None = None


@router.post("", response_model=Answered, status_code=201)
async def record_unmet_need(body: WantingInVain, asks: Asks) -> Response:
    """Write down that a service was wanted and could not be chosen."""
    person = None if body.person is None else await asks.person(body.person)
    unmet_id = UnmetNeedId(asks.new("unmet need", body.id))
    answer = await asks.ask(
        body,
        lambda asked: asks.here.care.record_unmet_need(
            unmet_id,
            why=body.why,
            need=body.need,
            service_id=None if body.service is None else ServiceId(body.service),
            step=body.step,
            practice=None if body.practice is None else PartnerId(body.practice),
            person_id=person,
            asked=asked,
        ),
    )
    return answered(answer, 201)


@router.get("", response_model=dict[str, Any])
async def unmet_need(caller: Counting, here: Here, at: At) -> Response:
    """How often help was wanted in vain, by service, step and month, and how often met since.

    What your organisation was told; a commissioner and an auditor see the place, few as hidden.
    """
    totals_only = not caller.cares
    counts = await here.reading.unmet(None if totals_only else caller.organisation, at.when)
    row = unmet.hidden if totals_only else unmet.shown
    return at.answer({"rows": [row(each) for each in counts], "place": totals_only})
