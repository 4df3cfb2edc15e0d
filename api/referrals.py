"""Referrals over HTTP: asking a service, its answers, and the sender's thanks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field, model_validator

from api.access import Caring
from api.asking import Activity, Answered, Asking, Asks, Creating, answered, etag, example
from api.evidence import OnEvidence
from api.parts import Here
from api.people import PersonDetails
from api.reads import At
from domain.application import CareCoordination
from domain.intentions.answers import Answer
from domain.kernel import Asked
from domain.referral import ReferralIsUnknown
from domain.request import State
from domain.sharing import RECEIVED, SENT
from domain.texts import Instant, Line, Minutes, Text
from domain.vocabulary import (
    ContactId,
    Content,
    DeclineReason,
    EndReason,
    Medium,
    Mode,
    PartnerId,
    PractitionerId,
    Priority,
    ReferralId,
    Responsibility,
    ServiceId,
    Source,
)

router = APIRouter(prefix="/v1/referrals", tags=["referrals"])


class Referring(OnEvidence, Creating):
    """A request to a service for a person you know (``person_id``) or make known (``person``).

    ``sender`` and ``said_by`` go with a referral that was said: the organisation it was said to
    records it for the one that said it. ``after_advice`` is the question this follows from, and
    ``onward_from`` the referral that you accepted and refer on from. ``sent_without`` is why
    something is missing that the service asks to be told.
    ``evidence_kind`` and what goes with it are asked for when
    the referral is to take the person over to another step, unless they only enter the steps.
    """

    model_config = example(
        service="6f1c1e0e-5d3b-4f0e-9f0a-2f6f7f4b8b11",
        person={"name": "Rosa Lind", "phone": "020 7946 0000"},
        source="professional",
        ask="Talking therapy for low mood",
        reason="Low since she lost her work; sleeps badly.",
    )

    service: UUID
    person_id: UUID | None = None
    person: PersonDetails | None = None
    source: Source
    mode: Mode = Mode.WRITTEN
    ask: Text
    reason: Text | None = None
    said_by: Text | None = None
    sender: UUID | None = None
    responsibility: Responsibility = Responsibility.HELP_ALONGSIDE
    priority: Priority = Priority.ROUTINE
    after_advice: UUID | None = None
    onward_from: UUID | None = None
    sent_without: Text | None = None

    @model_validator(mode="after")
    def one_person(self) -> Self:
        if (self.person_id is None) == (self.person is None):
            raise ValueError("Give either person_id, of a person you know, or person, to register.")
        if self.mode is not Mode.VERBAL and (self.sender is not None or self.said_by is not None):
            raise ValueError("Only a verbal referral has sender and said_by; set mode to verbal.")
        return self


class Declining(Activity):
    """Why a referral is not taken on; with another service needed comes ``instead``, which."""

    model_config = example(reason="full", note="A place is free in May.")

    reason: DeclineReason
    instead: UUID | None = None
    note: Text | None = None


class Redirecting(Activity):
    """The service that fits better."""

    model_config = example(
        service="6f1c1e0e-5d3b-4f0e-9f0a-2f6f7f4b8b11", note="Closer to her home."
    )

    service: UUID
    note: Text | None = None


class Question(Activity):
    """What the receiver needs to know."""

    model_config = example(question="Does she take medication?")

    question: Text


class Information(Activity):
    """The sender's answer."""

    model_config = example(answer="Sertraline 50 mg.")

    answer: Text


class Withdrawal(Activity):
    """Why a referral is taken back."""

    model_config = example(note="She moved away.")

    note: Text | None = None


class Closing(Activity):
    """How the help ended; ``elsewhere`` names the service, if a person was referred on by word."""

    model_config = example(reason="completed by agreement", summary="PHQ-9 from 18 to 6.")

    reason: EndReason
    elsewhere: Text | None = None
    summary: Text | None = None


class Booking(Creating):
    """A time to be seen, called or to join a group."""

    model_config = example(
        starts_at="2026-03-09T10:00:00Z", medium="telephone", content="assessment and treatment"
    )

    starts_at: Instant
    medium: Medium
    activity: Text | None = None
    content: Content | None = None
    place: Line | None = None
    minutes: Minutes | None = None
    practitioner: UUID | None = None


