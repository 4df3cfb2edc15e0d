"""Pages about the pages: accessibility, keyboard, language, and the files of whose they are."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.pages.guest import own_address
from api.pages.language import LANGUAGES, _
from api.pages.problem import PageRoute
from api.pages.rendering import VERSIONED, render
from api.parts import Here, Parts
from api.problems import NothingIsHere

A_YEAR = 365 * 24 * 60 * 60

router = APIRouter(route_class=PageRoute)


@router.get("/accessibility", response_class=HTMLResponse)
async def accessibility() -> Response:
    """The accessibility statement."""
    return render("accessibility.html", title=_("Accessibility statement"))


@router.get("/keyboard", response_class=HTMLResponse)
async def keyboard() -> Response:
    """How to use the pages with the keyboard."""
    return render("keyboard.html", title=_("Keyboard"))


@router.post("/keyboard", response_class=HTMLResponse)
async def choose_keys(
    here: Here, keys: Annotated[Literal["on", "off"], Form(max_length=3)]
) -> Response:
    """Have single keys, or none, from now on in this browser."""
    response = RedirectResponse("/keyboard", status_code=303)
    _keep(response, here, here.keys_cookie, keys)
    return response


@router.get("/branding/{name}")
async def branding(here: Here, name: str) -> Response:
    """A logo, a font or the styles that the deployment chose. Raises `NothingIsHere`."""
    file = here.branding.files.get(name)
    if file is None:
        raise NothingIsHere
    return Response(file.content, media_type=file.media_type, headers={"Cache-Control": VERSIONED})


@router.post("/language", response_class=HTMLResponse)
async def choose_language(
    here: Here,
    language: Annotated[str, Form(max_length=20)],
    wanted: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Have pages in this language from now on, in this browser. Raises `NothingIsHere`."""
    if language not in LANGUAGES:
        raise NothingIsHere
    response = RedirectResponse(own_address(wanted), status_code=303)
    _keep(response, here, here.language_cookie, language)
    return response


def _keep(response: Response, here: Parts, cookie: str, chosen: str) -> None:
    """Have the browser keep what was chosen for a year, and send it to this site alone."""
    response.set_cookie(
        cookie, chosen, max_age=A_YEAR, httponly=True, secure=here.secure, samesite="lax"
    )
