"""What a person has sealed, chosen from what was told of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api import wishes
from api.pages.corrections import said
from api.pages.forms import Form, Question
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit, Visit
from api.problems import NothingIsHere
from domain.policies import sealing
from projections import record
from projections.entries import Entry

router = APIRouter(route_class=PageRoute)


@router.get("/people/{person}/sealing", response_class=HTMLResponse)
async def what_to_seal(visit: CaringVisit, person: UUID) -> Response:
    """What may be sealed."""
    return await _form(visit, await _told(visit, person), person).show(visit)


@router.post("/people/{person}/sealing", response_class=HTMLResponse)
async def seal(visit: CaringVisit, person: UUID) -> Response:
    """Seal it, and show the record."""
    return await _form(visit, await _told(visit, person), person).sent(
        visit,
        lambda body, asks: wishes.seal_item(person, body, asks),
        done="sealing",
        then=f"/people/{person}",
    )


async def _told(visit: Visit, person: UUID) -> list[Entry]:
    told = await visit.here.reading.history(visit.caller.organisation, person)
    if not told:
        raise NothingIsHere
    return told


def _form(visit: Visit, told: list[Entry], person: UUID) -> Form[Any]:
    row = record.folded(told) or {}
    offered = {
        str(entry.data["fact"]): said(entry, visit)
        for entry in reversed(told)
        if "fact" in entry.data and sealing.chosen(entry.type, entry.data["fact"])
    }
    return Form(
        title="Seal something",
        caption=str(row.get("name") or ""),
        lede=(
            "The person wants this kept from everybody but those who recorded it. No reason is "
            "needed. Others who were told forget it; those who coordinate care see that something "
            "is sealed. Who holds the person and what keeps somebody safe cannot be sealed.",
        ),
        button="Confirm and seal",
        model=wishes.ToSeal,
        groups=(
            (
                "",
                [
                    Question(
                        "about",
                        "What is to be sealed?",
                        "select",
                        hint="A referral is sealed with its appointments and scores",
                        choices=[(fact, text, "") for fact, text in offered.items()],
                        missing="Select what is to be sealed",
                    )
                ],
            ),
        ),
        action=visit.path,
        section="/caseload",
        back_to=(f"/people/{person}", "Record"),
    )
