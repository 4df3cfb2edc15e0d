"""Who was told what of a person: the list they may ask for, by organisation and kind of thing.

It refuses to show anything that was told: only which kinds, when, on which basis, and what ended.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from api.access import SignedIn
from api.parts import Caller, Here, Parts
from api.problems import NotForThisRole
from api.reads import Now
from domain.intentions.persons import PersonIsUnknown
from domain.kernel import Category, Fact
from domain.sharing import ENDED, WITHDRAWN
from domain.sight import TYPES
from domain.vocabulary import PartnerId, Role
from projections import looking
from projections.audit import Told

router = APIRouter(prefix="/v1/people", tags=["people"])

BASES = {
    "registered": "is their practice",
    "registering": "made them known",
    "sent": "referred them",
    "received": "was asked to help",
    "responsible": "is responsible for their care",
    "offered": "was asked to take over their care",
    "meeting": "takes part in a meeting about them",
    "action": "has something to do for them",
    "assessment": "was asked to assess their carer",
    "sharing": "shares their treatment",
    "dispensing": "dispenses for them",
    "discussion": "advised on their care",
    "concern": "looks after a concern for their safety",
    "emergency": "opened the record in an emergency",
}
"""Why an organisation is involved, in words the person reads."""


@dataclass(slots=True)
class Recipient:
    """One organisation that was told of the person."""

    organisation: PartnerId
    first: datetime
    last: datetime
    kinds: set[Category] = field(default_factory=set)
    told: int = 0
    bases: tuple[str, ...] = ()
    consented: bool = False
    in_emergency: bool = False
    without_consent: bool = False
    withdrawn_at: datetime | None = None
    acknowledged_at: datetime | None = None
    ended_at: datetime | None = None


async def answers_persons(caller: SignedIn, here: Here) -> Caller:
    """Who answers the person for the place: the host's privacy officer or administrator.

    The list says who helps somebody, which no other organisation may know. Raises
    `NotForThisRole`.
    """
    at_the_host = caller.organisation == here.care.host
    if not (at_the_host and caller.role in (Role.PRIVACY_OFFICER, Role.ADMINISTRATOR)):
        raise NotForThisRole
    return caller


AnswersPersons = Annotated[Caller, Depends(answers_persons)]


async def recipients(here: Parts, caller: Caller, subject: UUID) -> list[Recipient]:
    """Every organisation that was told of somebody, who was told first, first.

    Raises `PersonIsUnknown`.
    """
    person = await here.reading.person_of(caller.organisation, subject)
    if person is None:
        raise PersonIsUnknown(subject)
    looking.note(caller.organisation, subject)
    by_partner: dict[PartnerId, list[Told]] = defaultdict(list)
    for each in await here.audit.told_of(person):
        by_partner[each.partner].append(each)
    involved = await here.audit.circle(person)
    acknowledged = await here.audit.acknowledged(person)
    agreements = (await here.reading.directory()).agreements
    found = []
    for partner, told in by_partner.items():
        agreed = agreements.get(partner)
        named = None if agreed is None else frozenset(agreed.categories)
        row = _recipient(partner, told, named, involved)
        if row.withdrawn_at:
            row.acknowledged_at = acknowledged.get(partner)
        found.append(row)
    return sorted(found, key=lambda each: each.first)


def _recipient(
    partner: PartnerId,
    told: list[Told],
    agreed: frozenset[Category] | None,
    involved: dict[str, Any],
) -> Recipient:
    things = [each for each in told if each.type not in (WITHDRAWN, ENDED)] or told
    found = Recipient(
        partner,
        first=min(each.first for each in things),
        last=max(each.last for each in things),
        told=sum(each.times for each in things),
    )
    over = {each.type: each.last for each in told}
    for each in things:
        found.kinds |= kinds(each.type, agreed)
        found.in_emergency |= each.type.startswith("emergency.EmergencyAccessTaken.")
        found.without_consent |= each.type.startswith("person.DisclosedWithoutConsent.")
    found.withdrawn_at = _standing(over.get(WITHDRAWN), found.last)
    found.ended_at = _standing(over.get(ENDED), found.last)
    named = {basis.split()[0] for basis in involved.get("bases", {}).get(str(partner), ())}
    found.bases = tuple(BASES[basis] for basis in sorted(named) if basis in BASES)
    found.consented = str(partner) in involved.get("consents", ())
    return found


def kinds(message_type: str, agreed: frozenset[Category] | None) -> set[Category]:
    """Which kinds of thing an entry of this type tells under an agreement: at most these."""
    fact: type[Fact] | None = TYPES.get(message_type.rpartition(".")[0])
    if fact is None:
        return set()
    told = set(fact.FIELD_CATEGORY.values())
    return {fact.CATEGORY} | (told if agreed is None else told & agreed)


def _standing(over: datetime | None, last: datetime) -> datetime | None:
    """When it ended, unless something was told after that."""
    return over if over is not None and over >= last else None


@router.get("/{person}/recipients", response_model=dict[str, Any])
async def who_was_told(person: UUID, caller: AnswersPersons, here: Here, at: Now) -> Response:
    """Which organisations were told of a person, what kind of thing, when and why."""
    found = await recipients(here, caller, person)
    return at.answer({"person": person, "rows": [_row(each) for each in found]})


def _row(each: Recipient) -> dict[str, Any]:
    return {
        "organisation": each.organisation,
        "kinds": sorted(kind.value for kind in each.kinds),
        "told": each.told,
        "first": each.first,
        "last": each.last,
        "because": list(each.bases),
        "consented": each.consented,
        "in_emergency": each.in_emergency,
        "disclosed_without_consent": each.without_consent,
        "withdrawn_at": each.withdrawn_at,
        "removal_acknowledged_at": each.acknowledged_at,
        "ended_at": each.ended_at,
    }
