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
from domain.policies.days import local_date
from domain.policies.roles import role_in_force
from domain.vocabulary import PartnerId, PartnerKind, PractitionerId, Role
from projections.directory import PartnerEntry

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
    if not caller.cares:
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
        return _caller(here, organisation, Role.SYSTEM, organisation.name, None)
    practitioner = organisation.practitioners.get(PractitionerId(claims.subject))
    if practitioner is None:
        raise NotSignedIn
    return _caller(here, organisation, practitioner.role, practitioner.name, practitioner.id)


def _caller(
    here: Parts,
    organisation: PartnerEntry,
    role: Role,
    name: str,
    practitioner: PractitionerId | None,
) -> Caller:
    role = Role.COMMISSIONER if organisation.kind is PartnerKind.COMMISSIONER else role
    return Caller(
        practitioner=practitioner,
        organisation=organisation.id,
        role=role,
        name=name,
        left=organisation.left,
        duties=role_in_force(role, local_date(here.clock())).duties,
    )


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
