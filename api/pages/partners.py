"""The organisations of the place, and ending one's part in it; what follows is not decided here."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api import endings
from api.pages.forms import Form, Question
from api.pages.privacy.agreements import warnings
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit, Visit
from api.problems import NothingIsHere
from domain.intentions.endings import OnlyTheHostMay
from domain.vocabulary import PartnerId
from projections.directory import PartnerEntry

router = APIRouter(route_class=PageRoute)


@router.get("/partners", response_class=HTMLResponse)
async def list_of_partners(visit: CaringVisit) -> Response:
    """Every organisation, what it offers, and whether it has left."""
    _administering(visit)
    directory = visit.names.directory
    services: dict[PartnerId, list[str]] = {}
    for service in directory.services.values():
        services.setdefault(service.partner, []).append(service.name)
    return await visit.page(
        "partners.html",
        title="Organisations",
        section="/partners",
        partners=sorted(directory.partners.values(), key=lambda partner: partner.name),
        services={partner: sorted(names) for partner, names in services.items()},
        host=visit.here.care.host,
        part=warnings(visit),
    )


@router.get("/partners/{partner}/leaving", response_class=HTMLResponse)
async def leaving_question(visit: CaringVisit, partner: UUID) -> Response:
    """What will happen when it leaves, and why it does."""
    leaving = _partner(visit, partner)
    if leaving.left:
        raise NothingIsHere
    return await _leaving(visit, leaving).show(visit)


@router.post("/partners/{partner}/leaving", response_class=HTMLResponse)
async def leaving_answer(visit: CaringVisit, partner: UUID) -> Response:
    """End its part in the place, and show who is there. Sent twice, it is asked once."""
    return await _leaving(visit, _partner(visit, partner)).sent(
        visit,
        lambda body, asks: endings.leave(partner, body, asks),
        done="leaving",
        then="/partners",
    )


def _administering(visit: Visit) -> None:
    """Raises `OnlyTheHostMay`."""
    if not visit.administers_place:
        raise OnlyTheHostMay(visit.caller.organisation)


def _partner(visit: Visit, partner: UUID) -> PartnerEntry:
    """An organisation that can leave: the host cannot. Raises `OnlyTheHostMay`, `NothingIsHere`."""
    _administering(visit)
    found: PartnerEntry | None = visit.names.directory.partners.get(PartnerId(partner))
    if found is None or found.id == visit.here.care.host:
        raise NothingIsHere
    return found


def _leaving(visit: Visit, partner: PartnerEntry) -> Form[endings.Leaving]:
    return Form(
        title=f"{partner.name} leaves",
        lede=(
            "This cannot be taken back here. Once it has left, within minutes:",
            "Its services can be chosen no more.",
            "Whom it is responsible for fall back to their practice or to "
            f"{visit.names.organisation(visit.here.care.host)}, which sees that on its caseload.",
            "Referrals that wait for its answer return to their senders.",
        ),
        button="End its part in the place",
        model=endings.Leaving,
        groups=(
            (
                "",
                (
                    Question(
                        "reason",
                        "Why does it leave?",
                        hint="Write nothing about anybody who is helped.",
                        missing="Enter why it leaves",
                    ),
                ),
            ),
        ),
        action=visit.path,
        section="/partners",
        back_to=("/partners", "Organisations"),
        warning=True,
    )
