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
from markupsafe import Markup

from api.pages import charts, drawing, words
from api.pages.problem import PageRoute
from api.pages.visit import CountingVisit, Visit
from api.problems import NothingIsHere
from domain.policies import distributions
from domain.policies.characteristics import CHARACTERISTICS
from domain.policies.control_charts import FEWEST, Better, control_chart
from domain.policies.measures import MEASURES, SIX_WEEKS
from domain.policies.outcomes import ANXIETY, DEPRESSION
from domain.policies.scales import SCALES
from domain.texts import Line
from domain.vocabulary import Instrument, Step
from projections.measured import Said
from projections.monthly import EVERY, SAID

router = APIRouter(route_class=PageRoute)

Month = Annotated[str, Query(max_length=7, pattern=r"^(\d{4}-(0[1-9]|1[0-2]))?$")]

STANDARDS = {"first treatment within 6 weeks": 75, "first treatment within 18 weeks": 95}
"""Percent: NHS Talking Therapies waiting-time standards."""

OUTCOMES = ("recovery", "reliable improvement", "reliable recovery", "reliable deterioration")
FLOW = tuple(measure.name for measure in MEASURES if measure.name not in OUTCOMES)
BETTER = {"reliable deterioration": Better.LOWER, "appointments not attended": Better.LOWER}
NOTHING = Markup("")
"""In place of a chart of which nothing may be shown."""
RELIABLE: Mapping[Instrument, int] = {DEPRESSION: 6, ANXIETY: 4}
"""By how many points a change is more than chance (NHS England, annual report 2024-25)."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart, what it says, and the same as a table."""

    title: str
    svg: Markup
    said: str
    head: tuple[str, ...]
    rows: Sequence[tuple[object, ...]]


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
    said = await _series(visit, asked)
    now = {each.measure: each for each in said if each.month == asked.month}
    place = {each.measure: each for each in await _of_the_place(visit, asked)}
    drawn = [_waits(now)] if now else []
    drawn += [_over_time(said, name) for name in STANDARDS]
    drawn += [_moves(place)] if place else []
    drawn += [_over_time(said, name) for name in ("accepted", "appointments not attended")]
    return await _page(visit, asked, "flow.html", "Flow and waits", drawn, now | place, FLOW)


@router.get("/outcomes", response_class=HTMLResponse)
async def outcomes(
    visit: CountingVisit, month: Month = "", service: Line = EVERY, by: Line = "deprivation"
) -> Response:
    """What came of treatment: over time, first against last score, and for whom."""
    asked = await asked_for(visit, month, service)
    said = await _series(visit, asked)
    now = {each.measure: each for each in said if each.month == asked.month}
    chosen = by if by in CHARACTERISTICS else CHARACTERISTICS[0]
    groups = (
        await visit.here.reading.said(
            service=asked.service,
            characteristic=chosen,
            measures=OUTCOMES,
            since=asked.month,
            until=asked.month,
            as_at=known_by(visit),
        )
        if asked.month
        else []
    )
    drawn = [_over_time(said, name) for name in OUTCOMES]
    drawn += [_scores(now, each) for each in (DEPRESSION, ANXIETY)] if now else []
    return await _page(
        visit,
        asked,
        "outcomes.html",
        "Outcomes",
        drawn,
        now,
        OUTCOMES,
        by=chosen,
        characteristics=CHARACTERISTICS,
        groups=_by_group(groups),
    )


def known_by(visit: Visit) -> datetime | None:
    """The time at which what was published is asked for; ``None`` is now."""
    return visit.when.as_at if isinstance(visit.when.as_at, datetime) else None


async def _series(visit: Visit, asked: Asked) -> list[Said]:
    return await visit.here.reading.said(service=asked.service, as_at=known_by(visit))


