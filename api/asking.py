"""Asking an intention over HTTP: once for each key, in a worker thread, with a deadline.

It refuses to decide: it turns a request into `Asked` and an `Answer` into a response.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Annotated, Any, TypeVar
from uuid import UUID, uuid5

import anyio
import anyio.to_thread
import orjson
from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import AtTheDesk, Caring
from api.parts import Caller, Here, Parts
from api.problems import (
    AnswerTookTooLong,
    IdempotencyKeyIsMissing,
    IdIsTaken,
    RecordHasChanged,
    Refused,
    SomethingMustComeFirst,
    not_valid,
    status_of,
)
from domain.action import ActionExists
from domain.carer import CarerExists
from domain.concern import ConcernIsRaised
from domain.contact import AppointmentExists
from domain.discussion import DiscussionIsRecorded
from domain.edits import EditExists
from domain.erasure import ErasureIsOrdered
from domain.group import GroupIsPlanned
from domain.handover import HandoverExists
from domain.intentions.answers import Answer
from domain.intentions.linking import known_by
from domain.intentions.persons import PersonIsUnknown
from domain.kernel import Asked, BrokenRule, Unknown
from domain.measure import MeasureIsComplete
from domain.meeting import MeetingIsScheduled, MeetingIsUnknown
from domain.partner import PartnerHasLeft
from domain.person import Details, PersonIsKnown
from domain.policies.days import local_date
from domain.referral import ReferralIsUnknown
from domain.request import ReferralExists
from domain.safeguarding import SafeguardingIsReferred
from domain.service import CannotBeChosen, ServiceIsOpen
from domain.texts import AHEAD, LIES_AHEAD, Instant
from domain.unmet import UnmetNeedExists
from domain.vocabulary import EditId, MeetingId, PersonId, ReferralId, ServiceId
from projections import record
from projections.entries import Entry

DEADLINE = 10.0
"""Seconds an intention may take before its asker is told that the outcome is not known."""

MOST_AFTER = 50
"""How many earlier intentions one may wait for."""

TAKEN: frozenset[type[BrokenRule]] = frozenset(
    {
        Unknown,  # the id is that of another noun
        ReferralExists,
        MeetingIsScheduled,
        AppointmentExists,
        GroupIsPlanned,
        MeasureIsComplete,
        ActionExists,
        DiscussionIsRecorded,
        ConcernIsRaised,
        SafeguardingIsReferred,
        CarerExists,
        EditExists,
        HandoverExists,
        PersonIsKnown,
        ErasureIsOrdered,
        UnmetNeedExists,
        ServiceIsOpen,
    }
)
"""What is said of an id that something has already; to whoever made the id, only that it has."""

A = TypeVar("A")

CATCHING_UP = 2.0
"""Seconds to wait for a view before something is said not to be there."""


def example(**content: Any) -> ConfigDict:
    """A request's example in the description of the interface."""
    return ConfigDict(json_schema_extra={"examples": [content]})


class Activity(BaseModel):
    """What comes with an intention. ``at`` is when it was true, if that was not now."""

    model_config = ConfigDict(extra="forbid") | example(at="2026-03-02T09:00:00Z")

    at: Instant | None = None


class Creating(Activity):
    """What makes something new. ``id`` is an id of the caller's own; one is made if it is left out.

    Whoever works without a network makes the ids, and so can speak of what is not sent yet.
    """

    id: UUID | None = None


class Editing(Activity):
    """What writes something that others may write too: it replaces only what its writer had seen.

    ``base`` is the ``number`` of the record they read. Left out, they are taken to have seen what
    their organisation had been told by ``at``.
    """

    base: Annotated[int, Field(ge=0, le=2**62)] | None = None


class Answered(BaseModel):
    """The answer to an intention: its noun's id, the position to wait for, what may come next."""

    id: UUID
    position: int
    actions: list[str]
    person: UUID | None = Field(default=None, description="The person, as you know them.")
    handover: UUID | None = Field(default=None, description="The hand-over that was offered.")
    decision: UUID | None = Field(default=None, description="The decision that was recorded.")


