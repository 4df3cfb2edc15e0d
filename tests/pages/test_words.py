"""Dates, numbers and waiting clocks in the words people here use."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from api.pages import drawing, telling, words
from api.pages.waiting import clock
from domain.facts import FACTS
from domain.kernel import Category
from domain.policies.scales import SCALES
from domain.request import State
from domain.sharing import SAID_AS, TOLD_TO_NOBODY
from domain.texts import in_threes
from domain.vocabulary import Instrument, Step
from projections.directory import Directory
from projections.record import STATUSES
from tests.domain.test_stored import SAMPLES

NOW = datetime(2026, 11, 4, 11, 30, tzinfo=UTC)


def waiting(days: int) -> dict[str, str]:
    return {"waiting_since": (NOW - timedelta(days=days)).isoformat()}


def test_dates_and_numbers_read_as_the_service_manual_says() -> None:
    assert words.day("1952-03-04") == "4 March 1952"
    assert words.moment(NOW) == "4 November 2026, 11:30"
    assert words.moment(datetime(2026, 7, 1, 11, 30, tzinfo=UTC)) == "1 July 2026, 12:30"
    assert in_threes("9990123456") == "999 012 3456"
    assert words.age("1952-11-05", date(2026, 11, 4)) == 73


@pytest.mark.parametrize(
    ("days", "step", "text", "tone"),
    [
        (0, Step.TALKING_THERAPIES, "Day 0 of 42", "running"),
        (35, Step.TALKING_THERAPIES, "Day 35 of 42", "near"),
        (42, Step.TALKING_THERAPIES, "Day 42 of 42", "near"),
        (43, Step.TALKING_THERAPIES, "1 day over 6 weeks", "over"),
        (30, Step.HOSPITAL_CARE, "2 days over 4 weeks", "over"),
        (1, Step.COMMUNITY_PREVENTION, "Waiting 1 day", "plain"),
    ],
)
def test_a_waiting_clock_says_what_is_left_or_over(
    days: int, step: Step, text: str, tone: str
) -> None:
    shown = clock(waiting(days), step, NOW)
    assert shown is not None
    assert (shown.text, shown.tone) == (text, tone)


def test_who_does_not_wait_has_no_clock() -> None:
    assert clock({"waiting_since": None}, Step.TALKING_THERAPIES, NOW) is None


def test_every_status_state_and_fact_has_its_words() -> None:
    assert list(words.STATUS) == list(STATUSES)
    assert set(words.STATE) == {state.value for state in State}
    of_persons = {f for f in FACTS if f.CATEGORY not in (Category.DIRECTORY, Category.STAFF)}
    told = {SAID_AS.get(f, f).__name__ for f in of_persons if not issubclass(f, TOLD_TO_NOBODY)}
    assert told - telling.HAPPENED.keys() == {"ReferralMade"}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_what_happened_is_told_without_ids_and_with_dates_as_they_are_written(sample: Path) -> None:
    stored = json.loads(sample.read_text("utf-8"))
    noun, name = stored["topic"].split(":")
    nobody = words.Names(Directory())
    told = telling.happened(f"{noun}.{name}.v1", stored["body"], nobody)
    assert re.findall(r"\d{4}-\d\d-\d\d|[0-9a-f]{8}-[0-9a-f]{4}-|[{}]", told) == []


def test_no_drawing_brings_a_style_of_its_own() -> None:
    drawn = drawing.bar(0.5, "near")
    for name, scale in SCALES.items():
        drawn += drawing.sparkline((21, 12), scale)
        drawn += drawing.scores([21, 12], ["1 May", "8 May"], name=name, scale=scale)
    assert "style" not in drawn


def test_a_chart_leaves_clear_the_side_on_which_there_is_no_case() -> None:
    def clear(instrument: Instrument) -> list[str]:
        drawn = drawing.scores(
            [21, 12], ["1 May", "8 May"], name=instrument, scale=SCALES[instrument]
        )
        return re.findall(r'tc-chart__clear" x="34" y="([0-9.]+)"', drawn)

    assert clear(Instrument.PHQ_9) == ["101.4"]
    assert clear(Instrument.REQOL_10) == ["12.0"]
    assert clear(Instrument.WEMWBS) == []
