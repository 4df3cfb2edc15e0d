"""Concerns for a person's safety on their page, above all else, and the forms that answer them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api import concerns
from api.asking import Activity, Asking
from api.pages import choosing, words
from api.pages.forms import Form, Question, choices
from api.pages.opened import Opened
from api.pages.person.doing import Doing, Row, Where
from api.pages.person.identity import known, name_of
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit, Visit
from api.problems import NothingIsHere
from domain.kernel import Category
from domain.policies.concerns import GUIDANCE
from domain.policies.entry import HOLDING
from domain.policies.safeguarding import bases
from domain.vocabulary import ConcernOutcome, ConcernSource, NotTold, SafeguardingOf
from projections.record import concern

router = APIRouter(route_class=PageRoute)

BY_ITSELF = (ConcernSource.ITEM_9, ConcernSource.SAFEGUARDING)
"""Where a concern comes from that nobody raises in words."""


async def notices(visit: Visit, row: Row) -> Mapping[str, Any]:
    """The concerns that are open, with what to do now; or that somebody looks at one of ours."""
    told = concern.of(dict(row))
    worries = [_shown(worry, visit) for worry in told if concern.open_to(worry)]
    ours = [each for each in row.get("concerns", {}).values() if "look_by" not in each]
    if not worries and not ours:
        return {}
    return {"worries": worries, "ours": ours, "guidance": [each.text for each in GUIDANCE]}


async def shown(_visit: Visit, row: Row) -> Mapping[str, Any]:
    """What came of earlier concerns, and what was referred for safeguarding."""
    over = [each for each in concern.of(dict(row)) if not concern.open_to(each)]
    referred = sorted(
        row.get("safeguarding", {}).values(), key=lambda of: str(of["at"]), reverse=True
    )
    return {"over": over, "referred": referred} if over or referred else {}


def _shown(worry: Mapping[str, Any], visit: Visit) -> Mapping[str, Any]:
    by, now = words.instant(worry["look_by"]), words.instant(visit.moment or visit.now)
    return {**worry, "late": concern.waits(dict(worry)) and by < now}


# What may be asked of the person's record


def _raising(visit: Visit, _row: Row) -> list[Question]:
    return [
        Question(
            "source",
            "Where does it come from?",
            "radios",
            choices=tuple(c for c in choices(ConcernSource) if c[0] not in BY_ITSELF),
            missing="Select where it comes from",
        ),
        Question(
            "words",
            "What worries you?",
            "textarea",
            hint="In words. Do not score or rank risk. In danger now: call 999 first.",
            missing="Enter what worries you",
        ),
        Question(
            "sealed_from",
            "Is it about an organisation?",
            "checkboxes",
            hint="It never learns of this.",
            choices=choosing.organisations(visit.names, without=visit.caller.organisation),
            optional=True,
        ),
    ]


def _safeguarding(visit: Visit, _row: Row) -> list[Question]:
    today = words.instant(visit.now).date()
    others = choosing.organisations(visit.names, without=visit.caller.organisation)
    caring = [
        (which, name, hint)
        for which, name, hint in others
        if visit.names.directory.partners[UUID(which)].kind in HOLDING
    ]
    return [
        Question(
            "of",
            "Is it for an adult or a child?",
            "radios",
            choices=choices(SafeguardingOf),
            missing="Select adult or child",
        ),
        Question(
            "basis",
            "Under which duty?",
            "radios",
            choices=tuple(
                (each.code, each.code, each.words)
                for of in SafeguardingOf
                for each in bases(of, today)
            ),
            missing="Select the duty",
        ),
        Question(
            "outside_body",
            "Which body outside this place?",
            hint="For example the local authority’s MASH.",
            optional=True,
            width=30,
        ),
        Question(
            "body",
            "Or which organisation here?",
            "select",
            choices=caring,
            optional=True,
            nothing="None of them",
        ),
        Question("content", "What did you say?", "textarea", missing="Enter what you said"),
        Question("shared", "What did you give them?", "textarea", missing="Enter what you gave"),
        Question(
            "told",
            "Does the person know?",
            "radios",
            choices=(("true", "Yes, they were told", ""), ("false", "No", "")),
            missing="Select whether they were told",
        ),
        Question("not_told", "If not, why not?", "radios", choices=choices(NotTold), optional=True),
        Question(
            "alleged",
            "Is it about an organisation?",
            "checkboxes",
            hint="It never learns of this.",
            choices=others,
            optional=True,
        ),
    ]


DOING: dict[str, Doing] = {
    "concern": Doing(
        "Raise a concern for their safety",
        concerns.RaisingConcern,
        concerns.raise_concern,
        _raising,
        "Who must look is told at once, with a deadline. You learn that somebody looks.",
        always=True,
        button="Raise the concern",
    ),
    "safeguarding": Doing(
        "Record a safeguarding referral",
        concerns.ReferringForSafeguarding,
        concerns.refer_safeguarding,
        _safeguarding,
        "Consent is not needed. Say whether they were told, and why if not.",
        where=Where.NOTICE,
    ),
}


# What may be asked of one concern


@dataclass(frozen=True, slots=True)
class Answering:
    """One thing that may be asked of a concern."""

    text: str
    model: type[Activity]
    ask: Callable[[UUID, Any, Asking], Awaitable[Response]]
    questions: Callable[[Visit, Row], list[Question]]
    lede: str
    button: str


def _looking(_visit: Visit, _row: Row) -> list[Question]:
    return [
        Question("first_did", "What did you do first?", "textarea", missing="Enter what you did")
    ]


def _passing_on(visit: Visit, _row: Row) -> list[Question]:
    others = choosing.organisations(visit.names, without=visit.caller.organisation)
    caring = [
        each for each in others if visit.names.directory.partners[UUID(each[0])].kind in HOLDING
    ]
    return [
        Question(
            "to", "Who should act?", "select", choices=caring, missing="Select who should act"
        ),
        Question("words", "Why they, and what should they know?", "textarea", missing="Say why"),
    ]


def _not_taking(_visit: Visit, _row: Row) -> list[Question]:
    return [Question("words", "Why not?", "textarea", missing="Enter why not")]


def _resolving(_visit: Visit, _row: Row) -> list[Question]:
    return [
        Question(
            "outcome",
            "What came of it?",
            "radios",
            choices=choices(ConcernOutcome),
            missing="Select what came of it",
        ),
        Question("words", "In your own words", "textarea", missing="Enter what came of it"),
    ]


ANSWERING: dict[str, Answering] = {
    "acknowledgement": Answering(
        "Say that you looked",
        concerns.Looking,
        concerns.acknowledge_concern,
        _looking,
        "Your organisation has the concern from here, until you say what came of it.",
        "I have looked",
    ),
    "resolution": Answering(
        "Say what came of the concern",
        concerns.Resolving,
        concerns.resolve_concern,
        _resolving,
        "Whoever may know of the concern reads this.",
        "Confirm and save",
    ),
    "passing-on": Answering(
        "Pass the concern on",
        concerns.PassingOn,
        concerns.pass_on_concern,
        _passing_on,
        "Your organisation has the concern until somebody there looks.",
        "Confirm and send",
    ),
    "refusal": Answering(
        "Not take the concern on",
        concerns.NotTaking,
        concerns.not_take_concern,
        _not_taking,
        "Who passed it on still has it, and reads why.",
        "Confirm and send",
    ),
}


@router.get("/people/{person}/concerns/{which}/{activity}", response_class=HTMLResponse)
async def concern_question(
    visit: CaringVisit, person: UUID, which: UUID, activity: str
) -> Response:
    """The question that goes with it."""
    return await (await _form(visit, person, which, activity)).show(visit)


@router.post("/people/{person}/concerns/{which}/{activity}", response_class=HTMLResponse)
async def concern_answer(visit: CaringVisit, person: UUID, which: UUID, activity: str) -> Response:
    """Ask it, and show the record with it."""
    form = await _form(visit, person, which, activity)
    return await form.sent(
        visit,
        lambda body, asks: ANSWERING[activity].ask(which, body, asks),
        done=f"concern-{activity}",
        then=f"/people/{person}",
    )


async def _form(visit: Visit, person: UUID, which: UUID, activity: str) -> Form[Any]:
    row = await known(visit, person)
    answering, worry = ANSWERING.get(activity), row.get("concerns", {}).get(str(which))
    if answering is None or worry is None or Category.SAFETY not in visit.categories:
        raise NothingIsHere
    return Form(
        title=answering.text,
        caption=name_of(row),
        lede=(answering.lede, *(each.text for each in GUIDANCE)),
        button=answering.button,
        model=answering.model,
        groups=(("", answering.questions(visit, row)),),
        action=visit.path,
        section="/caseload",
        back_to=(f"/people/{person}", f"{name_of(row)}\u2019s record"),
        opened=Opened(person, row["number"]),
    )
