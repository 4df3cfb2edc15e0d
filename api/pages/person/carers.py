"""Who cares for the person, or that they care for somebody: shown, and what may be said of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from fastapi import Response

from api import carers
from api.asking import Activity, Asking
from api.pages import choosing, words
from api.pages.forms import Choice, Question, choices
from api.pages.person.doing import Doing, Row, Where
from api.pages.person.needs import YES_NO
from api.pages.visit import Visit
from domain.kernel import Category
from domain.vocabulary import CaringEnd, MayBeTold, PartnerKind, Relation
from projections.record.carer import ASKED, CARES, OFF


class LettingOneBeTold(carers.LettingBeTold):
    """Which carer, and what they may be told."""

    carer: UUID


class ChoosingOne(carers.Choosing):
    """Which carer, and whether to ring them in an emergency."""

    carer: UUID


class RegisteringOne(carers.Registering):
    """Which carer, and who is to assess them."""

    carer: UUID


class AssessingOne(carers.Assessing):
    """Which carer was assessed."""

    carer: UUID


class Refusing(Activity):
    """Which carer does not want to be assessed."""

    carer: UUID


class EndingOne(carers.EndingCaring):
    """Which carer cares no longer."""

    carer: UUID


async def shown(visit: Visit, row: Row) -> Mapping[str, Any]:
    """The carers of a person, and their own entry on the carers' register."""
    today = words.instant(visit.moment or visit.now).date()
    entries = [
        {
            "state": entry["state"],
            "name": entry.get("name"),
            "owner": visit.names.organisation(entry["owner"]) if entry.get("owner") else "",
            "due_on": entry.get("due_on") if entry["state"] == ASKED else None,
            "overdue": words.overdue(entry, today) if entry["state"] == ASKED else "",
            "law": entry.get("law"),
            "outcome": entry.get("outcome"),
            "young": entry.get("young"),
        }
        for entry in (row.get("carers_register") or {}).values()
        if entry["state"] != OFF
    ]
    caring = [c for c in (row.get("carers") or {}).values() if c.get("state") == CARES]
    return {"caring": caring, "entries": entries} if caring or entries else {}


def allowed(row: Row, visit: Visit) -> set[str]:
    """What may be said now of those who care."""
    if Category.COORDINATION not in visit.categories:
        return set()
    may = {"carer"}
    if _cares(row):
        may |= {"carer-may-be-told", "carer-emergency", "carer-registration", "carer-end"}
    asked = [e for e in (row.get("carers_register") or {}).values() if e["state"] == ASKED]
    if asked:
        may |= {"carer-assessment-refusal"}
    if _registered(row):
        may |= {"carer-assessment-request"}
    if any(entry.get("owner") == row["partner"] for entry in asked):
        may |= {"carer-assessment"}
    return may


def _registered(row: Row) -> list[Choice]:
    """Who is on the register, for whom nobody is asked to assess them now."""
    return [
        (carer, str(entry.get("name") or row.get("name") or "Carer"), "")
        for entry in (row.get("carers_register") or {}).values()
        if entry["state"] not in (ASKED, OFF)
        for carer in entry["caring"][:1]
    ]


def _cares(row: Row) -> list[Choice]:
    return [
        (carer, str(of.get("name", "Carer")), words.sentence(str(of.get("relation", ""))))
        for carer, of in (row.get("carers") or {}).items()
        if of.get("state") == CARES
    ]


def _assessed(row: Row) -> list[Choice]:
    return [
        (carer, str(entry.get("name") or row.get("name") or "Carer"), "")
        for entry in (row.get("carers_register") or {}).values()
        if entry["state"] == ASKED
        for carer in entry["caring"][:1]
    ]


def _which(offered: list[Choice]) -> Question:
    return Question(
        "carer", "Which carer?", "radios", choices=offered, missing="Select which carer"
    )


def _identifying(_visit: Visit, _row: Row) -> list[Question]:
    return [
        Question("name", "The carer’s name", missing="Enter the carer’s name"),
        Question("phone", "The carer’s phone number", "tel", optional=True, width=20),
        Question(
            "relation",
            "What is the carer to the person?",
            "select",
            choices=choices(Relation),
            missing="Select what the carer is to the person",
        ),
        Question(
            "young",
            "Is the carer under 18?",
            "radios",
            choices=YES_NO,
            missing="Select whether the carer is under 18",
        ),
        Question(
            "emergency_contact",
            "Is the carer to be rung in an emergency?",
            "radios",
            choices=YES_NO,
            missing="Select whether to ring the carer in an emergency",
        ),
        Question(
            "agreed",
            "Did the carer agree that this is recorded?",
            "radios",
            choices=YES_NO,
            missing="Select whether the carer agreed",
        ),
    ]


