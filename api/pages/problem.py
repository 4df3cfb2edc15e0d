"""What a page shows when an intention is refused or a page is not there, with a next step."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from fastapi.routing import APIRoute
from psycopg.errors import QueryCanceled
from starlette.exceptions import HTTPException

from api import problems
from api.access import Shown, recognise
from api.pages import words
from api.pages.rendering import render
from api.pages.visit import Visit
from api.parts import Parts
from api.problems import QuestionTakesTooLong, WayIsNotAgreed
from domain.kernel import BrokenRule
from projections.endpoints import (
    EndpointHasEnded,
    SecretWasShown,
    TooManyEndpoints,
    TwoSecretsAreLive,
)
from projections.moments import NOW

HEADINGS = {
    401: "This link is not open here",
    400: "This could not be read",
    403: "You cannot see this",
    404: "Page not found",
    405: "This cannot be done here",
    409: "This has changed since you opened it",
    413: "This is too large",
    414: "This address is too long",
    415: "This kind of document is not read here",
    422: "There is a problem with what was sent",
    429: "Too many requests",
    431: "Your browser sent too much with this",
    500: "Something went wrong here",
    503: "Try again in a moment",
}

OF_RULES: dict[type[BrokenRule], tuple[str, str]] = {
    SecretWasShown: (
        "This secret was shown already",
        "If you did not keep it, change the secret: you are shown another.",
    ),
    TwoSecretsAreLive: (
        "Two secrets are good already",
        "The endpoint's page says until when the older one is. Change the secret then, or let "
        "both end at once with an overlap of 0 hours.",
    ),
    TooManyEndpoints: (
        "You have as many endpoints as there may be",
        "End one that you no longer need, then add this one.",
    ),
    EndpointHasEnded: (
        "This endpoint has ended",
        "Nothing is sent to it any more. Add another if you want to be told of news.",
    ),
    QuestionTakesTooLong: (
        "This takes too long to find",
        "Nothing is lost. Choose fewer: a status, a longer part of the name, or a later day.",
    ),
    WayIsNotAgreed: (
        "Your agreement is not for this way",
        "Ask the host of the place to sign one that is. Nothing is lost meanwhile.",
    ),
}
"""What a page says of a rule that means something else than others of its status."""

REMEDIES = {
    403: "Your organisation's agreement and your role decide what you can see.",
    404: "It does not exist, or it is not shared with your organisation. Check the address, "
    "or start from your caseload.",
    409: "Nothing was recorded. Look at the record as it is now, then decide.",
    429: "Wait a minute, then send it again.",
    503: "Nothing is lost. Go back and send it again: sending it twice records it once.",
}


async def page(request: Request, rule: BrokenRule, *, actions: tuple[str, ...] = ()) -> Response:
    """The page for a broken rule; whoever is not signed in is asked to."""
    status = problems.status_of(type(rule))
    if isinstance(rule, problems.NotSignedIn):
        fields = await _fields(request) if request.method == "POST" else []
        if any(name == "key" for name, _ in fields):
            return _sign_in_and_send(request, fields)
        return _to_signing_in(request)
    kept = await _kept(request) if request.method == "POST" else []
    usual = (HEADINGS.get(status, "There is a problem"), REMEDIES.get(status, ""))
    heading, remedy = OF_RULES.get(type(rule), usual)
    return render(
        "problem.html",
        visit=await _visit(request),
        status=status,
        headers=_again(rule),
        not_found=status == 404,
        title=heading,
        detail=rule.text,
        remedy=remedy,
        actions=[words.ACTIONS.get(action, words.sentence(action)) for action in actions],
        kept=kept,
        back=request.url.path if request.method == "GET" else _before(request.url.path),
        errors={},
    )


def _to_signing_in(request: Request) -> Response:
    """To the sign-in, which leads back here. Who had a session learns that it is over."""
    here: Parts = request.app.state.parts
    path = request.url.path
    wanted = {"next": path if request.method == "GET" else _before(path)}
    over = {"over": "yes"} if here.cookie in request.cookies else {}
    return RedirectResponse(f"/sign-in?{urlencode(wanted | over, safe='/')}", status_code=303)


def _sign_in_and_send(request: Request, fields: list[tuple[str, str]]) -> Response:
    """For whoever wrote something while their session ended: all of it, to be sent again."""
    return render(
        "sign_in_and_send.html",
        status=401,
        title="You are signed out, and nothing you wrote is lost",
        action=f"{request.url.path}?{request.url.query}".rstrip("?"),
        fields=fields,
        kept=_typed(fields),
    )


async def refusal(request: Request, rule: BrokenRule) -> Response:
    """What the outer door says: a page in a browser, where nothing is known of who came."""
    if not _for_a_person(request):
        return problems.problem(request, rule)
    status = problems.status_of(type(rule))
    known = not isinstance(rule, problems.SentFromAnotherSite)  # no matter of what one may see
    return render(
        "problem.html",
        status=status,
        headers=_again(rule),
        title=HEADINGS.get(status if known else 0, "There is a problem"),
        detail=rule.text,
        remedy=REMEDIES.get(status if known else 0, ""),
        actions=[],
        kept=[],
        back="/",
    )


def _again(rule: BrokenRule) -> dict[str, str] | None:
    """When to ask again."""
    if isinstance(rule, problems.AskedTooOften):
        return {"Retry-After": str(rule.seconds)}
    return {"Retry-After": "1"} if problems.status_of(type(rule)) == 503 else None


async def _visit(request: Request) -> Visit | None:
    """Who came, so that they keep their menu; nobody on a public page."""
    here: Parts = request.app.state.parts
    try:
        shown = Shown(request.cookies.get(here.cookie, ""), session=True)
        directory = await here.reading.directory()
        caller = await recognise(shown, directory, here)
    except problems.NotSignedIn:
        return None
    names = words.Names(directory)
    return Visit(request, here, caller, names, NOW, here.clock())


async def _fields(request: Request) -> list[tuple[str, str]]:
    """Everything a form sent, in its order."""
    content = request.headers.get("content-type", "")
    if not content.startswith("application/x-www-form-urlencoded"):
        return []
    return [(name, str(value)) for name, value in (await request.form()).multi_items()]


async def _kept(request: Request) -> list[str]:
    """The free text that was sent, so that nobody has to write it twice."""
    return _typed(await _fields(request))


def _typed(fields: list[tuple[str, str]]) -> list[str]:
    """What of a form's fields somebody wrote in words, and not the form itself."""
    return [value for name, value in fields if name not in OF_THE_FORM and " " in value.strip()]


