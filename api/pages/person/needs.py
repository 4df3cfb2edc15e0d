"""What a person needs to be reached, understood and seen: shown as a flag, recorded, looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import Response

from api import needs, people
from api.asking import Activity, Asking
from api.pages import words
from api.pages.forms import Choice, Question
from api.pages.person.doing import Doing, Row, Where, nothing
from api.pages.visit import Visit
from domain.kernel import Category
from domain.policies.needs import ADJUSTMENTS, COMMUNICATION

YES_NO = (("true", "Yes", ""), ("false", "No", ""))


async def shown(_visit: Visit, row: Row) -> Mapping[str, Any]:
    """Each need with its words, whether others are told, and whether it was met last."""
    met = row.get("needs_met") or {}
    lines = [
        {
            "need": words.sentence(need),
            "words": of.get("words", ""),
            "impairment": of.get("impairment", ""),
            "kept": of.get("shared") is False,
            "met": met.get(need),
        }
        for need, of in sorted((row.get("access") or {}).items())
    ]
    if not lines and not row.get("needs"):
        return {}
    return {
        "lines": lines,
        "in_words": row.get("needs"),
        "reviewed_at": row.get("needs_reviewed_at"),
    }


def _communication(_visit: Visit, _row: Row) -> list[Question]:
    return [
        Question(
            "need",
            "Which need?",
            "select",
            choices=_choices(COMMUNICATION),
            optional=True,
            nothing="In words only",
        ),
        Question(
            "needs",
            "What helps when communicating with them?",
            "textarea",
            optional=True,
            hint="For example: at least 18 point, or a woman interpreter. "
            "Everybody who helps sees this.",
        ),
        Question("language", "Language", optional=True, width=20),
    ]


def _adjustment(visit: Visit, _row: Row) -> list[Question]:
    asked = [
        Question(
            "need",
            "What is done differently?",
            "select",
            choices=_choices(ADJUSTMENTS),
            missing="Select what is done differently",
        ),
        Question("words", "In words", optional=True, hint="For example: half an hour, after noon"),
        Question(
            "impairment",
            "Why?",
            "textarea",
            optional=True,
            hint="Clinicians alone see this",
        ),
        Question(
            "shared",
            "Do they agree that others who help them are told?",
            "radios",
            choices=(
                ("true", "Yes", "Everybody who helps sees the adjustment, and not why"),
                ("false", "No", "Your organisation alone sees it"),
            ),
            missing="Select whether others may be told",
        ),
    ]
    return (
        asked
        if Category.CLINICAL in visit.categories
        else [q for q in asked if q.name != "impairment"]
    )


def _which(_visit: Visit, row: Row) -> list[Question]:
    held = sorted(row.get("access") or {})
    return [
        Question(
            "need",
            "Which need?",
            "select",
            choices=[(need, words.sentence(need), "") for need in held],
            missing="Select a need",
        )
    ]


def _met(visit: Visit, row: Row) -> list[Question]:
    return [
        *_which(visit, row),
        Question(
            "met", "Was it met?", "radios", choices=YES_NO, missing="Select whether it was met"
        ),
        Question("what_came_of_it", "If not, what came of it?", "textarea", optional=True),
    ]


def _choices(some: tuple[Any, ...]) -> list[Choice]:
    return [(need.value, words.sentence(need.value), "") for need in some]


def allowed(row: Row) -> set[str]:
    """What may be said of needs that are recorded."""
    held = {"need-met", "need-end"} if row.get("access") else set()
    return held | ({"needs-review"} if row.get("access") or row.get("needs") else set())


async def _review(person: UUID, body: Activity, asks: Asking) -> Response:
    return await needs.review_needs(person, asks, body)


DOING: dict[str, Doing] = {
    "needs": Doing(
        "Record communication needs",
        people.CommunicationNeeds,
        people.record_communication_needs,
        _communication,
        always=True,
        where=Where.WISHES,
    ),
    "adjustment": Doing(
        "Agree an adjustment",
        needs.Agreeing,
        needs.agree_adjustment,
        _adjustment,
        "A reasonable adjustment, as the Equality Act asks for.",
        always=True,
        where=Where.WISHES,
    ),
    "need-met": Doing(
        "Record whether a need was met",
        needs.Meeting,
        needs.note_need,
        _met,
        where=Where.WISHES,
    ),
    "needs-review": Doing(
        "Record that needs were looked at again",
        Activity,
        _review,
        nothing,
        "You asked the person, and what is recorded is right. Put right first what is not.",
        where=Where.WISHES,
    ),
    "need-end": Doing(
        "Record that a need has ended",
        needs.EndingNeed,
        needs.end_need,
        _which,
        where=Where.WISHES,
    ),
}
