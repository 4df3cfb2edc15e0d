"""Pages about the service itself: accessibility, the keyboard, and the catalogue of events."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api.pages.problem import PageRoute
from api.pages.rendering import render
from domain.catalogue import recorded_by, versions, written
from domain.intentions.deciding import FACTS
from domain.kernel import Category, Fact
from domain.policies.agreements import TEMPLATES
from domain.sharing import message_type
from domain.vocabulary import Scope

router = APIRouter(route_class=PageRoute)


@dataclass(frozen=True, slots=True)
class Described:
    """One kind of fact: what it means, who may record it, what it holds, who may be told."""

    name: str
    type: str
    topic: str
    meaning: str
    category: str
    recorded_by: str
    versions: str
    example: str
    fields: list[tuple[str, str, bool]]
    receivers: list[str]


def described(fact: type[Fact]) -> Described:
    receivers = [
        f"{kind.value}{' (its own referrals)' if template.scope is Scope.OWN else ''}"
        for kind, template in TEMPLATES.items()
        if fact.CATEGORY in template.categories
    ]
    return Described(
        fact.__name__,
        message_type(fact),
        fact.TOPIC,
        (fact.__doc__ or "").strip(),
        fact.CATEGORY.value,
        recorded_by(fact.RECORDED_BY),
        versions(fact.SCHEMA),
        written(fact),
        [
            (name, category.value, name in fact.PERSONAL_FIELDS)
            for name, category in fact.FIELD_CATEGORY.items()
        ],
        receivers,
    )


def nouns() -> list[tuple[str, list[Described]]]:
    """Every kind of fact, by the noun it is about."""
    found: dict[str, list[Described]] = {}
    for fact in FACTS:
        found.setdefault(fact.TOPIC.split(":")[0], []).append(described(fact))
    return list(found.items())


@router.get("/catalogue", response_class=HTMLResponse)
async def catalogue() -> Response:
    """Every event, generated from the facts themselves."""
    return render(
        "catalogue.html",
        title="Event catalogue",
        nouns=nouns(),
        directory=Category.DIRECTORY.value,
    )


@router.get("/accessibility", response_class=HTMLResponse)
async def accessibility() -> Response:
    """The accessibility statement."""
    return render("accessibility.html", title="Accessibility statement")


@router.get("/keyboard", response_class=HTMLResponse)
async def keyboard() -> Response:
    """How to use the pages with the keyboard."""
    return render("keyboard.html", title="Keyboard")
