"""Lists as files for a spreadsheet: the same people, order and columns as on the screen.

It refuses to give one away before it is recorded who takes it, and to cut one off: what is longer
than a file may be is narrowed down first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.pages import choosing, referrals, tables, words
from api.pages.caseload import Line, asked_for, line
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit, Visit
from api.problems import ListIsTooLong
from domain.kernel import Category
from domain.sharing import RECEIVED, SENT

router = APIRouter(route_class=PageRoute)

MOST = 2_000
"""Rows of a file at most: it is read, recorded and written in one answer."""

BOM = b"\xef\xbb\xbf"
"""By it a spreadsheet knows that the file is UTF-8."""


@router.get("/caseload.csv")
async def caseload_sheet(
    visit: CaringVisit,
    status: Annotated[list[str] | None, Query()] = None,
    complexity: Annotated[list[str] | None, Query()] = None,
    sort: str = "urgency",
) -> Response:
    """The caseload as the address filters and sorts it. Raises `ListIsTooLong`."""
    chosen, colours, order = asked_for(visit, status or (), complexity or (), sort)
    found = await visit.here.reading.caseload(
        visit.caller.organisation,
        status=chosen,
        complexity=colours,
        sort=order,
        limit=MOST,
        when=visit.when,
    )
    rows = [_of_the_caseload(visit, line(row, visit)) for row in found.rows]
    return await _sheet(visit, "caseload", rows, more=found.next is not None)


@router.get("/referrals.csv")
async def referrals_sheet(visit: CaringVisit, part: str = RECEIVED, show: str = "open") -> Response:
    """The referrals received or sent, as the address has them. Raises `ListIsTooLong`."""
    part, show = referrals.asked_for(part, show)
    found = await visit.here.reading.referrals(
        visit.caller.organisation,
        part=part,
        states=referrals.SHOWN[show][1],
        limit=MOST,
        when=visit.when,
    )
    rows = [_of_a_referral(visit, part, row) for row in found.rows]
    return await _sheet(visit, f"referrals-{part}", rows, more=found.next is not None)


def _of_the_caseload(visit: Visit, each: Line) -> dict[str, object]:
    row: dict[str, object] = {
        "Person": each.name,
        "About": each.about,
        "Needs": each.needs,
        "Status": each.tag.text,
        "Step": each.step,
        "Complexity": each.complexity.text if each.complexity else "",
    }
    if visit.follows_contacts:
        row["Waiting clock"] = each.clock.text if each.clock else "Not waiting"
    if Category.CLINICAL in visit.categories:
        score = each.score
        row["PHQ-9 first"] = score.first if score else ""
        row["PHQ-9 last"] = score.last if score else ""
        row["PHQ-9 change"] = score.change if score else ""
    else:
        row["The ask"] = each.ask
    return row | {
        "Next action": each.next.text,
        "When": each.next.when,
        "Latest event": each.latest,
        "By": each.latest_by,
        "Record": each.row["person"],
    }


def _of_a_referral(visit: Visit, part: str, row: dict[str, Any]) -> dict[str, object]:
    names = visit.names
    other = names.organisation(row["receiver"]) if row.get("receiver") else ""
    return {
        "Person": row.get("name") or "No longer shared with us",
        "Urgency": words.sentence(row.get("priority") or ""),
        "State": words.STATE[row["state"]].text,
        "To" if part == SENT else "From": other if part == SENT else choosing.said(row, names),
        "Service": names.service(row["service"]),
        "The ask": row.get("ask") or "",
        "Sent" if part == SENT else "Received": words.day(row["made_at"]),
        "Answer": referrals.answer(row, names),
        "Referral": row["id"],
        "Record": row["person"],
    }


async def _sheet(
    visit: Visit, name: str, rows: Sequence[dict[str, object]], *, more: bool
) -> Response:
    """The file, named after whose it is and how new."""
    if more:
        raise ListIsTooLong
    position = (await visit.freshness()).position
    whose = re.sub(r"[^a-z0-9]+", "-", visit.organisation.lower()).strip("-")
    called = f"{name}-{whose}-event-{position}.csv"
    return Response(
        BOM + tables.written(rows),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{called}"',
            "X-Position": str(position),
        },
    )
