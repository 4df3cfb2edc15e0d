"""People over HTTP: registering, the record and its history, and how to communicate."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from api.asking import Activity, Answered, AsksAtTheDesk, Editing, answered, etag, example
from api.parts import Here
from api.viewpoint import AtFrom, View
from domain.corrections import Detail
from domain.intentions.persons import PersonIsUnknown
from domain.person import Details
from domain.policies.days import local_date
from domain.texts import Line, NhsNumber, Text
from domain.vocabulary import AccessNeed, PartnerId, PersonId
from projections.entries import Entry
from projections.record import contact
from projections.record.outcome import outcomes

router = APIRouter(prefix="/v1/people", tags=["people"])


class PersonDetails(BaseModel):
    """What a person tells of themselves. ``id`` is an id of your own for them, if you made one."""

    model_config = ConfigDict(extra="forbid") | example(
        name="Rosa Lind",
        phone="020 7946 0000",
        date_of_birth="1988-05-04",
        nhs_number="999 000 0018",
    )

    id: UUID | None = None
    name: Line
    phone: Line | None = None
    practice: UUID | None = None
    date_of_birth: date | None = None
    nhs_number: NhsNumber | None = None
    sex: Line | None = None
    address: Line | None = None
    postcode: Line | None = None
    language: Line | None = None
    ethnicity: Line | None = None
    deprivation_decile: Annotated[int, Field(ge=1, le=10)] | None = None

    def details(self) -> Details:
        told = self.model_dump(include=set(PersonDetails.model_fields) - {"id", "practice"})
        return Details(practice=None if self.practice is None else PartnerId(self.practice), **told)


class Registration(Activity, PersonDetails):
    """A person to make known."""


class CommunicationNeeds(Editing):
    """How to communicate with a person: all in words, or one ``need`` of the list.

    One need is recorded beside the others; words go with it where it says too little alone.
    """

    model_config = example(needs="Large print; please write, do not ring", language="Polish")

    needs: Text | None = None
    language: Line | None = None
    need: AccessNeed | None = None


@router.post("", status_code=201, response_model=Answered)
async def register_person(body: Registration, asks: AsksAtTheDesk) -> Response:
    """Make a person known: once, and nobody finds out by it whether they were known before."""
    person, details = await asks.new_person(body.id), body.details()
    care, alike = asks.here.care, await asks.alike(details)
    answer = await asks.ask(
        body, lambda asked: care.register_person(person, details, alike=alike, asked=asked)
    )
    known_as = asks.known_as(PersonId(answer.id))
    return answered(answer, 201, known_as=known_as, location="/v1/people")


@router.get("/{person}", response_model=dict[str, Any])
async def person_record(person: UUID, view: View, here: Here, at: AtFrom) -> Response:
    """The record of a person, as your organisation may know it."""
    subject = await view.known_as(person)
    row = await here.reading.record(view.organisation, subject, at.when, sight=view.sight)
    if row is None:
        raise PersonIsUnknown(person)
    coded = {key: seen | contact.codes(seen) for key, seen in row.get("contacts", {}).items()}
    if not view.sight.whole:
        return at.answer(row | {"contacts": coded}, headers={"ETag": etag(row)})
    # The validator is the record's: a clock that ticks changes nothing anybody could overwrite.
    clocks = await here.reading.clocks(view.organisation, subject, at.when, now=here.clock())
    more = {"clocks": clocks, "outcomes": outcomes(row), "contacts": coded}
    if "actions" in row:
        directory = await here.reading.directory()
        more["actions"] = directory.meant(row["actions"], local_date(here.clock()))
    return at.answer(row | more, headers={"ETag": etag(row)})


@router.get("/{person}/history", response_model=dict[str, Any])
async def person_history(person: UUID, view: View, here: Here, at: AtFrom) -> Response:
    """What happened with a person, oldest first, as your organisation was told of it."""
    me, sight, subject = view.organisation, view.sight, await view.known_as(person)
    entries = await here.reading.history(me, subject, at.when, sight=sight)
    if not entries and await here.reading.record(me, subject, at.when, sight=sight) is None:
        raise PersonIsUnknown(person)
    return at.answer({"person": subject, "entries": [told(entry) for entry in entries]})


@router.post("/{person}/communication-needs", response_model=Answered)
async def record_communication_needs(
    person: UUID, body: CommunicationNeeds, asks: AsksAtTheDesk
) -> Response:
    """Note how to communicate with a person."""
    known, care = await asks.record(person), asks.here.care
    about = (body.need or Detail.NEEDS, Detail.LANGUAGE)
    seen = await asks.seen(person, about, body)
    answer = await asks.ask(
        body,
        lambda asked: care.record_communication_needs(
            known,
            body.needs or "",
            language=body.language,
            need=body.need,
            instead_of=seen,
            asked=asked,
        ),
    )
    return answered(answer, 200, known_as=person)


def told(entry: Entry) -> dict[str, Any]:
    """An entry as a history answers it."""
    return {
        "number": entry.number,
        "position": entry.position,
        "type": entry.type,
        "effective_at": entry.effective_at,
        "recorded_at": entry.recorded_at,
        "backfill": entry.backfill,
        "data": entry.data,
    }
