"""A person's history: every moment of it, and what the record showed then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse

from api.pages import telling, words
from api.pages.person.identity import identity, name_of
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit, Visit
from api.problems import NothingIsHere
from projections import record
from projections.entries import Entry

router = APIRouter(route_class=PageRoute)


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the timeline; ``ordinal`` counts from the oldest, which is 1."""

    ordinal: int
    title: str
    at: datetime
    recorded_at: datetime
    by: str
    why: str
    elapsed: str
    backfill: bool


@dataclass(frozen=True, slots=True)
class Field:
    """One line of the record, before and after the event one looks at."""

    label: str
    before: str
    after: str

    @property
    def changed(self) -> bool:
        return self.before != self.after


def timeline(entries: Sequence[Entry], names: words.Names) -> list[Event]:
    """The entries as events, oldest first."""
    events = []
    for ordinal, entry in enumerate(entries, start=1):
        earlier = entries[ordinal - 2].effective_at if ordinal > 1 else None
        since = earlier is not None and entry.effective_at >= earlier
        events.append(
            Event(
                ordinal,
                telling.happened(entry.type, entry.data, names),
                entry.effective_at,
                entry.recorded_at,
                names.by(entry.data),
                telling.why(entry.data),
                words.elapsed(earlier, entry.effective_at) if since and earlier else "",
                entry.backfill,
            )
        )
    return events


def said(row: Mapping[str, Any] | None, visit: Visit) -> dict[str, str]:
    """A record as lines of text, so that two of them can be put side by side."""
    if row is None:
        return {}
    names = visit.names
    lines = {"Status": visit.standing(row["status"]).text}
    if "step" in row:
        lines["Step"] = str(row["step"])
        lines["Responsible"] = (
            names.organisation(row["responsible"]) if row.get("responsible") else "Nobody: closed"
        )
        worker = row.get("key_worker")
        lines["Key worker"] = names.practitioner(worker) if worker else ""
    if row["offer"]:
        lines["Hand-over offered"] = (
            f"To {names.organisation(row['offer']['receiver'])}, step {row['offer']['to_step']}"
        )
    if row.get("waiting_since") and visit.follows_contacts:
        lines["Waiting since"] = words.day(row["waiting_since"])
    for asked in row["referrals"].values():
        service = names.service(asked["service"]) if asked.get("service") else "A service"
        label, number = f"Referral to {service}", 2
        while label in lines:
            label, number = f"Referral to {service} ({number})", number + 1
        lines[label] = words.STATE[asked["state"]].text
    for instrument, scores in row["measures"].items():
        lines[instrument] = f"{scores[-1][1]} ({words.day(scores[-1][0])})"
    if row["contacts"]:
        done = sum(1 for contact in row["contacts"].values() if contact.get("outcome"))
        lines["Appointments"] = f"{len(row['contacts'])} booked, {done} with an outcome"
    for case in row["meetings"].values():
        listed = words.day(case["listed_at"]) if case.get("listed_at") else ""
        lines[f"Meeting, listed {listed}"] = words.sentence(
            case.get("outcome") or ("not reached" if case.get("not_reached_at") else "not decided")
        )
    return lines | _details(row, names)


def _details(row: Mapping[str, Any], names: words.Names) -> dict[str, str]:
    lines = {
        "Name": row.get("name", ""),
        "Phone": row.get("phone", ""),
        "Born": words.day(row["date_of_birth"]) if row.get("date_of_birth") else "",
        "NHS number": words.nhs_number(row["nhs_number"]) if row.get("nhs_number") else "",
        "Address": row.get("address", ""),
        "Postcode": row.get("postcode", ""),
        "Language": row.get("language", ""),
        "Communication needs": row.get("needs", ""),
        "Practice": names.organisation(row["practice"]) if row.get("practice") else "",
    }
    return {label: str(value) for label, value in lines.items() if value}


def compared(before: Mapping[str, str], after: Mapping[str, str]) -> list[Field]:
    """Every line of either record, in the later one's order."""
    labels = [*after, *(label for label in before if label not in after)]
    return [Field(label, before.get(label, ""), after.get(label, "")) for label in labels]


@router.get("/people/{person}/history", response_class=HTMLResponse)
async def history_page(
    visit: CaringVisit, person: UUID, at: Annotated[int | None, Query(ge=1)] = None
) -> Response:
    """The record as it stood after one of its events, or at a moment, or now."""
    reading, me = visit.here.reading, visit.caller.organisation
    entries = await reading.history(me, person)
    if not visit.when.now:
        at = len(await reading.history(me, person, visit.when))
    if not entries or at == 0:
        raise NothingIsHere
    ordinal = min(at or len(entries), len(entries))
    before = record.folded(entries[: ordinal - 1])
    then = record.folded(entries[:ordinal])
    assert then is not None
    events = timeline(entries, visit.names)
    here = events[ordinal - 1]
    fields = compared(said(before, visit), said(then, visit))
    return await visit.page(
        "history.html",
        title=f"History of {name_of(then)}",
        section="/caseload",
        person=person,
        name=name_of(then),
        identity=identity(then, visit),
        standing=visit.standing(then["status"]),
        at=ordinal,
        count=len(entries),
        past=ordinal < len(entries),
        here=here,
        moments=orjson.dumps([f"{e.title}, {words.moment(e.at)}" for e in events]).decode(),
        as_at_local=f"{words.instant(here.recorded_at):%Y-%m-%dT%H:%M}",
        fields=fields,
        unchanged=not any(field.changed for field in fields),
        events=list(reversed(events)),
    )
