"""An answer above 0 to PHQ-9 item 9: nobody reads the score anywhere without the concern."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest

from domain.concern import concern_of
from domain.vocabulary import Instrument, MeasureId
from projections import record, schema
from projections.entries import Entry
from tests.people import MONDAY, TALKING, TRUST, WIGG
from tests.projections.place import Place

ABOVE_0 = (1, 1, 1, 1, 1, 1, 1, 1, 1)
AT_0 = (1, 1, 1, 1, 1, 1, 1, 1, 0)


@pytest.fixture
def scored(place: Place) -> MeasureId:
    """Rosa is with talking therapies and held by her practice; therapy scores a PHQ-9."""
    place.register()
    referral = place.refer("Talking therapy")
    place.care.accept_referral(referral, asked=place.by(TALKING))
    measure = MeasureId(uuid4())
    for which, items, days in ((MeasureId(uuid4()), AT_0, 0), (measure, ABOVE_0, 7)):
        place.care.complete_measure(
            which,
            referral,
            instrument=Instrument.PHQ_9,
            items=items,
            asked=place.by(TALKING, at=MONDAY + timedelta(days=days)),
        )
    return measure


def raised(entries: list[Entry]) -> set[str]:
    return {e.data["measure"] for e in entries if e.type.startswith("concern.SafetyConcernRaised")}


def test_no_part_of_what_was_told_shows_the_score_without_the_concern(
    place: Place, scored: MeasureId
) -> None:
    place.fold()
    told = place.entries()
    shown = 0
    for partner in {entry.partner for entry in told}:
        mine = [entry for entry in told if entry.partner == partner and entry.subject]
        for first in range(1, len(mine) + 1):
            row = record.folded(mine[:first]) or {}
            if str(scored) in row.get("scores", {}):
                shown += 1
                assert str(scored) in raised(mine[:first]), f"{partner} sees the score alone"
    assert shown >= 2, "therapy and the practice see the score"


def test_no_view_shows_the_score_without_the_concern_however_slowly_facts_are_folded(
    place: Place, scored: MeasureId
) -> None:
    shown = 0
    with psycopg.connect(place.database.dsn(schema.PROJECT), autocommit=True) as connection:
        while place.engine.step(connection, 1):
            told = place.entries()
            for (partner, subject), row in place.views()["caseload"].items():
                if str(scored) in row.get("scores", {}):
                    shown += 1
                    mine = [e for e in told if (e.partner, e.subject) == (partner, subject)]
                    assert str(scored) in raised(mine), f"{partner} sees the score alone"
    assert shown >= 2


def test_one_answer_raises_one_concern_and_an_answer_of_0_none(
    place: Place, scored: MeasureId
) -> None:
    place.care.correct_score(scored, items=(2,) * 9, asked=place.by(TALKING))
    place.fold()
    for partner in (TALKING, WIGG, TRUST):
        mine = [entry for entry in place.entries() if entry.partner == partner]
        concerns = [e for e in mine if e.type.startswith("concern.SafetyConcernRaised")]
        assert len(concerns) == (0 if partner == TRUST else 1)
        assert {e.data["stream"] for e in concerns} <= {str(concern_of(scored))}
