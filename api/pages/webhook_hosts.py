"""Hosts that an organisation's endpoints may be at, on pages: allowed by the host of the place."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api import hosts
from api.hosts import AllowingHost
from api.pages.forms import Form, Question
from api.pages.problem import PageRoute
from api.pages.visit import SomebodysVisit, Visit
from api.problems import NothingIsHere
from domain.vocabulary import PartnerId
from projections.directory import PartnerEntry

router = APIRouter(route_class=PageRoute)


@router.get("/partners/{partner}/webhook-hosts", response_class=HTMLResponse)
async def list_of_hosts(visit: SomebodysVisit, partner: UUID) -> Response:
    """Where an organisation's endpoints may be."""
    known = _partner(visit, partner)
    rows = await hosts.hosts_of(partner, visit.here)
    return await visit.page(
        "webhook_hosts.html",
        title=f"Where {known.name} may be told of news",
        section="/partners",
        partner=known,
        rows=[row for row in rows if row.allowed],
    )


@router.get("/partners/{partner}/webhook-hosts/{activity}", response_class=HTMLResponse)
async def question(visit: SomebodysVisit, partner: UUID, activity: str) -> Response:
    """Which host is to be allowed, or taken back."""
    values = {"host": visit.request.query_params.get("host", "")[:260]}
    return await _form(visit, _partner(visit, partner), activity).show(visit, values=values)


@router.post("/partners/{partner}/webhook-hosts/{activity}", response_class=HTMLResponse)
async def answer(visit: SomebodysVisit, partner: UUID, activity: str) -> Response:
    """Allow it, or take it back."""
    form = _form(visit, _partner(visit, partner), activity)
    ask = hosts.allow_host if activity == "new" else hosts.remove_host
    return await form.sent(
        visit,
        lambda body, asks: ask(partner, body, asks),
        done="host-allowed" if activity == "new" else "host-removed",
        then=f"/partners/{partner}/webhook-hosts",
    )


def _partner(visit: Visit, partner: UUID) -> PartnerEntry:
    """Raises `OnlyTheHostAllows`, `NothingIsHere`."""
    hosts.may_allow(visit.caller, visit.here)
    found: PartnerEntry | None = visit.names.directory.partners.get(PartnerId(partner))
    if found is None or found.left:
        raise NothingIsHere
    return found


def _form(visit: Visit, known: PartnerEntry, activity: str) -> Form[AllowingHost]:
    """Raises `NothingIsHere`."""
    if activity not in ("new", "removal"):
        raise NothingIsHere
    new = activity == "new"
    return Form(
        title="Allow a host" if new else "Take a host back",
        caption=known.name,
        button="Allow it" if new else "Take it back",
        model=AllowingHost,
        groups=(
            (
                "",
                (
                    Question(
                        "host",
                        "Host",
                        hint="Its name, with :port if it is not 443: hooks.example.org",
                        missing="Enter a host",
                        autocomplete="off",
                    ),
                ),
            ),
        ),
        lede=(
            "Make sure that it is theirs: word that there is news goes there, never what it is."
            if new
            else "Nothing is sent to it any more for this organisation.",
        ),
        warning=not new,
        action=visit.path,
        section="/partners",
        back_to=(f"/partners/{known.id}/webhook-hosts", "Where it may be told of news"),
    )
