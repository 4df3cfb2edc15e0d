"""Every page behind one router. A fixed address comes before one that holds an id."""

from __future__ import annotations

from fastapi import APIRouter

from api.pages import (
    about,
    agreed,
    carers,
    caseload,
    cases,
    corrections,
    duplicates,
    feedback,
    groups,
    history,
    identity,
    looks,
    meetings,
    my_day,
    offering,
    partners,
    practitioners,
    refer,
    refer_yourself,
    referrals,
    scoring,
    sealing,
    signing_in,
    social_work,
    stepped_care,
    stream,
    training,
    unmet,
    ways,
    withdrawals,
)
from api.pages.person import concerns
from api.pages.person import page as person
from api.pages.privacy import desk as privacy

router = APIRouter()
for part in (
    signing_in,
    identity,
    my_day,
    stream,
    caseload,
    scoring,
    referrals,
    refer,
    refer_yourself,
    feedback,
    training,
    history,
    looks,
    agreed,
    carers,
    duplicates,
    corrections,
    sealing,
    concerns,
    person,
    meetings,
    groups,
    cases,
    social_work,
    stepped_care,
    ways,
    partners,
    practitioners,
    offering,
    unmet,
    withdrawals,
    privacy,
    about,
):
    router.include_router(part.router)
