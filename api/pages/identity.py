"""Proving who one is at the provider of identities, and then saying for whom one acts.

It refuses to sign anybody in whom no organisation here knows by what the provider proved.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID, uuid4

import structlog
from anyio.to_thread import run_sync as to_thread
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.access import give_session
from api.asking import caught_up, in_time
from api.pages.guest import own_address
from api.pages.language import _
from api.pages.problem import PageRoute
from api.pages.rendering import render
from api.parts import Here, Parts
from api.practitioners import fingerprint
from api.problems import NothingIsHere, NotSignedIn
from api.provider import NotProven, Provider, ProviderDoesNotAnswer
from domain.kernel import Asked, BrokenRule
from domain.practitioner import Identity, InvitationIsNotValid
from domain.vocabulary import Purpose
from projections.directory import PractitionerEntry
from projections.sessions import AT_THE_PROVIDER, Beginning, Session, new_secret

router = APIRouter(route_class=PageRoute)

log = structlog.get_logger("api")

SHOWN_WITHIN = 5.0
"""Seconds to wait until the directory shows who somebody was just said to be."""

OVER = _("This sign-in was not begun in this browser, was used already, or took too long.")
NOT_TRUSTED = _("What came back from the provider does not prove who you are.")
SILENT = _("The provider of identities does not answer, or cannot be used.")


@router.get("/sign-in/start", response_class=HTMLResponse)
async def start(
    here: Here,
    next: str = "/",  # noqa: A002 - its name in the address
) -> Response:
    """Go to the provider to prove who one is. A link, for no form may lead to another site."""
    provider = _provider(here)
    state, browser = new_secret(), new_secret()
    try:
        begun = await provider.begin(state)
    except ProviderDoesNotAnswer as silent:
        return _refused(SILENT, str(silent), 503)
    beginning = Beginning(begun.nonce, begun.verifier, own_address(next))
    await to_thread(here.sessions.start, state, browser, beginning)
    response = RedirectResponse(begun.address, status_code=303)
    response.set_cookie(
        here.begun_cookie,
        browser,
        max_age=int(AT_THE_PROVIDER.total_seconds()),
        httponly=True,
        secure=here.secure,
        samesite="lax",
    )
    return response


@router.get("/sign-in/callback", response_class=HTMLResponse)
async def come_back(request: Request, here: Here) -> Response:
    """Come back from the provider, and be signed in if it proves who one is."""
    provider = _provider(here)
    answer = dict(request.query_params)
    browser = request.cookies.get(here.begun_cookie, "")
    begun = await to_thread(here.sessions.take, answer.get("state", ""), browser)
    if begun is None:
        return _refused(OVER, "no such beginning", 400)
    try:
        identity = await provider.identity(answer, begun.nonce, begun.verifier)
    except NotProven as flaw:
        return _refused(NOT_TRUSTED, str(flaw), 400)
    except ProviderDoesNotAnswer as silent:
        return _refused(SILENT, str(silent), 503)
    known = (await here.reading.directory()).signing_in(identity)
    only = known[0] if len(known) == 1 else None
    secret = await to_thread(
        partial(
            here.sessions.begin,
            only.id if only else None,
            only.partner if only else None,
            identity=identity,
            instead=request.cookies.get(here.cookie, ""),
        )
    )
    choosing = f"/sign-in/organisation?{urlencode({'next': begun.wanted}, safe='/')}"
    where = begun.wanted if only else choosing
    response = RedirectResponse(where, status_code=303)
    response.delete_cookie(here.begun_cookie, httponly=True, secure=here.secure, samesite="lax")
    give_session(response, here, secret)
    return response


@router.get("/sign-in/organisation", response_class=HTMLResponse)
async def choose(
    request: Request,
    here: Here,
    next: str = "/",  # noqa: A002 - its name in the address
) -> Response:
    """For whom one may act, and a place for an invitation."""
    session, _ = await _proven(request, here)
    return await _choosing(here, session, wanted=own_address(next))


@router.post("/sign-in/organisation", response_class=HTMLResponse)
async def act_for(
    request: Request,
    here: Here,
    practitioner: Annotated[UUID, Form()],
    wanted: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Act for this organisation from now on, and for no other. Raises `NothingIsHere`."""
    _, identity = await _proven(request, here)
    known = (await here.reading.directory()).signing_in(identity)
    chosen = next((each for each in known if each.id == practitioner), None)
    if chosen is None:
        raise NothingIsHere
    return await _acting(request, here, chosen, own_address(wanted))


@router.post("/sign-in/invitation", response_class=HTMLResponse)
async def accept(
    request: Request, here: Here, code: Annotated[str, Form(max_length=100)] = ""
) -> Response:
    """Be from now on who the invitation is for."""
    session, identity = await _proven(request, here)
    given = fingerprint(code.strip())
    invited = (await here.reading.directory()).invited(given)
    if invited is None and await caught_up(here):
        invited = (await here.reading.directory()).invited(given)
    try:
        if invited is None:
            raise InvitationIsNotValid
        asked = Asked(
            organisation=invited.partner,
            at=here.clock(),
            key=uuid4(),
            practitioner=invited.id,
            purpose=Purpose.ADMINISTRATION,
        )
        answer = await in_time(
            partial(here.care.accept_invitation, invited.partner, given, identity, asked=asked)
        )
    except BrokenRule as rule:
        return await _choosing(here, session, wrong=_(rule.text))
    await here.reading.reached(answer.position, SHOWN_WITHIN)
    return await _acting(request, here, invited, "/")


@router.get("/signing-out", response_class=HTMLResponse)
async def sign_out_there(here: Here) -> Response:
    """Signed out here; on to signing out at the provider, which leads back."""
    there = await _provider(here).signing_out(f"{here.address}/signed-out")
    if there is None:
        return RedirectResponse("/signed-out", status_code=303)
    return render("signing_out.html", title=_("You are signed out here"), there=there)


def _provider(here: Parts) -> Provider:
    if here.provider is None:
        raise NothingIsHere
    return here.provider


async def _proven(request: Request, here: Parts) -> tuple[Session, Identity]:
    """Who has proven who they are. Raises `NotSignedIn`, `NothingIsHere` for a name of the demo."""
    secret = request.cookies.get(here.cookie, "")
    session = await to_thread(here.sessions.used, secret)
    if session is None:
        raise NotSignedIn
    if session.identity is None:
        raise NothingIsHere
    return session, session.identity


async def _choosing(
    here: Parts, session: Session, *, wanted: str = "/", wrong: str = ""
) -> Response:
    directory = await here.reading.directory()
    known = directory.signing_in(session.identity) if session.identity else []
    return render(
        "organisation.html",
        status=422 if wrong else 200 if known else 403,
        title=_("Choose an organisation") if known else _("No organisation here knows you yet"),
        choices=[
            (each, directory.partners[each.partner].name, each.partner == session.partner)
            for each in known
        ],
        errors={"code": wrong} if wrong else {},
        wanted=wanted,
    )


async def _acting(request: Request, here: Parts, chosen: PractitionerEntry, where: str) -> Response:
    secret = request.cookies.get(here.cookie, "")
    new = await to_thread(here.sessions.act_for, secret, chosen.id, chosen.partner)
    if new is None:
        raise NotSignedIn
    response = RedirectResponse(where, status_code=303)
    give_session(response, here, new)
    return response


def _refused(why: str, reason: str, status: int) -> Response:
    """Nobody was signed in. ``reason`` is for the log: it names a check and nobody."""
    log.warning("sign-in refused", reason=reason)
    return render("sign_in_refused.html", status=status, title=_("You are not signed in"), why=why)
