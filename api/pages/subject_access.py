"""What is held of a person: asked for, judged item by item, answered, and printed to give to them.

The export refuses to show what is withheld, and to be silent about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api import subject_access
from api.asking import Activity
from api.pages import telling, words
from api.pages.forms import Form, Question, choices, new_key, shown
from api.pages.opened import Shown
from api.pages.privacy import requests
from api.pages.privacy.officer import OfficersVisit
from api.pages.problem import PageRoute
from api.pages.visit import SomebodysVisit, Visit
from api.problems import NotForThisRole, NothingIsHere
from api.subject_access import Item
from domain.subject_access import SubjectAccess
from domain.vocabulary import Role, WithheldGround

router = APIRouter(route_class=PageRoute)

UNSAID = frozenset({"by_organisation", "by_practitioner", "third_party", "first_recorded_at"})
"""Said in the line above, or to nobody."""


SHOW = "show"


async def judging_visit(visit: SomebodysVisit) -> Visit:
    """Who may read what is to be judged. Raises `NotForThisRole`."""
    await subject_access.judges(visit.caller)
    return visit


async def deciding_visit(visit: SomebodysVisit) -> Visit:
    """A health professional, who decides. Raises `NotForThisRole`."""
    if visit.caller.role is not Role.CLINICIAN:
        raise NotForThisRole
    return visit


JudgingVisit = Annotated[Visit, Depends(judging_visit)]
DecidingVisit = Annotated[Visit, Depends(deciding_visit)]


@router.get("/subject-access", response_class=HTMLResponse)
async def list_of_requests(visit: JudgingVisit) -> Response:
    """The organisation's requests, by reference: what is to be answered, the first due first."""
    return await visit.page(
        "subject_access_requests.html",
        title="Requests to see what is held",
        section="/privacy",
        part=await requests.laid(visit),
    )


@router.get("/people/{person}/subject-access", response_class=HTMLResponse)
async def request_question(visit: OfficersVisit, person: UUID) -> Response:
    """On which day the person asked."""
    return await _requesting(visit, person, await _name(visit, person)).show(visit)


@router.post("/people/{person}/subject-access", response_class=HTMLResponse)
async def request_answer(visit: OfficersVisit, person: UUID) -> Response:
    """Note it, and show what is to be judged."""
    return await _requesting(visit, person, await _name(visit, person)).sent(
        visit,
        lambda body, asks: subject_access.request_subject_access(person, body, asks),
        done="subject-access",
        then=lambda answer: f"/subject-access/{answer['id']}",
    )


def _requesting(visit: Visit, person: UUID, name: str) -> Form[subject_access.Requesting]:
    received = Question(
        "received_on",
        "On which day did they ask?",
        "date",
        hint="For example, 27 3 2026",
        missing="Enter the day on which they asked",
    )
    return Form(
        title="They ask to see what is held of them",
        caption=name,
        lede=(
            "It is answered within one month of that day. A health professional first judges what "
            "tells of somebody else, and what could do serious harm.",
        ),
        button="Record the request",
        model=subject_access.Requesting,
        groups=(("", (received,)),),
        action=visit.path,
        section="/privacy",
        back_to=(f"/people/{person}", name),
    )


@router.get("/subject-access/{request}", response_class=HTMLResponse)
async def request_page(visit: JudgingVisit, request: UUID) -> Response:
    """When it is due, each item that is judged, and the answer."""
    found, items = await subject_access.opened(visit.here, visit.caller, request)
    judged = [item for item in items if item.why]
    return await visit.page(
        "subject_access_request.html",
        title="A request to see what is held",
        section="/privacy",
        request=request,
        name=await _whose(visit, found),
        found=found,
        overdue=found.answered is None and found.due_on is not None and found.due_on < visit.today,
        held=len(items),
        lines=[(item, _line(item, visit), found.decided.get(item.fact)) for item in judged],
        undecided=sum(item.fact not in found.decided for item in judged),
        decides=visit.caller.role is Role.CLINICIAN,
        judging=lambda item: _judging_at(request, item),
        key=new_key(),
        seen=_stands(found).version,
    )


@router.get("/subject-access/{request}/judging", response_class=HTMLResponse)
async def judging_question(
    visit: DecidingVisit, request: UUID, item: Annotated[str, Query(max_length=60)] = ""
) -> Response:
    """One item, and whether it is shown; the next that nobody judged, if none is named."""
    found, items = await subject_access.opened(visit.here, visit.caller, request)
    chosen = _chosen(found, items, item)
    if chosen is None:
        kept = visit.request.query_params.get("done", "")
        path = f"/subject-access/{request}"
        return RedirectResponse(f"{path}?{urlencode({'done': kept})}" if kept else path, 303)
    return await _judging(visit, request, found, chosen, items).show(visit)


