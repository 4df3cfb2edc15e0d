"""A measure over time: each month's share as a chart, in words and as a table.

Every figure was hidden or rounded before it came here. It refuses to count anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from api.pages import charts, drawing, words
from domain.policies.control_charts import FEWEST, control_chart
from domain.policies.directions import STANDARDS, better
from projections.measured import Said, percent, unbroken

NOTHING = Markup("")
"""In place of a chart of which nothing may be shown."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart, what it says, and the same as a table."""

    title: str
    svg: Markup
    said: str
    head: tuple[str, ...]
    rows: Sequence[tuple[object, ...]]
    shown: bool = True  # whether anything of it may be


def over_time(said: Sequence[Said], name: str) -> Chart:
    """The share by month: a control chart once there are enough months."""
    months = [each for each in said if each.measure == name]
    shown = unbroken(months)
    values = [value for _, value in shown]
    labels = [words.month(each.month.isoformat()) for each, _ in shown]
    chart = control_chart(values, better(name))
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
        any(percent(each) is not None for each in months),
    )


def shares(months: Sequence[Said]) -> list[int]:
    """The shares of the months since the last one that is hidden."""
    return [value for _, value in unbroken(months)]


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