async def _of_the_place(visit: Visit, asked: Asked) -> list[Said]:
    """What belongs to no one service: moves, hand-overs, decisions."""
    if asked.month is None:
        return []
    found = await visit.here.reading.said(
        since=asked.month, until=asked.month, as_at=known_by(visit)
    )
    names = ("hand-overs", "steps", "decisions", distributions.MOVES)
    return [each for each in found if each.measure.startswith(names)]


async def _page(
    visit: Visit,
    asked: Asked,
    template: str,
    title: str,
    drawn: Sequence[Chart],
    now: Mapping[str, Said],
    names: Sequence[str],
    **more: Any,
) -> Response:
    return await visit.page(
        template,
        title=title,
        section=visit.path,
        asked=asked,
        charts=[chart for chart in drawn if chart.rows],
        rows=[now[name] for name in names if name in now],
        one=next(iter(now.values()), None),
        percent=percent,
        defined=[measure for measure in SAID if measure.name in names],
        sheet_link=f"{visit.path}.csv?{visit.request.url.query}".rstrip("?"),
        **more,
    )


def percent(said: Said) -> int | None:
    """The share, of figures that are rounded to 5; ``None`` where either is hidden."""
    if said.counted is None or not said.of:
        return None
    return min(100, round(100 * said.counted / said.of))


def _over_time(said: Sequence[Said], name: str) -> Chart:
    """The share by month: a control chart once there are enough months."""
    months = [each for each in said if each.measure == name]
    shown = _unbroken(months)
    values = [value for _, value in shown]
    labels = [words.month(each.month.isoformat()) for each, _ in shown]
    chart = control_chart(values, BETTER.get(name, Better.HIGHER))
    target = STANDARDS.get(name)
    sentence = _in_words(values, labels, chart, target, hidden=len(months) - len(shown))
    return Chart(
        words.sentence(name),
        drawing.percents(values, labels, said=sentence, chart=chart, target=target)
        if len(values) > 1
        else NOTHING,
        sentence,
        ("Month", "Counted", "Of", "Share"),
        [(words.month(each.month.isoformat()), *_numbers(each)) for each in reversed(months)],
    )


def _unbroken(months: Sequence[Said]) -> list[tuple[Said, int]]:
    """The months since the last one that is hidden: a chart's rules are of what has no gaps."""
    kept: list[tuple[Said, int]] = []
    for each in months:
        value = percent(each)
        kept = [] if value is None else [*kept, (each, value)]
    return kept


def _numbers(said: Said) -> tuple[object, object, object]:
    share = percent(said)
    return (
        charts.HIDDEN if said.counted is None else said.counted,
        charts.HIDDEN if said.of is None else said.of,
        "–" if share is None else f"{share}%",
    )


def _in_words(
    values: Sequence[int],
    labels: Sequence[str],
    chart: Any,
    target: int | None,
    *,
    hidden: int,
) -> str:
    if not values:
        return "Too few to show (under 5) in the last month. The table has the months before it."
    told = f"{values[0]}% in {labels[0]}, {values[-1]}% in {labels[-1]}. "
    if hidden:
        told += f"The {hidden} month{'' if hidden == 1 else 's'} before are not drawn: in the last "
        told += "of them there were too few to show (under 5). "
    if chart is None:
        return told + f"Fewer than {FEWEST} months: too few for limits."
    told += f"{chart.mean:.0f}% on average. "
    if target is not None:
        told += f"The standard is {target}%: as things are, it {chart.assurance(target)}. "
    if not chart.special:
        return told + "Nothing here is more than chance."
    special = [
        f"{label}, {', '.join(sorted(point.causes))} ({point.meaning})"
        for label, point in zip(labels, chart.points, strict=True)
        if point.causes
    ]
    return told + f"More than chance: {'; '.join(special)}."


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


def _by_group(said: Sequence[Said]) -> list[tuple[str, list[Said | None]]]:
    """Each group of people with its outcomes, in their order."""
    groups = list(dict.fromkeys(each.value for each in said))
    found = {(each.value, each.measure): each for each in said}
    return [(group, [found.get((group, name)) for name in OUTCOMES]) for group in groups]
