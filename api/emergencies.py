"""Opening a record in an emergency over HTTP, and looking into who did; it finds nobody aloud."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from fastapi import APIRouter, Response

from api.asking import Activity, Answered, Asking, Asks, answered, example, in_time
from api.parts import Caller, Here, Parts
from api.privacy import OfficerAsks, PrivacyOfficer
from api.reads import Now
from domain.emergency import EmergencyAccess
from domain.intentions.answers import Answer
from domain.intentions.emergencies import LookedInto
from domain.intentions.openings import LookedIntoOpening
from domain.policies.days import local_date
from domain.policies.matching import Known
from domain.texts import NhsNumber, Text
from domain.vocabulary import AccessId, EmergencyReason, Justified, PersonId
from projections.exceptional import Access
from projections.looking import note_persons

router = APIRouter(prefix="/v1")

_log = structlog.get_logger("emergency")


class OpeningInEmergency(Activity):
    """Why the record is opened: a coded reason, and words that a privacy officer reads."""

    model_config = example(
        reason="somebody's life is in danger", words="Found unwell; nobody knows what she takes."
    )

    reason: EmergencyReason
    words: Text


class FindingInEmergency(OpeningInEmergency):
    """Who it is, by NHS number and date of birth together, and why their record is opened."""

    model_config = example(
        nhs_number="999 000 0018",
        date_of_birth="1984-03-04",
        reason="somebody's life is in danger",
        words="Brought in by ambulance.",
    )

    nhs_number: NhsNumber
    date_of_birth: date


class ReviewingAccess(Activity):
    """Whether it was justified, and how you came to say so."""

    model_config = example(outcome="justified", words="Her medicines had to be known at once.")

    outcome: Justified
    words: Text


# Opening and closing


@router.post(
    "/people/{person}/emergency-access",
    status_code=201,
    response_model=Answered,
    tags=["emergency"],
)
async def open_in_emergency(person: UUID, body: OpeningInEmergency, asks: Asks) -> Response:
    """Open the record of somebody who is, or was, known to your organisation, for an hour."""
    known, access, care = await asks.person(person), _new(asks), asks.here.care
    answer = await asks.ask(
        body,
        lambda asked: care.take_emergency_access(
            known, access, reason=body.reason, words=body.words, asked=asked
        ),
    )
    return _opened(asks, answer, known)


@router.post("/emergency-access", status_code=201, response_model=Answered, tags=["emergency"])
async def find_in_emergency(body: FindingInEmergency, asks: Asks) -> Response:
    """Open the record of somebody by NHS number and date of birth, both of them, for an hour.

    Nobody who is known by one of them alone is found, in the same words as nobody at all.
    """
    said = Known(name="", nhs_number=body.nhs_number, date_of_birth=body.date_of_birth)
    alike = await asks.here.reading.alike(said)
    access, care = _new(asks), asks.here.care
    answer = await asks.ask(
        body,
        lambda asked: care.find_in_an_emergency(
            body.nhs_number,
            body.date_of_birth,
            access,
            alike=alike,
            reason=body.reason,
            words=body.words,
            asked=asked,
        ),
    )
    return _opened(asks, answer, await in_time(partial(care.opened_in_an_emergency, access)))


@router.post("/emergency-access/{access}/end", response_model=Answered, tags=["emergency"])
async def end_emergency_access(access: UUID, body: Activity, asks: Asks) -> Response:
    """Close a record that you opened, before its hour is over."""
    care = asks.here.care
    answer = await asks.ask(
        body, lambda asked: care.end_emergency_access(AccessId(access), asked=asked)
    )
    return answered(answer, 200)


def _new(asks: Asking) -> AccessId:
    return AccessId(asks.new("emergency access"))


def _opened(asks: Asking, answer: Answer, person: PersonId) -> Response:
    """The answer, and one line for whoever runs the place: a reference to look up, and no more."""
    if not answer.repeated:
        _log.warning(
            "record opened in an emergency",
            reference=str(answer.id),
            organisation=str(asks.caller.organisation),
        )
    return answered(answer, 201, person=asks.known_as(person))


# Looking into it


@router.get("/privacy/emergency-access", response_model=dict[str, Any], tags=["privacy"])
async def list_emergency_access(caller: PrivacyOfficer, here: Here, at: Now) -> Response:
    """Each time a record was opened in an emergency: who did, why and when; not whose it was."""
    rows = [listed(row) for row in await accesses(here, caller)]
    return at.answer({"rows": rows, "often": often(rows)})


@router.get("/privacy/emergency-access/{access}", response_model=dict[str, Any], tags=["privacy"])
async def look_into_emergency_access(
    access: UUID, caller: PrivacyOfficer, here: Here, at: Now
) -> Response:
    """One of them, with whose record it was and what was written: for whoever reviews it."""
    return at.answer(told(await looked_into(here, caller, access)))


@router.post("/privacy/emergency-access/{access}/review", response_model=Answered, tags=["privacy"])
async def review_emergency_access(
    access: UUID, body: ReviewingAccess, asks: OfficerAsks
) -> Response:
    """Say whether it was justified; nobody says so of their own."""
    care = asks.here.care
    answer = await asks.ask(
        body,
        lambda asked: care.review_emergency_access(
            AccessId(access), body.outcome, body.words, asked=asked
        ),
    )
    return answered(answer, 200)


async def accesses(here: Parts, caller: Caller) -> list[Access]:
    """What the caller's organisation may look into, the newest first."""
    every = await here.reading.exceptional(caller.organisation)
    return [row for row in every if row.kind == "emergency"]


