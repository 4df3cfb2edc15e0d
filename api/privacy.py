"""Who may come to the privacy officer's desk, and naming who it belongs to.

What lies on the desk belongs to its nouns.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from api.access import SignedIn
from api.asking import (
    Activity,
    Answered,
    Asking,
    Asks,
    KeyGiven,
    answered,
    example,
)
from api.parts import Caller, Here
from api.problems import OnlyAnAdministratorNames, OnlyAPrivacyOfficerMay
from domain.policies.roles import Duty
from domain.vocabulary import PartnerId, PractitionerId, Role

router = APIRouter(prefix="/v1", tags=["privacy"])


async def privacy_officer(caller: SignedIn) -> Caller:
    """Who looks after privacy for their organisation. Raises `OnlyAPrivacyOfficerMay`."""
    if Duty.PRIVACY not in caller.duties:
        raise OnlyAPrivacyOfficerMay
    return caller


PrivacyOfficer = Annotated[Caller, Depends(privacy_officer)]


async def officer_asking(
    request: Request, here: Here, caller: PrivacyOfficer, key: KeyGiven
) -> Asking:
    """A privacy officer's request to change something. Raises `IdempotencyKeyIsMissing`."""
    return Asking(here, caller, key, request)


OfficerAsks = Annotated[Asking, Depends(officer_asking)]
"""Declares that an address changes something, for a privacy officer."""


class NamingPrivacyOfficer(Activity):
    """Who looks after privacy in an organisation, since when."""

    model_config = example(practitioner="6f1c1e0e-5d3b-4f0e-9f0a-2f6f7f4b8b11", since="2026-03-02")

    practitioner: UUID
    since: date


@router.post("/partners/{partner}/privacy-officer", response_model=Answered)
async def name_privacy_officer(partner: UUID, body: NamingPrivacyOfficer, asks: Asks) -> Response:
    """Name who looks after privacy in your organisation, or, for the host, in any."""
    if asks.caller.role is not Role.ADMINISTRATOR:
        raise OnlyAnAdministratorNames
    care = asks.here.care
    answer = await asks.ask(
        body,
        lambda asked: care.name_privacy_officer(
            PartnerId(partner), PractitionerId(body.practitioner), body.since, asked=asked
        ),
    )
    return answered(answer, 200)
