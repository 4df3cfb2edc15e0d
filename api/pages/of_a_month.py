"""Charts of one published month: waits, moves between steps, first against last scores.

Every figure was hidden or rounded before it came here. They refuse to count anything.
"""

from __future__ import annotations

from collections.abc import Mapping

from api.pages import charts, words
from api.pages.over_time import NOTHING, Chart
from domain.policies import distributions
from domain.policies.measures import SIX_WEEKS
from domain.policies.outcomes import ANXIETY, DEPRESSION
from domain.policies.scales import SCALES
from domain.vocabulary import Instrument, Step
from projections.measured import Said

RELIABLE: Mapping[Instrument, int] = {DEPRESSION: 6, ANXIETY: 4}
"""By how many points a change is more than chance (NHS England, annual report 2024-25)."""


def waits(now: Mapping[str, Said]) -> Chart:
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
        bool(shown),
    )


def moves(place: Mapping[str, Said]) -> Chart:
    """Between which steps people moved, in the whole place."""
    counts: dict[tuple[str, str], int | None] = {}
    for name in distributions.cells(distributions.MOVES):
        origin, _, goal = name.partition(": ")[2].partition(" to ")
        found = place.get(name)
        counts[f"Step {origin}", f"Step {goal}"] = found.counted if found else None
    shown = {way: count for way, count in counts.items() if count}
    sentence = (
        "; ".join(f"{a} to {b.lower()}: {count}" for (a, b), count in shown.items()) + ". "
        if shown
        else ""
    ) + "Moves of fewer than 5 are too few to show."
    return Chart(
        "Flow between steps, of all services",
        charts.flow(counts, [f"Step {int(step)}" for step in Step], said=sentence)
        if shown
        else NOTHING,
        sentence,
        ("From", "To", "Moves"),
        [(a, b, charts.HIDDEN if count is None else count) for (a, b), count in counts.items()],
        bool(shown),
    )


def first_and_last(now: Mapping[str, Said], instrument: Instrument) -> Chart:
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
        bool(shown),
    )
