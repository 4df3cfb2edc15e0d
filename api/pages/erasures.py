"""Erasing a person on pages: ordered, confirmed by somebody else, and the certificate to print.

It refuses to show whom an order was about.
"""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from fastapi.responses import HTMLResponse

from api import erasures
from api.asking import Activity, person_of
from api.pages.forms import Form, Question, choices, new_key, shown
from api.pages.privacy.officer import OfficersVisit
from api.pages.problem import PageRoute
from api.pages.visit import SomebodysVisit, Visit
from api.pages.words import sentence
from domain.vocabulary import ErasureReason
from projections.erasures import State

router = APIRouter(route_class=PageRoute)


async def keepers_visit(visit: SomebodysVisit) -> Visit:
    """Who may confirm. Raises `OnlyAPrivacyOfficerMay`."""
    await erasures.keeper(visit.caller)
    return visit


KeepersVisit = Annotated[Visit, Depends(keepers_visit)]


@router.get("/erasures", response_class=HTMLResponse)
async def list_of_erasures(visit: KeepersVisit) -> Response:
    """What was ordered, by reference."""
    erasures.of_the_host(visit.caller, visit.here)
    rows = await visit.here.reading.erasures(visit.caller.organisation)
    return await visit.page(
        "erasures.html",
        title="Erasures",
        section="/privacy",
        rows=[erasures.shown(row) for row in rows],
    )


@router.get("/people/{person}/erasure", response_class=HTMLResponse)
async def order_question(visit: OfficersVisit, person: UUID) -> Response:
    """Under which order, and why. Raises `PersonIsUnknown`."""
    await person_of(visit.here, visit.caller, person)
    return await _ordering(visit).show(visit)


@router.post("/people/{person}/erasure", response_class=HTMLResponse)
async def order_answer(visit: OfficersVisit, person: UUID) -> Response:
    """Order it, and show how far it is."""
    return await _ordering(visit).sent(
        visit,
        lambda body, asks: erasures.order_erasure(person, body, asks),
        done="erasure",
        then=lambda answer: f"/erasures/{answer['id']}",
    )


@router.get("/erasures/{erasure}", response_class=HTMLResponse)
async def certificate_page(visit: KeepersVisit, erasure: UUID) -> Response:
    """How far it is; once done, the certificate."""
    found, heard = await erasures.opened(visit.here, visit.caller, erasure)
    certified: dict[str, Any] = erasures.certified(found, heard)
    names = visit.names
    me = visit.caller.practitioner
    return await visit.page(
        "erasure.html",
        title=f"Erasure under order {found.order}",
        section="/privacy",
        found=certified,
        told=[
            each | {"name": names.organisation(each["organisation"])} for each in certified["told"]
        ],
        by=[names.practitioner(who) for who in (found.ordered_by, found.confirmed_by) if who],
        to_confirm=found.state is State.ORDERED and found.ordered_by != me,
        to_cancel=found.state in (State.ORDERED, State.CONFIRMED),
        key=new_key(),
        seen=shown({"The order": sentence(found.state.value)}).version,
    )


@router.post("/erasures/{erasure}/confirmation", response_class=HTMLResponse)
async def confirm(visit: KeepersVisit, erasure: UUID) -> Response:
    """Say so too."""
    form = await _pressed(visit, erasure, "Confirm the erasure", erasures.Confirming)
    return await form.sent(
        visit,
        lambda body, asks: erasures.confirm_erasure(erasure, body, asks),
        done="erasure-confirmation",
        then=form.back_to[0],
    )


@router.post("/erasures/{erasure}/cancellation", response_class=HTMLResponse)
async def cancel(visit: KeepersVisit, erasure: UUID) -> Response:
    """Take the order back."""
    form = await _pressed(visit, erasure, "Cancel it", Activity)
    return await form.sent(
        visit,
        lambda body, asks: erasures.cancel_erasure(erasure, body, asks),
        done="erasure-cancellation",
        then=form.back_to[0],
    )


async def _pressed(visit: Visit, erasure: UUID, button: str, model: type[Any]) -> Form[Any]:
    """One button about an order, and nothing to answer."""
    found, _ = await erasures.opened(visit.here, visit.caller, erasure)
    return Form(
        title=f"Erasure under order {found.order}",
        opened=shown({"The order": sentence(found.state.value)}),
        button=button,
        model=model,
        groups=(),
        action=visit.path,
        section="/privacy",
        back_to=(f"/erasures/{erasure}", "The erasure"),
    )


def _ordering(visit: Visit) -> Form[erasures.OrderingErasure]:
    return Form(
        title="Erase a person",
        lede=(
            "Somebody else confirms it, and then thirty days go by in which it can be cancelled. "
            "After that nobody can bring anything back: not you, and not who runs this service.",
            "What health professionals recorded for care is mostly kept by law: take advice first.",
        ),
        button="Order the erasure",
        model=erasures.OrderingErasure,
        groups=(
            (
                "",
                (
                    Question(
                        "order",
                        "What is the order\u2019s reference?",
                        "text",
                        hint="It takes the person\u2019s place and is told to everybody: name "
                        "nobody in it. For example, IG-2026-17",
                        missing="Enter the order\u2019s reference",
                    ),
                    Question(
                        "reason",
                        "Why?",
                        "radios",
                        choices=choices(ErasureReason),
                        missing="Select why the person is erased",
                    ),
                    Question(
                        "words",
                        "In your words (optional)",
                        "textarea",
                        hint="It is erased with the person",
                        optional=True,
                    ),
                ),
            ),
        ),
        action=visit.path,
        section="/privacy",
        back_to=("/privacy", "Privacy desk"),
    )
