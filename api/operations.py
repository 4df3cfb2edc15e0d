"""How the place runs, for who operates it: its views, and how each partner is told.

It refuses to name anybody who is helped.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Protocol, TypeVar
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from api.asking import Asking
from api.parts import Here, Parts
from api.problems import NothingIsHere
from api.readers import Operator, may_operate
from api.reads import Now
from domain.vocabulary import PartnerId, Way
from projections.directory import Directory
from projections.operating import CasesWait, EndpointStands, MailboxStands, TopicStands
from projections.progress import ViewStands
from projections.readers import Reader, silent
from projections.tending import What

router = APIRouter(prefix="/v1", tags=["operation"])


@dataclass(frozen=True, slots=True)
class Told:
    """How one partner is told."""

    partner: UUID
    name: str
    newest: int
    ways: tuple[Way, ...]
    silent: bool
    reads: tuple[Reader, ...]
    topic: TopicStands | None
    mailbox: MailboxStands | None
    waiting: tuple[CasesWait, ...]
    endpoints: tuple[EndpointStands, ...]

    def alarms(self, now: datetime) -> bool:
        """Whether something of it is for somebody to see to."""
        return (
            self.silent
            or any(each.late(now) for each in (self.topic, self.mailbox) if each)
            or bool(self.waiting)
            or any(endpoint.alarms(now) for endpoint in self.endpoints)
        )


@router.get("/operations", response_model=dict[str, Any])
async def operations(_: Operator, here: Here, now: Now) -> Response:
    """Views and how far behind they are; who countersigns the log; partners, how each is told,
    the alarming ones first."""
    return now.answer(
        {
            "views": [
                {
                    "view": view.name,
                    "position": view.position,
                    "lag_facts": view.behind,
                    "lag_seconds": round(view.seconds, 3),
                    "state": view.state,
                }
                for view in await views(here)
            ],
            "witnesses": [
                {
                    "name": each.name,
                    "size": each.size,
                    "at": each.at,
                    "failure": each.failure,
                    "denied": each.denied,
                    "waits_since": each.waits_since,
                }
                for each in await here.reading.witnesses()
            ],
            "partners": [_row(told, here.clock()) for told in await partners(here)],
        }
    )


class AskedOfView(BaseModel):
    """Why something is asked of a view. It names nobody."""

    model_config = ConfigDict(extra="forbid")

    why: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


async def ask_of_view(view: str, what: What, body: AskedOfView, asks: Asking) -> Response:
    """Ask it of a view. Raises `NotForThisRole`, `NothingIsHere`, and what the view refuses."""
    may_operate(asks.caller, asks.here)
    tended, by = asks.here.tended, asks.caller.practitioner
    if tended is None or by is None:
        raise NothingIsHere
    await tended.ask(asks.key, view, what, body.why, by)
    return Response(b"{}", 200, media_type="application/json")


async def views(here: Parts) -> list[ViewStands]:
    """Every view, the one furthest behind first."""
    known = (await here.reading.progress()).views
    return sorted(known, key=lambda view: (-view.seconds, view.name))


async def partners(here: Parts) -> list[Told]:
    """Every partner that was told anything, those that alarm first."""
    reading, now = here.reading, here.clock()
    directory = await reading.directory()
    reads = await reading.readers()
    quiet = {each.partner for each in silent(reads, now, here.silence)}
    topics = {each.partner: each for each in await reading.topics_stand()}
    mailboxes = {each.partner: each for each in await reading.mailboxes_stand()}
    endpoints = _of_each(await reading.endpoints_stand())
    waiting = _of_each(await reading.cases_wait())
    found = [
        Told(
            partner=partner,
            name=directory.partners[PartnerId(partner)].name,
            newest=theirs[0].newest,
            ways=_agreed(directory, PartnerId(partner)),
            silent=partner in quiet,
            reads=tuple(reader for reader in theirs if reader.way),
            topic=topics.get(partner),
            mailbox=mailboxes.get(partner),
            waiting=tuple(waiting.get(partner, ())),
            endpoints=tuple(endpoints.get(partner, ())),
        )
        for partner, theirs in _of_each(reads).items()
    ]
    return sorted(found, key=lambda told: (not told.alarms(now), told.name))


def _agreed(directory: Directory, partner: PartnerId) -> tuple[Way, ...]:
    return tuple(way for way in Way if directory.may_use(partner, way))


class _Partners(Protocol):
    @property
    def partner(self) -> UUID: ...


P = TypeVar("P", bound=_Partners)


def _of_each(rows: Iterable[P]) -> dict[UUID, list[P]]:
    found: dict[UUID, list[P]] = defaultdict(list)
    for row in rows:
        found[row.partner].append(row)
    return found


def _row(told: Told, now: datetime) -> dict[str, Any]:
    return {
        "partner": told.partner,
        "name": told.name,
        "newest": told.newest,
        "alarm": told.alarms(now),
        "silent": told.silent,
        "ways": told.ways,
        "reads": [
            {
                "way": each.way,
                "last_read": each.number,
                "behind": each.behind,
                "at": each.at,
                "waits_since": each.waits_since,
            }
            for each in told.reads
        ],
        "topic": told.topic
        and {
            "name": told.topic.name,
            "reached": told.topic.reached,
            "behind": told.topic.behind,
            "at": told.topic.at,
            "waits_since": told.topic.waits_since,
        },
        "mailbox": told.mailbox
        and {
            "name": told.mailbox.name,
            "reached": told.mailbox.reached,
            "collected": told.mailbox.collected,
            "behind": told.mailbox.behind,
            "at": told.mailbox.at,
            "failure": told.mailbox.failure or None,
            "waits_since": told.mailbox.waits_since,
        },
        "waiting": [
            {"way": each.way, "cases": each.cases, "since": each.since} for each in told.waiting
        ],
        "endpoints": [_endpoint(each) for each in told.endpoints],
    }


def _endpoint(each: EndpointStands) -> dict[str, Any]:
    return {
        "name": each.name,
        "host": each.host,
        "stands": each.stands,
        "why": each.why or None,
        "since": each.failing_since or each.state_at,
        "failures": each.failures,
        "told": each.told,
        "behind": each.behind,
        "waits_since": each.waits_since,
        "last_at": each.last_at,
        "due_at": each.due_at,
    }
