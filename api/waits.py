"""The wait under a referral over HTTP: its pauses, and whether it counts at all."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from fastapi import APIRouter, Response

from api.asking import Activity, Answered, Asks, example
from api.referrals import answer_referral
from domain.texts import Text
from domain.vocabulary import NullificationReason, PauseReason

router = APIRouter(prefix="/v1/referrals", tags=["referrals"])


class Pausing(Activity):
    """Why the person cannot be seen for a while; ``at`` is from when, ``until`` what they think."""

    model_config = example(
        reason="away", until="2026-03-23", note="With her mother.", at="2026-03-02T09:00:00Z"
    )

    reason: PauseReason
    until: date | None = None
    note: Text | None = None


class Nullifying(Activity):
    """Why the wait should never have started."""

    model_config = example(reason="made twice", note="Made by telephone the day before.")

    reason: NullificationReason
    note: Text | None = None


@router.post("/{referral}/pause", response_model=Answered)
async def pause_wait(referral: UUID, body: Pausing, asks: Asks) -> Response:
    """Note that the person cannot be seen for a while; national clocks go on all the same."""
    return await answer_referral(
        referral,
        body,
        asks,
        lambda care, r, asked: care.pause_wait(
            r, body.reason, until=body.until, note=body.note, asked=asked
        ),
    )


@router.post("/{referral}/resumption", response_model=Answered)
async def resume_wait(referral: UUID, asks: Asks, body: Activity | None = None) -> Response:
    """Note that the person can be seen again."""
    return await answer_referral(
        referral,
        body or Activity(),
        asks,
        lambda care, r, asked: care.resume_wait(r, asked=asked),
    )


@router.post("/{referral}/nullification", response_model=Answered)
async def nullify_clock(referral: UUID, body: Nullifying, asks: Asks) -> Response:
    """Say that the wait should never have started: no clock counts it, and its history stays."""
    return await answer_referral(
        referral,
        body,
        asks,
        lambda care, r, asked: care.nullify_clock(r, body.reason, note=body.note, asked=asked),
    )


@router.post("/{referral}/reinstatement", response_model=Answered)
async def reinstate_clock(referral: UUID, asks: Asks, body: Activity | None = None) -> Response:
    """Take a nullification back: the wait counts from its first day."""
    return await answer_referral(
        referral,
        body or Activity(),
        asks,
        lambda care, r, asked: care.reinstate_clock(r, asked=asked),
    )
