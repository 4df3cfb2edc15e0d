"""Which looks are unusual: each pattern with what just fits it, and what just does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.policies.looking import (
    A_FEW,
    FOLLOWED_UP,
    RULES,
    Pattern,
    Rule,
    Seen,
    Unusual,
    in_force,
    unusual,
)
from domain.vocabulary import Moment, PartnerId, PersonId, PractitionerId
from tests.people import WIGG

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ASHA, PRIYA = PractitionerId(uuid4()), PractitionerId(uuid4())
ROSA, TOM = PersonId(uuid4()), PersonId(uuid4())


def look(at: Moment = NOON, *persons: PersonId, by: PractitionerId = ASHA, **more: Any) -> Seen:
    return Seen(at, by, WIGG, persons, **more)


def somebody() -> PersonId:
    return PersonId(uuid4())


def found(
    *looks: Seen,
    told: Mapping[tuple[PartnerId, PersonId], Moment] | None = None,
    namesakes: frozenset[tuple[PractitionerId, PersonId]] = frozenset(),
) -> dict[Pattern, list[Unusual]]:
    listed: dict[Pattern, list[Unusual]] = {}
    for each in unusual(looks, told_last=told or {}, namesakes=namesakes):
        listed.setdefault(each.pattern, []).append(each)
    return listed


def many(pattern: Pattern) -> int:
    return in_force(NOON.date())[pattern].many


# Many people in an hour


def test_many_different_people_opened_in_an_hour_are_listed_once() -> None:
    looks = [look(NOON + n * MINUTE, somebody()) for n in range(many(Pattern.MANY_PERSONS))]
    (listed,) = found(*looks)[Pattern.MANY_PERSONS]
    assert (listed.practitioner, listed.many) == (ASHA, 40)
    assert (listed.since, listed.until) == (NOON, NOON + 39 * MINUTE)


def test_one_person_fewer_is_not() -> None:
    looks = [look(NOON + n * MINUTE, somebody()) for n in range(many(Pattern.MANY_PERSONS) - 1)]
    assert found(*looks) == {}


def test_nor_as_many_over_a_longer_time() -> None:
    looks = [look(NOON + 2 * n * MINUTE, somebody()) for n in range(40)]
    assert found(*looks) == {}


def test_nor_the_same_person_again_and_again_nor_two_users_together() -> None:
    same = [look(NOON + n * MINUTE, ROSA) for n in range(50)]
    apart = [look(NOON + n * MINUTE, somebody(), by=(ASHA, PRIYA)[n % 2]) for n in range(50)]
    assert found(*same) == found(*apart) == {}


def test_nor_a_list_of_many_which_opened_nobody() -> None:
    lists = [look(NOON + n * MINUTE, *(somebody() for _ in range(A_FEW + 1))) for n in range(20)]
    assert found(*lists) == {}


# Somebody whose help ended long ago


def test_a_look_at_somebody_whose_help_here_ended_more_than_a_year_ago() -> None:
    ended = NOON - timedelta(days=366)
    (listed,) = found(look(NOON, ROSA), told={(WIGG, ROSA): ended})[Pattern.LONG_ENDED]
    assert (listed.persons, listed.many) == ((ROSA,), 1)


def test_a_look_within_the_year_or_at_somebody_who_is_helped_is_not() -> None:
    within = {(WIGG, ROSA): NOON - timedelta(days=365)}
    elsewhere = {(PartnerId(uuid4()), ROSA): NOON - timedelta(days=900)}
    assert found(look(NOON, ROSA), told=within) == found(look(NOON, ROSA), told=elsewhere) == {}


# Searches that lead nowhere


def searches(count: int, *persons: PersonId) -> list[Seen]:
    return [look(NOON + n * MINUTE, *persons, search=True) for n in range(count)]


def test_searches_that_find_nobody_or_nobody_who_is_opened_are_listed() -> None:
    for nobody in (searches(10), searches(10, ROSA)):
        (listed,) = found(*nobody)[Pattern.SEARCHES_IN_VAIN]
        assert listed.many == 10


def test_one_fewer_is_not_nor_searches_that_end_at_somebody() -> None:
    assert found(*searches(9)) == {}
    opened = look(NOON + 9 * MINUTE + FOLLOWED_UP - 9 * MINUTE, ROSA)
    assert found(*searches(10, ROSA), opened) == {}


def test_somebody_opened_too_late_or_somebody_else_is_no_end_of_a_search() -> None:
    late = look(NOON + 9 * MINUTE + FOLLOWED_UP + MINUTE, ROSA)
    other = look(NOON + 10 * MINUTE, TOM)
    assert Pattern.SEARCHES_IN_VAIN in found(*searches(10, ROSA), late)
    assert Pattern.SEARCHES_IN_VAIN in found(*searches(10, ROSA), other)


# At odd hours


@pytest.mark.parametrize("begin", ["2026-11-23T23:00Z", "2026-11-24T04:50Z", "2027-07-01T22:10Z"])
def test_records_opened_by_night_are_listed_by_the_clock_on_the_wall(begin: str) -> None:
    at = datetime.fromisoformat(begin)
    (listed,) = found(*(look(at + n * MINUTE, ROSA) for n in range(5)))[Pattern.ODD_HOURS]
    assert listed.many == 5


@pytest.mark.parametrize("begin", ["2026-11-23T22:50Z", "2026-11-24T05:00Z", "2027-07-01T21:50Z"])
def test_an_evening_and_an_early_morning_are_not(begin: str) -> None:
    at = datetime.fromisoformat(begin)
    assert found(*(look(at + n * MINUTE, ROSA) for n in range(5))) == {}


def test_nor_a_few_by_night() -> None:
    midnight = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
    assert found(*(look(midnight + n * MINUTE, ROSA) for n in range(4))) == {}


# Emergencies


def test_three_people_opened_in_emergencies_within_a_week_are_listed() -> None:
    days = [look(NOON + timedelta(days=3 * n), somebody(), emergency=True) for n in range(3)]
    (listed,) = found(*days)[Pattern.EMERGENCIES]
    assert listed.many == 3


def test_two_or_three_over_a_longer_time_or_one_person_thrice_are_not() -> None:
    two = [look(NOON + timedelta(days=n), somebody(), emergency=True) for n in range(2)]
    slow = [look(NOON + timedelta(days=4 * n), somebody(), emergency=True) for n in range(3)]
    same = [look(NOON + timedelta(days=n), ROSA, emergency=True) for n in range(3)]
    assert found(*two) == found(*slow) == found(*same) == {}


# Somebody with the same surname


def test_a_look_at_somebody_with_ones_own_surname_is_listed_by_id() -> None:
    own = frozenset({(ASHA, ROSA)})
    (listed,) = found(look(NOON, ROSA), namesakes=own)[Pattern.SAME_SURNAME]
    assert listed.persons == (ROSA,)
    assert found(look(NOON, TOM), look(NOON, ROSA, by=PRIYA), namesakes=own) == {}


def test_a_list_they_stand_in_is_not() -> None:
    crowd = [ROSA, *(somebody() for _ in range(A_FEW))]
    assert found(look(NOON, *crowd), namesakes=frozenset({(ASHA, ROSA)})) == {}


# Rules are data with dates


def test_every_pattern_has_a_rule_with_its_source_and_day() -> None:
    assert set(in_force(NOON.date())) == set(Pattern)
    assert all(rule.source for rule in RULES)
    assert in_force(date(2020, 1, 1)) == {}


def test_a_rule_holds_until_the_next_one_does() -> None:
    on = date(2026, 12, 1)
    old = next(rule for rule in RULES if rule.pattern is Pattern.ODD_HOURS)
    rules = (replace(old, effective_to=on), replace(old, many=1, effective_from=on))

    def by_night(at: datetime) -> list[Unusual]:
        return unusual([look(at, ROSA)], told_last={}, namesakes=(), rules=rules)

    assert by_night(datetime(2026, 11, 30, 23, 30, tzinfo=UTC)) == []
    assert len(by_night(datetime(2026, 12, 1, 23, 30, tzinfo=UTC))) == 1
    assert isinstance(rules[0], Rule)
