"""The trend: one release's ratios beside another's, and never beside another kind of run's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.bench.measuring import line
from tests.bench.trend import KEPT, Run, compared, keep, pair, runs

EARLIER = Run("0.1.0", "2026-11-22", True, 2, 1.5, {"append | commit": 0.5, "page | query": 0.6})


def said(value: float) -> str:
    return line(
        "append", events=1, value=value, unit="facts/s", limit="commit", limit_value=100, repeats=5
    )


def test_a_kept_run_is_read_again_after_those_before_it(tmp_path: Path) -> None:
    kept = tmp_path / "trend.jsonl"
    keep([said(40)], quick=True, kept=kept)
    keep([said(60)], quick=True, kept=kept)

    assert [run.ratios for run in runs(kept)] == [
        {"append | commit": 0.4},
        {"append | commit": 0.6},
    ]
    assert all(run.quick and run.cores and run.version for run in runs(kept))


def test_a_comparison_says_what_grew_and_what_is_new_or_gone() -> None:
    later = replace(EARLIER, version="0.2.0", ratios={"append | commit": 0.75, "fold | read": 0.1})

    assert [row.split() for row in compared(EARLIER, later)] == [
        ["append", "|", "commit", "0.5", "0.75", "1.50"],
        ["fold", "|", "read", "-", "0.1"],
        ["page", "|", "query", "0.6", "-"],
    ]


def test_only_runs_of_a_kind_are_compared() -> None:
    whole = replace(EARLIER, version="0.2.0", quick=False)
    later = replace(EARLIER, version="0.3.0")

    assert pair([EARLIER, whole, later], []) == (EARLIER, later)
    assert pair([EARLIER, later, whole], ["0.1.0", "0.3.0"]) == (EARLIER, later)
    with pytest.raises(SystemExit):
        pair([EARLIER, whole], [])


def test_every_kept_run_can_be_read() -> None:
    assert all(run.ratios for run in runs(KEPT))
