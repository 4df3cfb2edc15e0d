"""Records that may be one person's, on pages: side by side, linked, told apart, unlinked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api import matches
from api.pages import words
from api.pages.forms import Form, Question
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit, Visit
from api.problems import NothingIsHere
from domain.policies.matching import Agreement
from domain.texts import in_threes
from projections.matching import State

router = APIRouter(route_class=PageRoute)

LABELS = {
    "name": "Name",
    "date_of_birth": "Date of birth",
    "nhs_number": "NHS number",
    "address": "Address",
    "postcode": "Postcode",
    "phone": "Telephone",
}
SAID = {
    Agreement.EQUAL: ("Same", "green"),
    Agreement.NEAR: ("Nearly the same", "yellow"),
    Agreement.OTHER: ("Different", "red"),
    Agreement.UNKNOWN: ("Not known of both", "grey"),
}
"""How two details compare, in words: colour alone says nothing."""

ASKED = {
    "link": (
        "Link two records as one person",
        "Link them",
        "Whoever is involved with either is then involved with both. Nothing is moved: undone, "
        "each record is again what it was.",
    ),
    "ruling-out": (
        "These are two people",
        "They are two people",
        "They are not listed again unless somebody puts a detail of one of them right.",
    ),
    "unlinking": (
        "Undo the link of two records",
        "Undo the link",
        "Each record is again what it was alone. Whoever knew of one only by the link must forget "
        "it.",
    ),
}
"""What may be asked of two records: the title, the button, what comes of it."""


@router.get("/duplicates", response_class=HTMLResponse)
async def list_of_duplicates(visit: CaringVisit) -> Response:
    """Two records at a time, side by side."""
    rows = await matches.matches(visit.here, visit.caller, (State.TO_REVIEW, State.LINKED))
    return await visit.page(
        "duplicates.html",
        title="Possible duplicates",
        section="/caseload",
        waiting=[_pair(row) for row in rows if row["state"] == State.TO_REVIEW],
        linked=[_pair(row) for row in rows if row["state"] == State.LINKED],
        asked=ASKED,
    )


@router.get("/duplicates/{match}/{activity}", response_class=HTMLResponse)
async def duplicate_question(visit: CaringVisit, match: UUID, activity: str) -> Response:
    """Why they are one person, or two."""
    return await (await _form(visit, match, activity)).show(visit)


@router.post("/duplicates/{match}/{activity}", response_class=HTMLResponse)
async def duplicate_answer(visit: CaringVisit, match: UUID, activity: str) -> Response:
    """Record it, and show what else is to be looked at."""
    form = await _form(visit, match, activity)
    ask: Any = {
        "link": matches.link_match,
        "ruling-out": matches.rule_out_match,
        "unlinking": matches.unlink_match,
    }[activity]
    return await form.sent(
        visit,
        lambda body, asks: ask(match, body, asks),
        done=f"records-{activity}",
        then="/duplicates",
    )


async def _form(visit: Visit, match: UUID, activity: str) -> Form[Any]:
    every = await matches.matches(visit.here, visit.caller, matches.EVERY, match=match)
    if not every or activity not in ASKED:
        raise NothingIsHere
    title, button, what_comes = ASKED[activity]
    sides = every[0]["sides"]
    questions = [
        Question(
            "reason",
            "How do you know?",
            "textarea",
            hint="Whoever looks at these two records after you must be able to follow.",
            missing="Enter how you know",
            rows=3,
        )
    ]
    if activity == "link" and all(side["person"] for side in sides):
        offered = tuple((side["person"], _called(side, n), "") for n, side in enumerate(sides, 1))
        questions.append(
            Question(
                "keep",
                "Where are new things asked from now on?",
                "radios",
                choices=offered,
                optional=True,
                hint="The other record stays as it is.",
            )
        )
    return Form(
        title=title,
        lede=(" and ".join(_called(side, n) for n, side in enumerate(sides, 1)), what_comes),
        button=button,
        model=matches.Linking if activity == "link" else matches.Reasoned,
        groups=(("", tuple(questions)),),
        action=visit.path,
        section="/caseload",
        back_to=("/duplicates", "Possible duplicates"),
    )


def _called(side: Mapping[str, Any], number: int) -> str:
    return f"{side['name'] or 'A record that is not shared with us'} (record {number})"


def _pair(row: Mapping[str, Any]) -> dict[str, Any]:
    """One pair as the page shows it."""
    lines = [
        {
            "label": LABELS[each["detail"]],
            "one": _written(each["detail"], each["one"]),
            "other": _written(each["detail"], each["other"]),
            "tag": dict(zip(("text", "colour"), SAID[Agreement(each["agreement"])], strict=True)),
        }
        for each in row["compared"]
    ]
    return {
        "id": row["id"],
        "sides": row["sides"],
        "lines": lines,
        "actions": row["actions"],
        "since": row["since"],
        "sure": row["verdict"] == "the same",
    }


def _written(detail: str, value: str) -> str:
    if not value:
        return "–"
    if detail == "date_of_birth":
        return words.day(value)
    return in_threes(value) if detail == "nhs_number" else value
