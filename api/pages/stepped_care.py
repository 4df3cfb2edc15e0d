"""How this place works: its way and its stepped-care model, and choosing another from a day on."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api import directory
from api.pages import ways
from api.pages.forms import Form, Question
from api.pages.person import moving
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit, SomebodysVisit, Visit
from api.problems import NotForThisRole
from domain.policies import steps
from domain.vocabulary import Role

router = APIRouter(route_class=PageRoute)


@router.get("/stepped-care", response_class=HTMLResponse)
async def stepped_care(visit: SomebodysVisit) -> Response:
    """Its steps, which evidence a move needs, and who agrees to a discharge."""
    host = visit.names.directory.partners.get(visit.here.care.host)
    return await visit.page(
        "stepped_care.html",
        title="Stepped care",
        section="/stepped-care",
        model=moving.model(visit),
        chosen=host.models if host else [],
        way=(way := ways.in_force(visit)),
        ways_chosen=ways.chosen(visit),
        held=await ways.meetings(visit, way),
        may_schedule=visit.caller.role is Role.CHAIR,
        may_choose=ways.may_choose(visit),
    )


def _form(visit: Visit) -> Form[directory.ChoosingSteppedCare]:
    if not ways.may_choose(visit):
        raise NotForThisRole
    models = [(m.name, m.name, m.source) for m in steps.MODELS]
    return Form(
        title="Choose the stepped-care model",
        lede=("Moves from that day on are judged by it; what was decided before stands.",),
        button="Confirm and save",
        model=directory.ChoosingSteppedCare,
        groups=(
            (
                "",
                [
                    Question(
                        "model", "Which model?", "radios", choices=models, missing="Select a model"
                    ),
                    Question("effective_from", "From when?", "date", missing="Enter a day"),
                ],
            ),
        ),
        action=visit.path,
        section="/stepped-care",
        back_to=("/stepped-care", "Stepped care"),
    )


@router.get("/stepped-care/choice", response_class=HTMLResponse)
async def question(visit: CaringVisit) -> Response:
    """The question."""
    return await _form(visit).show(visit)


@router.post("/stepped-care/choice", response_class=HTMLResponse)
async def answer(visit: CaringVisit) -> Response:
    """Choose, and show what is in force."""
    return await _form(visit).sent(
        visit,
        lambda body, asks: directory.choose_stepped_care(body, asks),
        done="stepped-care",
        then="/stepped-care",
    )
