"""How this place goes about its care, over HTTP: the ways there are, the one in force, choosing."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter, Depends, Response

from api.access import signed_in
from api.asking import Activity, Answered, Asks, answered, example
from api.directory import CHOOSING
from api.parts import Here
from api.problems import NotForThisRole
from api.reads import Now
from domain.policies.days import local_date
from domain.policies.ways import WAYS, Way
from domain.texts import Text

router = APIRouter(prefix="/v1/ways", tags=["directory"])


class WritingWay(Activity):
    """The place's own way of working, whole: what it leaves out, the place does not keep."""

    model_config = example(
        way={
            "name": "Our valley",
            "source": "Our own handbook, 2026",
            "effective_from": "2026-04-01",
            "stepped_care": "Sandwell",
            "practices": [
                {"practice": "carers' register", "words": "Who cares for somebody is asked about"}
            ],
        }
    )

    way: Way


class ChoosingWay(Activity):
    """The name of a way that ships or that the place has written, and from when it counts."""

    model_config = example(way="Sandwell", effective_from="2026-04-01")

    way: Text
    effective_from: date


@router.get("", response_model=dict[str, Any], dependencies=[Depends(signed_in)])
async def ways_of_working(here: Here, now: Now) -> Response:
    """The ways there are, those that this place chose from when, and the one in force."""
    directory = await here.reading.directory()
    host = directory.partners.get(here.care.host)
    in_force = directory.way(local_date(here.clock()))
    chosen = host.ways if host else []
    written = host.written if host else []
    return now.answer(
        {
            "in_force": in_force.model_dump(mode="json") if in_force else None,
            "chosen": [{"way": c.way, "effective_from": c.effective_from} for c in chosen],
            "ways": [way.model_dump(mode="json") for way in (*WAYS, *written)],
        }
    )


@router.post("", status_code=201, response_model=Answered)
async def write_way(body: WritingWay, asks: Asks) -> Response:
    """Write down the place's own way; an administrator of the host or its system does."""
    if asks.caller.role not in CHOOSING:
        raise NotForThisRole
    answer = await asks.ask(body, lambda asked: asks.here.care.write_way(body.way, asked=asked))
    return answered(answer, 201, location="/v1/ways")


@router.post("/choice", response_model=Answered)
async def choose_way(body: ChoosingWay, asks: Asks) -> Response:
    """Go about care in a way from a day on; it brings its stepped-care model with it."""
    if asks.caller.role not in CHOOSING:
        raise NotForThisRole
    answer = await asks.ask(
        body,
        lambda asked: asks.here.care.choose_way(body.way, body.effective_from, asked=asked),
    )
    return answered(answer, 200)
