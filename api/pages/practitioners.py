"""Who acts for an organisation, for its administrator: added, in a role, invited, gone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api import practitioners, privacy, shared_care
from api.asking import Activity, Asking
from api.pages.forms import Form, Question, choices
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit, Visit
from api.practitioners import AddingPractitioner, GivingRole, Identifying, staffing
from api.problems import IdempotencyKeyIsMissing, NothingIsHere
from domain.vocabulary import PartnerKind, PractitionerId, Role
from projections.directory import PartnerEntry, PractitionerEntry

router = APIRouter(route_class=PageRoute)

ASKED: dict[str, Callable[[UUID, UUID, Any, Asking], Awaitable[Response]]] = {
    "role": practitioners.give_role,
    "departure": practitioners.let_go,
    "identity": practitioners.identify,
}

ROLES = tuple(each for each in choices(Role) if each[0] != Role.SYSTEM)


@router.get("/partners/{partner}/practitioners", response_class=HTMLResponse)
async def list_of_practitioners(visit: CaringVisit, partner: UUID) -> Response:
    """Who acts for the organisation or did, and whether they can sign in."""
    known = _organisation(visit, partner)
    return await visit.page(
        "practitioners.html",
        title=f"Who acts for {known.name}",
        section="/partners",
        partner=known,
        rows=sorted(known.practitioners.values(), key=lambda each: (each.left, each.name)),
        names_liaison=_names_liaison(visit, known),
    )


@router.get("/partners/{partner}/practitioners/new", response_class=HTMLResponse)
async def new_question(visit: CaringVisit, partner: UUID) -> Response:
    """Who is to act for the organisation."""
    return await _adding(visit, _organisation(visit, partner)).show(visit)


@router.post("/partners/{partner}/practitioners/new", response_class=HTMLResponse)
async def new_answer(visit: CaringVisit, partner: UUID) -> Response:
    """Add them."""
    return await _adding(visit, _organisation(visit, partner)).sent(
        visit,
        lambda body, asks: practitioners.add_practitioner(partner, body, asks),
        done="practitioner",
        then=_list(partner),
    )


@router.get("/partners/{partner}/privacy-officer", response_class=HTMLResponse)
async def officer_question(visit: CaringVisit, partner: UUID) -> Response:
    """Who is to look after privacy there."""
    return await _naming(visit, _organisation(visit, partner)).show(visit)


@router.post("/partners/{partner}/privacy-officer", response_class=HTMLResponse)
async def officer_answer(visit: CaringVisit, partner: UUID) -> Response:
    """Name them."""
    return await _naming(visit, _organisation(visit, partner)).sent(
        visit,
        lambda body, asks: privacy.name_privacy_officer(partner, body, asks),
        done="privacy-officer",
        then=_list(partner),
        shape=lambda values: {**values, "since": visit.today.isoformat()},
    )


@router.get("/partners/{partner}/liaison", response_class=HTMLResponse)
async def liaison_question(visit: CaringVisit, partner: UUID) -> Response:
    """Who of the practice is in touch with the drug service."""
    return await _liaising(visit, _practice(visit, partner)).show(visit)


@router.post("/partners/{partner}/liaison", response_class=HTMLResponse)
async def liaison_answer(visit: CaringVisit, partner: UUID) -> Response:
    """Name them."""
    return await _liaising(visit, _practice(visit, partner)).sent(
        visit,
        shared_care.name_liaison,
        done="liaison",
        then=_list(partner),
        shape=lambda values: {**values, "since": visit.today.isoformat()},
    )


@router.get(
    "/partners/{partner}/practitioners/{practitioner}/{activity}", response_class=HTMLResponse
)
async def question(
    visit: CaringVisit, partner: UUID, practitioner: UUID, activity: str
) -> Response:
    """What is asked before something of somebody changes."""
    known = _organisation(visit, partner)
    return await _form(visit, known, _somebody(known, practitioner), activity).show(visit)


@router.post(
    "/partners/{partner}/practitioners/{practitioner}/{activity}", response_class=HTMLResponse
)
async def answer(visit: CaringVisit, partner: UUID, practitioner: UUID, activity: str) -> Response:
    """Ask for it; an invitation is shown once, on the page that answers."""
    known = _organisation(visit, partner)
    who = _somebody(known, practitioner)
    form = _form(visit, known, who, activity)
    if activity == "invitation":
        return await _invited(visit, known, who)

    async def asked(body: Any, asks: Asking) -> Response:
        return await ASKED[activity](partner, practitioner, body, asks)

    return await form.sent(visit, asked, done=f"practitioner-{activity}", then=_list(partner))


async def _invited(visit: Visit, partner: PartnerEntry, who: PractitionerEntry) -> Response:
    form = await visit.request.form()
    try:
        key = UUID(str(form.get("key", "")))
    except ValueError:
        raise IdempotencyKeyIsMissing from None
    made = await practitioners.invite(partner.id, who.id, Activity(), visit.asking(key))
    return await visit.page(
        "invitation.html",
        title=f"Invitation for {who.name}",
        section="/partners",
        code=orjson.loads(bytes(made.body))["code"],
        who=who,
        back_to=_list(partner.id),
        address=visit.here.address,
    )


def _organisation(visit: Visit, partner: UUID) -> PartnerEntry:
    directory = visit.names.directory
    return staffing(visit.caller, visit.here.care.host, partner, directory.partners)


def _names_liaison(visit: Visit, partner: PartnerEntry) -> bool:
    """Whether it is a practice, and the visitor's own: nobody else names its liaison."""
    return partner.kind is PartnerKind.PRACTICE and partner.id == visit.caller.organisation


