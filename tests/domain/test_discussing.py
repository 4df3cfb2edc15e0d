"""Whom a meeting should look at, by thresholds that are published elsewhere."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.policies import discussing
from domain.vocabulary import Instrument, Step

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PHQ_9, GAD_7 = Instrument.PHQ_9, Instrument.GAD_7


@pytest.mark.parametrize(
    ("instrument", "first", "last", "expected"),
    [
        (PHQ_9, 18, 13, True),  # five points better: within the error of measurement
        (PHQ_9, 18, 12, False),
        (PHQ_9, 14, 10, True),
        (PHQ_9, 14, 9, False),  # no case any more
        (PHQ_9, 9, 15, False),  # no case at the start
        (PHQ_9, 12, 20, True),  # worse
        (GAD_7, 12, 9, True),
        (GAD_7, 12, 8, False),
    ],
)
def test_who_is_still_a_case_and_not_reliably_better_does_not_improve(
    instrument: Instrument, first: int, last: int, expected: bool
) -> None:
    assert discussing.not_improving(instrument, first, last) is expected


@pytest.mark.parametrize(
    ("step", "days", "expected"),
    [
        (Step.TALKING_THERAPIES, 42, None),
        (Step.TALKING_THERAPIES, 43, (1, 6)),
        (Step.TALKING_THERAPIES, 126, (84, 6)),
        (Step.TALKING_THERAPIES, 127, (1, 18)),
        (Step.COLLABORATIVE_CARE, 28, None),
        (Step.COLLABORATIVE_CARE, 29, (1, 4)),
        (Step.COMMUNITY_PREVENTION, 400, None),
    ],
)
def test_a_wait_is_over_the_longest_limit_it_has_passed(
    step: Step, days: int, expected: tuple[int, int] | None
) -> None:
    assert discussing.over_limit(step, NOW - timedelta(days=days), NOW) == expected


def test_a_wait_that_passed_no_limit_is_not_looked_for() -> None:
    assert discussing.shortest_limit(date(2026, 11, 23)) == 28
    assert discussing.improves_within(date(2026, 11, 23)) == 56
