"""Withdrawals over HTTP: what an organisation has to remove, and saying that it did."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from api.access import Caring
from api.asking import Activity, Answered, Asks, answered, example, person_of
from api.parts import Here, Parts
from api.privacy import PrivacyOfficer
from api.problems import NothingIsHere
from api.reads import Now
from domain.vocabulary import Retention
from projections.withdrawals import Withdrawal

WHAT = {
    None: "All that was told of them",
    Retention.CORRESPONDENCE.value: "What they asked about their own record",
    Retention.FEEDBACK.value: "What they said of a service",
}
"""What is to be removed, by what it was kept as; else all of it."""

router = APIRouter(prefix="/v1/withdrawals", tags=["share"])


class Removed(Activity):
    """Up to which position of the log all that was withdrawn is removed, in copies too."""

    model_config = example(up_to=4711)

    up_to: int = Field(ge=1, le=2**62)


@router.get("", response_model=dict[str, Any])
async def to_remove(caller: Caring, here: Here, now: Now) -> Response:
    """What your organisation may no longer know and has not said that it removed, oldest first.

    ``person`` is your own id for them. Acknowledge ``up_to`` once it is removed everywhere.
    """
    rows = await here.reading.to_remove(caller.organisation)
    return now.answer(
        {
            "withdrawals": [shown(row, here) | {"number": row.number} for row in rows],
            "up_to": max((row.position for row in rows), default=None),
        }
    )


@router.post("/acknowledgement", response_model=Answered)
async def acknowledge_withdrawals(body: Removed, asks: Asks) -> Response:
    """Say that your organisation removed all that was withdrawn from it until a position."""
    answer = await asks.ask(
        body, lambda asked: asks.here.care.acknowledge_withdrawals(body.up_to, asked=asked)
    )
    return answered(answer, 200)


@router.get("/unacknowledged", response_model=dict[str, Any])
async def not_acknowledged(
    officer: PrivacyOfficer, here: Here, now: Now, person: Annotated[UUID | None, Query()] = None
) -> Response:
    """For the host's privacy officer: who has not said that they removed what, for how many days.

    ``person`` asks of one person alone, by the host's own id for them.
    """
    if officer.organisation != here.care.host:
        raise NothingIsHere
    of = None if person is None else await person_of(here, officer, person)
    rows = await here.reading.not_acknowledged(here.care.host, of)
    return now.answer(
        {"withdrawals": [shown(row, here) | {"organisation": str(row.partner)} for row in rows]}
    )


def shown(row: Withdrawal, here: Parts) -> dict[str, Any]:
    """One withdrawal, and for how many days it waits."""
    return {
        "person": str(row.subject),
        "position": row.position,
        "withdrawn_at": row.withdrawn_at,
        "days": row.days(here.clock()),
        "kept_as": row.kept_as,
        "what": WHAT[row.kept_as],
    }
