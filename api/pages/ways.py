"""How the place goes about its care, on the page of its stepped care; and choosing another way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api import directory, ways
from api.pages import words
from api.pages.forms import Form, Question
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit, Visit
from api.problems import NotForThisRole
from domain.policies.days import local_date
from domain.policies.ways import WAYS, Meets, Way

router = APIRouter(route_class=PageRoute)


@dataclass(frozen=True, slots=True)
class Held:
    """A meeting of the way, and when the next one of its kind is that this organisation knows."""

    meets: Meets
    next_at: str
    address: str


def in_force(visit: Visit) -> Way | None:
    """The way this place works in now."""
    way: Way | None = visit.names.directory.way(local_date(visit.moment or visit.now))
    return way


def may_choose(visit: Visit) -> bool:
    """Whether the visitor may say how the place works."""
    caller = visit.caller
    return caller.organisation == visit.here.care.host and caller.role in directory.CHOOSING


def chosen(visit: Visit) -> Sequence[Any]:
    """Which ways the place chose, from when."""
    host = visit.names.directory.partners.get(visit.here.care.host)
    return host.ways if host else ()


async def meetings(visit: Visit, way: Way | None) -> list[Held]:
    """The meetings the way suggests, each with the next one, where persons' care may be seen."""
    if way is None or not visit.categories:
        return []
    rows = await visit.here.reading.meetings(visit.caller.organisation)
    today = words.instant(visit.now)
    ahead = [r for r in rows if not r["closed"] and words.instant(r["starts_at"]) >= today]
    ahead.sort(key=lambda row: str(row["starts_at"]))
    held = []
    for meets in way.meetings:
        following: Mapping[str, Any] = next(
            (row for row in ahead if row["kind"] == meets.kind.value), {}
        )
        address = f"/mdt/{following['id']}" if following else ""
        held.append(Held(meets, str(following.get("starts_at", "")), address))
    return held


def _form(visit: Visit) -> Form[ways.ChoosingWay]:
    if not may_choose(visit):
        raise NotForThisRole
    host = visit.names.directory.partners.get(visit.here.care.host)
    written = host.written if host else []
    own = {way.name: way for way in (*WAYS, *written)}
    return Form(
        title="Choose how this place works",
        lede=(
            "What happens from that day on is judged by it, and its stepped-care model comes with "
            "it; what happened before stands.",
        ),
        button="Confirm and save",
        model=ways.ChoosingWay,
        groups=(
            (
                "",
                [
                    Question(
                        "way",
                        "Which way?",
                        "radios",
                        choices=[(way.name, way.name, way.source) for way in own.values()],
                        missing="Select a way",
                    ),
                    Question("effective_from", "From when?", "date", missing="Enter a day"),
                ],
            ),
        ),
        action=visit.path,
        section="/stepped-care",
        back_to=("/stepped-care", "Stepped care"),
    )


@router.get("/stepped-care/way", response_class=HTMLResponse)
async def question(visit: CaringVisit) -> Response:
    """The question."""
    return await _form(visit).show(visit)


@router.post("/stepped-care/way", response_class=HTMLResponse)
async def answer(visit: CaringVisit) -> Response:
    """Choose, and show what is in force."""
    return await _form(visit).sent(
        visit, lambda body, asks: ways.choose_way(body, asks), done="way", then="/stepped-care"
    )
