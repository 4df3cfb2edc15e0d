"""When demand outgrows a service: three months in a row, by more than rounding and places hide."""

from __future__ import annotations

import pytest

from domain.policies.learning import Demand, outgrown

MORE = Demand(accepted=30, full=5, ended=20)


def test_a_service_asked_for_more_than_it_ends_for_three_months_is_outgrown() -> None:
    assert outgrown([MORE] * 3, None) == 45
    assert outgrown([Demand(0, None, 90), *[MORE] * 3], None) == 45, "the last three alone"


@pytest.mark.parametrize(
    "months",
    [
        [MORE] * 2,
        [MORE, Demand(20, None, 20), MORE],
        [MORE, MORE, Demand(25, 0, 20)],  # 23 and 0 against 22, or 22 against 22
        [MORE, MORE, Demand(None, 20, 5)],
        [MORE, MORE, Demand(30, 5, None)],
    ],
    ids=["too short", "once not", "by rounding perhaps", "accepted hidden", "ended hidden"],
)
def test_what_cannot_be_said_for_certain_is_not_said(months: list[Demand]) -> None:
    assert outgrown(months, None) is None


def test_figures_that_are_hidden_because_few_were_full_do_not_count() -> None:
    assert outgrown([Demand(25, None, 20)] * 3, None) == 15


def test_places_for_another_such_month_are_enough() -> None:
    assert outgrown([MORE] * 3, 14) == 45
    assert outgrown([MORE] * 3, 15) is None
