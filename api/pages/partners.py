"""The organisations of the place, one of them, and ending its part: what follows is elsewhere."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api import endings
from api.pages.forms import Form, Question
from api.pages.offering import room
from api.pages.privacy.agreements import warnings
from api.pages.problem import PageRoute
from api.pages.streams import COLOURS
from api.pages.visit import CaringVisit, Visit
from api.pages.words import WAYS
from api.practitioners import staffing
from api.problems import NothingIsHere
from api.streams import endpoints
from domain.agreement import in_force
from domain.intentions.endings import OnlyTheHostMay
from domain.policies.days import local_date
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


@router.get("/partners/{partner}", response_class=HTMLResponse)
async def one_partner(visit: CaringVisit, partner: UUID) -> Response:
    """One organisation, for its administrator and the host's.

    What it offers, who acts for it, what it may know, and how its systems are told of it. Raises
    what `staffing` raises.
    """
    directory, host = visit.names.directory, visit.here.care.host
    known = staffing(visit.caller, host, partner, directory.partners)
    mine = known.id == visit.caller.organisation
    officer, liaison = known.privacy_officer, known.liaison
    return await visit.page(
        "partner.html",
        title=known.name,
        section="/partners",
        partner=known,
        mine=mine,
        hosts=known.id == host,
        services=[
            (service, *room(visit, service))
            for service in sorted(directory.services.values(), key=lambda each: each.name)
            if service.partner == known.id
        ],
        roles=sorted(Counter(each.role for each in known.here).items()),
        officer=visit.names.practitioner(officer) if officer else "",
        liaison=visit.names.practitioner(liaison) if liaison else "",
        agreement=in_force(known.held, local_date(visit.now)),
        ways=[words for way, words in WAYS.items() if directory.may_use(known.id, way)],
        endpoints=await endpoints(visit.here).all(known.id, at=visit.now) if mine else (),
        colours=COLOURS,
        told=await visit.here.reading.newest(known.id) if mine else None,
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