def listed(row: Access) -> dict[str, Any]:
    """What a privacy officer is told unasked: nothing of whom it was about."""
    return {
        "id": str(row.id),
        "organisation": str(row.organisation),
        "practitioner": str(row.practitioner),
        "reason": row.reason,
        "dissent": row.dissent,
        "found": row.found,
        "taken_at": row.taken_at.isoformat(),
        "until": row.until.isoformat(),
        "ended_at": row.ended_at.isoformat() if row.ended_at else None,
        "review_by": row.review_by.isoformat(),
        "outcome": row.outcome,
        "reviewed_at": row.reviewed_at.isoformat() if row.reviewed_at else None,
        "told": [rung.value for rung in row.sent],
        "day": local_date(row.taken_at).isoformat(),
        "often": row.rule.often,
    }


def often(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Practitioners who opened several on one day, as many as the rule calls unusual."""
    counts: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        counts.setdefault((row["practitioner"], row["day"]), []).append(row)
    return [
        {"practitioner": practitioner, "day": day, "count": len(taken)}
        for (practitioner, day), taken in counts.items()
        if len(taken) >= taken[0]["often"]
    ]


async def looked_into(here: Parts, caller: Caller, access: UUID) -> LookedInto:
    """One access with whose record it was; that this was looked at is written down."""
    found = await in_time(partial(here.care.look_into, AccessId(access), caller.organisation))
    assert found.access.person is not None
    note_persons([found.access.person])
    return found


def told(found: LookedInto | LookedIntoOpening) -> dict[str, Any]:
    """Who it was about, as far as a review needs, and why it was opened."""
    access, known = found.access, found.known
    emergency = access if isinstance(access, EmergencyAccess) else None
    return {
        "id": str(access.id),
        "organisation": str(access.organisation),
        "practitioner": str(access.practitioner),
        "reason": access.reason.value if access.reason else None,
        "words": access.words,
        "dissent": emergency is not None and emergency.dissent,
        "found": emergency is not None and emergency.found,
        "taken_at": access.taken_at.isoformat() if access.taken_at else None,
        "until": access.until.isoformat() if access.until else None,
        "over": access.over,
        "outcome": access.outcome.value if access.outcome else None,
        "name": known.name,
        "date_of_birth": known.date_of_birth.isoformat() if known.date_of_birth else None,
        "nhs_number": known.nhs_number,
    }
