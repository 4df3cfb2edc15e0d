"""Control charts against the published rules, reckoned a second time with fractions and by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.policies.control_charts import (
    Assurance,
    Better,
    Cause,
    ControlChart,
    Meaning,
    control_chart,
)

STEADY = [46, 54, 46, 54, 46, 54, 46, 54, 46, 54, 46, 54]
OUTSIDE, SHIFT, TREND, NEAR = Cause

SERIES: list[tuple[str, list[int], dict[int, set[Cause]]]] = [
    ("nothing but chance", STEADY, {}),
    ("all the same", [7] * 12, {}),
    ("one far above", [*STEADY, 90], {12: {OUTSIDE}}),
    ("one far below", [*STEADY, 10], {12: {OUTSIDE}}),
    ("the first far above", [90, *STEADY], {0: {OUTSIDE}}),
    ("one above and one below", [90, *STEADY, 10], {0: {OUTSIDE}, 13: {OUTSIDE}}),
    (
        "seven above after seven below",
        [49, 47, 49, 47, 49, 47, 49, 53, 51, 53, 51, 53, 51, 53],
        {n: {SHIFT} for n in range(14)},
    ),
    ("six above are chance", [47, 53, 47, 51, 53, 51, 53, 51, 53, 47, 45, 49, 48], {}),
    (
        "eight below, all of them flagged",
        [56, 52, 58, 52, 49, 47, 49, 47, 49, 47, 49, 47, 56, 52],
        {n: {SHIFT} for n in range(4, 12)},
    ),
    (
        "one on the mean ends a run",
        [52, 48, 51, 51, 51, 50, 51, 51, 51, 46, 50, 49],
        {},
    ),
    (
        "seven rising",
        [50, 40, 55, 42, 44, 46, 48, 50, 52, 54, 41, 57, 44, 50],
        {n: {TREND} for n in range(3, 10)},
    ),
    (
        "seven falling",
        [50, 60, 45, 58, 56, 54, 52, 50, 48, 46, 59, 43, 56, 50],
        {n: {TREND} for n in range(3, 10)},
    ),
    ("six rising are chance", [50, 40, 55, 42, 45, 48, 51, 54, 57, 41, 57, 44, 50], {}),
    (
        "nine rising, all of them flagged",
        [50, 30, 60, 42, 44, 46, 48, 50, 52, 54, 56, 58, 31, 62, 34, 50],
        {n: {TREND} for n in range(3, 12)},
    ),
    ("two equal break a trend", [50, 40, 55, 42, 44, 46, 48, 48, 50, 52, 41, 57, 44, 50], {}),
    (
        "two of three close to the upper limit",
        [46, 54, 46, 54, 46, 54, 70, 70, 46, 54, 46, 54, 46, 54],
        {6: {NEAR}, 7: {NEAR}},
    ),
    (
        "two of three with one between",
        [*[49, 51] * 5, 40, 49, 40, *[51, 49] * 5],
        {10: {NEAR}, 12: {NEAR}},
    ),
    ("one close is chance", [50, 48, 52, 50, 48, 50, 52, 48, 54, 50, 48, 52, 48, 50], {}),
    (
        "close on two sides is chance",
        [50, 48, 52, 50, 48, 50, 52, 54, 46, 50, 48, 52, 48, 50],
        {},
    ),
    (
        "a far step is no part of the limits",
        [*[47, 49] * 6, *[87, 89] * 6],
        {n: {OUTSIDE, SHIFT} for n in range(24)},
    ),
]


def by_hand(values: list[int]) -> tuple[Fraction, Fraction, list[set[Cause]]]:
    """The mean, the distance of the limits, and each point's causes, as the rules are written."""
    n = len(values)
    mean = Fraction(sum(values), n)
    steps = [Fraction(abs(values[i] - values[i - 1])) for i in range(1, n)]
    screen = Fraction("3.267") * sum(steps) / len(steps)
    steps = [step for step in steps if step < screen]
    average = sum(steps, Fraction()) / len(steps) if steps else Fraction()
    far = Fraction("2.66") * average
    found: list[set[Cause]] = [set() for _ in values]
    side = [(v > mean) - (v < mean) for v in values]
    close = [2 * far / 3 < abs(v - mean) <= far for v in values]
    for i in range(n):
        if abs(values[i] - mean) > far:
            found[i].add(OUTSIDE)
        for start in range(max(0, i - 6), min(i, n - 7) + 1):
            seven = range(start, start + 7)
            if {side[j] for j in seven} in ({1}, {-1}):
                found[i].add(SHIFT)
            rising = all(values[j + 1] > values[j] for j in seven[:-1])
            if rising or all(values[j + 1] < values[j] for j in seven[:-1]):
                found[i].add(TREND)
        for start in range(max(0, i - 2), min(i, n - 3) + 1):
            three = range(start, start + 3)
            if (
                close[i]
                and sum(close[j] for j in three) >= 2
                and abs(sum(side[j] for j in three)) == 3
            ):
                found[i].add(NEAR)
    return mean, far, found


