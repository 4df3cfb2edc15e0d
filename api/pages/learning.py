"""What to look at: short lists on one page, each with its rule, each row leading to where one acts.

It refuses to show a person to whoever sees totals alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api.pages import sheets, words
from api.pages.person.identity import name_of
from api.pages.problem import PageRoute
from api.pages.published import CHARTED, OUTCOMES, known_by
from api.pages.visit import CountingVisit, Visit
from api.problems import NothingIsHere
from domain.policies.aims import AIMS
from domain.policies.learning import RULES
from projections import learning
from projections.agreed import ACTION
from projections.learning import Incomplete, Outgrown, Signal

router = APIRouter(route_class=PageRoute)

FEW = 10
"""How many rows of a list are shown at first."""

Published = Literal["signals", "outgrown"]
Own = Literal["unimproved", "undone", "incomplete"]


@router.get("/learning", response_class=HTMLResponse)
async def what_to_look_at(visit: CountingVisit, whole: bool = False) -> Response:
    """The lists that the visitor is entitled to; a few rows of each, or all."""
    own = await _own(visit, learning.MOST)
    signals, outgrown = await visit.here.reading.published_lists(visit.today, known_by(visit))
    return await visit.page(
        "learning.html",
        title="What to look at",
        section="/caseload" if own else visit.path,
        rules=RULES,
        signals=signals,
        outgrown=outgrown,
        where=where,
        own=own,
        most=None if whole else FEW,
        longest=learning.MOST,
    )


@router.get("/learning/{which}.csv")
async def list_as_a_file(visit: CountingVisit, which: Published | Own) -> Response:
    """One of the lists, whole.

    Raises `ListIsTooLong`, and `NothingIsHere` for a list that is not the visitor's.
    """
    if which in ("signals", "outgrown"):
        signals, outgrown = await visit.here.reading.published_lists(visit.today, known_by(visit))
        told = map(_of_a_signal, signals) if which == "signals" else map(_of_demand, outgrown)
        return await sheets.sheet(visit, which, list(told))
    own = await _own(visit, sheets.MOST + 1)
    if which not in own:
        raise NothingIsHere
    return await sheets.sheet(visit, which, list(_OWN[which](visit, own[which])))


def where(signal: Signal) -> str:
    """The page that has the chart of a signal."""
    of_service = urlencode({"service": signal.service})
    if signal.measure in OUTCOMES:
        return f"/outcomes?{of_service}"
    aim = next((aim.key for aim in AIMS if signal.measure in aim.measures), None)
    path = "/flow" if signal.measure in CHARTED or aim is None else f"/aims/{aim}"
    return f"{path}?{of_service}"


async def _own(visit: Visit, most: int) -> dict[str, Any]:
    """The lists of the organisation's own people and referrals, as they are now, if it has any."""
    if not (visit.sees_persons and visit.caller.agreed and visit.when.now):
        return {}
    reading, me = visit.here.reading, visit.caller.organisation
    return {
        "unimproved": await reading.unimproved(me, visit.now, most),
        "meeting": await reading.listing_next(me, visit.now),
        "undone": await reading.undone(me, visit.now, most),
        "incomplete": await reading.incomplete(me, visit.now),
    }


def _of_a_signal(signal: Signal) -> dict[str, object]:
    return {
        "Measure": words.sentence(signal.measure),
        "Service": words.sentence(signal.service),
        "Month": words.month(signal.month.isoformat()),
        "Per cent": signal.share,
        "Per cent on average": signal.mean,
        "What it says": words.sentence(signal.meaning),
        "Why": ", ".join(signal.causes),
    }


def _of_demand(service: Outgrown) -> dict[str, object]:
    months = [each for _, each in service.months]
    return {
        "Service": service.service,
        "Months": ", ".join(words.month(month.isoformat()) for month, _ in service.months),
        "Accepted": ", ".join(str(each.accepted) for each in months),
        "Declined as full": ", ".join(
            "hidden" if each.full is None else str(each.full) for each in months
        ),
        "Ended": ", ".join(str(each.ended) for each in months),
        "More than it ended": service.more,
        "Places left": "Nobody says" if service.left is None else service.left,
    }


def _unimproved(visit: Visit, rows: Iterable[Mapping[str, Any]]) -> Iterable[dict[str, object]]:
    for row in rows:
        yield {
            "Person": name_of(row),
            "Step": row["step"] or "",
            "Scores": row["because"],
            "Responsible": _organisation(visit, row["responsible"]),
            "Record": row["person"],
        }


def _undone(visit: Visit, rows: Iterable[Mapping[str, Any]]) -> Iterable[dict[str, object]]:
    for row in rows:
        yield {
            "Person": name_of(row),
            "What": words.sentence(row["what"]) if row["what"] else "Not shared",
            "Kind": words.sentence(row["kind"]),
            "Waits for": _organisation(visit, row["owner"]),
            "How it stands": "Due" if row["kind"] == ACTION else words.sentence(row["state"]),
            "On": words.day(row["due_on"] if row["kind"] == ACTION else row["since"]),
            "Why": row["reason"] or "",
            "Record": row["person"],
        }


def _incomplete(visit: Visit, rows: Iterable[Incomplete]) -> Iterable[dict[str, object]]:
    for row in rows:
        yield {
            "Organisation": _organisation(visit, row.organisation),
            "Sent or received": words.sentence(row.part),
            "Service": visit.names.service(row.service),
            "Declined": row.declined,
            "Wait for an answer": row.asked,
        }


def _organisation(visit: Visit, known: str | None) -> str:
    return visit.names.organisation(known) if known else "Not shared"


_OWN: dict[str, Callable[[Visit, Any], Iterable[dict[str, object]]]] = {
    "unimproved": _unimproved,
    "undone": _undone,
    "incomplete": _incomplete,
}
