"""Records that may be one person's, over HTTP: seen side by side, linked, told apart, unlinked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from api.access import Caring
from api.asking import Activity, Answered, Asking, Asks, answered, caught_up, example, in_time
from api.directory import CHOOSING
from api.parts import Caller, Here, Parts
from api.reads import Now
from domain.linking import KeptIsAnother, MatchIsUnknown
from domain.policies.matching import Agreement, Known, Likeness, compare
from domain.texts import Text
from domain.vocabulary import PersonId
from projections.matching import State, match_of

router = APIRouter(tags=["one person once"])

EVERY = tuple(State)
ACTIONS: dict[str, list[str]] = {
    State.TO_REVIEW: ["link", "ruling-out"],
    State.LINKED: ["unlinking"],
    State.RULED_OUT: ["link"],
    State.UNLINKED: ["link"],
}
"""What may be asked of two records, by what became of them."""


class Reasoned(Activity):
    """Why: whoever looks at these two records later must be able to follow."""

    model_config = example(reason="The practice confirmed both telephone numbers.")

    reason: Text


class Linking(Reasoned):
    """That two records are one person's. ``keep`` is where new things are asked from now on."""

    model_config = example(reason="Her sister confirmed that it is her.")

    keep: UUID | None = None


class LinkingTo(Linking):
    """Which other record is the same person's."""

    model_config = example(
        other="6f1c1e0e-5d3b-4f0e-9f0a-2f6f7f4b8b11", reason="She said so, with both letters."
    )

    other: UUID


class Matches(BaseModel):
    """Records that may be one person's."""

    rows: list[dict[str, Any]]


@router.get("/v1/matches", response_model=Matches)
async def list_matches(
    caller: Caring,
    here: Here,
    at: Now,
    state: Annotated[list[State] | None, Query()] = None,
) -> Response:
    """Pairs of records that may be one person's: of those you are involved with both of.

    Who looks after the host's records sees all of them.
    """
    rows = await matches(here, caller, state or [State.TO_REVIEW, State.LINKED])
    return at.answer({"rows": [shown(row) for row in rows]})


@router.post("/v1/matches/{match}/link", response_model=Answered)
async def link_match(match: UUID, body: Linking, asks: Asks) -> Response:
    """Say that two records are one person's."""
    one, other = (row := await found(asks, match))["persons"]
    keep = _kept(row, body.keep)
    care = asks.here.care
    answer = await asks.ask(
        body,
        lambda asked: care.link_persons(one, other, keep=keep, reason=body.reason, asked=asked),
    )
    return answered(answer, 200, known_as=match)


@router.post("/v1/matches/{match}/ruling-out", response_model=Answered)
async def rule_out_match(match: UUID, body: Reasoned, asks: Asks) -> Response:
    """Say that two records are two people's; they are not listed again unless details change."""
    one, other = (await found(asks, match))["persons"]
    care = asks.here.care
    answer = await asks.ask(
        body, lambda asked: care.rule_out_match(one, other, reason=body.reason, asked=asked)
    )
    return answered(answer, 200, known_as=match)


@router.post("/v1/matches/{match}/unlinking", response_model=Answered)
async def unlink_match(match: UUID, body: Reasoned, asks: Asks) -> Response:
    """Undo a link: each record is again what it was alone."""
    one, other = (await found(asks, match))["persons"]
    care = asks.here.care
    answer = await asks.ask(
        body, lambda asked: care.unlink_persons(one, other, reason=body.reason, asked=asked)
    )
    return answered(answer, 200, known_as=match)


@router.post("/v1/people/{person}/link", response_model=Answered)
async def link_person(person: UUID, body: LinkingTo, asks: Asks) -> Response:
    """Say that another record is this person's too; answers with the id of the two together."""
    one, other = await asks.person(person), await asks.person(body.other)
    keep = None if body.keep is None else await asks.person(body.keep)
    care = asks.here.care
    answer = await asks.ask(
        body,
        lambda asked: care.link_persons(one, other, keep=keep, reason=body.reason, asked=asked),
    )
    return answered(answer, 200, known_as=match_of(one, other))


