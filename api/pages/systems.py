"""A partner's own systems and their keys, for its administrator: a new key is shown once.

It refuses to show a key again, and to take the private half of one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, field_validator

from api import systems
from api.asking import Activity, Asking
from api.assertions import KeyIsNotPossible, public_key
from api.pages.forms import Form, Question, answers, checked, unanswered
from api.pages.problem import PageRoute
from api.pages.visit import SomebodysVisit, Visit
from api.problems import IdempotencyKeyIsMissing, NothingIsHere, Refused
from api.scopes import SCOPES
from projections.credentials import LIVE_KEYS, ApiKey, Client

router = APIRouter(route_class=PageRoute)

USUAL = timedelta(days=90)
"""For how long a key is good, if nobody says otherwise."""


class Pasted(BaseModel):
    """The public half of a system's key, or of two, as text: a JWK or a set of them."""

    jwk: str

    @field_validator("jwk")
    @classmethod
    def possible(cls, text: str) -> str:
        for key in _pasted(text):
            try:
                public_key(key)
            except KeyIsNotPossible as rule:
                raise ValueError(rule.text) from None
        return text


class Another(Pasted):
    """One more public key of a system."""

    @field_validator("jwk")
    @classmethod
    def one(cls, text: str) -> str:
        if len(_pasted(text)) > 1:
            raise ValueError("Paste one public key.")
        return text


class Introducing(systems.Scoped, Pasted):
    """A system, what it may do, and its public key."""


def _pasted(text: str) -> Sequence[dict[str, Any]]:
    """Raises `ValueError`."""
    try:
        given = orjson.loads(text)
    except ValueError:
        given = None
    found = given.get("keys", [given]) if isinstance(given, dict) else None
    few = isinstance(found, list) and 0 < len(found) <= LIVE_KEYS
    if not few or not all(isinstance(key, dict) for key in found or ()):
        raise ValueError("Paste one public key as a JWK, or a set with one or two.")
    return list(found or ())


async def administering_visit(visit: SomebodysVisit) -> Visit:
    """An administrator of the organisation. Raises `OnlyAnAdministratorSeesToSystems`."""
    await systems.administering(visit.caller)
    return visit


AdministeringVisit = Annotated[Visit, Depends(administering_visit)]


@router.get("/systems", response_class=HTMLResponse)
async def list_of_systems(visit: AdministeringVisit) -> Response:
    """The systems and keys: when each was made, used last, and is over."""
    kept, mine = systems.credentials(visit.here), visit.caller.organisation
    return await visit.page(
        "systems.html",
        title=f"Systems of {visit.organisation}",
        section="/partners",
        systems=await kept.clients(mine),
        keys=[(key, _over(key, visit)) for key in await kept.api_keys(mine)],
    )


def _over(key: ApiKey, visit: Visit) -> str:
    """Why a key is good no more; nothing while it is."""
    if key.revoked_at is not None:
        return "Revoked"
    return "Expired" if key.expires_at <= visit.now else ""


@router.get("/systems/keys/new", response_class=HTMLResponse)
async def key_question(visit: AdministeringVisit) -> Response:
    """For which system, what it may do, and until when."""
    systems.credentials(visit.here)
    last = visit.today + USUAL
    parts = {"day": last.day, "month": last.month, "year": last.year}
    return await _making(visit).show(
        visit, values={f"expires_on-{part}": str(value) for part, value in parts.items()}
    )


