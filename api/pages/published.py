"""What each month is said to have been, as charts: how people got help, and what came of it.

Every figure was hidden or rounded before it came here. It refuses to count anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse

from api.pages import charts, words
from api.pages.over_time import NOTHING, STANDARDS, Chart, over_time, percent
from api.pages.problem import PageRoute
from api.pages.visit import CountingVisit, Visit
from api.problems import NothingIsHere
from domain.policies import distributions
from domain.policies.characteristics import CHARACTERISTICS
from domain.policies.counted import Of
from domain.policies.measures import MEASURES, SIX_WEEKS
from domain.policies.outcomes import ANXIETY, DEPRESSION
from domain.policies.scales import SCALES
from domain.texts import Line
from domain.vocabulary import Instrument, Step
from projections import monthly
from projections.measured import Said
from projections.monthly import EVERY, SAID

router = APIRouter(route_class=PageRoute)

Month = Annotated[str, Query(max_length=7, pattern=r"^(\d{4}-(0[1-9]|1[0-2]))?$")]

OUTCOMES = ("recovery", "reliable improvement", "reliable recovery", "reliable deterioration")
FLOW = tuple(
    measure.name
    for measure in MEASURES
    if measure.name not in OUTCOMES
    and measure.of not in (Of.RATED, Of.STARTED, Of.KEPT_OUT, Of.HALF_A_YEAR_ON)
)
OF_THE_PLACE = {measure.name for measure in SAID if measure.of in monthly.OF_THE_PLACE}
"""What is said of all services alone, whichever is chosen."""
RELIABLE: Mapping[Instrument, int] = {DEPRESSION: 6, ANXIETY: 4}
"""By how many points a change is more than chance (NHS England, annual report 2024-25)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The month and service that a page is about, and all there are."""

    months: Sequence[date]
    services: Sequence[str]
    month: date | None
    service: str


async def asked_for(visit: Visit, month: str, service: str) -> Asked:
    """What the address says, or else the last month and all services. Raises `NothingIsHere`."""
    reading = visit.here.reading
    months, services = await reading.months_said(), await reading.services_said()
    wanted = date.fromisoformat(f"{month}-01") if month else None
    if (wanted and wanted not in months) or service not in (EVERY, *services):
        raise NothingIsHere
    return Asked(months, services, wanted or (months[-1] if months else None), service)


@router.get("/flow", response_class=HTMLResponse)
async def flow(visit: CountingVisit, month: Month = "", service: Line = EVERY) -> Response:
    """How people got help: how long they waited, what became of referrals, how steps changed."""
    asked = await asked_for(visit, month, service)
    said = await series(visit, asked)
    now = {each.measure: each for each in said if each.month == asked.month}
    drawn = [_waits(now)] if now else []
    drawn += [over_time(said, name) for name in STANDARDS]
    drawn += [_moves(now)] if now else []
    drawn += [over_time(said, name) for name in ("accepted", "appointments not attended")]
    return await page(visit, asked, "flow.html", "Flow and waits", drawn, now, FLOW)


@router.get("/outcomes", response_class=HTMLResponse)
async def outcomes(
    visit: CountingVisit, month: Month = "", service: Line = EVERY, by: Line = "deprivation"
) -> Response:
    """What came of treatment: over time, first against last score, and for whom."""
    asked = await asked_for(visit, month, service)
    said = await series(visit, asked)
    now = {each.measure: each for each in said if each.month == asked.month}
    chosen = by if by in CHARACTERISTICS else CHARACTERISTICS[0]
    groups = await of_groups(visit, asked, chosen, OUTCOMES)
    drawn = [over_time(said, name) for name in OUTCOMES]
    drawn += [_scores(now, each) for each in (DEPRESSION, ANXIETY)] if now else []
    return await page(
        visit,
        asked,
        "outcomes.html",
        "Outcomes",
        drawn,
        now,
        OUTCOMES,
        by=chosen,
        characteristics=CHARACTERISTICS,
        groups=groups,
        columns=OUTCOMES,
    )


def known_by(visit: Visit) -> datetime | None:
    """The time at which what was published is asked for; ``None`` is now."""
    return visit.when.as_at if isinstance(visit.when.as_at, datetime) else None


async def series(visit: Visit, asked: Asked, names: Sequence[str] | None = None) -> list[Said]:
    """Every month of these measures; of what belongs to no one service, for all services."""
    found = await visit.here.reading.said(
        service=asked.service, measures=names, as_at=known_by(visit)
    )
    if asked.service != EVERY:
        ours = OF_THE_PLACE if names is None else OF_THE_PLACE.intersection(names)
        found += await visit.here.reading.said(measures=sorted(ours), as_at=known_by(visit))
    return found


async def page(
    visit: Visit,
    asked: Asked,
    template: str,
    title: str,
    drawn: Sequence[Chart],
    now: Mapping[str, Said],
    measures: Sequence[str],
    **more: Any,
) -> Response:
    """A page of charts, with these measures of the month as figures and what they mean."""
    return await visit.page(
        template,
        title=title,
        section=visit.path,
        asked=asked,
        charts=[chart for chart in drawn if chart.rows and chart.shown],
        unshown=[chart.title for chart in drawn if chart.rows and not chart.shown],
        rows=[now[name] for name in measures if name in now],
        one=next(iter(now.values()), None),
        percent=percent,
        defined=[measure for measure in SAID if measure.name in measures],
        sheet_link=f"{visit.path}.csv?{visit.request.url.query}".rstrip("?"),
        **more,
    )


def _waits(now: Mapping[str, Said]) -> Chart:
    """How long those waited whose treatment finished in the month."""
    names = distributions.cells(distributions.WAITS)
    counts = [now[name].counted if name in now else None for name in names]
    weeks = SIX_WEEKS // 7
    early = [count for count in counts[:weeks] if count is not None]
    shown = [count for count in counts if count is not None]
    hidden = len(counts) - len(shown)
    sentence = (
        f"Of the {sum(shown)} that may be shown of those whose treatment finished, {sum(early)} "
        f"had begun it within 6 weeks of the referral; each bar is rounded to 5."
        if shown
        else "Too few to show (under 5) in every week."
    )
    if shown and hidden:
        sentence += f" {hidden} bars are left out: too few to show (under 5)."
    labels = [str(number) for number in range(1, len(names))] + [f">{distributions.WEEKS}"]
    return Chart(
        "How long people waited for treatment, in weeks",
        charts.histogram(
            list(zip(labels, counts, strict=True)),
            (charts.Mark(weeks, "6 weeks"), charts.Mark(distributions.WEEKS, "18 weeks")),
            said=sentence,
        )
        if shown
        else NOTHING,
        sentence,
        ("Wait", "People"),
        [
            (words.sentence(name.partition(": ")[2]), charts.HIDDEN if count is None else count)
            for name, count in zip(names, counts, strict=True)
        ],
    )


def _moves(place: Mapping[str, Said]) -> Chart:
    """Between which steps people moved, in the whole place."""
    moves: dict[tuple[str, str], int | None] = {}
    for name in distributions.cells(distributions.MOVES):
        origin, _, goal = name.partition(": ")[2].partition(" to ")
        found = place.get(name)
        moves[f"Step {origin}", f"Step {goal}"] = found.counted if found else None
    shown = {way: count for way, count in moves.items() if count}
    sentence = (
        "; ".join(f"{a} to {b.lower()}: {count}" for (a, b), count in shown.items()) + ". "
        if shown
        else ""
    ) + "Moves of fewer than 5 are too few to show."
    return Chart(
        "Flow between steps, of all services",
        charts.flow(moves, [f"Step {int(step)}" for step in Step], said=sentence)
        if shown
        else NOTHING,
        sentence,
        ("From", "To", "Moves"),
        [(a, b, charts.HIDDEN if count is None else count) for (a, b), count in moves.items()],
    )


def _scores(now: Mapping[str, Said], instrument: Instrument) -> Chart:
    """First against last score, by bands of five points."""
    bands, name = distributions.bands(instrument), distributions.SCORES[instrument]
    counts = {
        (first, last): found.counted if (found := now.get(f"{name}: {first}, {last}")) else None
        for first in bands
        for last in bands
    }
    shown = {pair: count for pair, count in counts.items() if count}
    lower = sum(n for (a, b), n in shown.items() if bands.index(b) < bands.index(a))
    higher = sum(n for (a, b), n in shown.items() if bands.index(b) > bands.index(a))
    caseness = SCALES[instrument].caseness or 0
    sentence = (
        f"Of the {sum(shown.values())} that may be shown of those with two scores, {lower} ended "
        f"in a lower band than they began in and {higher} in a higher one. A case begins at "
        f"{caseness}; {RELIABLE[instrument]} points lower is a reliable improvement."
        if shown
        else "Too few to show (under 5) in every band."
    )
    return Chart(
        f"{instrument}, first and last score",
        charts.grid(
            counts,
            bands,
            charts.Axes(
                across="First score",
                up="Last score",
                cut=caseness / distributions.BAND,
                better=RELIABLE[instrument] / distributions.BAND,
            ),
            said=sentence,
        )
        if shown
        else NOTHING,
        sentence,
        ("First", "Last", "People"),
        [
            (first, last, charts.HIDDEN if count is None else count)
            for (first, last), count in counts.items()
        ],
    )


async def of_groups(
    visit: Visit, asked: Asked, characteristic: str, names: Sequence[str]
) -> list[tuple[str, list[Said | None]]]:
    """Each group of people with these measures of the month, in their order."""
    if asked.month is None:
        return []
    said = await visit.here.reading.said(
        service=asked.service,
        characteristic=characteristic,
        measures=names,
        since=asked.month,
        until=asked.month,
        as_at=known_by(visit),
    )
    groups = dict.fromkeys(each.value for each in said)
    found = {(each.value, each.measure): each for each in said}
    return [(group, [found.get((group, name)) for name in names]) for group in groups]
