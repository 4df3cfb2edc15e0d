"""Training on pages: sessions that were held, and who of one's organisation has still to attend."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api import training
from api.pages import choosing
from api.pages.forms import Form, Question, choices
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit, Visit
from api.problems import NothingIsHere
from domain.policies.training import WORKING
from domain.vocabulary import Role, Topic

router = APIRouter(route_class=PageRoute)


@router.get("/training", response_class=HTMLResponse)
async def list_of_training(visit: CaringVisit) -> Response:
    """What was held, and for an administrator who has still to attend what."""
    caller, here = visit.caller, visit.here
    seeing = caller.role in training.SEEING_TO_IT
    return await visit.page(
        "training.html",
        title="Training",
        section="/training",
        rows=await here.reading.training(caller.organisation),
        owing=await training.still_owing(here, caller) if seeing else [],
        seeing=seeing,
    )


@router.get("/training/new", response_class=HTMLResponse)
async def training_question(visit: CaringVisit) -> Response:
    """What was taught, when, by whom, and who was there."""
    return await _held(visit).show(visit)


@router.post("/training/new", response_class=HTMLResponse)
async def training_answer(visit: CaringVisit) -> Response:
    """Record it."""
    return await _held(visit).sent(
        visit,
        training.hold_training,
        done="training",
        then="/training",
    )


@router.get("/training/{session}/attendance", response_class=HTMLResponse)
async def attendance_question(visit: CaringVisit, session: UUID) -> Response:
    """Who of the organisation was there."""
    held = await visit.here.reading.training(visit.caller.organisation)
    known = next((each for each in held if each["id"] == str(session)), None)
    if known is None:
        raise NothingIsHere
    return await _attended(visit, str(known["title"])).show(visit)


@router.post("/training/{session}/attendance", response_class=HTMLResponse)
async def attendance_answer(visit: CaringVisit, session: UUID) -> Response:
    """Record it."""
    return await _attended(visit, "").sent(
        visit,
        lambda body, asks: training.attend_training(session, body, asks),
        done="training-attended",
        then="/training",
    )


def _colleagues(visit: Visit) -> list[tuple[str, str, str]]:
    return choosing.practitioners(visit.names, [visit.caller.organisation])


def _held(visit: Visit) -> Form[training.HoldingTraining]:
    everybody = choosing.practitioners(
        visit.names, [p.id for p in visit.names.directory.partners.values() if not p.left]
    )
    return Form(
        title="Record training that was held",
        button="Record the training",
        model=training.HoldingTraining,
        groups=(
            (
                "",
                (
                    Question(
                        "topic",
                        "What kind of training?",
                        "radios",
                        choices=choices(Topic),
                        missing="Select what kind",
                    ),
                    Question("title", "What was it about?", missing="Enter what it was about"),
                    Question("held_on", "When was it?", "date", missing="Enter the day"),
                    Question(
                        "minutes",
                        "How many minutes?",
                        numeric=True,
                        width=4,
                        missing="Enter how many minutes",
                    ),
                    Question(
                        "trainer",
                        "Who taught?",
                        "select",
                        choices=_colleagues(visit),
                        optional=True,
                        nothing="Nobody of ours",
                    ),
                    Question(
                        "roles",
                        "For whom was it?",
                        "checkboxes",
                        choices=_roles(),
                        optional=True,
                    ),
                    Question(
                        "attended",
                        "Who was there?",
                        "checkboxes",
                        choices=[(one, name, "") for one, name, _ in everybody],
                        optional=True,
                    ),
                ),
            ),
        ),
        action=visit.path,
        section="/training",
        back_to=("/training", "Training"),
    )


def _roles() -> list[tuple[str, str, str]]:
    return [choice for choice in choices(Role) if choice[0] in WORKING]


def _attended(visit: Visit, title: str) -> Form[training.Attending]:
    return Form(
        title="Who was there?",
        caption=title,
        button="They were there",
        model=training.Attending,
        groups=(
            (
                "",
                (
                    Question(
                        "practitioner",
                        "Who of your organisation?",
                        "select",
                        choices=_colleagues(visit),
                        missing="Select who was there",
                    ),
                ),
            ),
        ),
        action=visit.path,
        section="/training",
        back_to=("/training", "Training"),
    )