class OfferingTimes(Creating):
    """Times for the person to choose from. Offered again under the same id, the new ones count."""

    model_config = example(
        times=["2026-03-09T10:00:00Z", "2026-03-10T14:00:00Z"], medium="telephone", minutes=50
    )

    times: Annotated[list[Instant], Field(min_length=1, max_length=50)]
    medium: Medium
    activity: Text | None = None
    content: Content | None = None
    place: Line | None = None
    minutes: Minutes | None = None
    practitioner: UUID | None = None


@router.post("", status_code=201, response_model=Answered)
async def make_referral(body: Referring, asks: Asks) -> Response:
    """Ask a service for help for a person; answers with the person as you know them."""
    referral, care = ReferralId(asks.new("referral", body.id)), asks.here.care
    onward_from = None
    if body.after_advice is not None:
        await asks.referral(body.after_advice)
        referral = ReferralId(body.after_advice)
    if body.onward_from is not None:
        await asks.referral(body.onward_from)
        onward_from = ReferralId(body.onward_from)
    if body.person_id is not None:
        known = await asks.person(body.person_id)
    else:
        known = await asks.new_person(body.person.id if body.person else None)

    grounds = await body.grounds(body.person_id, asks)

    details = body.person.details() if body.person else None
    alike = await asks.alike(details)

    def intention(asked: Asked) -> Answer:
        return care.make_referral(
            referral,
            known,
            ServiceId(body.service),
            source=body.source,
            mode=body.mode,
            ask=body.ask,
            reason=body.reason,
            said_by=body.said_by,
            responsibility=body.responsibility,
            priority=body.priority,
            sender=None if body.sender is None else PartnerId(body.sender),
            registering=details,
            alike=alike,
            onward_from=onward_from,
            sent_without=body.sent_without,
            grounds=grounds,
            asked=asked,
        )

    follows = body.after_advice or body.onward_from
    answer = await asks.ask(
        body, intention, actions=partial(asks.actions_on_referral, follows) if follows else None
    )
    return answered(answer, 201, location="/v1/referrals", person=await asks.about(referral))


