"""Every address of the service, behind one router that is built once and is every application's."""

from __future__ import annotations

from functools import cache

from fastapi import APIRouter
from fastapi.routing import APIRoute

from api import (
    advice,
    agreed,
    agreements,
    carers,
    caseload,
    concerns,
    contacts,
    contract,
    corrections,
    custody,
    described,
    digests,
    directory,
    emergencies,
    endings,
    feed,
    feedback,
    groups,
    health,
    hosts,
    inbox,
    looks,
    matches,
    measures,
    meetings,
    messages,
    needs,
    oauth,
    offering,
    openings,
    operations,
    pathways,
    people,
    plans,
    practitioners,
    privacy,
    problems,
    readers,
    recipients,
    referrals,
    shared_care,
    social_work,
    streams,
    subject_access,
    systems,
    training,
    unmet,
    waits,
    ways,
    wishes,
    withdrawals,
)
from api.pages.router import router as pages


@cache
def everything() -> APIRouter:
    """Building these takes a second; applications of one process share them."""
    router = APIRouter(
        generate_unique_id_function=_operation,
        responses={
            "4XX": {
                "description": "A problem (RFC 9457)",
                "content": {problems.PROBLEM: {"schema": described.PROBLEM_SCHEMA}},
            }
        },
    )
    for part in (
        people,
        recipients,
        subject_access,
        wishes,
        withdrawals,
        corrections,
        advice,
        endings,
        agreements,
        referrals,
        waits,
        pathways,
        agreed,
        matches,
        concerns,
        emergencies,
        openings,
        privacy,
        needs,
        carers,
        shared_care,
        meetings,
        contacts,
        groups,
        measures,
        plans,
        feedback,
        training,
        caseload,
        custody,
        looks,
        feed,
        digests,
        inbox,
        readers,
        operations,
        contract,
        directory,
        practitioners,
        offering,
        ways,
        social_work,
        unmet,
        messages,
        oauth,
        streams,
        hosts,
        systems,
        health,
    ):
        router.include_router(part.router)
    router.include_router(pages, include_in_schema=False)
    return router


def _operation(route: APIRoute) -> str:
    return route.name
