"""Saying on a page what became of a piece of social work."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api import social_work
from api.pages import words
from api.pages.forms import Form, Question, choices
from api.pages.opened import Opened
from api.pages.person.identity import name_of
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit, Visit
from api.problems import NothingIsHere
from domain.vocabulary import AdmissionAvoided, WorkKind, WorkOutcome

router = APIRouter(route_class=PageRoute)


async def _form(visit: Visit, referral: UUID, work: UUID) -> Form[social_work.EndingWork]:
    """What is asked of one's own work. Raises `NothingIsHere` for any other."""
    reading, me = visit.here.reading, visit.caller.organisation
    asked = await reading.referral(me, referral)
    record = await reading.record(me, UUID(asked["person"])) if asked else None
    begun = (record or {}).get("work", {}).get(str(work))
    if record is None or begun is None or begun.get("provider") != str(me) or "outcome" in begun:
        raise NothingIsHere
    avoided = Question(
        "admission_avoided",
        "Was an admission to hospital avoided?",
        "radios",
        choices=choices(AdmissionAvoided),
        hint="As you judge it.",
        missing="Select whether an admission was avoided",
    )
    meant = begun["kind"] == WorkKind.ADMISSION_AVOIDANCE.value
    person = record["person"]
    return Form(
        title=f"What became of it: {words.sentence(begun['kind']).lower()}",
        caption=name_of(record),
        button="Confirm and save",
        model=social_work.EndingWork,
        groups=(
            (
                "",
                [
                    Question(
                        "outcome",
                        "What became of it?",
                        "radios",
                        choices=choices(WorkOutcome),
                        missing="Select what became of it",
                    ),
                    *([avoided] if meant else []),
                    Question("note", "What else should be known?", "textarea", optional=True),
                ],
            ),
        ),
        action=visit.path,
        section="/caseload",
        back_to=(f"/people/{person}", f"{name_of(record)}’s record"),
        opened=Opened(UUID(person), record["number"]),
    )


@router.get("/referrals/{referral}/work/{work}", response_class=HTMLResponse)
async def question(visit: CaringVisit, referral: UUID, work: UUID) -> Response:
    """The question."""
    return await (await _form(visit, referral, work)).show(visit)


@router.post("/referrals/{referral}/work/{work}", response_class=HTMLResponse)
async def answer(visit: CaringVisit, referral: UUID, work: UUID) -> Response:
    """Record it, and show the record with it."""
    form = await _form(visit, referral, work)
    return await form.sent(
        visit,
        lambda body, asks: social_work.end_work(work, body, asks),
        done="work-done",
        then=form.back_to[0],
    )
