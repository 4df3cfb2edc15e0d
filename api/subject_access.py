"""Subject access over HTTP: a request is noted, a clinician judges, and all of one person is given.

It refuses to give anything of anybody else, and to hide that something was withheld.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from api.access import SignedIn
from api.asking import Activity, Answered, Asks, Creating, answered, example, in_time
from api.parts import Caller, Here, Parts
from api.privacy import OfficerAsks, PrivacyOfficer
from api.problems import NotForThisRole
from api.reads import Now
from domain.intentions.persons import PersonIsUnknown
from domain.kernel import Category
from domain.policies.subject_access import in_force
from domain.sharing import ENDED, OF_PERSONS, WITHDRAWN
from domain.sight import TYPES
from domain.subject_access import ItemsAreUndecided, SubjectAccess
from domain.vocabulary import PersonId, Role, SubjectAccessId, WithheldGround
from projections import looking

router = APIRouter(prefix="/v1", tags=["subject access"])

ABOUT_THE_TELLING = OF_PERSONS | frozenset(
    {"fact", "stream", "correlation", "causation", "first_position", "told_again", "added", "part"}
)
"""What an entry says of itself, or by whose id it names somebody else: left out of the export."""


class Requesting(Creating):
    """The day on which the person asked."""

    model_config = example(received_on="2026-11-20")

    received_on: date


class DecidingItems(Activity):
    """Whether these items are shown; a ground if they are not."""

    model_config = example(items=["6f1c1e0e-5d3b-4f0e-9f0a-2f6f7f4b8b11/3"], shown=True)

    items: Annotated[
        list[Annotated[str, Field(pattern="^[0-9a-f-]{36}/[0-9]{1,10}$")]], Field(min_length=1)
    ]
    shown: bool
    ground: WithheldGround | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is held of the person. ``why`` says why somebody judges it first."""

    fact: str
    type: str
    at: datetime
    told: Mapping[str, Any]
    why: tuple[WithheldGround, ...]


async def judges(caller: SignedIn) -> Caller:
    """A health professional or a privacy officer of the organisation. Raises `NotForThisRole`."""
    if caller.role not in (Role.CLINICIAN, Role.PRIVACY_OFFICER):
        raise NotForThisRole
    return caller


Judges = Annotated[Caller, Depends(judges)]


@router.post("/people/{person}/subject-access", status_code=201, response_model=Answered)
async def request_subject_access(person: UUID, body: Requesting, asks: OfficerAsks) -> Response:
    """Note that a person asked to see what is held of them; it is due within one month."""
    known = await asks.here.reading.person_of(asks.caller.organisation, person)
    if known is None:
        raise PersonIsUnknown(person)
    request, care = SubjectAccessId(body.id or asks.new("subject access")), asks.here.care
    answer = await asks.ask(
        body,
        lambda asked: care.request_subject_access(request, known, body.received_on, asked=asked),
    )
    return answered(answer, 201)


@router.get("/subject-access", response_model=dict[str, Any])
async def requests(caller: Judges, here: Here, at: Now) -> Response:
    """Your organisation's requests, by reference: what is to be answered, the first due first."""
    rows = [
        {
            "request": each.request,
            "received_on": each.received_on,
            "due_on": each.due_on,
            "answered_at": each.answered_at,
        }
        for each in await here.reading.subject_access(caller.organisation)
    ]
    return at.answer({"rows": rows})


@router.get("/subject-access/{request}", response_model=dict[str, Any])
async def subject_access(request: UUID, caller: Judges, here: Here, at: Now) -> Response:
    """A request: when it is due, and each item that is to be judged, with its words."""
    found, items = await opened(here, caller, request)
    return at.answer(
        {
            "request": request,
            "received_on": found.received_on,
            "due_on": found.due_on,
            "held": len(items),
            "to_judge": [
                _content(item)
                | {
                    "fact": item.fact,
                    "because": [ground.value for ground in item.why],
                    "decided": _decided(found, item),
                }
                for item in items
                if item.why
            ],
            "undecided": sum(bool(item.why) and item.fact not in found.decided for item in items),
        }
    )


@router.post("/subject-access/{request}/decisions", response_model=Answered)
async def decide_items(request: UUID, body: DecidingItems, asks: Asks) -> Response:
    """Decide as a health professional whether items are shown."""
    if asks.caller.role is not Role.CLINICIAN:
        raise NotForThisRole
    care = asks.here.care
    answer = await asks.ask(
        body,
        lambda asked: care.decide_subject_access(
            SubjectAccessId(request), body.items, body.ground, shown=body.shown, asked=asked
        ),
    )
    return answered(answer, 200)


