"""Access in an emergency on the privacy officer's desk: what waits for a review, and the review.

What lies on the desk is a reference to look up; whose record it was is shown where it is reviewed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api import emergencies
from api.pages import words
from api.pages.forms import Form, Question, choices
from api.pages.privacy.officer import OfficersVisit
from api.pages.problem import PageRoute
from api.pages.visit import Visit
from domain.texts import in_threes
from domain.vocabulary import Justified
from projections.exceptional import Access

router = APIRouter(route_class=PageRoute)

REVIEWED_SHOWN = 20
"""How many that were reviewed are shown, the newest first."""


async def shown(visit: Visit) -> Mapping[str, Any]:
    """What waits for a review, the longest first; who opened many; and what was reviewed."""
    return laid(visit, await emergencies.accesses(visit.here, visit.caller), "records")


def laid(visit: Visit, accesses: Sequence[Access], what: str) -> Mapping[str, Any]:
    """The same of any access by exception; nothing when there was none."""
    rows = [emergencies.listed(row) for row in accesses]
    if not rows:
        return {}
    waiting = [_line(row, visit) for row in rows if row["outcome"] is None]
    return {
        "waiting": sorted(waiting, key=lambda row: str(row["review_by"])),
        "often": [
            f"{visit.names.practitioner(each['practitioner'])} opened {each['count']} {what} on "
            f"{words.day(each['day'])}"
            for each in emergencies.often(rows)
        ],
        "reviewed": [_line(row, visit) for row in rows if row["outcome"]][:REVIEWED_SHOWN],
    }


async def to_review(visit: Visit) -> int:
    """How many wait for a review, for whoever looks at nothing but their day."""
    rows = await visit.here.reading.exceptional(visit.caller.organisation)
    return sum(row.outcome is None for row in rows)


def _line(row: Mapping[str, Any], visit: Visit) -> dict[str, Any]:
    overdue = row["outcome"] is None and words.instant(row["review_by"]) < visit.now
    return {
        **row,
        "reference": row["id"][:8],
        "who": visit.names.practitioner(row["practitioner"]),
        "where": visit.names.organisation(row["organisation"]),
        "overdue": overdue,
    }


@router.get("/privacy/emergency-access/{access}", response_class=HTMLResponse)
async def review_question(visit: OfficersVisit, access: UUID) -> Response:
    """Whose record was opened, by whom and why; and, if nobody has, whether it was justified."""
    return await (await _form(visit, access)).show(visit)


@router.post("/privacy/emergency-access/{access}", response_class=HTMLResponse)
async def review_answer(visit: OfficersVisit, access: UUID) -> Response:
    """Say so, and go back to the desk."""
    return await (await _form(visit, access)).sent(
        visit,
        partial(emergencies.review_emergency_access, access),
        done="emergency-access-review",
        then="/privacy",
    )


async def _form(visit: Visit, access: UUID) -> Form[Any]:
    told = emergencies.told(await emergencies.looked_into(visit.here, visit.caller, access))
    lede = said(visit, told, "record")
    if told["dissent"]:
        lede.append("The person objects to this organisation knowing of them.")
    if told["found"]:
        lede.append("The person was found by NHS number and date of birth, and not known there.")
    return reviewing(visit, told, "Review access in an emergency", access, lede)


def said(visit: Visit, told: Mapping[str, Any], what: str) -> list[str]:
    """Whose it was, who opened it, when and why."""
    born = f", born {words.day(told['date_of_birth'])}" if told["date_of_birth"] else ""
    number = f", NHS number {in_threes(told['nhs_number'])}" if told["nhs_number"] else ""
    return [
        f"Whose {what}: {told['name'] or 'somebody whose details were removed'}{born}{number}.",
        f"Opened by {visit.names.practitioner(told['practitioner'])}, "
        f"{visit.names.organisation(told['organisation'])}, on {words.moment(told['taken_at'])}, "
        f"until {words.moment(told['until'])}: {told['reason']}.",
        f"What they wrote: “{told['words']}”",
    ]


def reviewing(
    visit: Visit, told: Mapping[str, Any], title: str, access: UUID, lede: list[str]
) -> Form[Any]:
    """Whether it was justified, whatever was opened."""
    if told["outcome"]:
        lede.append(f"It was reviewed: {told['outcome']}.")
    return Form(
        title=title,
        caption=f"Reference {str(access)[:8]}",
        lede=lede,
        button="Record the review",
        model=emergencies.ReviewingAccess,
        groups=(
            (
                "",
                (
                    Question(
                        "outcome",
                        "Was it justified?",
                        "radios",
                        choices=choices(Justified),
                        missing="Select whether it was justified",
                    ),
                    Question(
                        "words",
                        "How do you come to say so?",
                        "textarea",
                        missing="Enter how you come to say so",
                    ),
                ),
            ),
        ),
        action=visit.path,
        section="/privacy",
        back_to=("/privacy", "Privacy desk"),
    )
