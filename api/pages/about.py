"""Pages about the service itself: accessibility, the keyboard, and the catalogue of events."""

from __future__ import annotations

from functools import cache, partial
from itertools import groupby

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api import published
from api.pages.problem import PageRoute
from api.pages.rendering import render
from api.parts import Here
from domain import catalogue
from domain.catalogue import FactEntry
from projections.contract import Contract, Message, Told

router = APIRouter(route_class=PageRoute)


@cache
def nouns() -> list[tuple[str, list[FactEntry]]]:
    """Every kind of fact, by the noun it is about."""
    return [(noun, list(of)) for noun, of in groupby(catalogue.catalogue(), lambda e: e.noun)]


@router.get("/catalogue", response_class=HTMLResponse)
async def every_fact(here: Here) -> Response:
    """Every event, generated from the facts themselves, and every message that is published."""
    return render(
        "catalogue.html",
        title="Event catalogue",
        nouns=nouns(),
        recorded_by=catalogue.recorded_by,
        versions=catalogue.versions,
        told=catalogue.told,
        written=catalogue.written,
        versions_of=partial(_versions, here.contract),
        others=_of_no_fact(here.contract),
        until=published.until,
        fields=published.fields,
        as_told=published.written,
    )


def _versions(contract: Contract, fact: FactEntry) -> tuple[Message, ...]:
    """Every version in which a fact is or was told, the newest first; none if it never leaves."""
    return contract.versions(fact.type.rpartition(".v")[0])[::-1]


def _of_no_fact(contract: Contract) -> list[tuple[str, list[Message]]]:
    """What is told and asked that is no fact: notices, and what partners answer."""
    of_facts = {fact.type.rpartition(".v")[0] for _, facts in nouns() for fact in facts}
    others = [message for message in contract.values() if message.name not in of_facts]
    return [
        (told.value, [message for message in others if message.told is told])
        for told in Told
        if any(message.told is told for message in others)
    ]


@router.get("/accessibility", response_class=HTMLResponse)
async def accessibility() -> Response:
    """The accessibility statement."""
    return render("accessibility.html", title="Accessibility statement")


@router.get("/keyboard", response_class=HTMLResponse)
async def keyboard() -> Response:
    """How to use the pages with the keyboard."""
    return render("keyboard.html", title="Keyboard")
