"""What the two places set out to change: each aim with its measures over time and by group.

Every figure was hidden or rounded before it came here. It refuses to count anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Path, Response
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from api.pages import charts, published, words
from api.pages.over_time import NOTHING, Chart, over_time, shares
from api.pages.problem import PageRoute
from api.pages.published import Asked, Month
from api.pages.visit import CountingVisit, Visit
from api.problems import NothingIsHere
from domain.policies.aims import AIMS, Aim
from domain.policies.characteristics import CHARACTERISTICS
from domain.policies.measures import MEASURES
from domain.texts import Line
from projections.measured import Said, percent
from projections.monthly import EVERY, NAMELESS

router = APIRouter(route_class=PageRoute)

Key = Annotated[str, Path(max_length=40, pattern=r"^[a-z-]+$")]

COLUMNS = 4
"""Measures that are told by group on a page; the file has all."""

BY_KEY = {aim.key: aim for aim in AIMS}
DEFINED = {measure.name: measure for measure in MEASURES}


@dataclass(frozen=True, slots=True)
class Row:
    """An aim with its first measure: in the month, and over time."""

    aim: Aim
    link: str
    measure: str
    said: Said | None
    share: int | None
    svg: Markup
    course: str


@router.get("/aims", response_class=HTMLResponse)
async def aims(visit: CountingVisit, month: Month = "", service: Line = EVERY) -> Response:
    """Everything that was to change, each with its first measure."""
    asked = await published.asked_for(visit, month, service)
    first = [aim.measures[0] for aim in AIMS]
    said = await published.series(visit, asked, first)
    rows = [_row(aim, asked, [each for each in said if _theirs(each, aim)]) for aim in AIMS]
    return await visit.page(
        "aims.html",
        title="Aims",
        section="/aims",
        asked=asked,
        one=next((row.said for row in rows if row.said), None),
        rows=rows,
    )


@router.get("/aims/{key}", response_class=HTMLResponse)
async def aim(
    visit: CountingVisit, key: Key, month: Month = "", service: Line = "", by: Line = "deprivation"
) -> Response:
    """One aim: its measures over time, for whom, in figures, and what each means.

    Raises `NothingIsHere`.
    """
    found = named(key)
    asked = await asked_of(visit, found, month, service)
    said = await published.series(visit, asked, found.measures)
    now = {each.measure: each for each in said if each.month == asked.month}
    told_apart = [name for name in found.measures if DEFINED[name].of not in NAMELESS]
    chosen = by if by in CHARACTERISTICS else CHARACTERISTICS[0]
    groups = await published.of_groups(visit, asked, chosen, told_apart[:COLUMNS])
    drawn = [_counts(said, found)] if len(told_apart) < len(found.measures) else []
    return await published.page(
        visit,
        asked,
        "aim.html",
        found.title,
        drawn + [over_time(said, name) for name in found.measures],
        now,
        found.measures,
        aim=found,
        path=f"/aims/{found.key}",
        by=chosen,
        characteristics=CHARACTERISTICS,
        groups=groups,
        columns=told_apart[:COLUMNS],
    )


def named(key: str) -> Aim:
    """The aim of this key. Raises `NothingIsHere`."""
    if (found := BY_KEY.get(key)) is None:
        raise NothingIsHere
    return found


async def asked_of(visit: Visit, aim: Aim, month: str, service: str) -> Asked:
    """What the address says; an aim that is of some services alone has the first of them.

    Raises `NothingIsHere`.
    """
    asked = await published.asked_for(visit, month, service or EVERY)
    if aim.of is None:
        return asked
    directory = visit.names.directory
    theirs = {
        offered.name
        for offered in directory.services.values()
        if directory.partners[offered.partner].kind is aim.of
    }
    services = [name for name in asked.services if name in theirs]
    if service in theirs:
        return replace(asked, services=services)
    return replace(asked, services=services, service=services[0] if services else EVERY)


def _theirs(said: Said, aim: Aim) -> bool:
    return said.measure == aim.measures[0] and aim.of is None


def _row(aim: Aim, asked: Asked, months: Sequence[Said]) -> Row:
    said = next((each for each in months if each.month == asked.month), None)
    values = shares(months)
    return Row(
        aim,
        f"/aims/{aim.key}" + (f"?month={asked.month:%Y-%m}" if asked.month else ""),
        aim.measures[0],
        said,
        percent(said) if said else None,
        charts.trend(values) if len(values) > 1 else NOTHING,
        f"{values[0]}% to {values[-1]}% in {len(values)} months" if len(values) > 1 else "",
    )


def _counts(said: Sequence[Said], aim: Aim) -> Chart:
    """How many there were in each month, of whom the shares are."""
    of = DEFINED[aim.measures[0]].of.value
    months = [each for each in said if each.measure == aim.measures[0]]
    shown = [each.of for each in months if each.of is not None]
    sentence = (
        f"{shown[0]} in the first month that may be shown, {shown[-1]} in the last one."
        if shown
        else "Too few to show (under 5) in every month."
    )
    return Chart(
        words.sentence(of.replace(" in the month", "")) + ", by month",
        charts.histogram(
            [(each.month.strftime("%b"), each.of) for each in months], (), said=sentence
        )
        if shown
        else NOTHING,
        sentence,
        ("Month", "How many"),
        [
            (words.month(each.month.isoformat()), charts.HIDDEN if each.of is None else each.of)
            for each in reversed(months)
        ],
        bool(shown),
    )