@dataclass(frozen=True, slots=True)
class Asking:
    """One request to change something."""

    here: Parts
    caller: Caller
    key: UUID
    request: Request
    if_match: str | None = None

    def new(self, noun: str, own: UUID | None = None) -> UUID:
        """An id for what this intention makes, if the caller has made none.

        Asked again with the same key, it is the same id.
        """
        return own or uuid5(self.key, f"{noun} of {self.caller.organisation}")

    async def new_person(self, own: UUID | None) -> PersonId:
        """Who is made known. Raises `IdIsTaken` for the id by which the caller knows another."""
        if own is None:
            return PersonId(self.new("person"))
        if await self.here.reading.person_of(self.caller.organisation, own) is not None:
            raise IdIsTaken(own)
        return _owned(self.caller, own)

    async def alike(self, details: Details | None) -> Sequence[PersonId]:
        """Who may be whom these details tell of, so that nobody is made known twice."""
        return await self.here.reading.alike(known_by(details)) if details else ()

    async def about(self, referral: ReferralId) -> UUID:
        """The person a referral is about, as the caller knows them."""
        return self.known_as(await in_time(partial(self.here.care.person_of, referral)))

    def known_as(self, person: PersonId) -> UUID:
        """The id by which the caller's organisation knows a person."""
        return self.here.pseudonyms.of(self.caller.organisation, person)

    async def ask(
        self,
        body: Activity,
        intention: Callable[[Asked], Answer],
        *,
        actions: Callable[[], Awaitable[tuple[str, ...]]] | None = None,
    ) -> Answer:
        """Ask and answer. ``actions`` tells what may be asked instead, when this may not."""
        if self.caller.left:
            raise PartnerHasLeft(self.caller.organisation)
        now = self.here.clock()
        if body.at is not None and body.at > now + AHEAD:
            raise not_valid({"pointer": "/at"}, LIES_AHEAD)
        asked = Asked(
            organisation=self.caller.organisation,
            at=body.at or now,
            key=self.key,
            practitioner=self.caller.practitioner,
            purpose=self.caller.purpose,
            digest=self.digest(body),
        )
        try:
            return await in_time(partial(intention, asked))
        except BrokenRule as rule:
            if type(rule) in TAKEN and rule.args and rule.args[0] in self._made(body):
                raise IdIsTaken from rule
            if isinstance(rule, CannotBeChosen):
                raise Refused(
                    rule, actions=("unmet-need",), instead=await self._others(rule)
                ) from rule
            if actions is None or status_of(type(rule)) != 409:
                raise
            await caught_up(self.here)
            raise Refused(rule, actions=await actions()) from rule

    async def _others(self, rule: CannotBeChosen) -> list[dict[str, str]]:
        """The services at the same step that take people now; none for a service nobody knows."""
        directory = await self.here.reading.directory()
        wanted = directory.services.get(ServiceId(UUID(rule.args[0])))
        today = local_date(self.here.clock())
        return [
            {
                "id": str(other.id),
                "name": other.name,
                "organisation": directory.partners[other.partner].name,
            }
            for other in directory.services.values()
            if wanted and other.id != wanted.id and other.step == wanted.step and other.takes(today)
        ]

    def _made(self, body: Activity) -> set[str]:
        """The ids the caller has made for what is to be new, as the log would know them."""
        person = getattr(body, "person", None)
        own = [made for of in (body, person) if (made := getattr(of, "id", None)) is not None]
        return {str(each) for made in own for each in (made, _owned(self.caller, made))}

    async def seen(
        self, subject: UUID, names: Sequence[str], body: Editing
    ) -> frozenset[EditId] | None:
        """The edits of these details that stood in the record the writer had before them.

        ``None`` when they wrote now, with all before them that is recorded.
        """
        person = await self.person(subject)
        organisation, now = self.caller.organisation, body.base is None and body.at is None
        if now and not await self.here.reading.only_said(organisation, person):
            return None
        known = self.known_as(person)
        told = await self.here.reading.history(self.caller.organisation, known)
        row = record.folded(entry for entry in told if _before(entry, body))
        if row is None:
            return frozenset()
        stands = (record.details.stands(row, name) for name in names)
        return frozenset(edit.id for standing in stands for edit in standing)

    def digest(self, body: BaseModel) -> bytes:
        """One key stands for one method, one address and one content, however it was spaced."""
        content = body.model_dump_json(exclude_unset=True)
        said = "\0".join((self.request.method, self.request.url.path, content))
        return sha256(said.encode()).digest()

    async def person(self, subject: UUID) -> PersonId:
        """The person the caller knows by this id. Raises `PersonIsUnknown`."""
        return await person_of(self.here, self.caller, subject)

    async def referral(self, referral_id: UUID) -> dict[str, Any]:
        """The caller's row of a referral, not staler than ``If-Match`` says.

        Raises `ReferralIsUnknown`, `RecordHasChanged`.
        """
        organisation = self.caller.organisation
        row = await self._row(lambda: self.here.reading.referral(organisation, referral_id))
        if row is None:
            raise ReferralIsUnknown(referral_id)
        self._not_stale(row)
        return row

    async def record(self, subject: UUID) -> PersonId:
        """The person whose record the caller has read, not staler than ``If-Match`` says.

        Raises `PersonIsUnknown`, `RecordHasChanged`.
        """
        person = await self.person(subject)
        if self.if_match is not None:
            known = self.known_as(person)
            me, sight = self.caller.organisation, self.caller.sight
            row = await self.here.reading.record(me, known, sight=sight)
            if row is None:
                raise PersonIsUnknown(subject)
            self._not_stale(row)
        return person

    async def meeting(self, meeting_id: UUID) -> MeetingId:
        """A meeting the caller's organisation is invited to. Raises `MeetingIsUnknown`."""
        organisation = self.caller.organisation
        row = await self._row(lambda: self.here.reading.meeting(organisation, meeting_id))
        if row is None:
            raise MeetingIsUnknown(meeting_id)
        return MeetingId(meeting_id)

    async def actions_on_referral(self, referral_id: UUID) -> tuple[str, ...]:
        row = await self.here.reading.referral(self.caller.organisation, referral_id)
        return tuple(row.get("actions", ())) if row else ()

    async def actions_on_pathway(self, subject: UUID) -> tuple[str, ...]:
        known = self.known_as(await self.person(subject))
        row = await self.here.reading.record(self.caller.organisation, known)
        directory = await self.here.reading.directory()
        today = local_date(self.here.clock())
        return tuple(directory.meant(row.get("actions", ()), today)) if row else ()

    async def _row(
        self, find: Callable[[], Awaitable[dict[str, Any] | None]]
    ) -> dict[str, Any] | None:
        row = await find()
        if row is None and await caught_up(self.here):
            row = await find()
        return row

    def _not_stale(self, row: dict[str, Any]) -> None:
        if self.if_match is not None and self.if_match != etag(row):
            raise RecordHasChanged


