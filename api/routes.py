"""Every address of the service: made once, and every application's."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

from api import (
    advice,
    agreed,
    agreements,
    carers,
    caseload,
    checkpoints,
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
    erasures,
    evidence_packs,
    feed,
    feedback,
    groups,
    health,
    hosts,
    inbox,
    learning,
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
    replaying,
    shared_care,
    social_work,
    statistics,
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

REFUSED: dict[int | str, dict[str, Any]] = {
    "4XX": {
        "description": "A problem (RFC 9457)",
        "content": {problems.PROBLEM: {"schema": described.PROBLEM_SCHEMA}},
    }
}


@cache
def everything() -> tuple[BaseRoute, ...]:
    """Every route as its module made it: including a router in another makes each anew, which took
    a second, and has a request pass through all that include it."""
    found: list[BaseRoute] = []
    for part in (
        people,
        replaying,
        recipients,
        subject_access,
        erasures,
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
        evidence_packs,
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
        statistics,
        learning,
        unmet,
        messages,
        oauth,
        streams,
        hosts,
        systems,
        checkpoints,
        health,
    ):
        for route in part.router.routes:
            assert isinstance(route, APIRoute)
            route.unique_id, route.responses = route.name, REFUSED | route.responses
            if route.response_field:
                route.response_field.name = f"Response_{route.name}"
            found.append(route)
    for page in pages.routes:
        assert isinstance(page, APIRoute)
        page.include_in_schema = False
        found.append(page)
    return tuple(found)


class ByPath:
    """Asks only those routes that can fit a path by its beginning, in the order they all have.

    Hundreds of routes that are asked one after the other cost more than what most of them do.
    """

    def __init__(self, router: APIRouter) -> None:
        self.router = router
        begins = [_beginning(getattr(route, "path", "")) for route in router.routes]
        known = {each for each in begins if each is not None}
        self._branches = {each: self._branch(begins, each) for each in known}
        self._others = self._branch(begins, None)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope.setdefault("router", self.router)
            branch = self._branches.get(_beginning(scope["path"]) or "", self._others)
            await branch(scope, receive, send)
        else:
            await self.router.app(scope, receive, send)

    def _branch(self, begins: Sequence[str | None], begin: str | None) -> APIRouter:
        """The routes that begin so, and those that may begin with anything."""
        pairs = zip(self.router.routes, begins, strict=True)
        return APIRouter(routes=[route for route, its in pairs if its in (None, begin)])


def _beginning(path: str) -> str | None:
    """The first part of a path, or of an interface's first two; ``None`` if it may be any."""
    parts = path.split("/", 3)
    begin = "/".join(parts[1:3] if parts[1:2] == ["v1"] else parts[1:2])
    return None if "{" in begin else begin
