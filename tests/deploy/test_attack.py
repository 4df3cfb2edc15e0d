"""Nobody can be found in a published month by adding and subtracting, whatever else they know."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from deploy.community import place
from deploy.community.history import seed
from domain.application import CareCoordination
from domain.facts import FACTS
from domain.mapping import FactMapper
from domain.policies import disclosure_control
from projections import monthly
from projections.courses import Courses
from tests.domain.attacker import attack
from tests.memory import MemoryKeys, MemoryLog
from tests.sampling import THOROUGH

UNTIL = datetime(2025, 11, 21, 11, 20, tzinfo=UTC)
MONTH = date(2025, 9, 1)


@pytest.fixture(scope="module")
def courses() -> Courses:
    """Half a year of a small place, whose counts are mostly of very few people."""
    log, keys = MemoryLog(UNTIL), MemoryKeys()
    care = CareCoordination(log=log, keys=keys, host=place.PRACTICE.id)
    seed(care, people=250, years=0.5, seed=3, until=UNTIL, progress=lambda come, of: None)
    mapper, followed = FactMapper(FACTS, keys), Courses()
    for stored in log.facts:
        followed.follow(mapper.read(stored))
    return followed


def test_no_number_under_five_can_be_told_from_all_that_a_month_shows(courses: Courses) -> None:
    counts, _ = monthly.count(courses, MONTH)
    lines = monthly.lines(courses, MONTH)
    attacker = attack(lines, counts)
    few = [cell for cell in sorted(attacker.hidden) if 0 < counts[cell] < 5]
    assert len(few) > 500
    assert sum(line.counted is not None for line in lines) > 20
    asked = few if THOROUGH else few[::4]
    told = {cell: bounds for cell in asked if (bounds := attacker.bounds(cell)).tells}
    assert told == {}


def test_with_the_small_ones_hidden_alone_many_can_be_told(
    courses: Courses, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The attack finds what the control is there for."""
    monkeypatch.setattr(disclosure_control, "_cover", lambda *_: False)
    counts, _ = monthly.count(courses, MONTH)
    attacker = attack(monthly.lines(courses, MONTH), counts)
    few = [cell for cell in sorted(attacker.hidden) if 0 < counts[cell] < 5]
    assert sum(attacker.bounds(cell).tells for cell in few[::10]) >= 3
