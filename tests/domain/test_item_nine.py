"""PHQ-9 item 9: an answer above 0 is for a human to see to, before anybody sees the score."""

from __future__ import annotations

import pytest

from domain.concern import SafetyConcernRaised, concern_of
from domain.measure import MeasureCompleted, ScoreCorrected
from domain.vocabulary import ConcernSource, Instrument, MeasureId, ReferralId
from tests.people import ROSA, TALKING, WIGG, named
from tests.scenario import Community, by

REFERRAL = ReferralId(named("talking therapy"))
SCORED = MeasureId(named("the second PHQ-9"))
ABOVE_0 = (0, 0, 0, 0, 0, 0, 0, 0, 1)
AT_0 = (3, 3, 3, 3, 3, 3, 3, 3, 0)


@pytest.fixture
def place() -> Community:
    """Rosa is with talking therapies, and her practice holds her."""
    here = Community()
    here.register()
    here.refer("talking therapy")
    here.accept(REFERRAL, TALKING)
    return here


def score(here: Community, *items: int | None, total: int | None = None) -> list[type]:
    before = len(here.facts())
    here.care.complete_measure(
        SCORED,
        REFERRAL,
        instrument=Instrument.PHQ_9,
        items=items,
        total=total,
        asked=by(TALKING),
    )
    return [type(fact) for fact in here.facts()[before:]]


def test_an_answer_above_0_raises_a_concern_in_the_same_save_and_before_the_score(
    place: Community,
) -> None:
    assert score(place, *ABOVE_0) == [SafetyConcernRaised, MeasureCompleted]
    concern, scored = place.recorded()[-2:]
    assert isinstance(concern.fact, SafetyConcernRaised)
    assert concern.fact.source is ConcernSource.ITEM_9
    assert (concern.fact.acts, concern.fact.measure) == (TALKING, SCORED)
    assert concern.originator_id == concern_of(SCORED)
    assert (concern.person, concern.intention) == (ROSA, scored.intention)
    assert concern.position < scored.position


@pytest.mark.parametrize("total", [None, 20, 27])
def test_no_other_answer_and_no_total_raises_one(place: Community, total: int | None) -> None:
    items = AT_0 if total is None else ()
    assert score(place, *items, total=total) == [MeasureCompleted]


def test_an_unanswered_item_9_raises_none(place: Community) -> None:
    assert score(place, *AT_0[:8], None) == [MeasureCompleted]


def test_a_score_put_right_raises_what_the_wrong_one_had_not_and_takes_nothing_back(
    place: Community,
) -> None:
    score(place, *AT_0)
    place.care.correct_score(SCORED, items=ABOVE_0, asked=by(TALKING))
    assert [type(f) for f in place.facts()[-2:]] == [SafetyConcernRaised, ScoreCorrected]
    before = len(place.facts())
    place.care.correct_score(SCORED, items=AT_0, asked=by(TALKING))
    place.care.correct_score(SCORED, items=ABOVE_0, asked=by(TALKING))
    assert [type(f) for f in place.facts()[before:]] == [ScoreCorrected, ScoreCorrected]


def test_who_holds_the_person_and_scores_without_a_referral_must_look_too(
    place: Community,
) -> None:
    place.care.complete_measure_held(
        SCORED, ROSA, instrument=Instrument.PHQ_9, items=ABOVE_0, asked=by(WIGG)
    )
    concern = place.recorded()[-2].fact
    assert isinstance(concern, SafetyConcernRaised)
    assert concern.acts == WIGG
