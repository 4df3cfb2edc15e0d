"""Referring oneself: a short public form; whoever sends it learns nothing about anybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api import referrals
from api.asking import Asking
from api.pages import words
from api.pages.forms import ABOUT_A_QUESTION, Question, answers, checked, new_key, unanswered
from api.pages.problem import PageRoute
from api.pages.rendering import render
from api.parts import Caller, Here, Parts
from api.problems import IdempotencyKeyIsMissing, NothingIsHere, Refused, status_of
from domain.kernel import BrokenRule
from domain.policies.days import local_date
from domain.vocabulary import Mode, PartnerKind, Role, ServiceId, Source
from projections.directory import Directory, ServiceEntry

router = APIRouter(route_class=PageRoute)

DETAILS = ("name", "date_of_birth", "phone", "postcode", "nhs_number", "practice")


def _service(here: Parts, directory: Directory, service: UUID) -> ServiceEntry:
    """A service that anybody may choose for themselves now. Raises `NothingIsHere`."""
    found = directory.services.get(ServiceId(service))
    today = local_date(here.clock())
    if found is None or not found.takes(today) or Source.SELF not in found.ways_in:
        raise NothingIsHere
    return found


def _questions(directory: Directory) -> list[Question]:
    practices = [
        (str(p.id), p.name, "")
        for p in directory.partners.values()
        if p.kind is PartnerKind.PRACTICE
    ]
    return [
        Question("name", "Your full name", missing="Enter your name", autocomplete="name"),
        Question(
            "date_of_birth",
            "Your date of birth",
            "date",
            missing="Enter your date of birth",
            autocomplete="bday",
        ),
        Question(
            "phone",
            "Your phone number",
            "tel",
            hint="So that we can call you.",
            width=20,
            missing="Enter your phone number",
            autocomplete="tel",
        ),
        Question(
            "postcode",
            "Your postcode",
            width=10,
            missing="Enter your postcode",
            autocomplete="postal-code",
        ),
        Question(
            "practice",
            "Your GP practice",
            "select",
            choices=practices,
            optional=True,
            nothing="Not listed, or I do not know",
        ),
        Question(
            "nhs_number",
            "Your NHS number",
            optional=True,
            width=10,
            numeric=True,
            hint="10 digits, on any letter from the NHS. Leave it out if you do not have it.",
        ),
        Question(
            "ask",
            "What would help you?",
            "textarea",
            hint="A few words are enough.",
            rows=5,
            missing="Enter what would help you",
        ),
    ]


def _page(
    request: Request,
    service: ServiceEntry,
    directory: Directory,
    values: Mapping[str, Any],
    errors: Mapping[str, str],
) -> Response:
    return render(
        "refer_yourself.html",
        status=422 if errors else 200,
        title=f"Refer yourself to {service.name}",
        service=service,
        organisation=words.Names(directory).organisation(service.partner),
        questions=_questions(directory),
        values=values,
        errors=errors,
        action=request.url.path,
        key=values.get("key") or new_key(),
    )


@router.get("/refer-yourself/{service}", response_class=HTMLResponse)
async def self_referral(request: Request, here: Here, service: UUID) -> Response:
    """The form."""
    directory = await here.reading.directory()
    return _page(request, _service(here, directory, service), directory, {}, {})


@router.post("/refer-yourself/{service}", response_class=HTMLResponse)
async def refer_oneself(request: Request, here: Here, service: UUID) -> Response:
    """Take the referral, for the service that is asked."""
    directory = await here.reading.directory()
    wanted, asked = _service(here, directory, service), _questions(directory)
    values = answers(await request.form(), asked)
    try:
        key = UUID(str(values.pop("key", "")))
    except ValueError:
        raise IdempotencyKeyIsMissing from None
    sent = {
        "service": str(service),
        "person": {name: values[name] for name in DETAILS if values.get(name)},
        "source": Source.SELF.value,
        "mode": Mode.ONLINE.value,
        "ask": values.get("ask", ""),
    }
    body, wrong = checked(referrals.Referring, sent, asked)
    errors = wrong | unanswered(values, asked)
    if body is None or errors:
        return _page(request, wanted, directory, values | {"key": str(key)}, errors)
    try:
        answer = await referrals.make_referral(body, _asking(here, wanted, key, request))
    except (BrokenRule, Refused) as refusal:
        rule = refusal.rule if isinstance(refusal, Refused) else refusal
        question = ABOUT_A_QUESTION.get(type(rule), "")
        if not question and status_of(type(rule)) != 422:
            raise
        question = question if question in {q.name for q in asked} else ""
        return _page(request, wanted, directory, values, {question: rule.text})
    reference = words.identifier(orjson.loads(bytes(answer.body))["id"])
    return RedirectResponse(f"{request.url.path}/sent?reference={reference}", status_code=303)


def _asking(here: Parts, service: ServiceEntry, key: UUID, request: Request) -> Asking:
    """A form is no practitioner: it asks in the name of the organisation that offers it."""
    form = Caller(
        practitioner=None, organisation=service.partner, role=Role.SYSTEM, name=service.name
    )
    return Asking(here, form, key, request)


@router.get("/refer-yourself/{service}/sent", response_class=HTMLResponse)
async def self_referral_sent(here: Here, service: UUID, reference: str = "") -> Response:
    """Thanks, and what happens next."""
    directory = await here.reading.directory()
    wanted = directory.services.get(ServiceId(service))
    if wanted is None:
        raise NothingIsHere  # else it may have taken the last place itself
    return render(
        "referred_yourself.html",
        title="We have your referral",
        service=wanted,
        organisation=words.Names(directory).organisation(wanted.partner),
        reference=reference[:8] if reference.isalnum() else "",
    )
