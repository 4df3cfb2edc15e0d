"""Small charts as SVG, drawn on the server; words beside each say the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from markupsafe import Markup

from domain.policies.control_charts import ControlChart, Meaning
from domain.policies.scales import Scale

SHAPES = {
    Meaning.COMMON: Markup(
        '<circle class="tc-spc__dot tc-spc__dot--common" cx="{x}" cy="{y}" r="4"/>'
    ),
    Meaning.NEUTRAL: Markup(
        '<circle class="tc-spc__dot tc-spc__dot--neutral" cx="{x}" cy="{y}" r="6"/>'
    ),
    Meaning.IMPROVEMENT: Markup(
        '<path class="tc-spc__dot tc-spc__dot--improvement" d="M{x} {y}m0 -7l7 12h-14z"/>'
    ),
    Meaning.CONCERN: Markup(
        '<path class="tc-spc__dot tc-spc__dot--concern" d="M{x} {y}m-6 -6h12v12h-12z"/>'
    ),
}
"""A point of a control chart by its shape, so that no colour alone says what it means."""


DRAWN = 4_096
"""Small charts that are kept: rows of a list are drawn again with each look at it."""


@lru_cache(DRAWN)
def bar(part: float, tone: str) -> Markup:
    """A waiting clock's bar. ``part`` is the share of the limit that has gone by."""
    width, filled = 110, round(110 * max(0.0, min(1.0, part)), 1)
    return Markup(
        '<svg class="tc-bar tc-bar--{}" viewBox="0 0 {} 6" width="{}" height="6" '
        'aria-hidden="true" focusable="false"><rect class="tc-bar__whole" width="{}" height="6"/>'
        '<rect class="tc-bar__part" width="{}" height="6"/></svg>'
    ).format(tone, width, width, width, filled)


@lru_cache(DRAWN)
def sparkline(totals: tuple[int, ...], scale: Scale) -> Markup:
    """Scores from first to last; the dotted line, where there is one, is where a case begins."""
    width, height, edge = 62, 20, 2
    span = height - 2 * edge

    def level(total: int) -> float:
        return round(edge + span * (1 - scale.part(total)), 1)

    gap = (width - 2 * edge) / max(1, len(totals) - 1)
    points = " ".join(f"{edge + gap * n:.1f},{level(t)}" for n, t in enumerate(totals))
    last = totals[-1]
    return Markup(
        '<svg class="tc-spark" viewBox="0 0 {w} {h}" width="{w}" height="{h}" '
        'aria-hidden="true" focusable="false">'
        "{line}"
        '<polyline class="tc-spark__line" points="{points}"/>'
        '<circle class="tc-spark__last" cx="{x}" cy="{y}" r="2"/></svg>'
    ).format(
        w=width,
        h=height,
        line=Markup('<line class="tc-spark__caseness" x1="0" x2="{}" y1="{}" y2="{}"/>').format(
            width, level(scale.caseness), level(scale.caseness)
        )
        if scale.caseness is not None
        else "",
        points=points,
        x=round(edge + gap * (len(totals) - 1), 1),
        y=level(last),
    )