@router.get("", response_model=dict[str, Any])
async def list_referrals(
    request: Request,
    caller: Caring,
    here: Here,
    at: At,
    part: Annotated[str, Query(pattern=f"^({RECEIVED}|{SENT})$")] = RECEIVED,
    state: Annotated[list[State] | None, Query()] = None,
    after: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """The referrals your organisation received or sent, most urgent first."""
    page = await here.reading.referrals(
        caller.organisation,
        part=part,
        states=tuple(s.value for s in state or ()),
        after=after,
        limit=limit,
        when=at.when,
    )
    return at.page(request, page)


@router.get("/{referral}", response_model=dict[str, Any])
async def referral_record(referral: UUID, caller: Caring, here: Here, at: At) -> Response:
    """A referral, as your organisation may know it."""
    row = await here.reading.referral(caller.organisation, referral, at.when)
    if row is None:
        raise ReferralIsUnknown(referral)
    return at.answer(row, headers={"ETag": etag(row)})


@router.post("/{referral}/acceptance", response_model=Answered)
async def accept_referral(referral: UUID, asks: Asks, body: Activity | None = None) -> Response:
    """Take a referral on; with it comes responsibility, if that was asked."""
    return await answer_referral(
        referral,
        body or Activity(),
        asks,
        lambda care, r, asked: care.accept_referral(r, asked=asked),
    )


@router.post("/{referral}/decline", response_model=Answered)
async def decline_referral(referral: UUID, body: Declining, asks: Asks) -> Response:
    """Not take a referral on, and say why; the sender still holds the person."""
    return await answer_referral(
        referral,
        body,
        asks,
        lambda care, r, asked: care.decline_referral(
            r,
            body.reason,
            instead=None if body.instead is None else ServiceId(body.instead),
            note=body.note,
            asked=asked,
        ),
    )


@router.post("/{referral}/redirection", response_model=Answered)
async def redirect_referral(referral: UUID, body: Redirecting, asks: Asks) -> Response:
    """Pass a referral to a service that fits better."""
    return await answer_referral(
        referral,
        body,
        asks,
        lambda care, r, asked: care.redirect_referral(
            r, ServiceId(body.service), note=body.note, asked=asked
        ),
    )


@router.post("/{referral}/information-request", response_model=Answered)
async def ask_information(referral: UUID, body: Question, asks: Asks) -> Response:
    """Ask the sender for what is missing."""
    return await answer_referral(
        referral,
        body,
        asks,
        lambda care, r, asked: care.ask_information(r, body.question, asked=asked),
    )


@router.post("/{referral}/information", response_model=Answered)
async def give_information(referral: UUID, body: Information, asks: Asks) -> Response:
    """Answer what the receiver asked."""
    return await answer_referral(
        referral,
        body,
        asks,
        lambda care, r, asked: care.give_information(r, body.answer, asked=asked),
    )


@router.post("/{referral}/withdrawal", response_model=Answered)
async def withdraw_referral(referral: UUID, asks: Asks, body: Withdrawal | None = None) -> Response:
    """Take a referral back before it is answered."""
    sent = body or Withdrawal()
    return await answer_referral(
        referral,
        sent,
        asks,
        lambda care, r, asked: care.withdraw_referral(r, note=sent.note, asked=asked),
    )


@router.post("/{referral}/closure", response_model=Answered)
async def close_referral(referral: UUID, body: Closing, asks: Asks) -> Response:
    """End the help a referral asked for."""
    return await answer_referral(
        referral,
        body,
        asks,
        lambda care, r, asked: care.close_referral(
            r, body.reason, elsewhere=body.elsewhere, summary=body.summary, asked=asked
        ),
    )


@router.post("/{referral}/first-contact", response_model=Answered)
async def note_first_contact(referral: UUID, asks: Asks, body: Activity | None = None) -> Response:
    """Record that the person was seen or spoken with for the first time, without an appointment."""
    return await answer_referral(
        referral,
        body or Activity(),
        asks,
        lambda care, r, asked: care.note_first_contact(r, asked=asked),
    )


@router.post("/{referral}/acknowledgement", response_model=Answered)
async def acknowledge_outcome(referral: UUID, asks: Asks, body: Activity | None = None) -> Response:
    """Say that the outcome was read."""
    return await answer_referral(
        referral,
        body or Activity(),
        asks,
        lambda care, r, asked: care.acknowledge_outcome(r, asked=asked),
    )


@router.post("/{referral}/silence-acknowledgement", response_model=Answered)
async def acknowledge_referral_silence(
    referral: UUID, asks: Asks, body: Activity | None = None
) -> Response:
    """See to a referral that was escalated because nobody answered: no other rung is told."""
    return await answer_referral(
        referral,
        body or Activity(),
        asks,
        lambda care, r, asked: care.acknowledge_referral_silence(r, asked=asked),
    )


@router.post("/{referral}/appointments", status_code=201, response_model=Answered)
async def book_appointment(referral: UUID, body: Booking, asks: Asks) -> Response:
    """Give the person a time; the answer's id is the appointment's."""
    await asks.referral(referral)
    contact, care = ContactId(asks.new("contact", body.id)), asks.here.care
    answer = await asks.ask(
        body,
        lambda asked: care.book_appointment(
            contact,
            ReferralId(referral),
            starts_at=body.starts_at,
            medium=body.medium,
            activity=body.activity,
            content=body.content,
            place=body.place,
            minutes=body.minutes,
            practitioner=PractitionerId(body.practitioner) if body.practitioner else None,
            asked=asked,
        ),
        actions=lambda: asks.actions_on_referral(referral),
    )
    return answered(answer, 201, location="/v1/appointments")


@router.post("/{referral}/appointment-offer", status_code=201, response_model=Answered)
async def offer_times(referral: UUID, body: OfferingTimes, asks: Asks) -> Response:
    """Ask the person which of some times suits; the answer's id is the appointment's to be."""
    await asks.referral(referral)
    contact, care = ContactId(asks.new("contact", body.id)), asks.here.care
    answer = await asks.ask(
        body,
        lambda asked: care.offer_times(
            contact,
            ReferralId(referral),
            times=tuple(body.times),
            medium=body.medium,
            activity=body.activity,
            content=body.content,
            place=body.place,
            minutes=body.minutes,
            practitioner=PractitionerId(body.practitioner) if body.practitioner else None,
            asked=asked,
        ),
        actions=lambda: asks.actions_on_referral(referral),
    )
    return answered(answer, 201, location="/v1/appointments")


async def answer_referral(
    referral: UUID,
    body: Activity,
    asks: Asking,
    intention: Callable[[CareCoordination, ReferralId, Asked], Answer],
) -> Response:
    """Ask something of a referral the caller's organisation knows of."""
    await asks.referral(referral)
    answer = await asks.ask(
        body,
        lambda asked: intention(asks.here.care, ReferralId(referral), asked),
        actions=lambda: asks.actions_on_referral(referral),
    )
    return answered(answer, 200)
