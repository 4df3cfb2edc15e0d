"""The directory over HTTP: organisations, who acts for them, and what they offer."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Response

from api.access import SignedIn, signed_in
from api.parts import Here
from api.reads import Now

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
        }
        if partner.id == caller.organisation and partner.agreement:
            row["agreement"] = partner.agreement.model_dump(mode="json")
        rows.append(row)
    return now.answer({"rows": rows})


@router.get("/services", response_model=dict[str, Any], dependencies=[Depends(signed_in)])
async def services(here: Here, now: Now) -> Response:
    """What organisations offer, at which step, and who may come."""
    directory = await here.reading.directory()
    return now.answer({"rows": list(directory.services.values())})
