"""The application: every router behind one door. It refuses to start with an undeclared address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import anyio
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from starlette.responses import Response

from api import (
    access,
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
    edge,
    emergencies,
    endings,
    feed,
    feedback,
    groups,
    health,
    hosts,
    inbox,
    limits,
    looking,
    looks,
    matches,
    measures,
    meetings,
    messages,
    needs,
    oauth,
    offering,
    openings,
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
from api.pages import problem as problem_pages
from api.pages import rendering
from api.pages.router import router as pages
from api.parts import Parts

VERSIONED = "public, max-age=31536000, immutable"


Application = FastAPI


class Assets(StaticFiles):
    """Static files; the pages' addresses of them change with their content."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        answer = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        answer.headers["Cache-Control"] = VERSIONED
        return answer


def create_app(parts: Parts) -> FastAPI:
    """The edge over these parts. ``end_streams`` belongs to the start of a server's shutdown."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.ending = anyio.Event()
        rendering.warm()
        async with AsyncExitStack() as opened:
            for pool in parts.pools:
                await opened.enter_async_context(pool)
            await parts.reading.open()
            opened.push_async_callback(parts.reading.close)
            await parts.looks.open()
            opened.push_async_callback(parts.looks.close)
            await parts.audit.open()
            opened.push_async_callback(parts.audit.close)
            yield

    app = FastAPI(
        title="Throughcare",
        summary="One person's care, shared by many organisations.",
        version=parts.version,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        generate_unique_id_function=_operation,
        responses={
            "4XX": {
                "description": "A problem (RFC 9457)",
                "content": {problems.PROBLEM: {"schema": described.PROBLEM_SCHEMA}},
            }
        },
    )
    app.state.parts, app.state.measured = parts, edge.Measured()
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
        app.include_router(part.router)
    app.include_router(pages, include_in_schema=False)
    app.mount("/static", Assets(directory=rendering.STATIC), name="static")
    described.describe(app)
    problems.install(app)
    problem_pages.install(app)
    app.add_middleware(looking.Watched)
    app.add_middleware(edge.SameSite, refuse=problem_pages.refusal)
    app.add_middleware(edge.Limited, refuse=problem_pages.refusal)
    app.add_middleware(limits.Paced, refuse=problem_pages.refusal)
    app.add_middleware(edge.Edge, measured=app.state.measured, refuse=problem_pages.refusal)
    forgotten = access.undeclared(app)
    assert not forgotten, f"say who may use {', '.join(forgotten)}"
    unsaid = looking.undeclared(app)
    assert not unsaid, f"say in api/looking.py whether {', '.join(unsaid)} shows persons"
    return app


def end_streams(app: FastAPI) -> None:
    """Let live streams end, so that a server that shuts down need not wait for their readers."""
    app.state.ending.set()


def _operation(route: APIRoute) -> str:
    return route.name
