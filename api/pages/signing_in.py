"""Signing in and out. In a demo one chooses whom to be; elsewhere nobody can."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.access import begin_session, end_session, signed_in
from api.pages import choosing, words
from api.pages.problem import PageRoute
from api.pages.rendering import render
from api.parts import DemoPerson, Here
from api.problems import NothingIsHere
from domain.policies.days import local_date
from domain.vocabulary import Source

router = APIRouter(route_class=PageRoute)


def _by_organisation(people: Sequence[DemoPerson]) -> list[tuple[str, list[DemoPerson]]]:
    ordered = sorted(people, key=lambda person: (person.organisation_name, person.name))
    return [
        (name, list(theirs))
        for name, theirs in groupby(ordered, key=lambda person: person.organisation_name)
    ]


def own_address(wanted: str) -> str:
    """An address of this site and of no other one."""
    return wanted if wanted.startswith("/") and wanted[1:2] not in ("/", "\\") else "/"


@router.get("/sign-in", response_class=HTMLResponse)
async def sign_in(here: Here, next: str = "/") -> Response:  # noqa: A002 - its name in the address
    """Whom one can sign in as."""
    return render(
        "sign_in.html",
        title="Sign in",
        organisations=_by_organisation(here.demo_people()),
        wanted=own_address(next),
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
    response = RedirectResponse(own_address(wanted), status_code=303)
    token = here.tokens.issue(person.practitioner, person.organisation, person.role)
    begin_session(request, response, token)
    return response


@router.post("/sign-out", response_class=HTMLResponse, dependencies=[Depends(signed_in)])
async def sign_out(request: Request, here: Here) -> Response:
    """End the session here and now."""
    response = RedirectResponse("/sign-in", status_code=303)
    end_session(request, response, here)
    return response