OF_THE_FORM = ("key", "seen", "next", "thought")


def _before(path: str) -> str:
    """The page a form belongs to."""
    return path.rsplit("/", 1)[0] or "/"


def install(app: FastAPI) -> None:
    """Let a browser that asks for an address that is not there get a page; programs get JSON."""
    document = app.exception_handlers[HTTPException]

    @app.exception_handler(HTTPException)
    async def refused(request: Request, refusal: HTTPException) -> Response:
        if _for_a_person(request):
            known = problems.OF_STATUS.get(refusal.status_code, problems.NothingIsHere)
            return await page(request, known())
        answered = document(request, refusal)
        return answered if isinstance(answered, Response) else await answered


def _for_a_person(request: Request) -> bool:
    path, accepts = request.url.path, request.headers.get("accept", "")
    return "text/html" in accepts and not path.startswith(("/v1", "/fhir"))


class PageRoute(APIRoute):
    """A route whose refusals are pages."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def answering(request: Request) -> Response:
            try:
                return await answer(request)
            except BrokenRule as rule:
                return await page(request, rule)
            except problems.Refused as refused:
                return await page(request, refused.rule, actions=refused.actions or ())
            except RequestValidationError as flaws:
                in_path = any(flaw["loc"][0] == "path" for flaw in flaws.errors())
                broken = problems.NothingIsHere if in_path else problems.RequestIsNotValid
                return await page(request, broken())
            except HTTPException as refused:
                known = problems.OF_STATUS.get(refused.status_code, problems.NothingIsHere)
                return await page(request, known())
            except QueryCanceled:
                return await page(request, QuestionTakesTooLong())

        return answering
