"""Pages about the pages: accessibility, and the keyboard."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api.pages.problem import PageRoute
from api.pages.rendering import render

router = APIRouter(route_class=PageRoute)


@router.get("/accessibility", response_class=HTMLResponse)
async def accessibility() -> Response:
    """The accessibility statement."""
    return render("accessibility.html", title="Accessibility statement")


@router.get("/keyboard", response_class=HTMLResponse)
async def keyboard() -> Response:
    """How to use the pages with the keyboard."""
    return render("keyboard.html", title="Keyboard")
