"""Measures: what is recorded of a score, how it is put right, and what is refused."""

from __future__ import annotations

import pytest

from domain.measure import (
    Measure,
    MeasureCompleted,
    MeasureIsComplete,
    MeasureIsUnknown,
    OnlyWhoScoredItMay,
    ScoreCorrected,
    ScoreIsNotPossible,
    total_of,
)
from domain.plan import GoalIsUnknown
from domain.policies.instruments import change
from domain.standing import PathwayIsClosed
from domain.vocabulary import GoalId, Instrument, Label, MeasureId, ReferralId
from tests.people import MONDAY, ROSA, TALKING, TOM, WIGG, named
from tests.scenario import Community, Happened, by, given, refused

REFERRAL = ReferralId(named("a referral"))


def phq9(total: int, items: tuple[int | None, ...] = ()) -> MeasureCompleted:
    return MeasureCompleted(
        referral=REFERRAL,
        provider=TALKING,
        instrument=Instrument.PHQ_9,
        total=total,
        items=items,
    )


@pytest.mark.parametrize("score", [phq9(0), phq9(27), phq9(12, (2, 2, 2, 2, 2, 2, 0, 0, 0))])
def test_a_possible_score_is_recorded(score: MeasureCompleted) -> None:
    given(Measure(id=named("week 1"))).when(
        lambda m: m.complete(ROSA, score, label=Label.ORDINARY, asked=by(TALKING))
    ).then(score)


@pytest.mark.parametrize(
    "score",
    [
        phq9(-1),
        phq9(28),
        phq9(11, (2, 2, 2, 2, 2, 2, 0, 0, 0)),
        phq9(4, (4, 0, 0, 0, 0, 0, 0, 0, 0)),
        phq9(2, (1, 1)),
    ],
)
def test_an_impossible_score_is_refused(score: MeasureCompleted) -> None:
    given(Measure(id=named("week 1"))).when(
        lambda m: m.complete(ROSA, score, label=Label.ORDINARY, asked=by(TALKING))
    ).then_refused(ScoreIsNotPossible)


def corrected(total: int, was: int, items: tuple[int | None, ...] = ()) -> ScoreCorrected:
    return ScoreCorrected(
        **phq9(total, items).model_dump(), was=was, completed_at=MONDAY, reason="Read 21 as 12"
    )


def test_a_score_entered_wrongly_is_put_right_by_who_entered_it() -> None:
    scored = given(Measure(id=named("week 1")), Happened(phq9(12)))
    scored.when(lambda m: m.correct(total=21, reason="Read 21 as 12", asked=by(TALKING))).then(
        corrected(21, was=12)
    )


def test_a_corrected_score_may_be_corrected_again_and_stands_already_when_it_is_the_same() -> None:
    scored = given(Measure(id=named("week 1")), Happened(phq9(12)), Happened(corrected(21, was=12)))
    scored.when(lambda m: m.correct(total=21, asked=by(TALKING))).then_nothing()
    scored.when(lambda m: m.correct(total=20, reason="Read 21 as 12", asked=by(TALKING))).then(
        corrected(20, was=21)
    )


def test_nobody_else_corrects_a_score_nor_one_that_is_not_there_nor_to_an_impossible_one() -> None:
    scored = given(Measure(id=named("week 1")), Happened(phq9(12)))
    scored.when(lambda m: m.correct(total=21, asked=by(WIGG))).then_refused(OnlyWhoScoredItMay)
    scored.when(lambda m: m.correct(total=28, asked=by(TALKING))).then_refused(ScoreIsNotPossible)
    given(Measure(id=named("week 1"))).when(
        lambda m: m.correct(total=21, asked=by(TALKING))
    ).then_refused(MeasureIsUnknown)


def test_goals_are_named_for_goal_based_answers_alone_and_each_once() -> None:
    one, two = GoalId(named("goal one")), GoalId(named("goal two"))
    assert total_of(Instrument.GBO, None, [3, 7], [one, two]) == 10
    for instrument, items, goals in (
        (Instrument.GBO, [3, 7], [one]),
        (Instrument.GBO, [3, 7], [one, one]),
        (Instrument.PHQ_9, [1] * 9, [one] * 9),
    ):
        with pytest.raises(ScoreIsNotPossible):
            total_of(instrument, None, items, goals)


def test_a_measure_is_completed_once() -> None:
    given(Measure(id=named("week 1")), Happened(phq9(16))).when(
        lambda m: m.complete(ROSA, phq9(9), label=Label.ORDINARY, asked=by(TALKING))
    ).then_refused(MeasureIsComplete)


def test_change_is_reliable_from_six_points_of_phq9_and_four_of_gad7() -> None:
    assert change(Instrument.PHQ_9, 16, 10) == "Reliable improvement"
    assert change(Instrument.PHQ_9, 16, 11) == "No reliable change"
    assert change(Instrument.GAD_7, 8, 12) == "Reliable deterioration"


def test_goals_are_of_the_persons_own_plan() -> None:
    place, goal, theirs = Community(), GoalId(named("to sleep")), GoalId(named("to walk"))
    for person, each in ((ROSA, goal), (TOM, theirs)):
        place.register(person)
        place.care.set_goal(person, each, words="To sleep through", asked=by(WIGG))
    place.refer("talking therapy")
    taken = MeasureId(named("goals"))

    def score(*goals: GoalId) -> None:
        place.care.complete_measure_held(
            taken,
            ROSA,
            instrument=Instrument.GBO,
            items=(3,) * len(goals),
            goals=goals,
            asked=by(WIGG),
        )

    for another in (theirs, GoalId(named("nobody's"))):
        with refused(GoalIsUnknown):
            score(goal, another)
    score(goal)
    with refused(GoalIsUnknown):
        place.care.correct_score(taken, items=(4,), goals=(theirs,), asked=by(WIGG))


def test_who_holds_nobody_scores_nobody_without_a_referral() -> None:
    place = Community()
    place.register()
    with refused(PathwayIsClosed):
        place.care.complete_measure_held(
            MeasureId(named("one")), ROSA, instrument=Instrument.GAD_7, total=3, asked=by(WIGG)
        )
