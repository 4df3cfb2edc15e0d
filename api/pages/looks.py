"""Who looked, as a page: for privacy officers and auditors. Opening it is itself written down.

It refuses to name anybody who is helped: it has their ids, and the record behind them says who.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import HTMLResponse

from api import looks
from api.pages.problem import PageRoute
from api.pages.visit import SomebodysVisit, Visit
from api.viewpoint import replays
from domain.policies.looking import Pattern, Unusual
from domain.vocabulary import PersonId, PractitionerId
from projections.audit import LAST, Kept
from projections.looking import Kind

router = APIRouter(route_class=PageRoute)

ROWS = 50
DAYS = {1: "the last day", 7: "the last 7 days", 30: "the last 30 days", 366: "the last year"}
LATELY = 30
Days = Annotated[int, Query(ge=1, le=366)]
"""How many days back."""
KINDS = {
    Kind.VIEW: "Read",
    Kind.SEARCH: "Searched",
    Kind.EXPORT: "Took an export",
    Kind.STREAM: "Was sent",
    Kind.EMERGENCY: "Read in an emergency",
}
PATTERNS = {
    Pattern.MANY_PERSONS: "Opened {many} people within an hour",
    Pattern.LONG_ENDED: "Opened somebody whose help here ended long ago",
    Pattern.SEARCHES_IN_VAIN: "Searched {many} times without opening anybody",
    Pattern.ODD_HOURS: "Opened {many} records by night",
    Pattern.EMERGENCIES: "Opened {many} people in an emergency within a week",
    Pattern.SAME_SURNAME: "Opened somebody with their own surname",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One look, or a pattern of them, in words."""

    at: datetime
    who: str
    role: str
    organisation: str
    did: str
    how_many: int
    persons: tuple[str, ...]
    address: str = ""
    practitioner: str = ""


async def officers_visit(visit: SomebodysVisit) -> Visit:
    """Somebody who may see who looked. Raises `NotForThisRole`."""
    await looks.sees_looks(visit.caller)
    return visit


OfficersVisit = Annotated[Visit, Depends(officers_visit)]


@router.get("/audit/access", response_class=HTMLResponse)
async def who_looked(
    visit: OfficersVisit,
    person: UUID | None = None,
    practitioner: UUID | None = None,
    days: Days = LATELY,
    after: Annotated[int | None, Query(ge=1, le=LAST)] = None,
) -> Response:
    """Who looked, newest first; at one person, or by one practitioner."""
    kept = await looked(visit, person, practitioner, days, before=after or LAST, limit=ROWS + 1)
    asked = {"person": person, "practitioner": practitioner, "days": days}
    following = {name: value for name, value in asked.items() if value is not None}
    more = kept[ROWS - 1].number if len(kept) > ROWS else None
    return await visit.page(
        "looks.html",
        title="Who looked",
        section="/audit/access",
        rows=[line(look, visit) for look in kept[:ROWS]],
        person=person,
        practitioner=practitioner,
        by=visit.names.practitioner(practitioner) if practitioner else "",
        days=days,
        choices=DAYS,
        sheet_link=f"/audit/access.csv?{urlencode(following)}",
        replays=replays(visit.caller, visit.here),
        next_link=f"/audit/access?{urlencode(following | {'after': more})}" if more else "",
        unusual=[] if after or person or practitioner else await unusual(visit),
    )


async def looked(
    visit: Visit,
    person: UUID | None,
    practitioner: UUID | None,
    days: int,
    *,
    before: int = LAST,
    limit: int,
) -> list[Kept]:
    """Looks of so many days, newest first; at one person, or by one practitioner."""
    return await looks.listed(
        visit.here,
        visit.caller,
        person=person,
        practitioner=practitioner,
        since=visit.now - timedelta(days=days),
        until=visit.now,
        before=before,
        limit=limit,
    )


async def unusual(visit: Visit) -> list[Line]:
    """What was unusual in the last week, newest first."""
    since = visit.now - looks.SEARCHED
    found = await looks.patterns(visit.here, visit.caller, since=since, until=visit.now)
    return [_pattern(each, visit) for each in found]


def line(look: Kept, visit: Visit) -> Line:
    numbers = "" if look.first is None else f" {look.first:,} to {look.last:,}"
    if look.read_for:
        numbers += f", as {visit.names.organisation(look.read_for)} could see it"
    return Line(
        at=look.at,
        who=_who(look.practitioner, look.account, visit),
        role=look.role,
        organisation=visit.names.organisation(look.organisation),
        did=KINDS[look.kind] + numbers,
        how_many=look.many,
        persons=_ids(look.persons, visit),
        address=look.route,
        practitioner=str(look.practitioner or ""),
    )


def _pattern(each: Unusual, visit: Visit) -> Line:
    return Line(
        at=each.until,
        who=_who(each.practitioner, None, visit),
        role="",
        organisation=visit.names.organisation(each.organisation),
        did=PATTERNS[each.pattern].format(many=each.many),
        how_many=each.many,
        persons=_ids(each.persons, visit),
        practitioner=str(each.practitioner),
    )


def _who(practitioner: PractitionerId | None, account: str | None, visit: Visit) -> str:
    if practitioner:
        return visit.names.practitioner(practitioner)
    return f"{account}, at the machine" if account else "Its system"


def _ids(persons: Iterable[PersonId], visit: Visit) -> tuple[str, ...]:
    known_as = visit.here.pseudonyms.of
    return tuple(str(known_as(visit.caller.organisation, person)) for person in persons)
