"""Services over HTTP: what is offered, to whom and when, whether there is room, and who says so."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from api.access import SignedIn
from api.asking import Activity, Answered, Asking, Asks, Creating, answered, example
from api.parts import Caller, Here, Parts
from api.problems import NotForThisRole
from api.reads import Now
from domain.description import Description
from domain.policies.days import local_date
from domain.service import ServiceDescribed, ServiceIsUnknown, ServiceOpened, actions
from domain.texts import Line, Text
from domain.vocabulary import Label, PartnerId, PartnerKind, Role, ServiceId, Source, Step
from projections.directory import Directory, ServiceEntry

router = APIRouter(prefix="/v1/services", tags=["services"])

SPEAKING_FOR_THE_PLACE = frozenset({Role.ADMINISTRATOR, Role.SYSTEM})
"""Roles at the host that may speak for services of others."""


class OfferingSomething(Creating):
    """A service of your organisation; ``description`` says who may come, when and where."""

    model_config = example(
        name="Evening group",
        step=1,
        ways_in=["professional", "self"],
        eligibility="Adults who live nearby",
        description={
            "criteria": {"age_from": 18, "takes": ["loneliness"]},
            "hours": [{"day": "Tuesday", "opens": "18:00", "closes": "20:00"}],
            "places": ["Library, first floor"],
            "cost": "free",
        },
    )

    partner: UUID | None = Field(
        default=None, description="Whose it is, if the host's administrator writes it down."
    )
    name: Line
    step: Step
    ways_in: Annotated[list[Source], Field(min_length=1, max_length=4)]
    eligibility: Text
    group: bool = False
    description: Description = Description()
    identifiers: Annotated[dict[Line, Line], Field(max_length=20)] = {}


class Describing(Activity):
    """All that the service says of itself; it takes the place of what was said before."""

    model_config = example(
        name="Evening group",
        ways_in=["professional", "self"],
        eligibility="Adults who live nearby",
        description={"criteria": {"age_from": 18}},
    )

    name: Line
    ways_in: Annotated[list[Source], Field(min_length=1, max_length=4)]
    eligibility: Text
    description: Description = Description()


class DeclaringCapacity(Activity):
    """How many more can come now; of how many, and until when it holds, if that is known."""

    model_config = example(available=3, maximum=12, until="2026-12-04")

    available: Annotated[int, Field(ge=0, le=100_000)]
    maximum: Annotated[int, Field(ge=0, le=100_000)] | None = None
    until: date | None = None


class TurningAway(Activity):
    """Why nobody new is taken. It is shown to everybody: write nothing about who is helped."""

    model_config = example(reason="The gardener is away until September")

    reason: Text


@router.get("", response_model=dict[str, Any])
async def services(
    caller: SignedIn,
    here: Here,
    now: Now,
    words: Annotated[str, Query(max_length=200, description="Any of its words.")] = "",
    step: Annotated[int | None, Query(ge=1, le=4)] = None,
    taking: Annotated[bool | None, Query(description="Whether it takes anybody new.")] = None,
    open_now: Annotated[bool | None, Query(alias="open-now")] = None,
) -> Response:
    """What organisations offer, at which step, who may come, and whether there is room."""
    at = here.clock()
    found = matching(
        await here.reading.directory(),
        at,
        words=words,
        step=step,
        taking=taking,
        open_now=open_now,
    )
    rows = [row(each, at) | _actions(caller, here, each) for each in found]
    return now.answer({"rows": rows})


@router.get("/{service}", response_model=dict[str, Any])
async def one_service(caller: SignedIn, here: Here, now: Now, service: UUID) -> Response:
    """One service, as it says of itself, and what the caller may say of it."""
    found = _offered(await here.reading.directory(), service)
    return now.answer(row(found, here.clock()) | _actions(caller, here, found))


@router.post("", response_model=Answered, status_code=201)
async def open_service(body: OfferingSomething, asks: Asks) -> Response:
    """Offer a service of your organisation."""
    partner = PartnerId(body.partner or asks.caller.organisation)
    _speaks_for(asks, partner)
    service = ServiceId(asks.new("service", body.id))
    directory = await asks.here.reading.directory()
    joined = directory.partners.get(partner)
    drugs = joined is not None and joined.kind is PartnerKind.DRUG_SERVICE
    opening = ServiceOpened(
        partner=partner,
        name=body.name,
        step=body.step,
        ways_in=tuple(body.ways_in),
        eligibility=body.eligibility,
        group=body.group,
        label=Label.SUBSTANCE if drugs else Label.ORDINARY,
        identifiers=body.identifiers,
        description=body.description,
    )
    answer = await asks.ask(
        body, lambda asked: asks.here.care.open_service(service, opening, asked=asked)
    )
    return answered(answer, 201, location="/v1/services")


@router.post("/{service}/description", response_model=Answered)
async def describe_service(service: UUID, body: Describing, asks: Asks) -> Response:
    """Put right what a service says of itself."""
    await _speaking(asks, service)
    described = ServiceDescribed(
        name=body.name,
        ways_in=tuple(body.ways_in),
        eligibility=body.eligibility,
        description=body.description,
    )
    answer = await asks.ask(
        body,
        lambda asked: asks.here.care.describe_service(ServiceId(service), described, asked=asked),
    )
    return answered(answer, 200)


@router.post("/{service}/capacity", response_model=Answered)
async def declare_capacity(service: UUID, body: DeclaringCapacity, asks: Asks) -> Response:
    """Say how many more can come; places are counted from here on."""
    await _speaking(asks, service)
    answer = await asks.ask(
        body,
        lambda asked: asks.here.care.declare_capacity(
            ServiceId(service),
            body.available,
            maximum=body.maximum,
            until=body.until,
            asked=asked,
        ),
    )
    return answered(answer, 200)


@router.post("/{service}/pause", response_model=Answered)
async def pause_service(service: UUID, body: TurningAway, asks: Asks) -> Response:
    """Take nobody new for now; who waits already is still answered."""
    await _speaking(asks, service)
    answer = await asks.ask(
        body,
        lambda asked: asks.here.care.pause_service(ServiceId(service), body.reason, asked=asked),
    )
    return answered(answer, 200)


@router.post("/{service}/reopening", response_model=Answered)
async def reopen_service(service: UUID, body: Activity, asks: Asks) -> Response:
    """Take people again at a service that was paused."""
    await _speaking(asks, service)
    answer = await asks.ask(
        body, lambda asked: asks.here.care.reopen_service(ServiceId(service), asked=asked)
    )
    return answered(answer, 200)


@router.post("/{service}/closure", response_model=Answered)
async def close_service(service: UUID, body: TurningAway, asks: Asks) -> Response:
    """Stop offering a service; who waits for it goes back to their senders within minutes."""
    await _speaking(asks, service)
    answer = await asks.ask(
        body,
        lambda asked: asks.here.care.close_service(ServiceId(service), body.reason, asked=asked),
    )
    return answered(answer, 200)


def matching(
    directory: Directory,
    at: datetime,
    *,
    words: str = "",
    step: int | None = None,
    taking: bool | None = None,
    open_now: bool | None = None,
) -> list[ServiceEntry]:
    """The services that have all these words, by step and name."""
    wanted = words.casefold().split()
    today = local_date(at)

    def fits(each: ServiceEntry) -> bool:
        text = _text(each, directory.partners[each.partner].name)
        return (
            all(word in text for word in wanted)
            and step in (None, each.step)
            and taking in (None, each.takes(today))
            and open_now in (None, each.description.open_at(at) or False)
        )

    found = (each for each in directory.services.values() if fits(each))
    return sorted(found, key=lambda each: (each.step, each.name))


def _text(each: ServiceEntry, organisation: str) -> str:
    said = each.description
    parts = [each.name, organisation, each.eligibility, said.summary or "", said.cost or ""]
    parts += [*said.criteria.takes, *said.places, *said.languages, *said.accessibility]
    return " ".join(parts).casefold()


def row(each: ServiceEntry, at: datetime) -> dict[str, Any]:
    """A service as everybody may see it: which referrals hold its places is nobody's business."""
    today = local_date(at)
    room = each.room
    return {
        "id": each.id,
        "partner": each.partner,
        "name": each.name,
        "step": each.step,
        "ways_in": each.ways_in,
        "eligibility": each.eligibility,
        "group": each.group,
        "label": each.label,
        "identifiers": each.identifiers,
        "taking": each.takes(today),
        "state": state(each),
        "reason": each.turned,
        "open_now": each.description.open_at(at),
        "capacity": None
        if room is None
        else {
            "available": room.left(today),
            "declared": room.available,
            "maximum": room.maximum,
            "until": room.until,
            "declared_at": each.declared_at,
        },
        "description": each.description.model_dump(mode="json", exclude_none=True),
    }


