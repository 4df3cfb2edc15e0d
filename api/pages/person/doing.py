"""One thing that may be asked of a person's record or pathway, as a page with its questions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from fastapi import Response

from api.asking import Activity, Asking
from api.pages.forms import Question
from api.pages.interruptions import Weighing
from api.pages.visit import Visit

Row = Mapping[str, Any]


class Where(StrEnum):
    """Under which heading it stands: what is asked daily is found at once."""

    NOW = "What you can do now"
    WISHES = "Details and wishes"
    ENDINGS = "Endings"
    NOTICE = ""  # beside what it answers, and not in the list


@dataclass(frozen=True, slots=True)
class Doing:
    """One thing that may be asked. ``always`` is for what is not among the record's actions."""

    text: str
    model: type[Activity]
    ask: Callable[[UUID, Any, Asking], Awaitable[Response]]
    questions: Callable[[Visit, Row], list[Question]]
    lede: str = ""
    always: bool = False
    button: str = "Confirm and save"
    where: Where = Where.NOW
    weighing: Weighing | None = None


def nothing(_visit: Visit, _row: Row) -> list[Question]:
    """No question but whether to do it."""
    return []


def asking(questions: list[Question]) -> Callable[[Visit, Row], list[Question]]:
    """The same questions whoever asks, about whomever."""
    return lambda _visit, _row: questions
