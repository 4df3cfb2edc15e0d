"""Charts of published counts as SVG, drawn on the server; each says in a sentence what it shows.

A count that is hidden is a gap, never a nought. They refuse to know what is counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

Count = int | None
"""How many there were; ``None`` is too few to show."""

HIDDEN = "too few to show"
WIDTH = 640
SHADES = 4
"""Shades of a cell by how many are in it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A line across a histogram, after so many bars."""

    after: int
    text: str


@dataclass(frozen=True, slots=True)
class Axes:
    """What a grid's axes are called, and its lines, in bands from the lowest.

    ``cut`` is where a case begins; beyond ``better`` bands lower somebody is better than chance.
    """

    across: str
    up: str
    cut: float
    better: float


def histogram(bars: Sequence[tuple[str, Count]], marks: Sequence[Mark], *, said: str) -> Markup:
    """Counts side by side, in the order given, with lines between them."""
    height, left, top, bottom = 220, 44, 28, 34
    span, each = height - top - bottom, (WIDTH - left - 12) / len(bars)
    most = max((count for _, count in bars if count), default=1)
    parts = [_text(left - 8, top + 4, most, "end"), _text(left - 8, top + span, 0, "end")]
    for number, (label, count) in enumerate(bars):
        x = left + each * number
        tone = sum(mark.after <= number for mark in marks)
        parts.append(_text(x + each / 2, height - 14, label, "middle"))
        if count is None:
            parts.append(_text(x + each / 2, top + span - 4, "·", "middle"))
        else:
            tall = span * count / most
            parts.append(_rect(f"tc-bars__bar--{tone}", x + 1, top + span - tall, each - 2, tall))
    for mark in marks:
        x = left + each * mark.after
        parts.append(_line("tc-bars__mark", x, top - 12, x, top + span))
        beside = (x + 4, "start") if x < WIDTH * 0.8 else (x - 4, "end")
        parts.append(_text(beside[0], top - 4, mark.text, beside[1]))
    return _drawn(height, said, parts)


def grid(
    counts: Mapping[tuple[str, str], Count], bands: Sequence[str], axes: Axes, *, said: str
) -> Markup:
    """Counts by two bands: the first of a pair goes across, the last one upwards."""
    side, left, top = 52, 72, 30
    wide = side * len(bands)
    foot = top + wide
    most = max((count for count in counts.values() if count), default=1)
    parts: list[Markup] = []
    for column, first in enumerate(bands):
        parts.append(_text(left + side * (column + 0.5), foot + 18, _short(first), "middle"))
        parts.append(_text(left - 8, foot - side * (column + 0.5) + 5, _short(first), "end"))
        for row, last in enumerate(bands):
            count = counts.get((first, last))
            shade = -(-SHADES * count // most) if count else 0
            x, y = left + side * column, foot - side * (row + 1)
            parts.append(_rect(f"tc-grid__cell tc-grid__cell--{shade}", x, y, side, side))
            shown = "·" if count is None else count or ""
            parts.append(
                _text(x + side / 2, y + side / 2 + 5, shown, "middle", f"tc-grid__text--{shade}")
            )
    parts.append(_text(left + wide / 2, foot + 42, axes.across, "middle"))
    parts.append(_text(8, top - 10, axes.up))
    cut, better = side * axes.cut, side * axes.better
    parts += [
        _line("tc-grid__caseness", left + cut, foot, left + cut, top),
        _line("tc-grid__caseness", left, foot - cut, left + wide, foot - cut),
        _line("tc-grid__same", left, foot, left + wide, top),
        _line("tc-grid__better", left + better, foot, left + wide, top + better),
    ]
    return _drawn(foot + 52, said, parts)


def flow(moves: Mapping[tuple[str, str], Count], nodes: Sequence[str], *, said: str) -> Markup:
    """From the nodes at the left to those at the right: as wide as there were many."""
    top, bar, gap, height, left = 28, 12, 16, 260, 96
    right = WIDTH - left - bar
    shown = {way: count for way, count in moves.items() if count}
    scale = (height - top - 12 - gap * (len(nodes) - 1)) / (sum(shown.values()) or 1)
    parts = [_text(left + bar, 16, "From", "end"), _text(right, 16, "To")]
    begun: list[dict[str, float]] = []
    for end, x in enumerate((left, right)):
        y, starts = float(top), dict[str, float]()
        for node in nodes:
            many = sum(count for way, count in shown.items() if way[end] == node)
            said_of = f"{node}: {many}" if many else node
            tall = max(2.0, many * scale)
            beside = (x + bar + 6, "start") if end else (x - 6, "end")
            parts.append(_rect("tc-flow__node", x, y, bar, tall))
            parts.append(_text(beside[0], y + tall / 2 + 5, said_of, beside[1]))
            starts[node] = y
            y += tall + gap
        begun.append(starts)
    for (origin, goal), count in shown.items():
        wide = count * scale
        a, b = begun[0][origin] + wide / 2, begun[1][goal] + wide / 2
        begun[0][origin] += wide
        begun[1][goal] += wide
        way = "up" if nodes.index(goal) > nodes.index(origin) else "down"
        parts.append(_band(way, (left + bar, a), (right, b), wide, f"{origin} to {goal}: {count}"))
    return _drawn(height, said, parts)


def trend(values: Sequence[int]) -> Markup:
    """Percents from first to last, as small as a word; what stands beside it says the same."""
    wide, tall, edge = 96, 24, 3
    gap = (wide - 2 * edge) / max(1, len(values) - 1)
    at = [(edge + gap * n, edge + (tall - 2 * edge) * (1 - v / 100)) for n, v in enumerate(values)]
    return Markup(
        '<svg class="tc-spark" viewBox="0 0 {} {}" width="{}" height="{}" aria-hidden="true" '
        'focusable="false"><polyline class="tc-spark__line" points="{}"/>'
        '<circle class="tc-spark__last" cx="{:.1f}" cy="{:.1f}" r="2"/></svg>'
    ).format(wide, tall, wide, tall, " ".join(f"{x:.1f},{y:.1f}" for x, y in at), *at[-1])


def _short(band: str) -> str:
    return band.replace(" to ", "–")


def _band(
    way: str, start: tuple[float, float], end: tuple[float, float], wide: float, said: str
) -> Markup:
    """A way from one node to another, with its own words under a pointer."""
    (x1, y1), (x2, y2) = start, end
    middle = (x1 + x2) / 2
    return Markup(
        '<path class="tc-flow__link tc-flow__link--{}" stroke-width="{:.1f}" '
        'd="M{:.1f} {:.1f}C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}"><title>{}</title></path>'
    ).format(way, max(1.0, wide), x1, y1, middle, y1, middle, y2, x2, y2, said)


def _text(x: float, y: float, words: object, anchor: str = "start", kind: str = "") -> Markup:
    return Markup(
        '<text class="tc-chart__text {}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>'
    ).format(kind, x, y, anchor, words)


def _rect(kind: str, x: float, y: float, wide: float, tall: float) -> Markup:
    return Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
        kind, x, y, wide, tall
    )


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> Markup:
    return Markup('<line class="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>').format(
        kind, x1, y1, x2, y2
    )


def _drawn(height: int, said: str, parts: Sequence[Markup]) -> Markup:
    """A chart that is one picture, with its sentence, to who cannot see it."""
    return Markup(
        '<svg class="tc-chart tc-chart--wide" viewBox="0 0 {} {}" role="img" aria-label="{}" '
        'focusable="false">{}</svg>'
    ).format(WIDTH, height, said, Markup("").join(parts))
