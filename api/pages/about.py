"""Pages about the pages: accessibility, the keyboard, and the files of whose they are."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api.pages.problem import PageRoute
from api.pages.rendering import VERSIONED, render
from api.parts import Here
from api.problems import NothingIsHere

router = APIRouter(route_class=PageRoute)


@router.get("/accessibility", response_class=HTMLResponse)
async def accessibility() -> Response:
    """The accessibility statement."""
    return render("accessibility.html", title="Accessibility statement")


@router.get("/keyboard", response_class=HTMLResponse)
async def keyboard() -> Response:
    """How to use the pages with the keyboard."""
    return render("keyboard.html", title="Keyboard")


@router.get("/branding/{name}")
async def branding(here: Here, name: str) -> Response:
    """A logo, a font or the styles that the deployment chose. Raises `NothingIsHere`."""
    file = here.branding.files.get(name)
    if file is None:
        raise NothingIsHere
    return Response(file.content, media_type=file.media_type, headers={"Cache-Control": VERSIONED})
