"""A person's history: every moment of it, and what the record showed then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api.pages import moments, words
from api.pages.looking_back import Ordinal, looked_back, timeline
from api.pages.person.identity import identity, name_of
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit, Visit
from domain.texts import in_threes
from projections import record

router = APIRouter(route_class=PageRoute)


@dataclass(frozen=True, slots=True)
class Said:
    """What one line of a record says, and the way through the record to what says it."""

    text: str
    field: str


@dataclass(frozen=True, slots=True)
class Field:
    """One line of the record, before and after the event one looks at."""

    label: str
    before: str
    after: str
    field: str

    @property
    def changed(self) -> bool:
        return self.before != self.after


def said(row: Mapping[str, Any] | None, visit: Visit) -> dict[str, Said]:
    """A record as lines of text, so that two of them can be put side by side."""
    if row is None:
        return {}
    names = visit.names
    lines = {"Status": Said(visit.standing(row["status"]).text, "status")}
    if "step" in row:
        responsible, worker = row.get("responsible"), row.get("key_worker")
        held = names.organisation(responsible) if responsible else "Nobody: closed"
        lines["Step"] = Said(str(row["step"]), "step")
        lines["Responsible"] = Said(held, "responsible")
        lines["Key worker"] = Said(names.practitioner(worker) if worker else "", "key_worker")
    if row["offer"]:
        to, step = names.organisation(row["offer"]["receiver"]), row["offer"]["to_step"]
        lines["Hand-over offered"] = Said(f"To {to}, step {step}", "offer")
    if row.get("waiting_since") and visit.follows_contacts:
        lines["Waiting since"] = Said(words.day(row["waiting_since"]), "waiting_since")
    for key, asked in row["referrals"].items():
        service = names.service(asked["service"]) if asked.get("service") else "A service"
        label, number = f"Referral to {service}", 2
        while label in lines:
            label, number = f"Referral to {service} ({number})", number + 1
        lines[label] = Said(words.STATE[asked["state"]].text, f"referrals.{key}.state")
    for instrument, scores in row["measures"].items():
        newest = f"{scores[-1][1]} ({words.day(scores[-1][0])})"
        lines[instrument] = Said(newest, f"measures.{instrument}")
    if row["contacts"]:
        done = sum(1 for contact in row["contacts"].values() if contact.get("outcome"))
        booked = f"{len(row['contacts'])} booked, {done} with an outcome"
        lines["Appointments"] = Said(booked, "contacts")
    for key, case in row["meetings"].items():
        listed = words.day(case["listed_at"]) if case.get("listed_at") else ""
        lines[f"Meeting, listed {listed}"] = Said(
            words.sentence(
                case.get("outcome")
                or ("not reached" if case.get("not_reached_at") else "not decided")
            ),
            f"meetings.{key}",
        )
    return lines | _details(row, names)


def _details(row: Mapping[str, Any], names: words.Names) -> dict[str, Said]:
    born, number, practice = (row.get(key) for key in ("date_of_birth", "nhs_number", "practice"))
    lines = {
        "Name": ("name", row.get("name")),
        "Phone": ("phone", row.get("phone")),
        "Born": ("date_of_birth", words.day(born) if born else ""),
        "NHS number": ("nhs_number", in_threes(number) if number else ""),
        "Address": ("address", row.get("address")),
        "Postcode": ("postcode", row.get("postcode")),
        "Language": ("language", row.get("language")),
        "Communication needs": ("needs", row.get("needs")),
        "Practice": ("practice", names.organisation(practice) if practice else ""),
    }
    return {label: Said(str(text), field) for label, (field, text) in lines.items() if text}


def compared(before: Mapping[str, Said], after: Mapping[str, Said]) -> list[Field]:
    """Every line of either record, in the later one's order."""
    labels = [*after, *(label for label in before if label not in after)]
    nothing = Said("", "")
    return [
        Field(label, was.text, so.text, so.field or was.field)
        for label in labels
        for was, so in [(before.get(label, nothing), after.get(label, nothing))]
    ]


@router.get("/people/{person}/history", response_class=HTMLResponse)
async def history_page(visit: CaringVisit, person: UUID, at: Ordinal = None) -> Response:
    """The record as it stood after one of its events, or at a moment, on either clock; or now."""
    back = await looked_back(visit, person, at)
    known = back.known
    events = timeline(back.entries, visit.names)
    here = events[back.ordinal - 1]
    then = record.folded(back.then)
    fields = compared(said(record.folded(back.just_before), visit), said(then, visit))
    return await visit.page(
        "history.html",
        title=f"History of {name_of(known)}",
        section="/caseload",
        person=person,
        name=name_of(known),
        identity=identity(known, visit),
        standing=visit.standing((then or known)["status"]),
        back=back,
        fresh=await back.freshness(visit),
        since={"from": back.entries[back.ordinal - 1].position},
        at=back.ordinal,
        count=len(events),
        here=here,
        moments=orjson.dumps([f"{e.title}, {words.moment(e.at)}" for e in events]).decode(),
        as_at_local=moments.local(visit.when.as_at),
        as_of_day=moments.local_day(visit.when.as_of),
        true_then=moments.true(visit.when),
        fields=fields,
        unchanged=not any(field.changed for field in fields),
        untrue={n for n, entry in enumerate(back.entries, start=1) if back.untrue(entry)},
        events=list(reversed(events)),
    )
