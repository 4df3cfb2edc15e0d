"""The directory over HTTP: organisations, who acts for them, and what they offer."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter, Depends, Response

from api.access import SignedIn, signed_in
from api.asking import Activity, Answered, Asks, answered, example
from api.parts import Here, Parts
from api.problems import NotForThisRole
from api.reads import Now
from domain.policies import steps
from domain.policies.steps import Agreement, Choice, SteppedCare
from domain.texts import Text
from domain.vocabulary import Role

router = APIRouter(prefix="/v1", tags=["directory"])


@router.get("/partners", response_model=dict[str, Any])
async def partners(caller: SignedIn, here: Here, now: Now) -> Response:
    """Organisations and who acts for them; and the agreement of your own."""
    directory = await here.reading.directory()
    rows = []
    for partner in directory.partners.values():
        row: dict[str, Any] = {
            "id": partner.id,
            "name": partner.name,
            "kind": partner.kind,
            "identifiers": partner.identifiers,
            "practitioners": list(partner.practitioners.values()),
            "left": partner.left,
        }
        if partner.liaison:
            row["liaison"] = {"practitioner": partner.liaison, "since": partner.liaison_since}
        if partner.privacy_officer:
            row["privacy_officer"] = {
                "practitioner": partner.privacy_officer,
                "since": partner.privacy_officer_since,
            }
        if partner.id == caller.organisation and partner.agreement:
            row["agreement"] = partner.agreement.model_dump(mode="json")
        rows.append(row)
    return now.answer({"rows": rows})


class ChoosingSteppedCare(Activity):
    """The name of a model that ships with this service, and from when it counts."""

    model_config = example(model="NICE CG123", effective_from="2026-04-01")

    model: Text
    effective_from: date


@router.get("/stepped-care", response_model=dict[str, Any], dependencies=[Depends(signed_in)])
async def stepped_care(here: Here, now: Now) -> Response:
    """The stepped-care models there are, which this place chose from when, and what is in force."""
    chosen = await _chosen(here)
    in_force = steps.in_force(here.care.host, here.clock(), chosen)
    choices = [{"model": c.model, "effective_from": c.effective_from} for c in chosen]
    return now.answer(
        {"in_force": in_force.name, "chosen": choices, "models": [_model(m) for m in steps.MODELS]}
    )


@router.post("/stepped-care", response_model=Answered)
async def choose_stepped_care(body: ChoosingSteppedCare, asks: Asks) -> Response:
    """Work by a model from a day on; an administrator of the host or its system says so."""
    if asks.caller.role not in CHOOSING:
        raise NotForThisRole
    answer = await asks.ask(
        body,
        lambda asked: asks.here.care.choose_stepped_care(
            body.model, body.effective_from, asked=asked
        ),
    )
    return answered(answer, 200)


CHOOSING = frozenset({Role.ADMINISTRATOR, Role.SYSTEM})
"""Roles that may say by which model the place works, if they are the host's."""


async def _chosen(here: Parts) -> list[Choice]:
    host = (await here.reading.directory()).partners.get(here.care.host)
    return host.models if host else []


def _model(model: SteppedCare) -> dict[str, Any]:
    return {
        "name": model.name,
        "source": model.source,
        "effective_from": model.effective_from,
        "effective_to": model.effective_to,
        "entry": sorted(model.entry),
        "steps": [
            {"number": s.number, "name": s.name, "offers": s.offers, "step": s.step}
            for s in model.steps
        ],
        "moves": [
            {"from": m.from_step, "to": m.to_step, "evidence": sorted(m.evidence)}
            for m in model.moves
        ],
        "discharge": [who for who in Agreement if who in model.discharge],
    }
