"""Who may come to the privacy officer's desk; what lies on it belongs to its nouns."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from api.access import SignedIn
from api.parts import Caller
from api.problems import OnlyAPrivacyOfficerMay
from domain.vocabulary import Role


async def privacy_officer(caller: SignedIn) -> Caller:
    """Who looks after privacy for their organisation. Raises `OnlyAPrivacyOfficerMay`."""
    if caller.role is not Role.PRIVACY_OFFICER:
        raise OnlyAPrivacyOfficerMay
    return caller


PrivacyOfficer = Annotated[Caller, Depends(privacy_officer)]