async def found(asks: Asking, match: UUID) -> dict[str, Any]:
    """Two records the caller may look at. Raises `MatchIsUnknown`."""
    rows = await matches(asks.here, asks.caller, EVERY, match=match)
    if not rows and await caught_up(asks.here):
        rows = await matches(asks.here, asks.caller, EVERY, match=match)
    if not rows:
        raise MatchIsUnknown(match)
    return rows[0]


async def matches(
    here: Parts, caller: Caller, states: Sequence[str], *, match: UUID | None = None
) -> list[dict[str, Any]]:
    """Pairs of records, each with its two sides as the caller may see them, compared.

    A side is what the caller's organisation was told. Who looks after the host's records also sees
    who else is listed, by the details that are compared and nothing more, unless the person objects
    to the host.
    """
    rows = await here.reading.matches(caller.organisation, states, match=match)
    for row in rows:
        row["sides"] = [_side(told) for told in row["rows"]]
    if caller.organisation == here.care.host and caller.role in CHOOSING:
        known = {row["id"] for row in rows}
        for row in await here.reading.every_match(states, match=match):
            if row["id"] not in known:
                row["sides"] = [await _looked_up(here, caller, each) for each in row["persons"]]
                rows.append(row)
    for row in rows:
        row["compared"] = compared(*(side["known"] for side in row["sides"]))
        row["actions"] = ACTIONS[row["state"]]
    return rows


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """A pair as it goes out."""
    sides = [{name: side[name] for name in side if name != "known"} for side in row["sides"]]
    kept = {name: row[name] for name in ("id", "verdict", "state", "since", "actions")}
    return kept | {"persons": sides, "compared": row["compared"]}


def compared(one: Known, other: Known) -> list[dict[str, str]]:
    """Detail by detail, whether the two agree by what is seen of them."""
    likeness = compare(one, other)
    return [
        {
            "detail": detail,
            "one": _written(getattr(one, detail)),
            "other": _written(getattr(other, detail)),
            "agreement": agreement.value,
        }
        for detail, agreement in (
            ("name", _names(likeness)),
            ("date_of_birth", likeness.date_of_birth),
            ("nhs_number", likeness.nhs_number),
            ("address", likeness.home),
            ("postcode", likeness.home),
            ("phone", likeness.phone),
        )
    ]


def _names(likeness: Likeness) -> Agreement:
    both = {likeness.forename, likeness.surname}
    if both == {Agreement.EQUAL}:
        return Agreement.EQUAL
    return Agreement.OTHER if Agreement.OTHER in both else Agreement.NEAR


def _written(value: object) -> str:
    return "" if value is None else str(value)


def _side(row: dict[str, Any]) -> dict[str, Any]:
    born = row.get("date_of_birth")
    known = Known(
        name=row.get("name") or "",
        date_of_birth=date.fromisoformat(born) if born else None,
        **{name: row.get(name) for name in ("nhs_number", "postcode", "address", "phone")},
    )
    held = row.get("responsible") if row.get("open") else None
    died = (row.get("died") or {}).get("on")
    side = {"person": row["person"], "name": row.get("name"), "responsible": held, "died": died}
    return side | {"known": known}


async def _looked_up(here: Parts, caller: Caller, person: PersonId) -> dict[str, Any]:
    """What counts of somebody the host is not involved with, for who looks after its records."""
    objects = await in_time(partial(here.care.objects_to, person, caller.organisation))
    known = Known("") if objects else await in_time(partial(here.care.details_of, person))
    return {"person": None, "name": known.name or None, "responsible": None, "known": known}


def _kept(row: dict[str, Any], keep: UUID | None) -> PersonId | None:
    """The record to keep, by the caller's id for it. Raises `KeptIsAnother`."""
    if keep is None:
        return None
    for side, person in zip(row["sides"], row["persons"], strict=True):
        if side["person"] == str(keep):
            return PersonId(person)
    raise KeptIsAnother(keep)
