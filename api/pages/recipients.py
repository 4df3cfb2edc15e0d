"""The list of who was told what of a person, to print and to give to them.

It refuses to show anything that was told.
"""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api import recipients
from api.pages.problem import PageRoute
from api.pages.visit import SomebodysVisit
from domain.kernel import Category

router = APIRouter(route_class=PageRoute)

KINDS = {
    Category.IDENTITY: "name and telephone number",
    Category.DEMOGRAPHIC: "date of birth, NHS number and address",
    Category.ACCESS: "language and communication needs",
    Category.REFERRAL: "that help was asked for",
    Category.ASK: "what was asked, in practical words",
    Category.ENGAGEMENT: "appointments and attendance",
    Category.COORDINATION: "who is responsible, and meetings",
    Category.CLINICAL: "reasons, scores and decisions",
    Category.PLAN: "goals and the plan",
    Category.EQUALITY: "ethnicity and deprivation",
    Category.SAFETY: "concerns for safety, and safeguarding",
}
"""What each category is called in a letter to the person."""


@router.get("/people/{person}/recipients", response_class=HTMLResponse)
async def who_was_told(visit: SomebodysVisit, person: UUID) -> Response:
    """Who was told what kind of thing, when and why."""
    await recipients.answers_persons(visit.caller, visit.here)
    found = await recipients.recipients(visit.here, visit.caller, person)
    return await visit.page(
        "recipients.html",
        title="Who was told what",
        section="/privacy",
        person=str(person),
        rows=[
            (each, [text for kind, text in KINDS.items() if kind in each.kinds]) for each in found
        ],
    )