@router.post("/systems/keys/new", response_class=HTMLResponse)
async def key_answer(visit: AdministeringVisit) -> Response:
    """Make the key, and show it this once."""
    form = _making(visit)
    values = answers(await visit.request.form(), form.questions)
    try:
        key = UUID(str(values.pop("key", "")))
    except ValueError:
        raise IdempotencyKeyIsMissing from None
    body, wrong = checked(form.model, values, form.questions)
    errors = wrong | unanswered(values, form.questions)
    if body is None or errors:
        return await form.show(visit, values=values | {"key": str(key)}, errors=errors)
    try:
        made = await systems.make_api_key(body, visit.caller, visit.here, key)
    except Refused:
        said = {"expires_on": "The last day lies within the next year, today or later"}
        return await form.show(visit, values=values, errors=said)
    told = orjson.loads(bytes(made.body))
    return await visit.page(
        "system_key.html",
        title=f"The key of {body.name}",
        section="/partners",
        secret=told["key"],
        expires_at=told["expires_at"],
    )


_NAME = Question("name", "Which system?", missing="Enter what the system is called")
_SCOPES = Question(
    "scopes",
    "What may it do?",
    "checkboxes",
    choices=[(scope, scope, "") for scope in SCOPES],
    missing="Select what it may do",
)
_JWK = Question(
    "jwk",
    "Its public key",
    "textarea",
    hint="A JWK or a set of them, as its makers give it to you. Never the private half.",
    missing="Paste the public key",
    rows=6,
)


def _making(visit: Visit) -> Form[systems.MakingApiKey]:
    return Form(
        title="Make a key for a system",
        caption=visit.organisation,
        lede=(
            "For a system that cannot sign. Whoever has the key does what its scopes let it do, "
            "as your organisation: give it few, and a short time.",
        ),
        button="Make the key",
        model=systems.MakingApiKey,
        groups=(
            (
                "",
                (
                    _NAME,
                    _SCOPES,
                    Question(
                        "expires_on",
                        "Which is the last day on which the key is good?",
                        "date",
                        hint="Within the next year",
                        missing="Enter the last day on which the key is good",
                    ),
                ),
            ),
        ),
        action=visit.path,
        section="/partners",
        back_to=("/systems", "Systems"),
    )


@router.get("/systems/keys/{key}/revocation", response_class=HTMLResponse)
async def revoking_question(visit: AdministeringVisit, key: UUID) -> Response:
    """Whether the key is to be good no more."""
    return await _ending(visit, "Revoke the key", (await _key(visit, key)).name).show(visit)


@router.post("/systems/keys/{key}/revocation", response_class=HTMLResponse)
async def revoking_answer(visit: AdministeringVisit, key: UUID) -> Response:
    """It opens nothing from now on."""
    await systems.revoke_api_key(key, visit.caller, visit.here)
    return RedirectResponse("/systems?done=system-key-revoked", 303)


@router.get("/systems/new", response_class=HTMLResponse)
async def system_question(visit: AdministeringVisit) -> Response:
    """Which system signs, with which key, and what it may do."""
    systems.credentials(visit.here)
    return await _introducing(visit).show(visit)


@router.post("/systems/new", response_class=HTMLResponse)
async def system_answer(visit: AdministeringVisit) -> Response:
    """It gets tokens by what its key signs."""

    async def registered(body: Introducing, asks: Asking) -> Response:
        said = {"name": body.name, "scopes": body.scopes, "jwks": {"keys": _pasted(body.jwk)}}
        whole = systems.RegisteringSystem.model_validate(said)
        return await systems.register_system(whole, visit.caller, visit.here, asks.key)

    return await _introducing(visit).sent(visit, registered, done="system", then="/systems")


@router.get("/systems/{system}/keys/new", response_class=HTMLResponse)
async def adding_question(visit: AdministeringVisit, system: UUID) -> Response:
    """Which key the system changes to."""
    return await _adding(visit, await _system(visit, system)).show(visit)


@router.post("/systems/{system}/keys/new", response_class=HTMLResponse)
async def adding_answer(visit: AdministeringVisit, system: UUID) -> Response:
    """Both keys are good, until one is revoked."""

    async def added(body: Another, _asks: Asking) -> Response:
        whole = systems.AddingKey.model_validate({"key": _pasted(body.jwk)[0]})
        return await systems.add_system_key(system, whole, visit.caller, visit.here)

    form = _adding(visit, await _system(visit, system))
    return await form.sent(visit, added, done="system-key", then="/systems")


