"""The application: every router behind one door. It refuses to start with an undeclared address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import anyio
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.responses import Response

from api import (
    access,
    described,
    edge,
    limits,
    looking,
    problems,
    routes,
)
from api.pages import guest, rendering
from api.pages import problem as problem_pages
from api.parts import Parts

Application = FastAPI


class Assets(StaticFiles):
    """Static files; the pages' addresses of them change with their content."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        answer = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        answer.headers["Cache-Control"] = rendering.VERSIONED
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
    )
    app.state.parts, app.state.measured = parts, edge.Measured()
    app.router.routes.extend(routes.everything())
    app.mount("/static", Assets(directory=rendering.STATIC), name="static")
    app.router.middleware_stack = routes.ByPath(app.router)
    described.describe(app)
    problems.install(app)
    problem_pages.install(app)
    app.add_middleware(looking.Watched)
    app.add_middleware(edge.SameSite, refuse=problem_pages.refusal)
    app.add_middleware(edge.Limited, refuse=problem_pages.refusal)
    app.add_middleware(limits.Paced, refuse=problem_pages.refusal)
    app.add_middleware(guest.Greeted)
    app.add_middleware(edge.Edge, measured=app.state.measured, refuse=problem_pages.refusal)
    forgotten = access.undeclared(app)
    assert not forgotten, f"say who may use {', '.join(forgotten)}"
    unsaid = looking.undeclared(app)
    assert not unsaid, f"say in api/looking.py whether {', '.join(unsaid)} shows persons"
    return app


def end_streams(app: FastAPI) -> None:
    """Let live streams end, so that a server that shuts down need not wait for their readers."""
    app.state.ending.set()
