"""What changed in a record between two moments, as a page: in words, and event by event.

It refuses to compare records itself; `projections.difference` does.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse

from api.pages import moments
from api.pages.history import compared, said
from api.pages.looking_back import timeline
from api.pages.person.identity import identity, name_of
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit
from api.problems import NothingIsHere
from projections import record
from projections.difference import between, difference, names_of

router = APIRouter(route_class=PageRoute)

LATELY = timedelta(days=28)
"""How far back is looked if nothing else is asked for."""

Asked = Annotated[str, Query(max_length=40)]


@router.get("/people/{person}/difference", response_class=HTMLResponse)
async def difference_page(
    visit: CaringVisit,
    person: UUID,
    since: Annotated[str, Query(alias="from", max_length=40)] = "",
    to: Asked = "",
) -> Response:
    """What was told of a person between two moments, and what of the record changed with it."""
    as_of = visit.clocks.get(moments.AS_OF, "")
    first = since or (visit.now - LATELY).isoformat()
    before, after = moments.asked(first, as_of), moments.asked(to, as_of)
    me, reading = visit.caller.organisation, visit.here.reading
    row = await reading.record(me, person)
    if row is None:
        raise NothingIsHere
    earlier, later = [await reading.history(me, person, each) for each in (before, after)]
    names = names_of(visit.names.directory)
    rows = record.folded(earlier), record.folded(later)
    found = difference(*rows, *between(earlier, later), names=names)
    return await visit.page(
        "difference.html",
        title=f"What changed: {name_of(row)}",
        section="/caseload",
        person=person,
        name=name_of(row),
        identity=identity(row, visit),
        before=moments.at(before.as_at),
        after=moments.at(after.as_at),
        from_local=moments.local(before.as_at),
        to_local=moments.local(after.as_at),
        as_of_day=moments.local_day(visit.when.as_of),
        true_then=moments.true(visit.when),
        until={"as-at": to} if to else {},
        fields=[field for field in compared(*(said(row, visit) for row in rows)) if field.changed],
        known_before=bool(earlier),
        changes=found.changes,
        came=timeline(found.entries, visit.names),
        gone=timeline(found.gone, visit.names),
    )
