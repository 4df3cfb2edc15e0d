"""Who looked, over HTTP: for privacy officers and auditors; each answer is itself a look.

It refuses to say of anybody more than by which id the caller knows them.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from api.access import SignedIn
from api.parts import Caller, Here, Parts
from api.problems import NotForThisRole, not_valid
from api.reads import Now
from domain.intentions.persons import PersonIsUnknown
from domain.policies.looking import Unusual, unusual
from domain.policies.roles import Duty
from domain.vocabulary import PartnerId, PersonId, PractitionerId, Role
from projections import looking
from projections.audit import LAST, Kept

router = APIRouter(prefix="/v1/looks", tags=["looks"])

LOOKED_BACK = timedelta(days=30)
SEARCHED = timedelta(days=7)
"""How far back looks are searched for unusual ones, if nothing else is asked for."""

FURTHEST = timedelta(days=31)


async def sees_looks(caller: SignedIn) -> Caller:
    """Who looks after privacy, or audits. Raises `NotForThisRole`."""
    if caller.role not in (Role.PRIVACY_OFFICER, Role.AUDITOR):
        raise NotForThisRole
    return caller


def makes_packs(caller: Caller, here: Parts) -> bool:
    """Whether somebody is given evidence: who sees who looked, at the host."""
    return Duty.AUDIT in caller.duties and caller.organisation == here.care.host


SeesLooks = Annotated[Caller, Depends(sees_looks)]

Since = Annotated[datetime | None, Query(description="From this time on; 30 days ago if left out.")]
Until = Annotated[datetime | None, Query(description="Before this time; now if left out.")]


def whose(caller: Caller, here: Parts) -> PartnerId | None:
    """For which organisation looks are told: ``None`` is all, for the host's and the auditor.

    Who else looked at somebody says who else helps them, which may not be an organisation's to
    know; so its own officers see its own people's looks.
    """
    of_the_place = caller.organisation == here.care.host or caller.role is Role.AUDITOR
    return None if of_the_place else caller.organisation


def zoned(name: str, at: datetime | None, otherwise: datetime) -> datetime:
    """A time with its zone. Raises what is not valid."""
    if at is None:
        return otherwise
    if at.tzinfo is None:
        raise not_valid({"parameter": name}, "Is no time with its offset.")
    return at.astimezone(UTC)


async def listed(
    here: Parts,
    caller: Caller,
    *,
    person: UUID | None,
    practitioner: UUID | None,
    since: datetime,
    until: datetime,
    before: int,
    limit: int,
) -> list[Kept]:
    """Looks that the caller may see; who is asked for and who is named is noted as looked at.

    Raises `PersonIsUnknown`.
    """
    known: PersonId | None = None
    if person is not None:
        known = await here.reading.person_of(caller.organisation, person)
        if known is None:
            raise PersonIsUnknown(person)
        looking.note(caller.organisation, person)
    found = await here.audit.looks(
        organisation=whose(caller, here),
        person=known,
        practitioner=None if practitioner is None else PractitionerId(practitioner),
        since=since,
        until=until,
        before=before,
        limit=limit,
    )
    looking.note_persons(each for look in found for each in look.persons)
    return found


async def patterns(
    here: Parts, caller: Caller, *, since: datetime, until: datetime
) -> list[Unusual]:
    """What is unusual in the looks that the caller may see."""
    seen = await here.audit.seen(organisation=whose(caller, here), since=since, until=until)
    opened = {
        (look.organisation, person, look.practitioner)
        for look in seen
        if look.opened
        for person in look.persons
    }
    told_last = await here.audit.told_last({(of, person) for of, person, _ in opened})
    found = unusual(seen, told_last=told_last, namesakes=await _namesakes(here, opened))
    looking.note_persons(person for each in found for person in each.persons)
    return found


async def _namesakes(
    here: Parts, opened: set[tuple[PartnerId, PersonId, PractitionerId]]
) -> set[tuple[PractitionerId, PersonId]]:
    """Who opened somebody with their own surname: compared here, and kept nowhere."""
    directory = await here.reading.directory()
    at: dict[PartnerId, set[tuple[PersonId, PractitionerId]]] = defaultdict(set)
    for of, person, practitioner in opened:
        at[of].add((person, practitioner))
    found: set[tuple[PractitionerId, PersonId]] = set()
    for of, pairs in at.items():
        ids = {here.pseudonyms.of(of, person): person for person, _ in pairs}
        names = {ids[s]: name for s, name in (await here.reading.names(of, ids)).items()}
        staff = directory.partners[of].practitioners if of in directory.partners else {}
        found.update(
            (practitioner, person)
            for person, practitioner in pairs
            if person in names
            and practitioner in staff
            and surname(names[person]) == surname(staff[practitioner].name)
        )
    return found


def surname(name: str) -> str:
    """The last word of a name, as it is compared."""
    return name.split()[-1].casefold() if name.split() else ""


@router.get("", response_model=dict[str, Any])
async def who_looked(
    caller: SeesLooks,
    here: Here,
    at: Now,
    person: Annotated[UUID | None, Query(description="At whom, by your id for them.")] = None,
    practitioner: Annotated[UUID | None, Query(description="Who looked.")] = None,
    since: Since = None,
    until: Until = None,
    after: Annotated[int | None, Query(ge=1, le=LAST, description="From `next`.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """Who looked, for whom and why, newest first; at one person, by one practitioner, or all."""
    now = here.clock()
    rows = await listed(
        here,
        caller,
        person=person,
        practitioner=practitioner,
        since=zoned("since", since, now - LOOKED_BACK),
        until=zoned("until", until, now),
        before=after or LAST,
        limit=limit + 1,
    )
    more = rows[limit - 1].number if len(rows) > limit else None
    return at.answer({"rows": [told(look, caller, here) for look in rows[:limit]], "next": more})


@router.get("/unusual", response_model=dict[str, Any])
async def unusual_looks(
    caller: SeesLooks, here: Here, at: Now, since: Since = None, until: Until = None
) -> Response:
    """Looks that fit a pattern of misuse, in the last 7 days if nothing else is asked for."""
    now = here.clock()
    begin, end = zoned("since", since, now - SEARCHED), zoned("until", until, now)
    if end - begin > FURTHEST:
        raise not_valid({"parameter": "since"}, "Ask for at most 31 days at once.")
    found = await patterns(here, caller, since=begin, until=end)
    return at.answer({"rows": [_pattern(each, caller, here) for each in found]})


def told(look: Kept, caller: Caller, here: Parts) -> dict[str, Any]:
    """One look as the caller may read it."""
    return {
        "number": look.number,
        "at": look.at,
        "kind": look.kind.value,
        "organisation": look.organisation,
        "practitioner": look.practitioner,
        "account": look.account,
        "role": look.role,
        "purpose": look.purpose,
        "address": look.route,
        "request": look.request,
        "position": look.position,
        "numbers": None if look.first is None else [look.first, look.last],
        "for": look.read_for,
        "how_many": look.many,
        "persons": [here.pseudonyms.of(caller.organisation, each) for each in look.persons],
    }


def _pattern(each: Unusual, caller: Caller, here: Parts) -> dict[str, Any]:
    return {
        "pattern": each.pattern.value,
        "practitioner": each.practitioner,
        "organisation": each.organisation,
        "since": each.since,
        "until": each.until,
        "how_many": each.many,
        "persons": [here.pseudonyms.of(caller.organisation, person) for person in each.persons],
    }
