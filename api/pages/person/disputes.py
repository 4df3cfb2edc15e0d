"""Where people wrote different things of a person, and what the person does not agree with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import Response

from api import corrections as asked_of
from api.asking import Asking
from api.pages import corrections, words
from api.pages.forms import Question, choices
from api.pages.person.doing import Doing, Row
from api.pages.visit import Visit
from domain.vocabulary import Rectified
from projections.entries import REMOVED_UNDER, Entry


async def conflicts(visit: Visit, row: Row) -> Mapping[str, Any]:
    """Different entries of one detail, side by side."""
    found = corrections.conflicts(row, visit)
    return {"conflicts": found} if found else {}


async def disagreements(visit: Visit, row: Row) -> Mapping[str, Any]:
    """What the person disputes, in their words."""
    told: list[Entry] = []
    if row.get("disagreements"):
        told = await visit.here.reading.history(
            visit.caller.organisation, UUID(row["person"]), visit.when
        )
    found = corrections.disagreements(row, told, visit)
    return {"disagreements": found} if found else {}


async def rectifications(visit: Visit, row: Row) -> Mapping[str, Any]:
    """What the person asked to be put right: by when, and what became of it."""
    requests = row.get("rectifications") or {}
    if not requests:
        return {}
    told = await visit.here.reading.history(
        visit.caller.organisation, UUID(row["person"]), visit.when
    )
    about = {str(entry.data.get("fact")): corrections.said(entry, visit) for entry in told}
    removed = {
        entry.data.get("rectification"): entry.data[REMOVED_UNDER]
        for entry in told
        if REMOVED_UNDER in entry.data
    }
    return {
        "rectifications": [
            each
            | {"what": about.get(str(each.get("about")), "Something told before")}
            | {"removed": removed.get(which)}
            for which, each in requests.items()
        ]
    }


def _waiting(visit: Visit, row: Row) -> list[tuple[str, str, str]]:
    """Those that the visitor's own organisation has to decide."""
    return [
        (which, f"{each.get('words', '')}, by {words.day(each['due_on'])}", "")
        for which, each in (row.get("rectifications") or {}).items()
        if "outcome" not in each and each.get("owner") == str(visit.caller.organisation)
    ]


def allowed(visit: Visit, row: Row) -> set[str]:
    """Whether there is something to decide."""
    return {"rectification-decision"} if _waiting(visit, row) else set()


class Deciding(asked_of.Deciding):
    """Which request is decided, and how."""

    rectification: UUID


async def _decide(person: UUID, body: Deciding, asks: Asking) -> Response:
    decided = asked_of.Deciding(at=body.at, outcome=body.outcome, words=body.words)
    return await asked_of.decide_rectification(person, body.rectification, decided, asks)


def _decision(visit: Visit, row: Row) -> list[Question]:
    return [
        Question(
            "rectification",
            "What the person asked",
            "select",
            choices=_waiting(visit, row),
            missing="Select what you decide",
        ),
        Question(
            "outcome",
            "What do you decide?",
            "radios",
            choices=choices(Rectified),
            missing="Select what you decide",
        ),
        Question(
            "words",
            "What is right, or why is it kept?",
            "textarea",
            missing="Enter what is right, or why it is kept",
        ),
    ]


DOING: dict[str, Doing] = {
    "rectification-decision": Doing(
        "Decide what the person asked to be put right",
        Deciding,
        _decide,
        _decision,
        "Everybody who was told of it is told what you decide. What was recorded stays in the "
        "history; if you keep it, the person’s words stand beside it wherever it is shown.",
    ),
}
