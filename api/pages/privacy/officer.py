"""A privacy officer at a page."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from api.pages.visit import SomebodysVisit, Visit
from api.privacy import privacy_officer


async def officers_visit(visit: SomebodysVisit) -> Visit:
    """Whoever looks after privacy. Raises `OnlyAPrivacyOfficerMay`."""
    await privacy_officer(visit.caller)
    return visit


OfficersVisit = Annotated[Visit, Depends(officers_visit)]