def scores(totals: Sequence[int], labels: Sequence[str], *, name: str, scale: Scale) -> Markup:
    """A person's scores over time, with the line on whose better side there is no case."""
    width, height, left, top, bottom = 560, 180, 34, 12, 26
    span, room = height - top - bottom, width - left - 12

    def level(total: int) -> float:
        return round(top + span * (1 - scale.part(total)), 1)

    gap = room / max(1, len(totals) - 1)
    spots = [(round(left + gap * n, 1), level(t), t) for n, t in enumerate(totals)]
    line = " ".join(f"{x},{y}" for x, y, _ in spots)
    marks = Markup("").join(
        Markup('<circle class="tc-chart__dot" cx="{}" cy="{}" r="4"/>').format(x, y)
        for x, y, _ in spots
    )
    axis = Markup("").join(
        Markup('<text class="tc-chart__text" x="{}" y="{}" text-anchor="end">{}</text>').format(
            left - 8, level(value) + 4, value
        )
        for value in (scale.minimum, scale.caseness, scale.maximum)
        if value is not None
    )
    ends = Markup(
        '<text class="tc-chart__text" x="{}" y="{}">{}</text>'
        '<text class="tc-chart__text" x="{}" y="{}" text-anchor="end">{}</text>'
    ).format(left, height - 6, labels[0], width - 12, height - 6, labels[-1])
    return Markup(
        '<svg class="tc-chart" viewBox="0 0 {w} {h}" role="img" aria-label="{said}" '
        'focusable="false">{clear}{axis}<polyline class="tc-chart__line" points="{line}"/>'
        "{marks}{ends}</svg>"
    ).format(
        w=width,
        h=height,
        said=f"{name} from {totals[0]} to {totals[-1]} in {len(totals)} scores"
        + (f"; a case begins at {scale.caseness}." if scale.caseness is not None else "."),
        clear=_clear(scale, level, left=left, right=width - 12),
        axis=axis,
        line=line,
        marks=marks,
        ends=ends,
    )


def percents(
    values: Sequence[float],
    labels: Sequence[str],
    *,
    said: str,
    chart: ControlChart | None,
    target: float | None = None,
) -> Markup:
    """Shares over time, from 0 to 100: a control chart, or without limits where there is none."""
    width, height, left, top, bottom = 560, 180, 40, 12, 26
    right, span = width - 12, height - top - bottom

    def level(value: float) -> float:
        return round(top + span * (1 - max(0.0, min(100.0, value)) / 100), 1)

    gap = (right - left) / max(1, len(values) - 1)
    spots = [(round(left + gap * n, 1), level(value)) for n, value in enumerate(values)]
    meanings = [p.meaning for p in chart.points] if chart else [Meaning.COMMON] * len(spots)
    lines = [("mean", chart.mean), ("limit", chart.lower), ("limit", chart.upper)] if chart else []
    lines += [("target", target)] if target is not None else []
    return Markup(
        '<svg class="tc-chart" viewBox="0 0 {w} {h}" role="img" aria-label="{said}" '
        'focusable="false">{axis}{lines}<polyline class="tc-spc__line" points="{line}"/>'
        "{marks}{ends}</svg>"
    ).format(
        w=width,
        h=height,
        said=said,
        axis=Markup("").join(
            Markup(
                '<text class="tc-chart__text" x="{}" y="{}" text-anchor="end">{}%</text>'
            ).format(left - 6, level(value) + 4, value)
            for value in (0, 50, 100)
        ),
        lines=Markup("").join(
            Markup('<line class="tc-spc__{}" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(
                kind, left, right, level(value), level(value)
            )
            for kind, value in lines
        ),
        line=" ".join(f"{x},{y}" for x, y in spots),
        marks=Markup("").join(
            SHAPES[meaning].format(x=x, y=y)
            for (x, y), meaning in zip(spots, meanings, strict=True)
        ),
        ends=Markup(
            '<text class="tc-chart__text" x="{}" y="{}">{}</text>'
            '<text class="tc-chart__text" x="{}" y="{}" text-anchor="end">{}</text>'
        ).format(left, height - 6, labels[0], right, height - 6, labels[-1]),
    )


def _clear(scale: Scale, level: Callable[[int], float], *, left: int, right: int) -> Markup:
    """Where there is no case, and the line at which one begins; nothing without a cut-off."""
    if scale.caseness is None:
        return Markup("")
    border = level(scale.caseness)
    best = level(scale.minimum if scale.lower_is_better else scale.maximum)
    return Markup(
        '<rect class="tc-chart__clear" x="{}" y="{}" width="{}" height="{}"/>'
        '<line class="tc-chart__caseness" x1="{}" x2="{}" y1="{}" y2="{}"/>'
    ).format(
        left,
        min(border, best),
        right - left,
        round(abs(best - border), 1),
        left,
        right,
        border,
        border,
    )
