"""The catalogue of events: what can happen, and what is told and answered, a page for each noun."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api import published
from api.pages.problem import PageRoute
from api.pages.rendering import render
from api.parts import Here
from api.problems import NothingIsHere
from domain import catalogue
from domain.catalogue import FactEntry
from projections.contract import Contract, Message

router = APIRouter(route_class=PageRoute)


@dataclass(frozen=True, slots=True)
class Shown:
    """What of the catalogue is about one noun: the first part of each type."""

    facts: tuple[FactEntry, ...]
    messages: tuple[Message, ...]
    """What is told or answered that is no fact: notices, and what partners say."""


@router.get("/catalogue", response_class=HTMLResponse)
async def every_noun(here: Here) -> Response:
    """Every event and every message by name, under the noun it is about."""
    return render("catalogue.html", title="Event catalogue", nouns=_nouns(here.contract))


@router.get("/catalogue/{noun}", response_class=HTMLResponse)
async def one_noun(noun: str, here: Here) -> Response:
    """Every event about one noun, from the facts themselves, and every message that is published.

    Raises:
        NothingIsHere: No event and no message is about such a noun.
    """
    nouns = _nouns(here.contract)
    if noun not in nouns:
        raise NothingIsHere

    def versions_of(fact: FactEntry) -> tuple[Message, ...]:
        return here.contract.versions(_named(fact.type))[::-1]  # none if it never leaves

    return render(
        "catalogue_noun.html",
        title="Event catalogue",
        noun=noun,
        shown=nouns[noun],
        recorded_by=catalogue.recorded_by,
        versions=catalogue.versions,
        told=catalogue.told,
        written=catalogue.written,
        versions_of=versions_of,
        until=published.until,
        fields=published.fields,
        as_told=published.written,
    )


def _nouns(contract: Contract) -> Mapping[str, Shown]:
    facts = catalogue.catalogue()
    names = {_named(fact.type) for fact in facts}
    others = [message for message in contract.values() if message.name not in names]
    return {
        noun: Shown(
            tuple(fact for fact in facts if _noun(fact.type) == noun),
            tuple(message for message in others if _noun(message.type) == noun),
        )
        for noun in dict.fromkeys(
            [*(_noun(fact.type) for fact in facts), *(_noun(message.type) for message in others)]
        )
    }


def _noun(type_: str) -> str:
    return type_.partition(".")[0]


def _named(type_: str) -> str:
    return type_.rpartition(".v")[0]