def speaks(caller: Caller, host: PartnerId, partner: PartnerId) -> bool:
    """Whether somebody may speak for a partner's service: who acts there, and the host's office."""
    if not caller.cares:
        return False
    at_the_host = caller.organisation == host and caller.role in SPEAKING_FOR_THE_PLACE
    return caller.organisation == partner or at_the_host


def _actions(caller: Caller, here: Parts, each: ServiceEntry) -> dict[str, Any]:
    may = speaks(caller, here.care.host, each.partner)
    return {"actions": actions(taking=each.taking, closed=each.closed) if may else ()}


def state(each: ServiceEntry) -> str:
    """Whether it is open, paused or closed."""
    return "open" if each.taking else "closed" if each.closed else "paused"


def _offered(directory: Directory, service: UUID) -> ServiceEntry:
    found = directory.services.get(ServiceId(service))
    if found is None:
        raise ServiceIsUnknown(service)
    return found


async def _speaking(asks: Asking, service: UUID) -> None:
    """Raises `ServiceIsUnknown`, `NotForThisRole`."""
    _speaks_for(asks, _offered(await asks.here.reading.directory(), service).partner)


def _speaks_for(asks: Asking, partner: PartnerId) -> None:
    """Who acts for it speaks for it; at the host, an administrator or the system. Else refused.

    Another organisation is refused by the domain. Raises `NotForThisRole`.
    """
    caller = asks.caller
    at_the_host = caller.organisation == asks.here.care.host != partner
    if at_the_host and caller.role not in SPEAKING_FOR_THE_PLACE:
        raise NotForThisRole
