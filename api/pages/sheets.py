"""Lists as files for a spreadsheet: the same people, order and columns as on the screen.

It refuses to give one away before it is recorded who takes it, and to cut one off: what is longer
than a file may be is narrowed down first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.pages import aims, choosing, looks, published, referrals, tables, words
from api.pages.agreed import overdue, to_do
from api.pages.carers import on_the_register
from api.pages.caseload import Line, asked_for, line
from api.pages.person.identity import name_of
from api.pages.problem import PageRoute
from api.pages.unmet import wanted_in_vain
from api.pages.visit import CaringVisit, CountingVisit, Visit
from api.problems import ListIsTooLong
from domain.kernel import Category
from domain.sharing import RECEIVED, SENT
from domain.texts import Line as Named
from projections import unmet
from projections.monthly import EVERY

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
    return await sheet(visit, "caseload", rows, more=found.next is not None)


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
    return await sheet(visit, f"referrals-{part}", rows, more=found.next is not None)


@router.get("/actions.csv")
async def actions_sheet(visit: CaringVisit) -> Response:
    """What the organisation is to do, the first that is due first. Raises `ListIsTooLong`."""
    rows = [_of_an_action(visit, row) for row in await to_do(visit, MOST + 1)]
    return await sheet(visit, "actions", rows)


@router.get("/carers.csv")
async def carers_sheet(visit: CaringVisit) -> Response:
    """The carers' register. Raises `ListIsTooLong`."""
    rows = [_of_a_carer(visit, row) for row in await on_the_register(visit, MOST + 1)]
    return await sheet(visit, "carers", rows)


@router.get("/unmet-need.csv")
async def unmet_need_sheet(visit: CountingVisit) -> Response:
    """What was wanted in vain, with few hidden from who sees nobody's record."""
    rows = [_of_unmet_need(visit, row) for row in await wanted_in_vain(visit)]
    return await sheet(visit, "unmet-need", rows)


@router.get("/flow.csv")
async def flow_sheet(
    visit: CountingVisit, month: published.Month = "", service: Named = EVERY
) -> Response:
    """A month's waits, answers, appointments, hand-overs, steps and decisions, as published."""
    return await sheet(visit, "flow", await _of_a_month(visit, month, service, published.FLOW))


@router.get("/outcomes.csv")
async def outcomes_sheet(
    visit: CountingVisit, month: published.Month = "", service: Named = EVERY
) -> Response:
    """A month's outcomes by every characteristic, as published."""
    return await sheet(
        visit, "outcomes", await _of_a_month(visit, month, service, published.OUTCOMES)
    )


@router.get("/aims/{key}.csv")
async def aim_sheet(
    visit: CountingVisit, key: aims.Key, month: published.Month = "", service: Named = ""
) -> Response:
    """A month's measures of one aim, by every characteristic, as published."""
    aim = aims.named(key)
    asked = await aims.asked_of(visit, aim, month, service)
    found = await _of_a_month(visit, month, asked.service, aim.measures)
    return await sheet(visit, aim.key, found)


async def _of_a_month(
    visit: Visit, month: str, service: str, names: Sequence[str]
) -> list[dict[str, object]]:
    asked = await published.asked_for(visit, month, service)
    if asked.month is None:
        return []
    found = await visit.here.reading.said(
        service=asked.service,
        characteristic=None,
        measures=names,
        since=asked.month,
        until=asked.month,
        as_at=published.known_by(visit),
    )
    return [
        {
            "Month": words.month(each.month.isoformat()),
            "Measure": words.sentence(each.measure),
            "Service": each.service,
            "Characteristic": each.characteristic,
            "Group": each.value,
            "Counted": "hidden" if each.counted is None else each.counted,
            "Of": "hidden" if each.of is None else each.of,
            "Published": words.moment(each.published_at),
            "Up to fact": each.position,
            "Restated": "Yes" if each.restated else "No",
            "Frozen": "Yes" if each.frozen else "No",
        }
        for each in found
    ]


@router.get("/audit/access.csv")
async def looks_sheet(
    visit: looks.OfficersVisit,
    person: UUID | None = None,
    practitioner: UUID | None = None,
    days: looks.Days = looks.LATELY,
) -> Response:
    """Who looked, as the address says, for who asks what became of their record.

    Raises `ListIsTooLong` and `PersonIsUnknown`.
    """
    found = await looks.looked(visit, person, practitioner, days, limit=MOST + 1)
    rows = [_of_a_look(looks.line(each, visit)) for each in found]
    return await sheet(visit, "who-looked", rows)


def _of_an_action(visit: Visit, row: Mapping[str, Any]) -> dict[str, object]:
    who = row.get("practitioner")
    return {
        "Who for": name_of(row),
        "What": row["what"],
        "Who does it": visit.names.practitioner(who) if who else "",
        "By": words.day(row["due_on"]),
        "Priority": words.sentence(row["priority"]),
        "Overdue": overdue(row, visit),
        "Record": row["person"],
    }


def _of_a_carer(visit: Visit, row: Mapping[str, Any]) -> dict[str, object]:
    return {
        "Carer": name_of(row),
        "Cares for": row.get("cares_for") or "",
        "Under 18": "Yes" if row.get("young") else "No",
        "Since": words.day(row["since"]),
        "Assessment": words.sentence(row["state"]),
        "By whom": visit.names.organisation(row["owner"]) if row.get("owner") else "",
        "By": words.day(row["due_on"]) if row.get("due_on") else "",
        "Record": row["person"],
    }


def _of_unmet_need(visit: Visit, row: Mapping[str, Any]) -> dict[str, object]:
    service = row["service"]
    return {
        "Service": visit.names.service(service) if service else "None of that kind here",
        "Month": f"{row['month']:%B %Y}",
        "Step": row["step"] or "",
        "Could not be had": f"Fewer than {unmet.FEW}" if row["hidden"] else row["unmet"],
        "Taken on since": "Not shown" if row["met"] is None else row["met"],
        "Why": "; ".join(f"{why}: {count}" for why, count in row["why"].items()) or "Not shown",
    }


def _of_a_look(look: looks.Line) -> dict[str, object]:
    return {
        "When": words.moment(look.at),
        "Who": look.who,
        "Role": look.role,
        "Organisation": look.organisation,
        "What": look.did,
        "Address": look.address,
        "How many people": look.how_many,
        "Whom": " ".join(look.persons),
    }


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
        "Person": name_of(row),
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


async def sheet(
    visit: Visit, name: str, rows: Sequence[dict[str, object]], *, more: bool = False
) -> Response:
    """The file, named after whose it is and how new."""
    if more or len(rows) > MOST:
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
