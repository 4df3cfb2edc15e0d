"""Who may come in: tokens checked against the directory, and what each role sees.

Every address declares its access by depending on `SignedIn` or `Caring`, or is listed in `PUBLIC`;
`undeclared` names those that do neither, and the application refuses to start with one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, FastAPI, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from api.parts import Caller, Here, Parts
from api.problems import NotForThisRole, NotSignedIn
from api.tokens import LIFETIME, TokenIsNotValid
from domain.vocabulary import PartnerId, PartnerKind, PractitionerId, Role

COOKIE = "throughcare"

PUBLIC = frozenset(
    {
        "/health",
        "/metrics",
        "/openapi.json",
        "/problems",
        "/problems/{name}",
        "/sign-in",
        "/static",
        "/refer-yourself/{service}",
        "/refer-yourself/{service}/sent",
        "/feedback/{code}",
        "/feedback/{code}/sent",
        "/accessibility",
        "/keyboard",
        "/catalogue",
    }
)
"""What anybody may open: nothing in it is about a person who is helped."""

WITHOUT_PERSONS = frozenset({Role.COMMISSIONER, Role.AUDITOR})
"""Roles that see totals and the directory only."""

_bearer = HTTPBearer(
    auto_error=False, description="A development token; see `throughcare token --list`."
)
_cookie = APIKeyCookie(name=COOKIE, auto_error=False, description="The pages' session.")


def token_of(
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    cookie: Annotated[str | None, Depends(_cookie)],
) -> str:
    """The token a request came with. Raises `NotSignedIn`."""
    token = bearer.credentials if bearer else cookie
    if not token:
        raise NotSignedIn
    return token


Token = Annotated[str, Depends(token_of)]


async def signed_in(request: Request, here: Here, token: Token) -> Caller:
    """Who asks. Raises `NotSignedIn`."""
    caller = await recognise(token, here)
    request.scope["organisation"] = caller.organisation  # for the log of requests
    return caller


SignedIn = Annotated[Caller, Depends(signed_in)]


async def caring(caller: SignedIn) -> Caller:
    """Somebody who takes part in people's care. Raises `NotSignedIn`, `NotForThisRole`."""
    if caller.role in WITHOUT_PERSONS:
        raise NotForThisRole
    return caller


Caring = Annotated[Caller, Depends(caring)]


async def recognise(token: str, here: Parts) -> Caller:
    """The holder of a token, if the directory knows that they act for its organisation.

    Raises `NotSignedIn`. The directory's role counts, not the token's.
    """
    try:
        claims = here.tokens.read(token)
    except TokenIsNotValid as flaw:
        raise NotSignedIn from flaw
    directory = await here.reading.directory()
    organisation = directory.partners.get(PartnerId(claims.organisation))
    if organisation is None:
        raise NotSignedIn
    if claims.role is Role.SYSTEM and claims.subject == claims.organisation:
        return Caller(
            practitioner=None,
            organisation=organisation.id,
            role=_role(organisation.kind, Role.SYSTEM),
            name=organisation.name,
            left=organisation.left,
        )
    practitioner = organisation.practitioners.get(PractitionerId(claims.subject))
    if practitioner is None:
        raise NotSignedIn
    return Caller(
        practitioner=practitioner.id,
        organisation=organisation.id,
        role=_role(organisation.kind, practitioner.role),
        name=practitioner.name,
        left=organisation.left,
    )


def _role(kind: PartnerKind, role: Role) -> Role:
    return Role.COMMISSIONER if kind is PartnerKind.COMMISSIONER else role


def begin_session(request: Request, response: Response, token: str) -> None:
    """Let a browser hold a token in a cookie that no script reads and no other site sends."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(LIFETIME.total_seconds()),
        httponly=True,
        secure=request.url.scheme == "https",
        samesite="strict",
    )


def end_session(request: Request, response: Response, here: Parts) -> None:
    """Sign out: the cookie is forgotten and its token is worthless from now on."""
    token = request.cookies.get(COOKIE)
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")
    if token:
        try:
            here.tokens.end(token)
        except TokenIsNotValid:
            return  # it was worthless already


def undeclared(app: FastAPI) -> list[str]:
    """Addresses that are neither public nor ask who is there."""
    return [
        str(context.path)
        for context in iter_route_contexts(app.routes)
        if context.path not in PUBLIC
        and signed_in not in set(_calls(getattr(context, "dependant", None)))
    ]


def _calls(dependant: Dependant | None) -> Iterator[object]:
    if dependant is None:
        return
    yield dependant.call
    for inner in dependant.dependencies:
        yield from _calls(inner)
