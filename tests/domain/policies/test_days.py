"""Which days count, and when a deadline falls, in England and Wales."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.policies.days import (
    LONDON,
    Unit,
    Within,
    add_working_days,
    bank_holidays,
    days_between,
    end_of_day,
    is_working_day,
    local_date,
)

# GOV.UK, UK bank holidays, England and Wales; one line a year, month/day.
LISTED = """
2015: 1/1 4/3 4/6 5/4 5/25 8/31 12/25 12/28
2016: 1/1 3/25 3/28 5/2 5/30 8/29 12/26 12/27
2017: 1/2 4/14 4/17 5/1 5/29 8/28 12/25 12/26
2018: 1/1 3/30 4/2 5/7 5/28 8/27 12/25 12/26
2019: 1/1 4/19 4/22 5/6 5/27 8/26 12/25 12/26
2020: 1/1 4/10 4/13 5/8 5/25 8/31 12/25 12/28
2021: 1/1 4/2 4/5 5/3 5/31 8/30 12/27 12/28
2022: 1/3 4/15 4/18 5/2 6/2 6/3 8/29 9/19 12/26 12/27
2023: 1/2 4/7 4/10 5/1 5/8 5/29 8/28 12/25 12/26
2024: 1/1 3/29 4/1 5/6 5/27 8/26 12/25 12/26
2025: 1/1 4/18 4/21 5/5 5/26 8/25 12/25 12/26
2026: 1/1 4/3 4/6 5/4 5/25 8/31 12/25 12/28
2027: 1/1 3/26 3/29 5/3 5/31 8/30 12/27 12/28
2028: 1/3 4/14 4/17 5/1 5/29 8/28 12/25 12/26
2029: 1/1 3/30 4/2 5/7 5/28 8/27 12/25 12/26
2030: 1/1 4/19 4/22 5/6 5/27 8/26 12/25 12/26
"""


def london(words: str) -> datetime:
    """A moment as a clock on a wall in London shows it."""
    return datetime.strptime(words, "%Y-%m-%d %H:%M").replace(tzinfo=LONDON).astimezone(UTC)


@pytest.mark.parametrize("line", LISTED.split("\n")[1:-1])
def test_bank_holidays_are_those_on_the_list(line: str) -> None:
    year, days = line.split(": ")
    listed = [date(int(year), *map(int, day.split("/"))) for day in days.split()]
    assert list(bank_holidays(int(year))) == listed


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2021, 12, 27), "Christmas Day (substitute day)"),
        (date(2021, 12, 28), "Boxing Day (substitute day)"),
        (date(2022, 12, 26), "Boxing Day"),
        (date(2022, 12, 27), "Christmas Day (substitute day)"),
        (date(2022, 6, 2), "Spring bank holiday"),
        (date(2022, 6, 3), "Platinum Jubilee"),
        (date(2020, 5, 8), "Early May bank holiday"),
    ],
)
def test_a_bank_holiday_says_what_it_is_for(day: date, name: str) -> None:
    assert bank_holidays(day.year)[day] == name


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2020, 5, 4), True),  # early May was moved away
        (date(2020, 5, 8), False),  # to here
        (date(2022, 5, 30), True),
        (date(2022, 9, 19), False),
        (date(2026, 3, 7), False),  # Saturday
        (date(2026, 3, 9), True),
    ],
)
def test_working_days(day: date, working: bool) -> None:
    assert is_working_day(day) is working


DEADLINES = [
    ("three days", Within(3, Unit.DAYS), "2026-03-02 09:00", "2026-03-05 23:59"),
    ("three days over the spring change", Within(3, Unit.DAYS), "2026-03-27 16:00",
     "2026-03-30 23:59"),
    ("three days over the autumn change", Within(3, Unit.DAYS), "2026-10-23 16:00",
     "2026-10-26 23:59"),
    ("three days over a leap day", Within(3, Unit.DAYS), "2028-02-27 10:00", "2028-03-01 23:59"),
    ("three days in a common year", Within(3, Unit.DAYS), "2027-02-27 10:00", "2027-03-02 23:59"),
    ("the same day", Within(0, Unit.DAYS), "2026-03-02 23:30", "2026-03-02 23:59"),
    ("four hours", Within(4, Unit.HOURS), "2026-03-02 22:15", "2026-03-03 02:15"),
    ("four hours, one of them lost in spring", Within(4, Unit.HOURS), "2026-03-28 23:00",
     "2026-03-29 04:00"),
    ("four hours, one of them twice in autumn", Within(4, Unit.HOURS), "2026-10-24 23:00",
     "2026-10-25 02:00"),
    ("24 hours over the spring change", Within(24, Unit.HOURS), "2026-03-28 12:00",
     "2026-03-29 13:00"),
    ("24 hours over the autumn change", Within(24, Unit.HOURS), "2026-10-24 12:00",
     "2026-10-25 11:00"),
    ("five working days", Within(5, Unit.WORKING_DAYS), "2026-03-02 09:00", "2026-03-09 23:59"),
    ("five working days from a Friday night", Within(5, Unit.WORKING_DAYS), "2026-03-06 23:00",
     "2026-03-13 23:59"),
    ("five working days from a Saturday", Within(5, Unit.WORKING_DAYS), "2026-03-07 09:00",
     "2026-03-13 23:59"),
    ("five working days over Easter", Within(5, Unit.WORKING_DAYS), "2026-04-01 09:00",
     "2026-04-10 23:59"),
    ("five working days over Christmas", Within(5, Unit.WORKING_DAYS), "2026-12-23 09:00",
     "2027-01-04 23:59"),
    ("five working days over the Jubilee", Within(5, Unit.WORKING_DAYS), "2022-05-30 09:00",
     "2022-06-08 23:59"),
    ("one working day before the funeral", Within(1, Unit.WORKING_DAYS), "2022-09-16 09:00",
     "2022-09-20 23:59"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("within", "start", "due"), [row[1:] for row in DEADLINES], ids=[row[0] for row in DEADLINES]
)
def test_deadlines(within: Within, start: str, due: str) -> None:
    assert f"{within.due(london(start)).astimezone(LONDON):%Y-%m-%d %H:%M}" == due


def test_half_past_eleven_at_night_in_summer_is_still_that_day() -> None:
    """22:30 UTC in July is 23:30 in London; an hour later the London date has changed."""
    at = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    assert local_date(at) == date(2026, 7, 1)
    assert local_date(at + timedelta(hours=1)) == date(2026, 7, 2)
    assert days_between(at, at + timedelta(hours=1)) == 1


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-03-30", 24)]
)
def test_a_day_is_as_long_as_the_clocks_make_it(day: str, hours: int) -> None:
    on = date.fromisoformat(day)
    length = end_of_day(on) - end_of_day(on - timedelta(days=1))
    assert length == timedelta(hours=hours)


@given(st.dates(date(2015, 1, 1), date(2030, 11, 30)), st.integers(min_value=1, max_value=10))
def test_working_days_add_up(day: date, count: int) -> None:
    later = add_working_days(day, count)
    assert is_working_day(later)
    between = (day + timedelta(days=n) for n in range(1, (later - day).days + 1))
    assert sum(map(is_working_day, between)) == count


@pytest.mark.parametrize(
    "monday",
    # the earliest and latest Easters of two centuries, and those the computus has to correct
    [(1913, 3, 24), (1943, 4, 26), (1954, 4, 19), (1981, 4, 20), (2000, 4, 24), (2008, 3, 24),
     (2038, 4, 26), (2049, 4, 19), (2076, 4, 20), (2100, 3, 29)],
)  # fmt: skip
def test_easter_monday_in_years_that_are_hard_to_get_right(monday: tuple[int, int, int]) -> None:
    assert bank_holidays(monday[0])[date(*monday)] == "Easter Monday"


@pytest.mark.parametrize(
    ("within", "words"),
    [
        (Within(3, Unit.DAYS), "3 days"),
        (Within(0, Unit.DAYS), "the same day"),
        (Within(0, Unit.HOURS), "0 hours"),
        (Within(5, Unit.WORKING_DAYS), "5 working days"),
    ],
)
def test_a_limit_in_words(within: Within, words: str) -> None:
    assert within.words == words


def test_a_deadline_put_off_by_four_days() -> None:
    assert Within(3, Unit.DAYS).due(london("2026-03-02 09:00"), longer=4) == end_of_day(
        date(2026, 3, 9)
    )
