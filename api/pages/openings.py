"""Opening what a person had sealed, closing it, and saying who may: it shows nothing sealed."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from fastapi.responses import HTMLResponse

from api import openings
from api.asking import Activity, Asking
from api.pages import words
from api.pages.forms import Form, Question, choices
from api.pages.person.doing import Row
from api.pages.person.emergency import closed_early
from api.pages.person.identity import known, name_of
from api.pages.person.opening import lasts, to_open
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit, SomebodysVisit, Visit
from api.problems import NothingIsHere
from domain.privacy import NotGrantedToOpen
from domain.texts import Text
from domain.vocabulary import OpeningReason, PractitionerId, Role

router = APIRouter(route_class=PageRoute)

GRANTS = "/opening-grants"


class Opening(openings.OpeningSealed):
    """Which seal is opened, why, and in words."""

    seal: UUID
    words: Text


@router.get("/people/{person}/sealed", response_class=HTMLResponse)
async def opening_question(visit: CaringVisit, person: UUID) -> Response:
    """What is opened, and why. Raises `NotGrantedToOpen`."""
    row = await _to_open(visit, person)
    return await _opening(visit, row).show(visit)


@router.post("/people/{person}/sealed", response_class=HTMLResponse)
async def opening_answer(visit: CaringVisit, person: UUID) -> Response:
    """Open it, and show the record with it. Raises `NotGrantedToOpen`."""
    row = await _to_open(visit, person)

    async def ask(body: Opening, asks: Asking) -> Response:
        return await openings.open_sealed_item(person, body.seal, body, asks)

    return await _opening(visit, row).sent(
        visit, ask, done="sealed-opening", then=f"/people/{person}"
    )


@router.post("/openings/{opening}/closing", response_class=HTMLResponse)
async def closing_answer(visit: CaringVisit, opening: UUID) -> Response:
    """Seal it again, early."""
    return await closed_early(
        visit,
        "Seal it again",
        "Seal it again now",
        lambda body, asks: openings.close_sealed_item(opening, body, asks),
        done="sealed-closing",
    )


async def _to_open(visit: Visit, person: UUID) -> Row:
    """The record, for who is granted to open it. Raises `NotGrantedToOpen`, `NothingIsHere`."""
    row = await known(visit, person)
    if visit.caller.practitioner not in await openings.granted_to_open(visit.here, visit.caller):
        raise NotGrantedToOpen
    if not to_open(visit, row):
        raise NothingIsHere
    return row


def _opening(visit: Visit, row: Row) -> Form[Opening]:
    seals = [(seal, f"Sealed on {words.day(at)}", "") for seal, at in to_open(visit, row).items()]
    which = Question(
        "seal",
        "Which sealed item?",
        "radios",
        choices=seals,
        value=seals[0][0] if len(seals) == 1 else "",
        missing="Select which sealed item",
    )
    why = Question(
        "reason",
        "Why must it be opened?",
        "radios",
        choices=choices(OpeningReason),
        missing="Select why it must be opened",
    )
    in_words = Question(
        "words",
        "What is happening?",
        "textarea",
        hint="Your privacy officer reads this, and the person may.",
        missing="Enter what is happening",
    )
    return Form(
        title="Open what is sealed",
        caption=name_of(row),
        lede=(
            "The person wanted this kept from everybody but who recorded it. It opens to your "
            f"whole organisation for {lasts(visit)}, and is sealed again by itself. Your privacy "
            "officer is told, and asks you why; the person may ask who looked.",
        ),
        button=f"Open it for {lasts(visit)}",
        model=Opening,
        groups=(("", (which, why, in_words)),),
        action=visit.path,
        section="/caseload",
        back_to=(f"/people/{row['person']}", f"{name_of(row)}’s record"),
        warning=True,
    )


# Who may


async def granting_visit(visit: SomebodysVisit) -> Visit:
    """Who says who may open what is sealed. Raises `OnlyWhoSeesToPrivacyGrants`."""
    await openings.granting(visit.caller)
    return visit


GrantingVisit = Annotated[Visit, Depends(granting_visit)]


@router.get(GRANTS, response_class=HTMLResponse)
async def grants(visit: GrantingVisit) -> Response:
    """Who of the organisation may open what people had sealed, and since when."""
    granted = await openings.granted_to_open(visit.here, visit.caller)
    here = visit.names.directory.partners[visit.caller.organisation]
    rows = [(here.practitioners[who], since) for who, since in granted.items()]
    return await visit.page(
        "opening_grants.html",
        title="Who may open what is sealed",
        section=_section(visit),
        rows=sorted(rows, key=lambda each: each[0].name),
    )


@router.get(f"{GRANTS}/new", response_class=HTMLResponse)
async def grant_question(visit: GrantingVisit) -> Response:
    """Who is to be let."""
    return await (await _granting(visit)).show(visit)


@router.post(f"{GRANTS}/new", response_class=HTMLResponse)
async def grant_answer(visit: GrantingVisit) -> Response:
    """Let them."""
    return await (await _granting(visit)).sent(
        visit,
        openings.grant_opening,
        done="opening-grant",
        then=GRANTS,
        shape=lambda values: {**values, "since": visit.today.isoformat()},
    )


@router.get(f"{GRANTS}/{{practitioner}}/end", response_class=HTMLResponse)
async def end_question(visit: GrantingVisit, practitioner: UUID) -> Response:
    """Whether they are to be let no longer."""
    return await (await _ending(visit, practitioner)).show(visit)


@router.post(f"{GRANTS}/{{practitioner}}/end", response_class=HTMLResponse)
async def end_answer(visit: GrantingVisit, practitioner: UUID) -> Response:
    """Let them no longer."""
    return await (await _ending(visit, practitioner)).sent(
        visit,
        lambda body, asks: openings.end_opening_grant(practitioner, body, asks),
        done="opening-grant-end",
        then=GRANTS,
    )


async def _granting(visit: Visit) -> Form[openings.GrantingOpening]:
    granted: dict[PractitionerId, date] = await openings.granted_to_open(visit.here, visit.caller)
    here = visit.names.directory.partners[visit.caller.organisation]
    may = [
        (str(each.id), f"{each.name}, {each.title}", "")
        for each in sorted(here.here, key=lambda each: each.name)
        if each.id not in granted and each.role is Role.CLINICIAN
    ]
    who = Question(
        "practitioner", "Who?", "select", choices=may, missing="Select who may open what is sealed"
    )
    return Form(
        title="Let somebody open what is sealed",
        caption=visit.organisation,
        lede=(
            "They may open what a person had sealed, from now on: each time for a reason and for "
            f"{lasts(visit)}, and a privacy officer reviews it. Choose few.",
        ),
        button="Let them open it",
        groups=(("", (who,)),),
        model=openings.GrantingOpening,
        **_common(visit),
    )


async def _ending(visit: Visit, practitioner: UUID) -> Form[Activity]:
    """Raises `NothingIsHere`."""
    if practitioner not in await openings.granted_to_open(visit.here, visit.caller):
        raise NothingIsHere
    return Form(
        title="They open what is sealed no longer",
        caption=visit.names.practitioner(practitioner),
        button="End it",
        groups=(),
        model=Activity,
        warning=True,
        **_common(visit),
    )


def _common(visit: Visit) -> dict[str, Any]:
    return {
        "action": visit.path,
        "section": _section(visit),
        "back_to": (GRANTS, "Who may open what is sealed"),
    }


def _section(visit: Visit) -> str:
    return "/privacy" if visit.looks_after_privacy else "/partners"