def _practice(visit: Visit, partner: UUID) -> PartnerEntry:
    """Raises `NothingIsHere`."""
    known = _organisation(visit, partner)
    if not _names_liaison(visit, known):
        raise NothingIsHere
    return known


def _somebody(partner: PartnerEntry, practitioner: UUID) -> PractitionerEntry:
    """Raises `NothingIsHere`."""
    known: PractitionerEntry | None = partner.practitioners.get(PractitionerId(practitioner))
    if known is None or known.left:
        raise NothingIsHere
    return known


def _list(partner: UUID) -> str:
    return f"/partners/{partner}/practitioners"


def _adding(visit: Visit, partner: PartnerEntry) -> Form[AddingPractitioner]:
    return Form(
        title="Add somebody who acts for it",
        caption=partner.name,
        button="Add them",
        model=AddingPractitioner,
        groups=(
            (
                "",
                (
                    Question("name", "Name", missing="Enter their name"),
                    Question(
                        "title",
                        "What they do",
                        hint="As colleagues elsewhere read it, for example CBT therapist.",
                        missing="Enter what they do",
                    ),
                    Question("role", "Role", kind="select", choices=ROLES, missing="Choose a role"),
                ),
            ),
        ),
        action=visit.path,
        section="/partners",
        back_to=(_list(partner.id), f"Who acts for {partner.name}"),
    )


def _naming(visit: Visit, partner: PartnerEntry) -> Form[privacy.NamingPrivacyOfficer]:
    may = [
        (str(each.id), f"{each.name}, {each.title}", "")
        for each in partner.here
        if each.role is Role.PRIVACY_OFFICER
    ]
    who = Question(
        "practitioner",
        "Who?",
        "select",
        hint="" if may else "Nobody there is a privacy officer. Add somebody in that role first.",
        choices=may,
        value=str(partner.privacy_officer or ""),
        missing="Select who looks after privacy",
    )
    return Form(
        title="Name who looks after privacy",
        caption=partner.name,
        lede=(
            "They are told of every record opened in an emergency and of everything sealed that "
            "is opened, and review it. While nobody is named, nobody there opens either.",
        ),
        button="Name them",
        model=privacy.NamingPrivacyOfficer,
        groups=(("", (who,)),),
        action=visit.path,
        section="/partners",
        back_to=(_list(partner.id), f"Who acts for {partner.name}"),
    )


def _liaising(visit: Visit, partner: PartnerEntry) -> Form[shared_care.NamingLiaison]:
    who = Question(
        "practitioner",
        "Who?",
        "select",
        choices=[(str(each.id), f"{each.name}, {each.title}", "") for each in partner.here],
        value=str(partner.liaison or ""),
        missing="Select who is in touch with the drug service",
    )
    return Form(
        title="Name who is in touch with the drug service",
        caption=partner.name,
        lede=("Every organisation sees whom to ring about shared care.",),
        button="Name them",
        model=shared_care.NamingLiaison,
        groups=(("", (who,)),),
        action=visit.path,
        section="/partners",
        back_to=(_list(partner.id), f"Who acts for {partner.name}"),
    )


def _form(visit: Visit, partner: PartnerEntry, who: PractitionerEntry, activity: str) -> Form[Any]:
    """Raises `NothingIsHere`."""
    common: dict[str, Any] = {
        "caption": who.name,
        "action": visit.path,
        "section": "/partners",
        "back_to": (_list(partner.id), f"Who acts for {partner.name}"),
    }
    match activity:
        case "role":
            asked = Question(
                "role",
                "Role from now on",
                kind="select",
                choices=ROLES,
                value=who.role.value,
                missing="Choose a role",
            )
            return Form(
                title="Change what they may do",
                button="Give them this role",
                model=GivingRole,
                groups=(("", (asked,)),),
                lede=("It counts at once, in what they have open too.",),
                **common,
            )
        case "departure":
            return Form(
                title="They no longer act for the organisation",
                button="They have left",
                model=Activity,
                groups=(),
                lede=(
                    "They are signed out of it at once, wherever they are, and cannot sign in to "
                    "it again. What they recorded stays theirs.",
                    "Look at whose key worker they are first: that does not move by itself.",
                ),
                warning=True,
                **common,
            )
        case "invitation":
            return Form(
                title="Invite them to sign in",
                button="Make an invitation",
                model=Activity,
                groups=(),
                lede=(
                    "You are shown a code, once. Give it to them yourself, and to nobody else: "
                    "whoever brings it within a week is taken for them from then on.",
                ),
                **common,
            )
        case "identity":
            asked = Question(
                "subject",
                "Their id at the provider",
                hint="Only where you know it. Otherwise invite them.",
                missing="Enter their id",
                autocomplete="off",
            )
            return Form(
                title="Say who they are to the provider",
                button="This is who they are",
                model=Identifying,
                groups=(("", (asked,)),),
                lede=("Whoever they were before is signed out.",),
                **common,
            )
    raise NothingIsHere
