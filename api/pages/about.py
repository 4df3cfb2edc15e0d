"""Pages about the service itself: accessibility, the keyboard, and the catalogue of events."""

from __future__ import annotations

from functools import cache
from itertools import groupby

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api.pages.problem import PageRoute
from api.pages.rendering import render
from domain import catalogue
from domain.catalogue import FactEntry

router = APIRouter(route_class=PageRoute)


@cache
def nouns() -> list[tuple[str, list[FactEntry]]]:
    """Every kind of fact, by the noun it is about."""
    return [(noun, list(of)) for noun, of in groupby(catalogue.catalogue(), lambda e: e.noun)]


@router.get("/catalogue", response_class=HTMLResponse)
async def every_fact() -> Response:
    """Every event, generated from the facts themselves."""
    return render(
        "catalogue.html",
        title="Event catalogue",
        nouns=nouns(),
        recorded_by=catalogue.recorded_by,
        versions=catalogue.versions,
        told=catalogue.told,
        written=catalogue.written,
    )


@router.get("/accessibility", response_class=HTMLResponse)
async def accessibility() -> Response:
    """The accessibility statement."""
    return render("accessibility.html", title="Accessibility statement")


@router.get("/keyboard", response_class=HTMLResponse)
async def keyboard() -> Response:
    """How to use the pages with the keyboard."""
    return render("keyboard.html", title="Keyboard")
