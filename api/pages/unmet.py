"""What was wanted and could not be had: the counts as a page, and a form to write one down."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse

from api import unmet as asking
from api.pages.forms import Form, Question, choices
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit, CountingVisit, Visit
from domain.vocabulary import Need, Step, WhyUnmet
from projections import unmet

router = APIRouter(route_class=PageRoute)


@router.get("/unmet-need", response_class=HTMLResponse)
async def unmet_need(visit: CountingVisit) -> Response:
    """By month, service and step; who sees nobody's record sees the place, with few hidden."""
    return await visit.page(
        "unmet.html",
        title="Unmet need",
        section="/unmet-need",
        rows=await wanted_in_vain(visit),
        few=unmet.FEW,
        totals_only=not visit.caller.cares,
        sheet_link=visit.at_its_moment("/unmet-need.csv"),
    )


async def wanted_in_vain(visit: Visit) -> list[dict[str, Any]]:
    """The counts: of what the organisation was told, or of the place with few hidden."""
    totals_only = not visit.caller.cares
    counts = await visit.here.reading.unmet(
        None if totals_only else visit.caller.organisation, visit.when
    )
    row = unmet.hidden if totals_only else unmet.shown
    return [row(each) for each in counts]


@router.get("/unmet-need/new", response_class=HTMLResponse)
async def question(
    visit: CaringVisit, service: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """What was wanted, and why it could not be had."""
    return await _form(visit).show(visit, values={"service": service} if service else None)


@router.post("/unmet-need/new", response_class=HTMLResponse)
async def answer(visit: CaringVisit) -> Response:
    """Write it down, and show the counts."""
    return await _form(visit).sent(
        visit, asking.record_unmet_need, done="unmet-need", then="/unmet-need"
    )


def _form(visit: Visit) -> Form[asking.WantingInVain]:
    services = sorted(
        (
            (str(each.id), each.name, visit.names.organisation(each.partner))
            for each in visit.names.directory.services.values()
        ),
        key=lambda choice: (choice[2], choice[1]),
    )
    steps = [(str(int(step)), f"Step {int(step)}: {step.words}", "") for step in Step]
    return Form(
        title="A service was wanted and could not be had",
        lede=("It is counted, so that those who plan services see it. It names nobody.",),
        button="Save",
        model=asking.WantingInVain,
        groups=(
            (
                "",
                [
                    Question(
                        "why",
                        "Why could it not be chosen?",
                        "radios",
                        choices=choices(WhyUnmet),
                        missing="Select why",
                    ),
                    Question(
                        "service",
                        "Which service was wanted?",
                        "select",
                        choices=services,
                        optional=True,
                        nothing="There is none of that kind here",
                    ),
                    Question(
                        "step",
                        "At which step, if there is no such service?",
                        "select",
                        choices=steps,
                        optional=True,
                        nothing="As the service",
                    ),
                    Question(
                        "need",
                        "What was help wanted for?",
                        "radios",
                        choices=choices(Need),
                        missing="Select what for",
                    ),
                ],
            ),
        ),
        action="/unmet-need/new",
        section="/unmet-need",
        back_to=("/unmet-need", "Unmet need"),
    )
