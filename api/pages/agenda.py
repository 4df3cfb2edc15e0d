"""A meeting's agenda on paper: one row a person, the question, and space for notes.

It refuses to know more than the board does: who is not shared with the visitor is not on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api.pages import words
from api.pages.calling import order
from api.pages.meetings import meeting_of
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit
from domain.texts import in_threes

router = APIRouter(route_class=PageRoute)


class Naming(StrEnum):
    """How people stand on paper that may be left on a table."""

    NAMES = "names"
    INITIALS = "initials"


@dataclass(frozen=True, slots=True)
class Row:
    """One person on the agenda."""

    who: str
    number: str
    question: str
    urgent: bool
    listed_only: bool


def initials(name: str) -> str:
    """N. B."""
    return " ".join(f"{part[0]}." for part in name.split())


@router.get("/mdt/{meeting}/agenda", response_class=HTMLResponse)
async def agenda(visit: CaringVisit, meeting: UUID, people: Naming = Naming.NAMES) -> Response:
    """The agenda, to be printed."""
    row = await meeting_of(visit, meeting)
    noted = [who for who, told in row["cases"].items() if told.get("listed_only")]
    rows = [await _row(visit, row, who, people) for who in [*order(row), *noted]]
    return await visit.page(
        "agenda.html",
        title=f"Agenda of {row['name']}",
        section="/mdt",
        meeting=row,
        chair=visit.names.practitioner(row["chair"]),
        invited=[visit.names.organisation(partner) for partner in row["invited"]],
        rows=rows,
        people=people,
        newest=await visit.here.reading.newest(visit.caller.organisation),
    )


async def _row(visit: CaringVisit, row: dict[str, Any], who: str, people: Naming) -> Row:
    told = row["cases"][who]
    known = await visit.here.reading.record(visit.caller.organisation, UUID(who), visit.when) or {}
    name = str(known.get("name") or "Not shared")
    number = in_threes(str(known.get("nhs_number") or ""))
    return Row(
        who=initials(name) if people is Naming.INITIALS and known.get("name") else name,
        number=number or words.identifier(who),
        question=str(told.get("question") or ""),
        urgent=bool(told.get("late")),
        listed_only=bool(told.get("listed_only")),
    )
