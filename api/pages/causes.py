"""What made a line of a record so, as a page: the events that did, and what each followed from.

It refuses to name a cause that the organisation was never told of; it says that there was one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse

from api.pages import moments
from api.pages.history import said
from api.pages.looking_back import Event, Ordinal, looked_back, timeline
from api.pages.person.identity import identity, name_of
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit, Visit
from api.problems import NothingIsHere
from projections import record
from projections.arranging import arranged
from projections.difference import difference, names_of
from projections.entries import Entry
from projections.why import Cause, Link, chain, why

router = APIRouter(route_class=PageRoute)

FOLLOWS = {Link.CAUSED: "Caused by", Link.PART: "Part of what began with"}


@dataclass(frozen=True, slots=True)
class Branch:
    """One event of a tree and what hangs on it; no ``event``: the organisation was not told."""

    event: Event | None
    link: str = ""
    below: tuple[Branch, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """One event that changed a line: what it said before and after, and the tree of its causes."""

    said: tuple[str, ...]
    tree: Branch


@router.get("/people/{person}/why", response_class=HTMLResponse)
async def why_page(
    visit: CaringVisit,
    person: UUID,
    at: Ordinal = None,
    field: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """What made one line of the record so; without one, what followed from what."""
    back = await looked_back(visit, person, at)
    then = arranged(back.then)
    row = record.folded(then)
    known = back.known
    events = {
        e.number: event
        for e, event in zip(back.entries, timeline(back.entries, visit.names), strict=True)
    }
    lines = said(row, visit)
    label = next((name for name, line in lines.items() if line.field == field), "")
    made = _made(then, field, events, visit) if field else []
    if field and not made:
        raise NothingIsHere
    return await visit.page(
        "why.html",
        title=f"Why: {name_of(known)}",
        section="/caseload",
        person=person,
        name=name_of(known),
        identity=identity(known, visit),
        back=back,
        fresh=await back.freshness(visit),
        here=events[back.entries[back.ordinal - 1].number],
        count=len(events),
        true_then=moments.true(visit.when),
        lines=lines,
        field=field,
        label=label or field.replace(".", ", ").replace("_", " "),
        now=lines[label].text if label else "",
        made=made,
        roots=[] if field else grown(then, events),
    )


def _made(
    then: Sequence[Entry], field: str, events: Mapping[int, Event], visit: Visit
) -> list[Made]:
    """Every event that changed a line, the newest first."""
    because = why(then, field)
    places = {entry.number: n for n, entry in enumerate(then)}
    return [
        Made(
            _change(then[: places[change.entry.number] + 1], field, visit),
            _upward(change.entry, change.causes, events),
        )
        for change in reversed(because.changes)
    ]


def _change(told: Sequence[Entry], field: str, visit: Visit) -> tuple[str, ...]:
    """What the event made of the line, in words."""
    rows = record.folded(told[:-1]), record.folded(told)
    for lines in (said(row, visit) for row in reversed(rows)):
        if label := next((name for name, line in lines.items() if line.field == field), ""):
            break
    else:
        found = difference(*rows, (), names=names_of(visit.names.directory)).changes
        return tuple(c.said for c in found if f"{c.field}.".startswith(f"{field}."))
    before, after = (_text(said(row, visit), field) for row in rows)
    return (f"{label} changed from {before} to {after}.",) if before != after else ()


def _text(lines: Mapping[str, Any], field: str) -> str:
    return next((f"“{line.text}”" for line in lines.values() if line.field == field), "not set")


def _upward(entry: Entry, causes: Iterable[Cause], events: Mapping[int, Event]) -> Branch:
    """An event, and below it what it followed from, and below that what that followed from."""
    below: tuple[Branch, ...] = ()
    for cause in reversed(tuple(causes)):
        event = events[cause.entry.number] if cause.entry else None
        below = (Branch(event, FOLLOWS[cause.link], below),)
    return Branch(events[entry.number], "", below)


def grown(told: Sequence[Entry], events: Mapping[int, Event]) -> list[Branch]:
    """Every event under the one it followed from, the oldest first."""
    known = {entry.data["fact"]: entry for entry in told if "fact" in entry.data}
    below: dict[int, list[Entry]] = {}
    links: dict[int, str] = {}
    roots = []
    for entry in told:
        cause = next(iter(chain(entry, told, known)), None)
        before = cause.entry if cause else None
        if cause and before and before.number < entry.number:
            below.setdefault(before.number, []).append(entry)
            links[entry.number] = "Caused by it" if cause.link is Link.CAUSED else "Part of it"
        else:
            roots.append(entry)

    def branch(entry: Entry) -> Branch:
        hanging = tuple(branch(each) for each in below.get(entry.number, ()))
        return Branch(events[entry.number], links.get(entry.number, ""), hanging)

    return [branch(entry) for entry in roots]
