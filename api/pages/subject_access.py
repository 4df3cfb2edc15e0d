"""What is held of a person, to print and to give to them.

It refuses to show what is withheld, and to be silent about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api import subject_access
from api.pages import telling
from api.pages.privacy.officer import OfficersVisit
from api.pages.problem import PageRoute
from api.pages.visit import Visit

router = APIRouter(route_class=PageRoute)

UNSAID = frozenset({"by_organisation", "by_practitioner", "third_party", "first_recorded_at"})
"""Said in the line above, or to nobody."""


@router.get("/subject-access/{request}/export", response_class=HTMLResponse)
async def export(visit: OfficersVisit, request: UUID) -> Response:
    """Everything in its order, in plain words."""
    made = await subject_access.exported(visit.here, visit.caller, request)
    return await visit.page(
        "subject_access.html",
        title="What is held about you",
        section="/privacy",
        received_on=made.request.received_on,
        items=[_line(item, visit) for item in made.shown],
        withheld=made.withheld,
    )


def _line(
    item: subject_access.Item, visit: Visit
) -> tuple[datetime, str, str, list[tuple[str, str]]]:
    said = [
        (name.replace("_", " "), _text(value, visit))
        for name, value in item.told.items()
        if name not in subject_access.ABOUT_THE_TELLING | UNSAID
    ]
    by = str(item.told.get("by_organisation") or "")
    title = telling.happened(item.type, item.told, visit.names)
    return item.at, title, visit.names.organisation(by) if by else "", said


def _text(value: Any, visit: Visit) -> str:
    """A value as a person reads it; ids of organisations and people who work there by name."""
    if isinstance(value, Mapping):
        return "; ".join(f"{k.replace('_', ' ')}: {_text(v, visit)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_text(each, visit) for each in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    directory = visit.names.directory
    for known in (directory.partners, directory.practitioners, directory.services):
        named = next((each.name for key, each in known.items() if str(key) == str(value)), None)
        if named:
            return str(named)
    return str(value)
