"""The directory of services as a page, and what those who offer one say of it in plain forms."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse

from api import offering
from api.asking import Activity, Asking
from api.pages import choosing, describing, sheets
from api.pages.forms import Choice, Form, Question, new_key, shown
from api.pages.opened import Shown
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit, SomebodysVisit, Visit
from api.pages.words import Tag, day, sentence
from api.problems import NothingIsHere
from domain.vocabulary import PartnerKind, ServiceId, Step
from projections.directory import ServiceEntry

router = APIRouter(route_class=PageRoute)

Words = Annotated[str, Query(max_length=200)]
OfStep = Annotated[str, Query(pattern=r"^[1-4]?$")]
OpenNow = Annotated[bool, Query(alias="open-now")]

STATES = {
    "open": Tag("Takes people", "green"),
    "full": Tag("Full", "orange"),
    "paused": Tag("Paused", "grey"),
    "closed": Tag("Closed", "grey"),
}


@router.get("/services", response_class=HTMLResponse)
async def directory_of_services(
    visit: SomebodysVisit,
    q: Words = "",
    step: OfStep = "",
    room: bool = False,
    open_now: OpenNow = False,
) -> Response:
    """What is offered here, found by words, step, room and hours."""
    return await visit.page(
        "services.html",
        title="Services",
        section="/services",
        services=_found(visit, q, step, room, open_now),
        asked={"q": q, "step": step, "room": room, "open_now": open_now},
        steps=[(str(int(each)), each.words) for each in Step],
        may_offer=visit.sees_persons,
        sheet_link=f"/services.csv?{visit.request.url.query}".rstrip("?"),
    )


@router.get("/services.csv")
async def services_sheet(
    visit: SomebodysVisit,
    q: Words = "",
    step: OfStep = "",
    room: bool = False,
    open_now: OpenNow = False,
) -> Response:
    """The same services as the page has."""
    rows = [
        {
            "Service": row["service"].name,
            "Organisation": row["organisation"],
            "Step": row["service"].step,
            "Who may come": row["service"].eligibility,
            "State": row["state"].text,
            "Room": row["room"],
            "Address": f"/services/{row['service'].id}",
        }
        for row in _found(visit, q, step, room, open_now)
    ]
    return await sheets.sheet(visit, "services", rows)


def _found(visit: Visit, q: str, step: str, room: bool, open_now: bool) -> list[dict[str, Any]]:
    found = offering.matching(
        visit.names.directory,
        visit.now,
        words=q,
        step=int(step) if step else None,
        taking=True if room else None,
        open_now=True if open_now else None,
    )
    return [_row(visit, each) for each in found if q or not each.closed]


def _opening(visit: Visit) -> Form[Any]:
    """The questions of a new service; the host's office may say whose it is."""
    if not offering.speaks(visit.caller, visit.here.care.host, visit.caller.organisation):
        raise NothingIsHere
    mine = visit.caller.organisation
    others = choosing.organisations(visit.names, without=mine) if visit.administers_place else ()
    return Form(
        title="Offer a service",
        lede=("Everybody sees it. Write nothing about anybody who is helped.",),
        button="Offer the service",
        model=describing.OpeningInAForm,
        groups=describing.opening_questions(_practices(visit), others),
        action=visit.path,
        section="/services",
        back_to=("/services", "Services"),
    )


@router.get("/services/new", response_class=HTMLResponse)
async def new_service(visit: CaringVisit) -> Response:
    """The questions of a service that is not there yet."""
    return await _opening(visit).show(visit)


@router.post("/services/new", response_class=HTMLResponse)
async def open_service(visit: CaringVisit) -> Response:
    """Offer it, and show it."""
    return await _opening(visit).sent(
        visit,
        lambda body, asks: offering.open_service(body.opening(), asks),
        done="service-opened",
        then=lambda answer: f"/services/{answer['id']}",
    )


@router.get("/services/{service}", response_class=HTMLResponse)
async def one_service(visit: SomebodysVisit, service: UUID) -> Response:
    """One service: who may come, when and where, and how much room it has."""
    found = _service(visit, service)
    return await visit.page(
        "service.html",
        title=found.name,
        section="/services",
        service=found,
        row=_row(visit, found),
        practices=[visit.names.organisation(p) for p in found.description.criteria.practices],
    )


def room(visit: Visit, service: ServiceEntry) -> tuple[Tag, str]:
    """Whether a service takes people, and how many places it has left if it says so."""
    left, state, declared = service.left(visit.today), offering.state(service), service.room
    until = f" until {day(declared.until)}" if declared and declared.until else ""
    said = "" if left is None else f"{left} place{'' if left == 1 else 's'} left{until}"
    named = STATES["full" if state == "open" and left == 0 else state]
    return named, said if state == "open" else service.turned or ""


def _row(visit: Visit, service: ServiceEntry) -> dict[str, Any]:
    """What the page says of a service beside its own words."""
    state, said = room(visit, service)
    return {
        "service": service,
        "organisation": visit.names.organisation(service.partner),
        "state": state,
        "room": said,
        "open_now": service.description.open_at(visit.now),
        "mine": _speaks(visit, service),
        "turned": offering.state(service),
        "key": new_key(),
        "seen": _capacity(visit, service.id).subject.version if _speaks(visit, service) else "",
    }


