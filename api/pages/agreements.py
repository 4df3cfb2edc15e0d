"""Agreements with one organisation on pages: what was signed, signing another, ending it.

What a change would tell and withdraw is said before it is sent; who may sign is `api.agreements`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api import agreements
from api.agreements import Ending, Signing
from api.pages.forms import Form, Question, choices
from api.pages.problem import PageRoute
from api.pages.visit import SomebodysVisit, Visit
from api.pages.words import KINDS, WAYS, sentence
from api.problems import NothingIsHere
from domain.agreement import AgreementSigned, in_force
from domain.policies.agreements import OF_THE_PLACE, template
from domain.policies.days import local_date
from domain.vocabulary import Confidentiality, PartnerId, Purpose, Scope, Way
from projections.directory import PartnerEntry

router = APIRouter(route_class=PageRoute)

COLOURS = {"in force": "green", "to begin": "blue", "expired": "red"}
ALLOWS = {
    "substance": "Substance-misuse care",
    "safeguarding": "Whom others refer for safeguarding",
    "consent_required": "Nothing before the person's own explicit consent is recorded",
    "follows_attendance": "Whether people it referred were seen",
}


@router.get("/partners/{partner}/agreements", response_class=HTMLResponse)
async def list_of_agreements(visit: SomebodysVisit, partner: UUID) -> Response:
    """What was signed with an organisation, what became of it, and what is in force."""
    found = _partner(visit, partner)
    today = local_date(visit.now)
    rows = [
        {
            "agreement": each.agreement,
            "state": (state := agreements.standing(found.held, each, today)),
            "tag": {"text": sentence(state), "colour": COLOURS.get(state, "grey")},
            "signed_at": each.signed_at,
            "signed_by": visit.names.practitioner(each.signed_by) if each.signed_by else "",
            "over_at": each.over_at,
            "ways": [WAYS[way][0] for way in each.agreement.ways],
            "allows": [words for name, words in ALLOWS.items() if getattr(each.agreement, name)],
        }
        for each in reversed(found.held)
    ]
    return await visit.page(
        "agreements.html",
        title=f"Agreements with {found.name}",
        section="/partners",
        partner=found,
        rows=rows,
        ends=agreements.ending(found, today),
        none=in_force(found.held, today) is None,
        host=found.id == visit.here.care.host,
    )


@router.get("/partners/{partner}/agreements/new", response_class=HTMLResponse)
async def signing_questions(visit: SomebodysVisit, partner: UUID) -> Response:
    """What an agreement says; filled in as the last one was, or as its kind is proposed."""
    return await _form(visit, _partner(visit, partner)).show(visit)


@router.post("/partners/{partner}/agreements/new", response_class=HTMLResponse)
async def signing_answer(visit: SomebodysVisit, partner: UUID) -> Response:
    """Say what would be told and withdrawn, and then sign it."""
    found = _partner(visit, partner)

    async def preview(body: Signing) -> tuple[Sequence[str], Mapping[str, str]]:
        return list(_makes(visit, found, body)), {}

    return await _form(visit, found).sent(
        visit,
        lambda body, asks: agreements.sign_agreement(partner, body, asks),
        done="agreement",
        then=f"/partners/{partner}/agreements",
        shape=_shaped,
        doubting=preview,
    )


@router.get("/partners/{partner}/agreements/ending", response_class=HTMLResponse)
async def ending_question(visit: SomebodysVisit, partner: UUID) -> Response:
    """What will happen when it ends."""
    return await _ending(visit, _partner(visit, partner)).show(visit)


@router.post("/partners/{partner}/agreements/ending", response_class=HTMLResponse)
async def ending_answer(visit: SomebodysVisit, partner: UUID) -> Response:
    """End the agreement, and show what was signed. Sent twice, it is asked once."""
    return await _ending(visit, _partner(visit, partner)).sent(
        visit,
        lambda body, asks: agreements.end_agreement(partner, body, asks),
        done="agreement-ended",
        then=f"/partners/{partner}/agreements",
    )


def _partner(visit: Visit, partner: UUID) -> PartnerEntry:
    """Raises `OnlyTheHostSigns`, `NotForThisRole`, `NothingIsHere`."""
    agreements.may_sign(visit.caller, visit.here)
    found: PartnerEntry | None = visit.names.directory.partners.get(PartnerId(partner))
    if found is None or found.left:
        raise NothingIsHere
    return found


def _last(visit: Visit, found: PartnerEntry) -> AgreementSigned:
    """The last agreement with it; as its kind is proposed, where there is none."""
    if found.held:
        return found.held[-1].agreement
    today = local_date(visit.now)
    return AgreementSigned.under(template(found.kind, today), reference="", starts=today)


def _makes(visit: Visit, found: PartnerEntry, body: Signing) -> list[str]:
    """What signing it would tell and withdraw, in sentences."""
    today = local_date(visit.now)
    now = in_force(found.held, today)
    had = set(now.categories) if now else set()
    name = found.name
    when = "At once" if body.starts <= today else f"From {body.starts:%-d %B %Y}"
    said = []
    if wider := [c.value for c in body.categories if c not in had]:
        said.append(f"{when} {name} is told of everybody it takes part with: {', '.join(wider)}.")
    if narrower := sorted(c.value for c in had - set(body.categories)):
        said.append(f"{when} this is withdrawn from {name}: {', '.join(narrower)}.")
    for flag, words in ALLOWS.items():
        before, after = bool(now and getattr(now, flag)), getattr(body, flag)
        if before != after:
            said.append(f"{words}: {'yes' if after else 'no'} from then on; it was otherwise.")
    if now and now.scope is not body.scope:
        whole = body.scope is Scope.EPISODE
        said.append(
            f"{name} is told of {'the whole episode' if whole else 'what it takes part in alone'}."
        )
    if now and (gone := [p.value for p in now.purposes if p not in body.purposes]):
        said.append(f"{name} may use nothing any more for: {', '.join(gone)}.")
    before_ways = set(now.ways) if now else set()
    if opened := [WAYS[way][0] for way in Way if way in set(body.ways) - before_ways]:
        said.append(f"{when} systems of {name} may be told by: {', '.join(opened)}.")
    if closed := [WAYS[way][0] for way in Way if way in before_ways - set(body.ways)]:
        said.append(f"{when} systems of {name} are told no longer by: {', '.join(closed)}.")
    if body.ends:
        said.append(f"After {body.ends:%-d %B %Y} everything is withdrawn, unless another follows.")
    return said or [f"What {name} knows stays as it is."]


def _shaped(values: Mapping[str, Any]) -> Mapping[str, Any]:
    allowed = values.get("allows", [])
    return {**values, **{flag: flag in allowed for flag in ALLOWS}}


def _form(visit: Visit, found: PartnerEntry) -> Form[Signing]:
    last = _last(visit, found)
    proposed = template(found.kind, local_date(visit.now))
    purposes = [c for c in choices(Purpose) if Purpose(c[0]) not in OF_THE_PLACE]
    return Form(
        title=f"Sign an agreement with {found.name}",
        lede=(
            "From its first day it takes the place of the one before it, for everybody "
            f"{found.name} was ever told of.",
            f"For a {found.kind.value} there is a template: {proposed.source}.",
        ),
        button="Sign it",
        model=Signing,
        groups=(
            (
                "What it is for",
                [
                    Question("reference", "What is it called?", missing="Enter a name for it"),
                    Question(
                        "purposes",
                        "For which purposes?",
                        "checkboxes",
                        choices=purposes,
                        value=tuple(p.value for p in last.purposes),
                        missing="Select a purpose",
                    ),
                ],
            ),
            (
                "What may be known",
                [
                    Question(
                        "categories",
                        "Which kinds of data?",
                        "checkboxes",
                        choices=[
                            (c.value, sentence(c.value), sentence(text))
                            for c, text in KINDS.items()
                        ],
                        value=tuple(c.value for c in last.categories),
                        optional=True,
                    ),
                    Question(
                        "scope",
                        "Of how much of a person's care?",
                        "radios",
                        choices=[
                            (Scope.OWN.value, "Only what it takes part in", ""),
                            (Scope.EPISODE.value, "All, of people it is involved with", ""),
                        ],
                        value=last.scope.value,
                        missing="Select how much",
                    ),
                    Question(
                        "allows",
                        "And also",
                        "checkboxes",
                        choices=[(name, words, "") for name, words in ALLOWS.items()],
                        value=tuple(name for name in ALLOWS if getattr(last, name)),
                        optional=True,
                    ),
                ],
            ),
            (
                "How its systems are told",
                [
                    Question(
                        "ways",
                        "By which ways?",
                        "checkboxes",
                        choices=[(way.value, *words) for way, words in WAYS.items()],
                        value=tuple(way.value for way in last.ways),
                        hint="They change nothing of what is told. Pages need none of them.",
                        optional=True,
                    ),
                ],
            ),
            (
                "By which right, and when",
                [
                    Question(
                        "basis",
                        "Lawful basis under the UK GDPR",
                        value=last.basis,
                        missing="Enter the lawful basis",
                    ),
                    Question(
                        "confidentiality",
                        "How is the duty of confidentiality met?",
                        "radios",
                        choices=choices(Confidentiality),
                        value=last.confidentiality.value,
                        hint="Another thing than the lawful basis.",
                        missing="Select how",
                    ),
                    Question("starts", "First day", "date", missing="Enter its first day"),
                    Question(
                        "ends",
                        "Last day",
                        "date",
                        optional=True,
                        hint="Leave it empty if it has none.",
                    ),
                ],
            ),
        ),
        action=visit.path,
        section="/partners",
        back_to=(f"/partners/{found.id}/agreements", f"Agreements with {found.name}"),
    )


def _ending(visit: Visit, found: PartnerEntry) -> Form[Ending]:
    host = visit.names.organisation(visit.here.care.host)
    return Form(
        title=f"End the agreement with {found.name}",
        lede=(
            f"At once all that {found.name} was told of anybody is withdrawn from it, and it sees "
            "nobody.",
            f"Whom it is responsible for fall back to their practice or to {host}.",
            "Another agreement may be signed later; then it is told again what that allows.",
        ),
        button="End the agreement",
        model=Ending,
        groups=(("", ()),),
        action=visit.path,
        section="/partners",
        back_to=(f"/partners/{found.id}/agreements", f"Agreements with {found.name}"),
        warning=True,
    )