@router.post("/subject-access/{request}/answer", response_model=Answered)
async def answer_subject_access(request: UUID, body: Activity, asks: OfficerAsks) -> Response:
    """Make the export, once everything that must be judged was."""
    _, items = await opened(asks.here, asks.caller, request)
    every = [item.fact for item in items]
    to_judge = [item.fact for item in items if item.why]
    care = asks.here.care
    answer = await asks.ask(
        body,
        lambda asked: care.answer_subject_access(
            SubjectAccessId(request), every, to_judge, asked=asked
        ),
    )
    return answered(answer, 200)


@router.get("/subject-access/{request}/export", response_model=dict[str, Any])
async def export(request: UUID, caller: PrivacyOfficer, here: Here, at: Now) -> Response:
    """All and only what is held of the person, but for what is withheld, which is counted."""
    made = await exported(here, caller, request)
    return at.answer(
        {
            "request": request,
            "received_on": made.request.received_on,
            "organisation": caller.organisation,
            "items": [_content(item) for item in made.shown],
            "withheld": made.withheld,
        }
    )


@dataclass(frozen=True, slots=True)
class Export:
    """What the person is given. ``withheld`` counts by ground what they are not."""

    request: SubjectAccess
    shown: list[Item]
    withheld: dict[str, int]


async def exported(here: Parts, caller: Caller, request: UUID) -> Export:
    """The export of a request that was answered; nothing that was decided since is missed.

    Raises `SubjectAccessIsUnknown`, `ItemsAreUndecided`.
    """
    found, items = await opened(here, caller, request)
    if found.answered is None or any(i.why and i.fact not in found.decided for i in items):
        raise ItemsAreUndecided(request)
    looking.note_export()
    withheld: dict[str, int] = {}
    shown = []
    for item in items:
        ground = found.decided.get(item.fact)
        if ground is None:
            shown.append(item)
        else:
            withheld[ground.value] = withheld.get(ground.value, 0) + 1
    return Export(found, shown, withheld)


async def opened(here: Parts, caller: Caller, request: UUID) -> tuple[SubjectAccess, list[Item]]:
    """A request of the caller's organisation, and what is held of the person.

    Raises `SubjectAccessIsUnknown`.
    """
    ask = partial(here.care.subject_access_request, SubjectAccessId(request), caller.organisation)
    found = await in_time(ask)
    assert found.person is not None, "a request is a person's from its first fact on"
    items = await held(here, caller, found.person, found.received_on)
    return found, items


async def held(
    here: Parts, caller: Caller, person: PersonId, received_on: date | None
) -> list[Item]:
    """Everything that is held of one person, oldest first.

    An organisation gives what is in its own share: what others hold, they answer for, and the list
    of who was told says who they are.
    """
    rule = in_force(received_on or here.clock().date())
    subject = here.pseudonyms.of(caller.organisation, person)
    gathered: dict[str, Item] = {}
    for entry in await here.reading.history(caller.organisation, subject):
        if entry.type not in (WITHDRAWN, ENDED):
            key = str(entry.data.get("fact") or f"{entry.partner}/{entry.number}")
            why = _why(entry.type, entry.data, rule.harm_test)
            gathered[key] = Item(key, entry.type, entry.effective_at, entry.data, why)
    return sorted(gathered.values(), key=lambda item: (item.at, item.fact))


def _why(
    kind: str, told: Mapping[str, Any], harm_test: frozenset[Category]
) -> tuple[WithheldGround, ...]:
    fact = TYPES.get(kind.rpartition(".")[0])
    categories = {fact.CATEGORY} if fact else set(harm_test)
    if fact:
        categories |= {c for name, c in fact.FIELD_CATEGORY.items() if name in told}
    names_others = told.get("third_party") or OF_PERSONS & told.keys()
    about_others = (WithheldGround.THIRD_PARTY,) if names_others else ()
    harmful = (WithheldGround.SERIOUS_HARM,) if categories & harm_test else ()
    return about_others + harmful


def _content(item: Item) -> dict[str, Any]:
    told = {key: value for key, value in item.told.items() if key not in ABOUT_THE_TELLING}
    return {"type": item.type, "at": item.at, "told": told}


def _decided(found: SubjectAccess, item: Item) -> str | None:
    if item.fact not in found.decided:
        return None
    ground = found.decided[item.fact]
    return "shown" if ground is None else ground.value
