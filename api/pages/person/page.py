"""A person's record on a page, and what may be asked of it: the parts put together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api import pathways
from api.pages import desk, scoring
from api.pages.forms import Form, new_key
from api.pages.opened import Opened
from api.pages.person import (
    carers,
    complexity,
    concerns,
    contacts,
    disputes,
    emergency,
    ending,
    erased,
    groups,
    linked,
    measures,
    meetings,
    moving,
    needs,
    opening,
    plans,
    referrals,
    shared_care,
    social_work,
    wishes,
)
from api.pages.person.doing import Doing, Row, Where
from api.pages.person.identity import about, identity, known, name_of
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit, Following, SeeingVisit, Visit
from api.problems import NothingIsHere
from domain.kernel import Category

router = APIRouter(route_class=PageRoute)

Shown = Callable[[Visit, Row], Awaitable[Mapping[str, Any]]]

NOTICES: tuple[tuple[str, Shown], ...] = (
    ("erased", erased.shown),
    ("emergency", emergency.shown),
    ("opening", opening.shown),
    ("concerns", concerns.notices),
    ("ending", ending.shown),
    ("moving", moving.shown),
    ("linked", linked.shown),
    ("complexity", complexity.shown),
    ("conflicts", disputes.conflicts),
)
"""What stands above the record, and the partial in ``templates/person`` that shows it."""

PARTS: tuple[tuple[str, Shown], ...] = (
    ("needs", needs.shown),
    ("carers", carers.shown),
    ("shared_care", shared_care.shown),
    ("disagreements", disputes.disagreements),
    ("rectifications", disputes.rectifications),
    ("wishes", wishes.shown),
    ("safety", concerns.shown),
    ("referrals", referrals.shown),
    ("clocks", referrals.clocks),
    ("plan", plans.shown),
    ("social_work", social_work.shown),
    ("measures", measures.shown),
    ("contacts", contacts.shown),
    ("groups", groups.shown),
    ("meetings", meetings.shown),
)
"""What stands in it, under who the person is."""

CALLED = {
    "needs": "Needs",
    "carers": "Carers",
    "shared_care": "Shared care",
    "disagreements": "Disagreements",
    "rectifications": "To be put right",
    "wishes": "Wishes",
    "safety": "Safety",
    "referrals": "Referrals",
    "clocks": "Waiting times",
    "plan": "Goals and plan",
    "social_work": "Social work",
    "measures": "Scores",
    "contacts": "Contacts",
    "groups": "Groups",
    "meetings": "Meetings and actions",
}
"""What a link to each part says."""

DOING: dict[str, Doing] = (
    concerns.DOING
    | moving.DOING
    | complexity.DOING
    | ending.DOING
    | emergency.DOING
    | wishes.DOING
    | disputes.DOING
    | plans.DOING
    | needs.DOING
    | carers.DOING
    | shared_care.DOING
)
"""What may be asked, by the last part of its address."""


async def _parts(
    visit: Visit, row: Row, parts: Iterable[tuple[str, Shown]]
) -> list[tuple[str, Mapping[str, Any]]]:
    """The parts that have something to show, each with its partial."""
    shown = [(f"person/{name}.html", await show(visit, row)) for name, show in parts]
    return [(partial, part) for partial, part in shown if part]


@router.get("/people/{person}", response_class=HTMLResponse)
async def record_page(visit: SeeingVisit, person: UUID) -> Response:
    """The record."""
    if not visit.caller.sight.whole:
        return await desk.person(visit, person)
    row = await known(visit, person)
    parts = await _parts(visit, row, PARTS)
    return await visit.page(
        "person.html",
        title=name_of(row),
        section="/caseload",
        row=row,
        name=name_of(row),
        identity=identity(row, visit),
        standing=visit.standing(row["status"]),
        about=about(row, visit),
        actions=set(row.get("actions", ())),
        notices=await _parts(visit, row, NOTICES),
        parts=parts,
        called={f"person/{name}.html": (name, text) for name, text in CALLED.items()},
        doing=_offered(visit, row),
        key=new_key(),
        watched=Following(person, row["number"]),
    )


# What may be asked


def _offered(visit: Visit, row: Row) -> list[tuple[str, list[tuple[str, str]]]]:
    """Links to what may be asked now, under their headings."""
    if row["withdrawn"]:
        return []
    here, allowed = f"/people/{row['person']}", set(row.get("actions", ()))
    if not row.get("died"):
        allowed |= wishes.allowed(row) | disputes.allowed(visit, row)
        allowed |= needs.allowed(row) | carers.allowed(row, visit) | shared_care.allowed(row, visit)
    if not complexity.coded_here(visit):
        allowed.discard("complexity")
    links: dict[Where, list[tuple[str, str]]] = {
        where: [] for where in Where if where is not Where.NOTICE
    }
    links[Where.NOW] = [
        (f"/refer/new?person={row['person']}", "Refer to a service"),
        (f"/refer/heard?person={row['person']}", "Record a referral that was said"),
    ]
    links[Where.WISHES] = [
        (f"{here}/corrections", "Put details right"),
        (f"{here}/disagreements", "Record a disagreement"),
        (f"{here}/rectification", "Ask for something to be put right"),
        (f"{here}/sealing", "Seal something"),
    ]
    if row.get("died"):
        links[Where.NOW] = []
    for name, doing in DOING.items():
        offered = name in allowed or (doing.always and not row.get("died"))
        if offered and doing.where is not Where.NOTICE:
            links[doing.where].append((f"{here}/{name}", doing.text))
    if Category.CLINICAL in visit.categories and not row.get("died"):
        links[Where.NOW].append((f"{here}/discussion", "Record a case discussion"))
    if Category.SAFETY in visit.categories:
        links[Where.NOW].append((f"{here}/safeguarding", DOING["safeguarding"].text))
    links[Where.NOW] += scoring.links(row, visit.categories)
    return [(where.value, some) for where, some in links.items() if some]


def _doing(activity: str) -> Doing:
    if activity not in DOING:
        raise NothingIsHere
    return DOING[activity]


def _form(doing: Doing, visit: Visit, row: Row, person: UUID) -> Form[Any]:
    return Form(
        title=doing.text,
        caption=name_of(row),
        lede=(doing.lede,) if doing.lede else (),
        button=doing.button,
        model=doing.model,
        groups=(("", doing.questions(visit, row)),),
        action=visit.path,
        section="/caseload",
        back_to=(f"/people/{person}", f"{name_of(row)}’s record"),
        opened=Opened(person, row["number"]),
    )


@router.get("/people/{person}/{activity}", response_class=HTMLResponse)
async def person_question(visit: CaringVisit, person: UUID, activity: str) -> Response:
    """The question that goes with it."""
    row = await known(visit, person)
    return await _form(_doing(activity), visit, row, person).show(visit)


@router.post("/people/{person}/{activity}", response_class=HTMLResponse)
async def person_answer(visit: CaringVisit, person: UUID, activity: str) -> Response:
    """Ask it, and show the record with it."""
    doing, row = _doing(activity), await known(visit, person)
    weigh = doing.weighing

    def shape(values: Mapping[str, Any]) -> Mapping[str, Any]:
        if not issubclass(doing.model, pathways.AcceptingHandover) or not row["offer"]:
            return values
        return {**values, "handover": row["offer"]["handover"]}

    return await _form(doing, visit, row, person).sent(
        visit,
        lambda body, asks: doing.ask(person, body, asks),
        done=activity if activity != "closure" else "ended",
        then=f"/people/{person}",
        shape=shape,
        weighing=(lambda body: weigh(visit, row, body)) if weigh else None,
    )
