"""Details put right on pages: corrections, conflicts side by side, and what the person disputes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi import Form as Field
from fastapi.responses import HTMLResponse

from api import corrections
from api.pages import telling, words
from api.pages.forms import Form, Question, new_key
from api.pages.opened import Opened
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit, Visit
from api.problems import NothingIsHere
from domain.corrections import CATEGORY_OF, Detail
from domain.texts import in_threes
from domain.vocabulary import AccessNeed
from projections import record
from projections.entries import Entry

router = APIRouter(route_class=PageRoute)

QUESTIONS = (
    Question("name", "Full name", missing="Enter the person’s name"),
    Question("date_of_birth", "Date of birth", "date", optional=True),
    Question("nhs_number", "NHS number", optional=True, width=10, numeric=True, hint="10 digits"),
    Question("phone", "Phone number", "tel", optional=True, width=20),
    Question("address", "Address", optional=True),
    Question("postcode", "Postcode", optional=True, width=10),
    Question("language", "Language", optional=True, width=20),
)
LABELS = {question.name: question.label for question in QUESTIONS} | {
    "needs": "Communication needs",
    "sex": "Sex",
    "ethnicity": "Ethnicity",
    "key_worker": "Key worker",
}
DISPUTED = ("referral.", "measure.", "meeting.", "contact.", "pathway.")
"""What somebody may disagree with: what was decided, found or written of them by others."""


# Conflicts, side by side


@dataclass(frozen=True, slots=True)
class Side:
    """One of the entries that differ. ``key`` is that of saying that it is right."""

    id: str
    key: str
    text: str
    when: str
    who: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Different entries of one detail, by people who had not seen each other's."""

    detail: str
    label: str
    sides: list[Side]
    current: str
    settled_here: bool


def conflicts(row: Mapping[str, Any], visit: Visit) -> list[Conflict]:
    """The record's conflicts; the key worker's is settled by naming one again."""
    names = visit.names

    def text(detail: str, value: str | None) -> str:
        if value is None:
            return "Taken out: nobody’s"
        if detail == "key_worker":
            return names.practitioner(value)
        if detail == "date_of_birth":
            return words.day(value)
        return in_threes(value) if detail == "nhs_number" else value

    return [
        Conflict(
            detail,
            LABELS.get(detail) or words.sentence(detail),
            [
                Side(
                    e["id"], new_key(), text(detail, e["value"]), words.moment(e["at"]), names.by(e)
                )
                for e in edits
            ],
            edits[-1]["id"],
            detail != "key_worker",
        )
        for detail, edits in row.get("conflicts", {}).items()
    ]


@router.post("/people/{person}/conflict-settlement", response_class=HTMLResponse)
async def settle(
    visit: CaringVisit,
    person: UUID,
    key: Annotated[UUID, Field()],
    detail: Annotated[Detail | AccessNeed, Field()],
    stands: Annotated[UUID, Field()],
    seen: Annotated[list[UUID], Field(min_length=2, max_length=50)],
) -> Response:
    """Say which entry is right, and show the record."""
    body = corrections.Settling(detail=detail, stands=stands, seen=seen)
    answer = await corrections.settle_conflict(person, body, visit.asking(key))
    return visit.see(f"/people/{person}", answer, "settled")


# Corrections


async def _told(visit: Visit, person: UUID) -> list[Entry]:
    """All that was told of somebody. Raises `NothingIsHere`."""
    told = await visit.here.reading.history(visit.caller.organisation, person)
    if not told:
        raise NothingIsHere
    return told


def _correcting(visit: Visit, row: Mapping[str, Any], person: UUID) -> Form[Any]:
    shared = [q for q in QUESTIONS if CATEGORY_OF[Detail(q.name)] in visit.categories]
    return Form(
        title="Put details right",
        caption=str(row.get("name") or ""),
        lede=(
            "Change what is not right, and empty what is nobody’s. What was recorded before stays "
            "in the history. What others changed meanwhile is not overwritten.",
        ),
        button="Confirm and save",
        model=corrections.Correcting,
        groups=(("", shared),),
        action=visit.path,
        section="/caseload",
        back_to=(f"/people/{person}", "Record"),
        opened=Opened(person, row["number"]),
    )


@router.get("/people/{person}/corrections", response_class=HTMLResponse)
async def correction_questions(visit: CaringVisit, person: UUID) -> Response:
    """The details as they are recorded."""
    row = record.folded(await _told(visit, person))
    assert row is not None
    form = _correcting(visit, row, person)
    values = {q.name: row.get(q.name, "") for q in form.questions}
    if born := row.get("date_of_birth"):
        year, month, day = born.split("-")
        values |= {f"date_of_birth-{n}": v for n, v in zip(PARTS, (year, month, day), strict=True)}
    return await form.show(visit, values=values)