@router.get("/systems/{system}/keys/{thumbprint}/revocation", response_class=HTMLResponse)
async def withdrawing_question(
    visit: AdministeringVisit, system: UUID, thumbprint: str
) -> Response:
    """Whether this public key is to prove nothing more."""
    name = await _signed_by(visit, system, thumbprint)
    return await _ending(visit, "Revoke the public key", name).show(visit)


@router.post("/systems/{system}/keys/{thumbprint}/revocation", response_class=HTMLResponse)
async def withdrawing_answer(visit: AdministeringVisit, system: UUID, thumbprint: str) -> Response:
    """It proves nothing from now on, and tokens got by it open nothing."""
    await _signed_by(visit, system, thumbprint)
    which = systems.RevokingKey(thumbprint=thumbprint)
    await systems.revoke_system_key(system, which, visit.caller, visit.here)
    return RedirectResponse("/systems?done=system-key-withdrawn", 303)


@router.get("/systems/{system}/ending", response_class=HTMLResponse)
async def ending_question(visit: AdministeringVisit, system: UUID) -> Response:
    """Whether the system is to get no more tokens."""
    return await _ending(visit, "End the system", (await _system(visit, system)).name).show(visit)


@router.post("/systems/{system}/ending", response_class=HTMLResponse)
async def ending_answer(visit: AdministeringVisit, system: UUID) -> Response:
    """It gets none, and those that it has open nothing."""
    await systems.end_system(system, visit.caller, visit.here)
    return RedirectResponse("/systems?done=system-ended", 303)


async def _key(visit: Visit, key: UUID) -> ApiKey:
    """Raises `NothingIsHere`."""
    kept = await systems.credentials(visit.here).api_keys(visit.caller.organisation)
    found = next((each for each in kept if each.id == key and each.revoked_at is None), None)
    if found is None:
        raise NothingIsHere
    return found


async def _system(visit: Visit, system: UUID) -> Client:
    """Raises `NothingIsHere`."""
    kept = await systems.credentials(visit.here).clients(visit.caller.organisation)
    found = next((each for each in kept if each.id == system and each.revoked_at is None), None)
    if found is None:
        raise NothingIsHere
    return found


async def _signed_by(visit: Visit, system: UUID, thumbprint: str) -> str:
    """What is said of a good key of a system. Raises `NothingIsHere`."""
    found = await _system(visit, system)
    if thumbprint not in {key.thumbprint for key in found.live}:
        raise NothingIsHere
    return f"{found.name}, {thumbprint}"


def _introducing(visit: Visit) -> Form[Introducing]:
    return Form(
        title="Register a system that signs",
        caption=visit.organisation,
        lede=(
            "It proves itself by a key of its own, whose private half never leaves it: better "
            "than a key made here, wherever the system can sign.",
        ),
        button="Register the system",
        model=Introducing,
        groups=(("", (_NAME, _SCOPES, _JWK)),),
        action=visit.path,
        section="/partners",
        back_to=("/systems", "Systems"),
    )


def _adding(visit: Visit, system: Client) -> Form[Another]:
    return Form(
        title="Add a public key",
        caption=system.name,
        lede=("Add the new key, let the system use it, then revoke the old one.",),
        button="Add the key",
        model=Another,
        groups=(("", (_JWK,)),),
        action=visit.path,
        section="/partners",
        back_to=("/systems", "Systems"),
    )


def _ending(visit: Visit, title: str, name: str) -> Form[Any]:
    return Form(
        title=title,
        caption=name,
        lede=("It opens nothing from this moment, anywhere. This cannot be taken back.",),
        button=title,
        model=Activity,
        groups=(),
        action=visit.path,
        section="/partners",
        back_to=("/systems", "Systems"),
        warning=True,
    )
