"""Opening the record of somebody nobody here knows, and closing one; it says nobody's name."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api import emergencies
from api.pages.forms import Form, Question
from api.pages.person import emergency
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit, Visit
from domain.intentions.emergencies import OnlyCareOpensInAnEmergency

router = APIRouter(route_class=PageRoute)


@router.get("/emergency-access", response_class=HTMLResponse)
async def finding_question(visit: CaringVisit) -> Response:
    """Who it is, by number and date of birth, and why."""
    return await _form(visit).show(visit)


@router.post("/emergency-access", response_class=HTMLResponse)
async def finding_answer(visit: CaringVisit) -> Response:
    """Open the record, and show it."""
    return await _form(visit).sent(
        visit,
        emergencies.find_in_emergency,
        done="emergency-access",
        then=lambda answer: f"/people/{answer['person']}",
    )


@router.post("/emergency-access/{access}/end", response_class=HTMLResponse)
async def ending_answer(visit: CaringVisit, access: UUID) -> Response:
    """Close a record early."""
    return await emergency.closed_early(
        visit,
        "Close the record",
        "Close it now",
        lambda body, asks: emergencies.end_emergency_access(access, body, asks),
        done="emergency-access-end",
    )


def _form(visit: Visit) -> Form[Any]:
    if not visit.opens_in_emergency:
        raise OnlyCareOpensInAnEmergency(visit.caller.organisation)
    return Form(
        title="Open a record in an emergency",
        lede=(emergency.LEDE,),
        button="Open the record for one hour",
        model=emergencies.FindingInEmergency,
        groups=(
            (
                "",
                (
                    Question(
                        "nhs_number",
                        "NHS number",
                        hint="10 digits, on any letter from the NHS",
                        missing="Enter the NHS number",
                        width=10,
                        numeric=True,
                        autocomplete="off",
                    ),
                    Question(
                        "date_of_birth",
                        "Date of birth",
                        "date",
                        hint="For example, 27 3 1985",
                        missing="Enter the date of birth",
                    ),
                    *emergency.why(visit, {}),
                ),
            ),
        ),
        action=visit.path,
        section="/caseload",
        back_to=("/caseload", "Caseload"),
    )