@router.post("/subject-access/{request}/judging", response_class=HTMLResponse)
async def judging_answer(
    visit: DecidingVisit, request: UUID, item: Annotated[str, Query(max_length=60)]
) -> Response:
    """Decide it, and go to the next."""
    found, items = await subject_access.opened(visit.here, visit.caller, request)
    chosen = _chosen(found, items, item)
    if chosen is None:
        raise NothingIsHere

    def shape(values: Mapping[str, Any]) -> Mapping[str, Any]:
        decision = values.get("decision")
        shown = decision == SHOW
        return {"items": [item], "shown": shown, "ground": None if shown else decision}

    return await _judging(visit, request, found, chosen, items).sent(
        visit,
        lambda body, asks: subject_access.decide_items(request, body, asks),
        done="subject-access-item",
        then=f"/subject-access/{request}/judging",
        shape=shape,
    )


@router.post("/subject-access/{request}/answer", response_class=HTMLResponse)
async def make_answer(visit: OfficersVisit, request: UUID) -> Response:
    """Make the export."""
    found, _ = await subject_access.opened(visit.here, visit.caller, request)
    form = Form(
        title="Make the answer",
        opened=_stands(found),
        button="Make the answer",
        model=Activity,
        groups=(),
        action=visit.path,
        section="/privacy",
        back_to=(f"/subject-access/{request}", "The request"),
    )
    return await form.sent(
        visit,
        lambda body, asks: subject_access.answer_subject_access(request, body, asks),
        done="subject-access-answer",
        then=form.back_to[0],
    )


def _stands(found: SubjectAccess) -> Shown:
    """How far a request is: whoever answers it goes by this."""
    said = {"Answered": "yes" if found.answered else "no", "Decided": f"{len(found.decided)} items"}
    return shown(said)


def _chosen(found: SubjectAccess, items: list[Item], fact: str) -> Item | None:
    """The item of this fact, or the first that nobody judged. Raises `NothingIsHere`."""
    judged = [each for each in items if each.why]
    if not fact:
        return next((each for each in judged if each.fact not in found.decided), None)
    named = next((each for each in judged if each.fact == fact), None)
    if named is None:
        raise NothingIsHere
    return named


def _judging_at(request: UUID, item: Item) -> str:
    return f"/subject-access/{request}/judging?{urlencode({'item': item.fact})}"


def _judging(
    visit: Visit, request: UUID, found: SubjectAccess, item: Item, items: list[Item]
) -> Form[subject_access.DecidingItems]:
    at, title, by, said = _line(item, visit)
    left = sum(bool(each.why) and each.fact not in found.decided for each in items)
    ground = found.decided.get(item.fact)
    known = SHOW if ground is None else ground.value
    decision = Question(
        "decision",
        "Is the person shown this?",
        "radios",
        choices=[
            (SHOW, "Show it", ""),
            *(
                (value, f"Withhold it: {text[:1].lower()}{text[1:]}", "")
                for value, text, _ in choices(WithheldGround)
            ),
        ],
        value=known if item.fact in found.decided else "",
        missing="Select whether the person is shown this",
    )
    return Form(
        title="Judge what the person is shown",
        caption=f"{left} to judge",
        lede=(
            f"{title}, {words.moment(at)}" + (f", recorded by {by}" if by else "") + ".",
            *(f"{words.sentence(name)}: {text}" for name, text in said),
            f"To be judged because it may be withheld: {' or '.join(g.value for g in item.why)}.",
        ),
        button="Record the decision",
        model=subject_access.DecidingItems,
        groups=(("", (decision,)),),
        action=_judging_at(request, item),
        section="/privacy",
        back_to=(f"/subject-access/{request}", "The request"),
    )


async def _whose(visit: Visit, found: SubjectAccess) -> str:
    assert found.person is not None, "a request is a person's from its first fact on"
    return await _name(visit, visit.here.pseudonyms.of(visit.caller.organisation, found.person))


async def _name(visit: Visit, person: UUID) -> str:
    """By which name the organisation knows them. Raises `NothingIsHere`."""
    reading, me = visit.here.reading, visit.caller.organisation
    row = await reading.record(me, person, visit.when, sight=visit.caller.sight)
    if row is None:
        raise NothingIsHere
    return str(row.get("name") or "Somebody who is no longer shared with you")


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