async def person_of(here: Parts, caller: Caller, subject: UUID) -> PersonId:
    """The person an organisation knows by this id, or by one of its own making.

    Raises `PersonIsUnknown`.
    """
    person = await _person_of(here, caller, subject)
    if person is None and await caught_up(here):
        person = await _person_of(here, caller, subject)
    if person is None:
        raise PersonIsUnknown(subject)
    return person


async def _person_of(here: Parts, caller: Caller, subject: UUID) -> PersonId | None:
    """By the id the organisation was told, or by one that it made itself before it was told any."""
    told = await here.reading.person_of(caller.organisation, subject)
    if told is not None:
        return told
    own = here.pseudonyms.of(caller.organisation, _owned(caller, subject))
    return await here.reading.person_of(caller.organisation, own)


def _owned(caller: Caller, own: UUID) -> PersonId:
    """Whom an organisation means by an id of its own making."""
    return PersonId(uuid5(own, f"person of {caller.organisation}"))


def _before(entry: Entry, body: Editing) -> bool:
    """Whether the writer had been told of it."""
    if body.base is not None:
        return entry.number <= body.base
    return body.at is None or entry.recorded_at <= body.at


async def caught_up(here: Parts) -> bool:
    """Wait until the views show all that is recorded by now; whether they do."""
    return await here.reading.reached(await here.reading.head(), CATCHING_UP)


