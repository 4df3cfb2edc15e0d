"""Small charts as SVG, drawn on the server; words beside each say the same."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup


def bar(part: float, tone: str) -> Markup:
    """A waiting clock's bar. ``part`` is the share of the limit that has gone by."""
    width, filled = 110, round(110 * max(0.0, min(1.0, part)), 1)
    return Markup(
        '<svg class="tc-bar tc-bar--{}" viewBox="0 0 {} 6" width="{}" height="6" '
        'aria-hidden="true" focusable="false"><rect class="tc-bar__whole" width="{}" height="6"/>'
        '<rect class="tc-bar__part" width="{}" height="6"/></svg>'
    ).format(tone, width, width, width, filled)


def sparkline(totals: Sequence[int], *, maximum: int, caseness: int) -> Markup:
    """Scores from first to last; the dotted line is where a case begins."""
    width, height, edge = 62, 20, 2
    span = height - 2 * edge

    def level(total: int) -> float:
        return round(edge + span * (1 - total / maximum), 1)

    gap = (width - 2 * edge) / max(1, len(totals) - 1)
    points = " ".join(f"{edge + gap * n:.1f},{level(t)}" for n, t in enumerate(totals))
    last = totals[-1]
    return Markup(
        '<svg class="tc-spark" viewBox="0 0 {w} {h}" width="{w}" height="{h}" '
        'aria-hidden="true" focusable="false">'
        '<line class="tc-spark__caseness" x1="0" x2="{w}" y1="{c}" y2="{c}"/>'
        '<polyline class="tc-spark__line" points="{points}"/>'
        '<circle class="tc-spark__last" cx="{x}" cy="{y}" r="2"/></svg>'
    ).format(
        w=width,
        h=height,
        c=level(caseness),
        points=points,
        x=round(edge + gap * (len(totals) - 1), 1),
        y=level(last),
    )


def scores(
    totals: Sequence[int], labels: Sequence[str], *, name: str, maximum: int, caseness: int
) -> Markup:
    """A person's scores over time, with the line below which there is no case."""
    width, height, left, top, bottom = 560, 180, 34, 12, 26
    span, room = height - top - bottom, width - left - 12

    def level(total: int) -> float:
        return round(top + span * (1 - total / maximum), 1)

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
        for value in (0, caseness, maximum)
    )
    ends = Markup(
        '<text class="tc-chart__text" x="{}" y="{}">{}</text>'
        '<text class="tc-chart__text" x="{}" y="{}" text-anchor="end">{}</text>'
    ).format(left, height - 6, labels[0], width - 12, height - 6, labels[-1])
    return Markup(
        '<svg class="tc-chart" viewBox="0 0 {w} {h}" role="img" aria-label="{said}" '
        'focusable="false"><rect class="tc-chart__clear" x="{left}" y="{c}" width="{room}" '
        'height="{clear}"/><line class="tc-chart__caseness" x1="{left}" x2="{right}" y1="{c}" '
        'y2="{c}"/>{axis}<polyline class="tc-chart__line" points="{line}"/>{marks}{ends}</svg>'
    ).format(
        w=width,
        h=height,
        said=f"{name} from {totals[0]} to {totals[-1]} in {len(totals)} scores; "
        f"a case begins at {caseness}.",
        left=left,
        right=width - 12,
        room=room,
        c=level(caseness),
        clear=round(height - bottom - level(caseness), 1),
        axis=axis,
        line=line,
        marks=marks,
        ends=ends,
    )
