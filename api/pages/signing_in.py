"""Signing in and out, and where one is signed in. In a demo one chooses whom to be."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import groupby
from typing import Annotated
from uuid import UUID

from anyio.to_thread import run_sync as to_thread
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.access import give_session, take_session
from api.pages import choosing, words
from api.pages.forms import Question
from api.pages.guest import own_address
from api.pages.language import _
from api.pages.problem import PageRoute
from api.pages.rendering import render
from api.pages.visit import SomebodysVisit, Visit
from api.parts import DemoPerson, Here, Parts
from api.problems import NothingIsHere, PurposeIsNotAgreed
from domain.policies.days import local_date
from domain.policies.roles import sight
from domain.vocabulary import Purpose, Source
from projections.sessions import Session

router = APIRouter(route_class=PageRoute)


def _by_organisation(people: Sequence[DemoPerson]) -> list[tuple[str, list[DemoPerson]]]:
    ordered = sorted(people, key=lambda person: (person.organisation_name, person.name))
    return [
        (name, list(theirs))
        for name, theirs in groupby(ordered, key=lambda person: person.organisation_name)
    ]


@router.get("/sign-in", response_class=HTMLResponse)
async def sign_in(
    here: Here,
    next: str = "/",  # noqa: A002 - its name in the address
    over: str = "",
) -> Response:
    """How one signs in; ``over`` is said to who had been."""
    return render(
        "sign_in.html",
        title=_("Sign in"),
        organisations=_by_organisation(here.demo_people()),
        wanted=own_address(next),
        provider=here.provider.registration.name if here.provider else "",
        over=bool(over),
        services=choosing.services(
            words.Names(await here.reading.directory()), Source.SELF, local_date(here.clock())
        ),
    )


@router.post("/sign-in", response_class=HTMLResponse)
async def be_signed_in(
    request: Request,
    here: Here,
    practitioner: Annotated[UUID, Form()],
    wanted: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Sign in as somebody of the demo. Raises `NothingIsHere` for anybody else."""
    person = next((p for p in here.demo_people() if p.practitioner == practitioner), None)
    if person is None:
        raise NothingIsHere
    secret = await to_thread(
        partial(
            here.sessions.begin,
            person.practitioner,
            person.organisation,
            instead=request.cookies.get(here.cookie, ""),
        )
    )
    response = RedirectResponse(own_address(wanted), status_code=303)
    give_session(response, here, secret)
    return response


@router.post("/sign-out", response_class=HTMLResponse)
async def sign_out(request: Request, here: Here) -> Response:
    """End the session in every process, here and now. Who was signed out already is so again."""
    secret = request.cookies.get(here.cookie, "")
    session = await to_thread(here.sessions.of, secret)
    await to_thread(here.sessions.end, secret)
    return _signed_out(here, session)


@router.get("/sessions", response_class=HTMLResponse)
async def sessions(visit: SomebodysVisit) -> Response:
    """Where one is signed in."""
    here = visit.here
    rows = await to_thread(here.sessions.mine, visit.request.cookies.get(here.cookie, ""))
    return await visit.page(
        "sessions.html", title="Where you are signed in", rows=rows, purposes=_purposes(visit)
    )


def _purposes(visit: Visit) -> Question | None:
    """Why the visitor may look, and what they see for each; nothing where there is no choice."""
    caller = visit.caller
    if len(caller.purposes) < 2:
        return None

    def shows(purpose: Purpose) -> str:
        seen = sight(caller.role, purpose, visit.today)
        if seen.whole:
            return "You see all that your organisation was told"
        if not seen.categories:
            return "You see nobody who is helped"
        return "You see who people are, and a part of what your organisation was told"

    return Question(
        "purpose",
        "For which purpose do you look?",
        "radios",
        choices=[
            (each.value, words.sentence(each.value) + (", as usual" if number == 0 else ""), said)
            for number, each in enumerate(caller.purposes)
            for said in [shows(each)]
        ],
        value=caller.purpose.value,
    )


@router.post("/sessions/purpose", response_class=HTMLResponse)
async def look_for(visit: SomebodysVisit, purpose: Annotated[str, Form()] = "") -> Response:
    """Look for this purpose from now on. Raises `PurposeIsNotAgreed`."""
    if purpose not in visit.caller.purposes:
        raise PurposeIsNotAgreed(needs=tuple(visit.caller.purposes))
    here = visit.here
    secret = visit.request.cookies.get(here.cookie, "")
    await to_thread(here.sessions.look_for, secret, Purpose(purpose))
    return RedirectResponse("/sessions?done=purpose", status_code=303)


@router.post("/sessions/end", response_class=HTMLResponse)
async def end_everywhere(visit: SomebodysVisit) -> Response:
    """Sign out wherever one is signed in."""
    here = visit.here
    secret = visit.request.cookies.get(here.cookie, "")
    session = await to_thread(here.sessions.of, secret)
    await to_thread(here.sessions.end_everywhere, secret)
    return _signed_out(here, session)


def _signed_out(here: Parts, session: Session | None) -> Response:
    """On to the provider, where they proved who they are, and from there to the last page."""
    there = here.provider is not None and session is not None and session.identity is not None
    response = RedirectResponse("/signing-out" if there else "/signed-out", status_code=303)
    take_session(response, here)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@router.get("/signed-out", response_class=HTMLResponse)
async def signed_out() -> Response:
    """One is signed out."""
    return render("signed_out.html", title=_("You are signed out"))