async def in_time(work: Callable[[], A]) -> A:
    """Run blocking work in a thread. Raises `AnswerTookTooLong`: it may still be recorded."""
    try:
        with anyio.fail_after(DEADLINE):
            return await anyio.to_thread.run_sync(work, abandon_on_cancel=True)
    except TimeoutError as late:
        raise AnswerTookTooLong from late


def etag(row: dict[str, Any]) -> str:
    """The strong validator of a row: it changes with anything the caller may see of it."""
    return f'"{sha256(orjson.dumps(row, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]}"'


def answered(
    answer: Answer,
    status: int,
    *,
    known_as: UUID | None = None,
    location: str | None = None,
    person: UUID | None = None,
    handover: UUID | None = None,
    decision: UUID | None = None,
    code: str | None = None,
) -> Response:
    """An answer as it goes out. ``known_as`` stands for a noun the caller knows by another id."""
    content: dict[str, Any] = {
        "id": known_as or answer.id,
        "position": answer.position,
        "actions": answer.actions,
    }
    also = {"person": person, "handover": handover, "decision": decision, "code": code}
    content |= {name: known for name, known in also.items() if known is not None}
    headers = {"X-Position": str(answer.position)}
    if location is not None:
        headers["Location"] = f"{location}/{content['id']}"
    return Response(orjson.dumps(content), status, headers, "application/json")


async def key_given(
    idempotency_key: Annotated[
        str | None, Header(description="A UUID of your own; the same when you try again.")
    ] = None,
) -> UUID:
    """By what a request is known when it comes again. Raises `IdempotencyKeyIsMissing`."""
    try:
        return UUID((idempotency_key or "").strip('"'))
    except ValueError as flaw:
        raise IdempotencyKeyIsMissing from flaw


KeyGiven = Annotated[UUID, Depends(key_given)]


async def asking_at_the_desk(
    request: Request,
    here: Here,
    caller: AtTheDesk,
    key: KeyGiven,
    if_match: Annotated[
        str | None, Header(description="The ETag you read; 412 if it changed since.")
    ] = None,
    after: Annotated[
        str | None,
        Header(description="Keys of your own that must be recorded before this; 409 if not."),
    ] = None,
) -> Asking:
    """A request to change something.

    Raises `IdempotencyKeyIsMissing`, `SomethingMustComeFirst` and what is not valid.
    """
    if after is not None:
        missing = await in_time(partial(here.care.not_recorded, caller.organisation, _keys(after)))
        if missing:
            raise Refused(SomethingMustComeFirst(), after=missing)
    return Asking(here, caller, key, request, if_match)


def _keys(after: str) -> tuple[UUID, ...]:
    try:
        keys = tuple(UUID(key.strip(' "')) for key in after.split(","))
    except ValueError as flaw:
        raise not_valid({"parameter": "After"}, "Give keys, with commas between.") from flaw
    if len(keys) > MOST_AFTER:
        raise not_valid({"parameter": "After"}, f"Give no more than {MOST_AFTER} keys.")
    return keys


AsksAtTheDesk = Annotated[Asking, Depends(asking_at_the_desk)]
"""Declares that an address changes something that the front desk looks after."""


async def asking(caller: Caring, asks: AsksAtTheDesk) -> Asking:
    """The same, for somebody who takes part in care, which is asked first.

    Raises `NotForThisRole`, `NotForThisPurpose` and what it raises.
    """
    assert caller == asks.caller
    return asks


Asks = Annotated[Asking, Depends(asking)]
"""Declares that an address changes something, for somebody who takes part in care."""
