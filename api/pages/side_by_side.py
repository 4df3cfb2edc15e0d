"""What two organisations were told of one person, side by side, as a page for the host's auditors.

It refuses to show it to anybody of the two, and to guess who somebody is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import HTMLResponse

from api.pages import moments, telling
from api.pages.problem import PageRoute
from api.pages.visit import SomebodysVisit, Visit
from api.problems import LookIsNotRecorded, NotForThisRole, NothingIsHere
from api.viewpoint import replays
from domain.intentions.persons import PersonIsUnknown
from domain.vocabulary import PartnerId, PersonId
from projections import looking
from projections.arranging import OF_THE_TELLING
from projections.behalf import acting_for
from projections.entries import Entry
from projections.looking import Kind
from projections.looks import Look, LooksAreNotWritten
from projections.moments import When

router = APIRouter(route_class=PageRoute)

OF_EVERY_ENTRY = OF_THE_TELLING | {
    "by_organisation",
    "by_practitioner",
    "causation",
    "correlation",
    "fact",
    "part",
    "stream",
    "acknowledge",
}
"""What an entry says besides what happened."""

Key = tuple[datetime, int, str, int]


@dataclass(frozen=True, slots=True)
class Told:
    """One thing as one organisation was told it; ``only``: what of it the other was not told."""

    title: str
    why: str
    fields: tuple[str, ...]
    only: tuple[str, ...]
    later: datetime | None


@dataclass(frozen=True, slots=True)
class Pair:
    """One thing that happened, and what each of two organisations was told of it, if anything."""

    at: datetime
    one: Told | None
    other: Told | None


async def auditors_visit(visit: SomebodysVisit) -> Visit:
    """An auditor of the host. Raises `NotForThisRole`."""
    if not replays(visit.caller, visit.here):
        raise NotForThisRole
    return visit


AuditorsVisit = Annotated[Visit, Depends(auditors_visit)]


@router.get("/audit/side-by-side", response_class=HTMLResponse)
async def side_by_side(
    visit: AuditorsVisit,
    person: Annotated[str, Query(max_length=40)] = "",
    one: UUID | None = None,
    other: UUID | None = None,
) -> Response:
    """What each of two organisations could see of somebody, now or at a moment of the past."""
    partners = visit.names.directory.partners
    if not {one, other} <= partners.keys() | {None}:
        raise NothingIsHere
    shares: tuple[list[Entry], list[Entry]] | None = None
    if person and one and other:
        known = await _known(visit, person)
        await _written_down(visit, known, PartnerId(one), PartnerId(other))
        shares = (
            await _told(visit, known, PartnerId(one)),
            await _told(visit, known, PartnerId(other)),
        )
    pairs = paired(*shares, visit) if shares else []
    return await visit.page(
        "side_by_side.html",
        title="Side by side",
        section="/audit/access",
        person=person,
        one=one,
        other=other,
        chosen=[visit.names.organisation(each) for each in (one, other)] if shares else [],
        choices=sorted((entry.name, key) for key, entry in partners.items()),
        counts=[len(share) for share in shares or ()],
        both=sum(1 for pair in pairs if pair.one and pair.other),
        as_at_local=moments.local(visit.when.as_at),
        as_of_day=moments.local_day(visit.when.as_of),
        pairs=pairs,
    )


async def _known(visit: Visit, person: str) -> PersonId:
    """Whom the host knows by this id, noted as looked at. Raises `PersonIsUnknown`."""
    try:
        given = UUID(person.strip())
    except ValueError:
        raise NothingIsHere from None
    known = await visit.here.reading.person_of(visit.caller.organisation, given)
    if known is None:
        raise PersonIsUnknown(given)
    looking.note_persons([known])
    return known


async def _written_down(visit: Visit, known: PersonId, one: PartnerId, other: PartnerId) -> None:
    """That both shares are looked through: one here, the other with the answer itself.

    Raises `LookIsNotRecorded`.
    """
    scope, caller = visit.request.scope, visit.caller
    look = Look(
        organisation=caller.organisation,
        practitioner=caller.practitioner,
        role=caller.role.value,
        purpose=caller.purpose.value,
        kind=Kind.VIEW,
        route=visit.path,
        request=UUID(scope["request_id"]),
        persons=[known],
        read_for=one,
    )
    try:
        await visit.here.looks.record(look)
    except LooksAreNotWritten as lost:
        raise LookIsNotRecorded from lost
    scope["read_for"] = other


async def _told(visit: Visit, known: PersonId, partner: PartnerId) -> list[Entry]:
    """What an organisation had been told by then, whatever became of it since."""
    reading, when = visit.here.reading, visit.when
    as_at = await reading.position(when) if when.as_at is None else when.as_at
    subject = visit.here.pseudonyms.of(partner, known)
    with acting_for(partner):
        return await reading.history(partner, subject, When(as_at, when.as_of, as_told=True))


def paired(one: Sequence[Entry], other: Sequence[Entry], visit: Visit) -> list[Pair]:
    """Two shares put beside each other by the facts that they tell, the oldest first."""
    left, right = _by_fact(one), _by_fact(other)
    return [
        Pair(
            (left.get(key) or right[key]).effective_at,
            _said(left.get(key), right.get(key), visit),
            _said(right.get(key), left.get(key), visit),
        )
        for key in sorted({*left, *right})
    ]


def _by_fact(entries: Iterable[Entry]) -> dict[Key, Entry]:
    seen: Counter[tuple[datetime, int, str]] = Counter()
    found = {}
    for entry in entries:
        first = entry.data.get("first_recorded_at")
        at = datetime.fromisoformat(first) if first else entry.recorded_at
        fact = at, entry.data.get("first_position", entry.position), entry.type
        found[(*fact, seen[fact])] = entry
        seen[fact] += 1
    return found


def _said(entry: Entry | None, beside: Entry | None, visit: Visit) -> Told | None:
    if entry is None:
        return None
    told = [name for name in entry.data if name not in OF_EVERY_ENTRY]
    elsewhere = beside.data if beside else entry.data
    return Told(
        telling.happened(entry.type, entry.data, visit.names),
        telling.why(entry.data),
        tuple(_called(name) for name in told if name in elsewhere),
        tuple(_called(name) for name in told if name not in elsewhere),
        entry.recorded_at if entry.backfill else None,
    )


def _called(name: str) -> str:
    return name.replace("_", " ").replace("nhs ", "NHS ")
