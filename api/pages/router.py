"""Every page behind one router. A fixed address comes before one that holds an id."""

from __future__ import annotations

from fastapi import APIRouter

from api.pages import (
    about,
    agreed,
    agreements,
    carers,
    caseload,
    cases,
    corrections,
    duplicates,
    emergencies,
    feedback,
    groups,
    history,
    identity,
    looks,
    meetings,
    my_day,
    offering,
    openings,
    partners,
    practitioners,
    recipients,
    refer,
    refer_yourself,
    referrals,
    scoring,
    sealing,
    signing_in,
    social_work,
    stepped_care,
    stream,
    subject_access,
    training,
    unmet,
    ways,
    withdrawals,
)
from api.pages.person import concerns
from api.pages.person import page as person
from api.pages.privacy import desk as privacy
from api.pages.privacy import emergency as emergency_reviews
from api.pages.privacy import openings as opening_reviews

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
    recipients,
    subject_access,
    agreed,
    carers,
    duplicates,
    corrections,
    sealing,
    concerns,
    emergencies,
    openings,
    person,
    meetings,
    groups,
    cases,
    social_work,
    stepped_care,
    ways,
    partners,
    practitioners,
    agreements,
    offering,
    unmet,
    withdrawals,
    privacy,
    emergency_reviews,
    opening_reviews,
    about,
):
    router.include_router(part.router)
