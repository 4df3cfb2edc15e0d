"""Agreements over HTTP: what each partner may know and until when; signing another, ending it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from api.access import SignedIn
from api.asking import Activity, Answered, Asking, KeyGiven, answered, example
from api.parts import Caller, Here
from api.problems import NotForThisRole, NothingIsHere
from api.reads import Now
from domain.agreement import AgreementSigned, Held, ahead, in_force
from domain.intentions.agreements import OnlyTheHostSigns
from domain.kernel import Category
from domain.policies.agreements import ENDS_SOON, template
from domain.policies.days import local_date
from domain.texts import Text
from domain.vocabulary import Confidentiality, PartnerId, Purpose, Role, Scope, Way
from projections.directory import Directory, PartnerEntry

router = APIRouter(prefix="/v1/partners", tags=["directory"])

SIGNING = (Role.ADMINISTRATOR, Role.PRIVACY_OFFICER)
"""Who of the host signs agreements and ends them."""


class Signing(Activity):
    """What a partner may know and for which purposes, on which basis, from when until when.

    ``basis`` is the lawful basis under the UK GDPR; ``confidentiality`` how the common-law duty is
    met, which is another thing. A place's own privacy officer answers for both. ``ways`` are those
    by which its systems may be told.
    """

    model_config = example(
        reference="Gardening, 2026 to 2027",
        purposes=["support in the community"],
        categories=["identity", "access", "referral", "ask", "engagement"],
        scope="own",
        basis="UK GDPR 6(1)(e)",
        confidentiality="explicit consent",
        ways=["feed", "live", "webhook"],
        starts="2026-04-01",
        ends="2027-03-31",
    )

    reference: Text
    purposes: tuple[Purpose, ...]
    categories: tuple[Category, ...] = ()
    scope: Scope
    substance: bool = False
    safeguarding: bool = False
    consent_required: bool = False
    follows_attendance: bool = False
    basis: Text
    confidentiality: Confidentiality
    ways: tuple[Way, ...] = (Way.FEED, Way.LIVE)
    starts: date
    ends: date | None = None


class Ending(Activity):
    """Nothing is asked: the agreement ends now."""


def may_sign(caller: Caller, here: Here) -> None:
    """Raises `OnlyTheHostSigns`, `NotForThisRole`."""
    if caller.organisation != here.care.host:
        raise OnlyTheHostSigns(caller.organisation)
    if caller.role not in SIGNING:
        raise NotForThisRole


async def signer(caller: SignedIn, here: Here) -> Caller:
    """Who signs agreements. Raises what `may_sign` raises."""
    may_sign(caller, here)
    return caller


async def signing(
    request: Request, here: Here, caller: Annotated[Caller, Depends(signer)], key: KeyGiven
) -> Asking:
    """A request about an agreement. Raises `IdempotencyKeyIsMissing`."""
    return Asking(here, caller, key, request)


Signs = Annotated[Asking, Depends(signing)]


def standing(held: list[Held], each: Held, today: date) -> str:
    """What an agreement is now, in a word."""
    if each.over:
        return each.over.value
    if in_force(held, today) == each.agreement:
        return "in force"
    return "to begin" if each in ahead(held) else "expired"


def ending(partner: PartnerEntry, today: date) -> date | None:
    """The last day of the agreement in force, if it is near and nothing follows it."""
    now = in_force(partner.held, today)
    if partner.left or now is None or now.ends is None or (now.ends - today).days > ENDS_SOON[0]:
        return None
    follows = [each for each in ahead(partner.held) if each.agreement.starts > now.starts]
    return None if follows else now.ends


def ending_soon(directory: Directory, today: date) -> Iterator[tuple[PartnerEntry, date | None]]:
    """Whose agreement ends soon, the first that does first; ``None`` for who has none any more."""
    found: list[tuple[PartnerEntry, date | None]] = []
    for partner in directory.partners.values():
        if partner.left or not partner.held:
            continue
        if in_force(partner.held, today) is None:
            found.append((partner, None))
        elif ends := ending(partner, today):
            found.append((partner, ends))
    yield from sorted(found, key=lambda each: (each[1] or date.min, each[0].name))


@router.get("/{partner}/agreements", response_model=dict[str, Any])
async def agreements(partner: UUID, caller: SignedIn, here: Here, now: Now) -> Response:
    """Every agreement that was signed with an organisation: your own, or any if you sign them."""
    directory = await here.reading.directory()
    found = directory.partners.get(PartnerId(partner))
    if found is None or (found.id != caller.organisation and not _signs(caller, here)):
        raise NothingIsHere
    today = local_date(here.clock())
    rows = [
        {
            **each.agreement.model_dump(mode="json"),
            "state": standing(found.held, each, today),
            "signed_at": each.signed_at,
            "signed_by": each.signed_by,
            "began_at": each.began_at,
            "over_at": each.over_at,
        }
        for each in reversed(found.held)
    ]
    proposed = AgreementSigned.under(
        template(found.kind, today), reference=f"for a {found.kind.value}", starts=today
    )
    return now.answer(
        {
            "rows": rows,
            "ends_soon": ending(found, today),
            "template": proposed.model_dump(mode="json"),
        }
    )


def _signs(caller: Caller, here: Here) -> bool:
    return caller.organisation == here.care.host and caller.role in SIGNING


@router.post("/{partner}/agreements", status_code=201, response_model=Answered)
async def sign_agreement(partner: UUID, body: Signing, asks: Signs) -> Response:
    """Sign another agreement; from its first day on all that the partner was told follows it."""
    care, agreement = asks.here.care, AgreementSigned(**body.model_dump(exclude={"at"}))
    answer = await asks.ask(
        body,
        lambda asked: care.sign_agreement(PartnerId(partner), agreement, asked=asked),
    )
    return answered(answer, 201, location=f"/v1/partners/{partner}/agreements")


@router.post("/{partner}/agreements/ending", response_model=Answered)
async def end_agreement(partner: UUID, body: Ending, asks: Signs) -> Response:
    """End the agreement now: all that the partner was told of anybody is withdrawn from it."""
    care = asks.here.care
    answer = await asks.ask(body, lambda asked: care.end_agreement(PartnerId(partner), asked=asked))
    return answered(answer, 200)