def _telling(_visit: Visit, row: Row) -> list[Question]:
    return [
        _which(_cares(row)),
        Question(
            "may",
            "What may the carer be told?",
            "radios",
            choices=choices(MayBeTold),
            missing="Select what the carer may be told",
        ),
        Question(
            "what",
            "What does the person name?",
            "textarea",
            optional=True,
            hint="In practical words; all who share the care see them, so name no treatment",
        ),
    ]


def _ringing(_visit: Visit, row: Row) -> list[Question]:
    return [
        _which(_cares(row)),
        Question(
            "chosen",
            "Ring the carer in an emergency?",
            "radios",
            choices=YES_NO,
            missing="Select whether to ring the carer",
        ),
    ]


def _registering(visit: Visit, row: Row) -> list[Question]:
    return [_which(_cares(row)), _social_work(visit)]


def _asking_again(visit: Visit, row: Row) -> list[Question]:
    return [_which(_registered(row)), _social_work(visit)]


def _social_work(visit: Visit) -> Question:
    teams = [
        partner.id
        for partner in visit.names.directory.partners.values()
        if partner.kind is PartnerKind.SOCIAL_WORK
    ]
    return Question(
        "social_work",
        "Who is to assess the carer?",
        "select",
        choices=choosing.organisations(visit.names, teams),
        missing="Select a social work team",
    )


def _assessing(_visit: Visit, row: Row) -> list[Question]:
    return [
        _which(_assessed(row)),
        Question("outcome", "What came of it?", "textarea", optional=True),
    ]


def _refusing(_visit: Visit, row: Row) -> list[Question]:
    return [_which(_assessed(row))]


def _ending(_visit: Visit, row: Row) -> list[Question]:
    return [
        _which(_cares(row)),
        Question("reason", "Why?", "radios", choices=choices(CaringEnd), missing="Select why"),
    ]


def _of_one(
    ask: Callable[[UUID, UUID, Any, Asking], Awaitable[Response]],
) -> Callable[[UUID, Any, Asking], Awaitable[Response]]:
    """The carer is chosen on the form, and stands in the address of the interface."""
    return lambda person, body, asks: ask(person, body.carer, body, asks)


async def _refuse(person: UUID, carer: UUID, body: Refusing, asks: Asking) -> Response:
    return await carers.decline_carers_assessment(person, carer, asks, body)


DOING: dict[str, Doing] = {
    "carer": Doing(
        "Record who cares for them",
        carers.Identifying,
        carers.identify_carer,
        _identifying,
        "Somebody who looks after them without being paid. Ask the carer first.",
        where=Where.WISHES,
    ),
    "carer-may-be-told": Doing(
        "Record what a carer may be told",
        LettingOneBeTold,
        _of_one(carers.let_carer_be_told),
        _telling,
        "It is the person’s to say.",
        where=Where.WISHES,
    ),
    "carer-emergency": Doing(
        "Choose whom to ring in an emergency",
        ChoosingOne,
        _of_one(carers.choose_emergency_contact),
        _ringing,
        where=Where.WISHES,
    ),
    "carer-registration": Doing(
        "Put a carer on the register",
        RegisteringOne,
        _of_one(carers.register_carer),
        _registering,
        "The local authority is asked to assess them, as the law says.",
        where=Where.WISHES,
    ),
    "carer-assessment-request": Doing(
        "Ask again for a carer’s assessment",
        RegisteringOne,
        _of_one(carers.ask_carers_assessment),
        _asking_again,
        "Whoever declined one may have one later, and whoever had one may need another.",
        where=Where.WISHES,
    ),
    "carer-assessment": Doing(
        "Record the carer’s assessment",
        AssessingOne,
        _of_one(carers.complete_carers_assessment),
        _assessing,
    ),
    "carer-assessment-refusal": Doing(
        "The carer does not want to be assessed",
        Refusing,
        _of_one(_refuse),
        _refusing,
        "They may ask again at any time.",
        where=Where.WISHES,
    ),
    "carer-end": Doing(
        "They care no longer",
        EndingOne,
        _of_one(carers.end_caring),
        _ending,
        where=Where.WISHES,
    ),
}
