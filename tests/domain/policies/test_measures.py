"""The edges of the measures: the last day of a standard counts, and so does the score of a case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.policies.counted import Contact, Course, Scored
from domain.policies.measures import MEASURES
from domain.vocabulary import Attendance, Content, Instrument, ServiceId

MADE = datetime(2025, 3, 3, 9, tzinfo=UTC)
BY_NAME = {measure.name: measure for measure in MEASURES}


def course(
    waited: int = 7,
    phq: tuple[int, int] = (15, 5),
    gad: tuple[int, int] = (12, 4),
    again: int = 9,
) -> Course:
    first = MADE + timedelta(days=waited)
    totals = {Instrument.PHQ_9: phq, Instrument.GAD_7: gad}
    return Course(
        ServiceId(UUID(int=1)),
        MADE,
        ended_at=first + timedelta(days=120),
        contacts={
            UUID(int=days): Contact(None, Content.TREATMENT, Attendance.ON_TIME, at)
            for days in (again, 0)
            for at in [first + timedelta(days=days)]
        },
        scores={
            instrument: {
                UUID(int=n): Scored(first + timedelta(days=n), total)
                for n, total in enumerate(both)
            }
            for instrument, both in totals.items()
        },
    )


@pytest.mark.parametrize(
    ("name", "last"),
    [("first treatment within 6 weeks", 42), ("first treatment within 18 weeks", 126)],
)
def test_the_last_day_of_a_standard_is_within_it(name: str, last: int) -> None:
    assert BY_NAME[name].holds(course(waited=last))
    assert not BY_NAME[name].holds(course(waited=last + 1))


def test_the_second_treatment_is_waited_for_from_the_first() -> None:
    soon, late = (BY_NAME[f"second treatment {w} days"] for w in ("within 28", "after 90"))
    assert soon.holds(course(again=28))
    assert not soon.holds(course(again=29))
    assert not late.holds(course(again=90))
    assert late.holds(course(again=91))


def test_recovery_is_below_both_cut_offs_and_reliable_only_if_beyond_error() -> None:
    recovered, reliable = BY_NAME["recovery"], BY_NAME["reliable recovery"]
    assert recovered.holds(course(phq=(10, 9), gad=(8, 7)))
    assert not reliable.holds(course(phq=(10, 9), gad=(8, 7)))
    assert reliable.holds(course(phq=(15, 9), gad=(8, 7)))
    assert not recovered.holds(course(phq=(15, 10), gad=(8, 7)))
    assert not recovered.holds(course(phq=(15, 9), gad=(8, 8)))