PARTS = ("year", "month", "day")


@router.post("/people/{person}/corrections", response_class=HTMLResponse)
async def correct(visit: CaringVisit, person: UUID, seen: Annotated[int, Field(ge=0)]) -> Response:
    """Put right what differs from the details that the form was opened on."""
    told = await _told(visit, person)
    opened = record.folded(entry for entry in told if entry.number <= seen)
    if opened is None:
        raise NothingIsHere
    before: Mapping[str, Any] = opened
    form = _correcting(visit, before, person)

    def shape(values: Mapping[str, Any]) -> Mapping[str, Any]:
        said = {q.name: values.get(q.name) or None for q in form.questions}
        changed = {name: value for name, value in said.items() if value != before.get(name)}
        return {"base": values["base"], **changed}

    return await form.sent(
        visit,
        lambda body, asks: corrections.correct_details(person, body, asks),
        done="corrected",
        then=f"/people/{person}",
        shape=shape,
    )


# What the person disputes


@router.get("/people/{person}/disagreements", response_class=HTMLResponse)
async def disagreement_questions(visit: CaringVisit, person: UUID) -> Response:
    """What they disagree with, and their words."""
    return await _disagreeing(visit, await _told(visit, person), person).show(visit)


@router.post("/people/{person}/disagreements", response_class=HTMLResponse)
async def disagree(visit: CaringVisit, person: UUID) -> Response:
    """Keep their words beside it, and show the record."""
    return await _disagreeing(visit, await _told(visit, person), person).sent(
        visit,
        lambda body, asks: corrections.record_disagreement(person, body, asks),
        done="disagreement",
        then=f"/people/{person}",
    )


@router.get("/people/{person}/rectification", response_class=HTMLResponse)
async def rectification_questions(visit: CaringVisit, person: UUID) -> Response:
    """What they want put right, and what they say is right."""
    return await _rectifying(visit, await _told(visit, person), person).show(visit)


@router.post("/people/{person}/rectification", response_class=HTMLResponse)
async def ask_rectification(visit: CaringVisit, person: UUID) -> Response:
    """Ask who recorded it, and show the record."""
    return await _rectifying(visit, await _told(visit, person), person).sent(
        visit,
        lambda body, asks: corrections.ask_rectification(person, body, asks),
        done="rectification",
        then=f"/people/{person}",
    )


def _rectifying(visit: Visit, told: list[Entry], person: UUID) -> Form[Any]:
    form = _disagreeing(visit, told, person)
    return replace(
        form,
        title="Ask for something to be put right",
        lede=(
            "The person says that something recorded is wrong. Whoever recorded it puts it right, "
            "or keeps it as a professional’s opinion with the person’s words beside it, within a "
            "month. What was recorded stays in the history.",
        ),
        model=corrections.Rectifying,
    )


def _disagreeing(visit: Visit, told: list[Entry], person: UUID) -> Form[Any]:
    row = record.folded(told) or {}
    offered = [
        (str(entry.data["fact"]), said(entry, visit), "")
        for entry in reversed(told)
        if "fact" in entry.data and entry.type.startswith(DISPUTED)
    ]
    return Form(
        title="Record a disagreement",
        caption=str(row.get("name") or ""),
        lede=(
            "The person does not agree with something recorded. It is not changed: their words "
            "stand beside it. A detail that is wrong is put right instead.",
        ),
        button="Confirm and save",
        model=corrections.Disagreeing,
        groups=(
            (
                "",
                [
                    Question(
                        "about",
                        "What do they disagree with?",
                        "select",
                        choices=offered,
                        missing="Select what they disagree with",
                    ),
                    Question(
                        "words",
                        "What do they say, in their words?",
                        "textarea",
                        missing="Enter what they say",
                    ),
                ],
            ),
        ),
        action=visit.path,
        section="/caseload",
        back_to=(f"/people/{person}", "Record"),
    )


def said(entry: Entry, visit: Visit) -> str:
    """One entry as it is chosen from a list."""
    happened = telling.happened(entry.type, entry.data, visit.names)
    return f"{happened}, {words.day(entry.effective_at)}"


def disagreements(
    row: Mapping[str, Any], told: list[Entry], visit: Visit
) -> list[tuple[str, str, str]]:
    """What the person disputes: what it is about, their words, and who wrote them down when."""
    about = {str(entry.data.get("fact")): said(entry, visit) for entry in told}
    return [
        (
            about.get(each["about"], "Something not shared with us"),
            str(each["words"] or ""),
            ", ".join(part for part in (words.day(each["at"]), visit.names.by(each)) if part),
        )
        for each in row.get("disagreements", [])
    ]