def chart_of(values: list[int], better: Better = Better.HIGHER) -> ControlChart:
    chart = control_chart(values, better)
    assert chart
    return chart


@pytest.mark.parametrize(
    ("values", "special"), [each[1:] for each in SERIES], ids=[each[0] for each in SERIES]
)
def test_each_rule_flags_its_points_and_no_others(
    values: list[int], special: dict[int, set[Cause]]
) -> None:
    found = {n: set(p.causes) for n, p in enumerate(chart_of(values).points) if p.causes}
    assert found == special


def test_the_series_show_every_cause() -> None:
    assert len(SERIES) >= 20
    assert set().union(*(why for _, _, flagged in SERIES for why in flagged.values())) == set(Cause)


@given(st.lists(st.integers(0, 100), min_size=10, max_size=40))
def test_any_series_is_read_as_the_rules_are_written(values: list[int]) -> None:
    mean, far, causes = by_hand(values)
    chart = chart_of(values)
    assert chart.mean == pytest.approx(float(mean))
    assert (chart.lower, chart.upper) == pytest.approx((float(mean - far), float(mean + far)))
    edges = [mean, mean - far, mean + far, mean - 2 * far / 3, mean + 2 * far / 3]
    if all(abs(value - edge) > Fraction(1, 10**9) for value in values for edge in edges):
        assert [set(point.causes) for point in chart.points] == causes


def test_a_short_series_has_no_limits() -> None:
    assert control_chart(STEADY[:9], Better.HIGHER) is None


@pytest.mark.parametrize(
    ("better", "high", "low"),
    [
        (Better.HIGHER, Meaning.IMPROVEMENT, Meaning.CONCERN),
        (Better.LOWER, Meaning.CONCERN, Meaning.IMPROVEMENT),
        (Better.NEITHER, Meaning.NEUTRAL, Meaning.NEUTRAL),
    ],
)
def test_what_a_point_means_is_by_which_way_is_better(
    better: Better, high: Meaning, low: Meaning
) -> None:
    chart = chart_of([90, *STEADY, 10], better)
    assert (chart.points[0].meaning, chart.points[-1].meaning) == (high, low)
    assert chart.points[5].meaning is Meaning.COMMON


@pytest.mark.parametrize(
    ("better", "target", "assured"),
    [
        (Better.HIGHER, 25, Assurance.ALWAYS),
        (Better.HIGHER, 50, Assurance.BY_CHANCE),
        (Better.HIGHER, 75, Assurance.NEVER),
        (Better.LOWER, 25, Assurance.NEVER),
        (Better.LOWER, 75, Assurance.ALWAYS),
    ],
)
def test_a_target_outside_the_limits_is_met_always_or_never(
    better: Better, target: int, assured: Assurance
) -> None:
    assert chart_of(STEADY, better).assurance(target) is assured
