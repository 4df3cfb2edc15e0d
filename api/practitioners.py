"""Who acts for an organisation over HTTP: added, in a role, invited to sign in, gone.

It refuses to know what a provider of identities is: who somebody is to one is two words here.
"""

from __future__ import annotations

import base64
from datetime import timedelta
from functools import partial
from hashlib import sha256
from typing import Any
from uuid import UUID

import anyio.to_thread
from fastapi import APIRouter, Response
from pydantic import Field

from api.access import Caring
from api.asking import Activity, Answered, Asking, Asks, Creating, answered, example
from api.parts import Caller, Here
from api.problems import OnlyAnAdministratorSays, not_valid
from api.reads import Now
from domain.intentions.practitioners import OnlyItselfOrTheHostMay
from domain.partner import PartnerIsUnknown
from domain.practitioner import Identity, Invitation
from domain.texts import Line
from domain.vocabulary import PartnerId, PractitionerId, Role
from projections.directory import PartnerEntry

router = APIRouter(prefix="/v1/partners/{partner}/practitioners", tags=["practitioners"])

INVITED_FOR = timedelta(days=7)
"""How long an invitation may be used."""


class AddingPractitioner(Creating):
    """Somebody who acts for the organisation from now on."""

    model_config = example(name="Nadia Hussein", role="clinician", title="CBT therapist")

    name: Line
    role: Role
    title: Line


class GivingRole(Activity):
    """The role somebody acts in from now on."""

    model_config = example(role="chair")

    role: Role


class Identifying(Activity):
    """Who somebody is to a provider of identities; left out, the place's own provider."""

    model_config = example(subject="900000000108")

    issuer: Line | None = None
    subject: Line


class Invited(Answered):
    """The code that is good once, for a week; nobody can be told it again but by the same key."""

    code: str = Field(description="To be given to them alone.")


@router.get("", response_model=dict[str, Any])
async def practitioners(partner: UUID, caller: Caring, here: Here, now: Now) -> Response:
    """Who acts for an organisation or did, in which role, and whether they can sign in."""
    known = staffing(caller, here.care.host, partner, (await here.reading.directory()).partners)
    rows = [
        {
            "id": each.id,
            "name": each.name,
            "role": each.role,
            "title": each.title,
            "left": each.left,
            "signs_in": each.id in known.identities,
            "invited_until": invited.until if (invited := known.invitations.get(each.id)) else None,
        }
        for each in known.practitioners.values()
    ]
    return now.answer({"rows": rows})


@router.post("", status_code=201, response_model=Answered)
async def add_practitioner(partner: UUID, body: AddingPractitioner, asks: Asks) -> Response:
    """Name somebody who acts for the organisation; they sign in once they were invited."""
    administering(asks.caller)
    made = PractitionerId(asks.new("practitioner", body.id))
    answer = await asks.ask(
        body,
        lambda asked: asks.here.care.add_practitioner(
            PartnerId(partner), made, name=body.name, role=body.role, title=body.title, asked=asked
        ),
    )
    return answered(answer, 201, known_as=made)


@router.post("/{practitioner}/role", response_model=Answered)
async def give_role(partner: UUID, practitioner: UUID, body: GivingRole, asks: Asks) -> Response:
    """Let somebody act in this role from now on, in what they have open too."""
    administering(asks.caller)
    answer = await asks.ask(
        body,
        lambda asked: asks.here.care.give_role(
            PartnerId(partner), PractitionerId(practitioner), body.role, asked=asked
        ),
    )
    return answered(answer, 200)


@router.post("/{practitioner}/departure", response_model=Answered)
async def let_go(partner: UUID, practitioner: UUID, body: Activity, asks: Asks) -> Response:
    """Say that somebody no longer acts for the organisation; they are signed out of it at once."""
    administering(asks.caller)
    answer = await asks.ask(
        body,
        lambda asked: asks.here.care.let_go(
            PartnerId(partner), PractitionerId(practitioner), asked=asked
        ),
    )
    await _signed_out(asks, partner, practitioner)
    return answered(answer, 200)


@router.post("/{practitioner}/invitation", response_model=Invited)
async def invite(partner: UUID, practitioner: UUID, body: Activity, asks: Asks) -> Response:
    """Make a code by which somebody signs in for the first time, once, within a week."""
    administering(asks.caller)
    code = _code(asks, practitioner)
    answer = await asks.ask(
        body,
        lambda asked: asks.here.care.invite_practitioner(
            PartnerId(partner),
            PractitionerId(practitioner),
            Invitation(fingerprint(code), asked.at + INVITED_FOR),
            asked=asked,
        ),
    )
    return answered(answer, 200, code=code)


@router.post("/{practitioner}/identity", response_model=Answered)
async def identify(partner: UUID, practitioner: UUID, body: Identifying, asks: Asks) -> Response:
    """Say who somebody is to the provider of identities; whoever they were before is signed out."""
    administering(asks.caller)
    issuer = body.issuer or asks.here.issuer
    if issuer is None:
        raise not_valid({"pointer": "/issuer"}, "Name the provider: this place has none.")
    answer = await asks.ask(
        body,
        lambda asked: asks.here.care.identify_practitioner(
            PartnerId(partner),
            PractitionerId(practitioner),
            Identity(issuer, body.subject),
            asked=asked,
        ),
    )
    await _signed_out(asks, partner, practitioner)
    return answered(answer, 200)


def administering(caller: Caller) -> None:
    """Raises `OnlyAnAdministratorSays`."""
    if caller.role is not Role.ADMINISTRATOR:
        raise OnlyAnAdministratorSays


def staffing(
    caller: Caller, host: PartnerId, partner: UUID, partners: dict[PartnerId, PartnerEntry]
) -> PartnerEntry:
    """The organisation whose practitioners the caller looks after.

    Raises `OnlyAnAdministratorSays`, `OnlyItselfOrTheHostMay`, `PartnerIsUnknown`.
    """
    administering(caller)
    if caller.organisation not in (partner, host):
        raise OnlyItselfOrTheHostMay(partner)
    known = partners.get(PartnerId(partner))
    if known is None:
        raise PartnerIsUnknown(partner)
    return known


def fingerprint(code: str) -> str:
    """What is kept of an invitation's code."""
    return sha256(code.encode()).hexdigest()


def _code(asks: Asking, practitioner: UUID) -> str:
    """256 bits that nobody can guess; asked again with the same key, they are the same."""
    drawn = asks.here.pseudonyms.drawn(asks.caller.organisation, asks.key, practitioner)
    return base64.urlsafe_b64encode(drawn).rstrip(b"=").decode()


async def _signed_out(asks: Asking, partner: UUID, practitioner: UUID) -> None:
    ending = partial(asks.here.sessions.end_of, PartnerId(partner), PractitionerId(practitioner))
    await anyio.to_thread.run_sync(ending)