def _stands(visit: Visit, service: ServiceEntry, questions: Sequence[Question]) -> Shown:
    """Whether a service takes people and how many more: whoever writes about it goes by this."""
    left = service.left(visit.today)
    said = {
        "Taking people": sentence(offering.state(service)),
        "Why": service.turned,
        "Places left": "not said" if left is None else str(left),
    }
    return shown(said, questions)


def _speaks(visit: Visit, service: ServiceEntry) -> bool:
    return offering.speaks(visit.caller, visit.here.care.host, service.partner)


def _service(visit: Visit, service: UUID) -> ServiceEntry:
    found: ServiceEntry | None = visit.names.directory.services.get(ServiceId(service))
    if found is None:
        raise NothingIsHere
    return found


def _form(
    visit: Visit,
    service: UUID,
    title: str,
    button: str,
    model: type[Any],
    questions: Sequence[Question],
    *,
    groups: describing.Groups | None = None,
    lede: Sequence[str] = (),
    warning: bool = False,
) -> Form[Any]:
    """A form about a service of one's own. Raises `NothingIsHere` for another's."""
    found = _service(visit, service)
    if not _speaks(visit, found):
        raise NothingIsHere
    asked = [question for _, some in groups for question in some] if groups else questions
    return Form(
        opened=_stands(visit, found, asked),
        title=title.format(name=found.name),
        lede=lede,
        button=button,
        model=model,
        groups=groups or (("", questions),),
        action=visit.path,
        section="/services",
        back_to=(f"/services/{service}", found.name),
        warning=warning,
    )


def _capacity(visit: Visit, service: UUID) -> Form[Any]:
    return _form(
        visit,
        service,
        "How much room has {name}?",
        "Save",
        offering.DeclaringCapacity,
        [
            Question(
                "available",
                "How many more can come now?",
                width=4,
                numeric=True,
                missing="Enter a number; 0 when it is full",
            ),
            Question("maximum", "Of how many at most?", width=4, numeric=True, optional=True),
            Question("until", "Until which day does this hold?", "date", optional=True),
        ],
        lede=("Places that referrals take and free are counted from here on.",),
    )


def _description(visit: Visit, service: UUID) -> Form[Any]:
    return _form(
        visit,
        service,
        "What {name} says of itself",
        "Save",
        describing.InAForm,
        (),
        groups=describing.questions(_practices(visit), _service(visit, service)),
        lede=("It takes the place of what was said before, and everybody sees it.",),
    )


async def _describe(service: UUID, body: describing.InAForm, asks: Asking) -> Response:
    return await offering.describe_service(service, body.describing(), asks)


def _practices(visit: Visit) -> list[Choice]:
    return [
        (str(each.id), each.name, "")
        for each in visit.names.directory.partners.values()
        if each.kind is PartnerKind.PRACTICE and not each.left
    ]


def _pause(visit: Visit, service: UUID) -> Form[Any]:
    return _form(
        visit,
        service,
        "Pause {name}",
        "Take nobody new",
        offering.TurningAway,
        [_why()],
        lede=("Who waits already is still answered. You can take people again at any time.",),
    )


def _closure(visit: Visit, service: UUID) -> Form[Any]:
    return _form(
        visit,
        service,
        "Close {name}",
        "Close the service",
        offering.TurningAway,
        [_why()],
        lede=(
            "Referrals that wait for an answer go back to who sent them, within minutes.",
            "Whoever was taken on goes on being helped.",
        ),
        warning=True,
    )


def _reopening(visit: Visit, service: UUID) -> Form[Any]:
    return _form(visit, service, "Take people again at {name}", "Take people", Activity, [])


def _why() -> Question:
    return Question(
        "reason",
        "Why?",
        hint="Everybody sees it. Write nothing about anybody who is helped.",
        missing="Enter why",
    )


Ask = Callable[[UUID, Any, Asking], Awaitable[Response]]
FORMS: dict[str, tuple[Callable[[Visit, UUID], Form[Any]], Ask, str]] = {
    "capacity": (_capacity, offering.declare_capacity, "capacity"),
    "description": (_description, _describe, "service-described"),
    "pause": (_pause, offering.pause_service, "service-paused"),
    "reopening": (_reopening, offering.reopen_service, "service-reopened"),
    "closure": (_closure, offering.close_service, "service-closed"),
}
"""What may be said of a service: its form, what it asks, and what is said when it is done."""


@router.get("/services/{service}/{about}", response_class=HTMLResponse)
async def question(visit: CaringVisit, service: UUID, about: str) -> Response:
    """One form about a service."""
    if about not in FORMS:
        raise NothingIsHere
    return await FORMS[about][0](visit, service).show(visit)


@router.post("/services/{service}/{about}", response_class=HTMLResponse)
async def answer(visit: CaringVisit, service: UUID, about: str) -> Response:
    """Say it, and go to see the service."""
    if about not in FORMS:
        raise NothingIsHere
    form, ask, done = FORMS[about]
    return await form(visit, service).sent(
        visit,
        lambda body, asks: ask(service, body, asks),
        done=done,
        then=f"/services/{service}",
    )
