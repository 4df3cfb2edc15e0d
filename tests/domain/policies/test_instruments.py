"""Scores against the published rules at their boundaries, missing answers and polarity included."""

from __future__ import annotations

import pytest

from domain.policies.instruments import (
    Flaw,
    ItemNine,
    change,
    changes,
    faults,
    flaw,
    item_nine,
    scored,
    value,
)
from domain.policies.scales import SCALES, Change
from domain.vocabulary import Instrument

NEUTRAL: list[int | None] = [4] * 10

BANDS = """
PHQ-9    0 minimal             no case
PHQ-9    4 minimal             no case
PHQ-9    5 mild                no case
PHQ-9    9 mild                no case
PHQ-9   10 moderate            case
PHQ-9   14 moderate            case
PHQ-9   15 moderately severe   case
PHQ-9   16 moderately severe   case
PHQ-9   19 moderately severe   case
PHQ-9   20 severe              case
PHQ-9   27 severe              case
GAD-7    0 minimal             no case
GAD-7    4 minimal             no case
GAD-7    5 mild                no case
GAD-7    7 mild                no case
GAD-7    8 mild                case
GAD-7    9 mild                case
GAD-7   10 moderate            case
GAD-7   14 moderate            case
GAD-7   15 severe              case
GAD-7   21 severe              case
WSAS     0 subclinical         -
WSAS     9 subclinical         -
WSAS    10 significant         -
WSAS    20 significant         -
WSAS    21 moderately severe or worse -
WSAS    40 moderately severe or worse -
CORE-10  0 healthy             no case
CORE-10  5 healthy             no case
CORE-10  5.56 healthy          no case
CORE-10  6 low                 no case
CORE-10 10 low                 no case
CORE-10 11 mild                case
CORE-10 14 mild                case
CORE-10 15 moderate            case
CORE-10 19 moderate            case
CORE-10 20 moderate to severe  case
CORE-10 24 moderate to severe  case
CORE-10 25 severe              case
CORE-10 40 severe              case
ReQoL-10 0 -                   case
ReQoL-10 24 -                  case
ReQoL-10 25 -                  no case
ReQoL-10 40 -                  no case
DIALOG   4 -                   -
GBO      5 -                   -
SWEMWBS 21 -                   -
WEMWBS  44 -                   -
"""

CHANGES = """
PHQ-9    20 14 improvement
PHQ-9    20 15 none
PHQ-9    14 20 deterioration
PHQ-9    15 20 none
PHQ-9    27  0 improvement
PHQ-9     0 27 deterioration
PHQ-9     9  9 none
PHQ-9     6  0 improvement
PHQ-9     5  0 none
GAD-7    15 11 improvement
GAD-7    15 12 none
GAD-7    11 15 deterioration
GAD-7    12 15 none
GAD-7     4  0 improvement
GAD-7     3  0 none
GAD-7    21 21 none
WSAS     20 12 improvement
WSAS     20 13 none
WSAS     12 20 deterioration
WSAS     13 20 none
CORE-10  20 14 improvement
CORE-10  20 15 none
CORE-10  14 20 deterioration
CORE-10  15 20 none
ReQoL-10 20 25 improvement
ReQoL-10 20 24 none
ReQoL-10 25 20 deterioration
ReQoL-10 24 20 none
ReQoL-10  0 40 improvement
WEMWBS   40 48 improvement
WEMWBS   40 47 none
WEMWBS   48 40 deterioration
WEMWBS   47 40 none
SWEMWBS  16 22 improvement
SWEMWBS  16 21 none
SWEMWBS  22 16 deterioration
SWEMWBS  21 16 none
SWEMWBS   7  9 improvement
SWEMWBS   8  9 none
SWEMWBS  33 35 improvement
SWEMWBS  20 24 none
DIALOG   40 56 none
GBO       3 30 none
"""

TOTALS = """
PHQ-9    0 0 0 0 0 0 0 0 0              = 0
PHQ-9    3 3 3 3 3 3 3 3 3              = 27
PHQ-9    1 1 1 1 1 1 1 1 1              = 9
PHQ-9    3 2 3 1 0 2 3 1 0              = 15
PHQ-9    2 2 2 2 2 2 2 2 .              = 18
PHQ-9    2 2 2 2 2 2 2 . .              = 18
PHQ-9    . 1 2 1 2 1 2 1 2              = 14
PHQ-9    . . 0 0 0 0 0 0 1              = 1
PHQ-9    . 0 0 0 0 0 0 0 1              = 1
PHQ-9    1 1 1 1 0 0 0 0 .              = 5
PHQ-9    0 0 0 0 0 1 1 1 .              = 3
PHQ-9    0 0 0 0 0 3 3 3 .              = 10
PHQ-9    1 1 1 1 1 1 1 1 .              = 9
PHQ-9    1 1 1 1 1 1 2 . .              = 10
PHQ-9    . . . 3 3 3 3 3 3              ! missing
PHQ-9    . . . . . . . . .              ! missing
PHQ-9    3 3 3 3 3 3 3 3                ! count
PHQ-9    3 3 3 3 3 3 3 3 3 3            ! count
PHQ-9    4 0 0 0 0 0 0 0 0              ! range
PHQ-9    -1 0 0 0 0 0 0 0 0             ! range
GAD-7    0 0 0 0 0 0 0                  = 0
GAD-7    3 3 3 3 3 3 3                  = 21
GAD-7    1 2 3 0 1 2 3                  = 12
GAD-7    1 1 1 1 1 1 .                  = 7
GAD-7    2 2 2 2 2 . .                  = 14
GAD-7    1 0 0 0 0 . .                  = 1
GAD-7    1 1 1 0 0 0 .                  = 4
GAD-7    2 1 1 1 1 1 .                  = 8
GAD-7    . 1 1 1 1 1 1                  = 7
GAD-7    0 0 0 0 . . .                  ! missing
GAD-7    0 0 0 0 0 0                    ! count
GAD-7    0 0 0 0 0 0 4                  ! range
WSAS     8 8 8 8 8                      = 40
WSAS     0 0 0 0 0                      = 0
WSAS     . 4 4 4 4                      = 20
WSAS     . 1 1 1 0                      = 4
WSAS     . . 4 4 4                      ! missing
WSAS     4 . 4 4 4                      ! missing
WSAS     4 4 4 4 .                      ! missing
WSAS     . 0 0 0 1                      = 1
WSAS     . 8 8 8 8                      = 40
WSAS     9 0 0 0 0                      ! range
WSAS     8 8 8 8                        ! count
CORE-10  4 4 4 4 4 4 4 4 4 4            = 40
CORE-10  0 0 0 0 0 0 0 0 0 0            = 0
CORE-10  1 1 1 1 1 1 1 1 1 .            = 10
CORE-10  1 2 1 2 1 2 1 2 1 .            = 14
CORE-10  1 1 1 1 1 1 1 1 . .            ! missing
CORE-10  5 0 0 0 0 0 0 0 0 0            ! range
CORE-10  1 1 1 1 1 1 1 1 1              ! count
ReQoL-10 4 4 4 4 4 4 4 4 4 4            = 40
ReQoL-10 2 2 2 2 2 2 2 2 2 .            = 20
ReQoL-10 2 2 2 2 2 2 2 2 . .            ! missing
ReQoL-10 3 2 3 2 3 2 3 2 3 .            = 26
ReQoL-10 5 2 2 2 2 2 2 2 2 2            ! range
ReQoL-10 2 2 2 2 2 2 2 2 2              ! count
DIALOG   7 7 7 7 7 7 7 7 7 7 7          = 56
DIALOG   1 1 1 1 1 1 1 1 7 7 7          = 8
DIALOG   4 4 8 4 4 4 4 4 1 1 1          = 28
DIALOG   4 . 8 4 4 4 4 4 . . .          = 24
DIALOG   7 8 8 8 8 8 8 8 8 8 8          = 7
DIALOG   8 8 8 8 8 8 8 8 7 7 7          ! missing
DIALOG   8 8 8 8 8 8 8 1 8 8 8          = 1
DIALOG   4 4 4 4 4 4 4 4                ! count
DIALOG   4 4 4 4 4 4 4 4 4 4 4 4        ! count
DIALOG   0 4 4 4 4 4 4 4 4 4 4          ! range
DIALOG   9 4 4 4 4 4 4 4 4 4 4          ! range
DIALOG   4 4 4 4 4 4 4 4 4 4 9          ! range
GBO      0                              = 0
GBO      10 10 10                       = 30
GBO      3 7                            = 10
GBO      3 . 7                          = 10
GBO      11                             ! range
GBO      -1                             ! range
GBO      1 2 3 4                        ! count
GBO                                     ! count
GBO      . . .                          ! missing
SWEMWBS  1 1 1 1 1 1 1                  = 7
SWEMWBS  5 5 5 5 5 5 5                  = 35
SWEMWBS  3 3 3 3 3 3 3                  = 21
SWEMWBS  3 3 3 3 3 3 .                  ! missing
SWEMWBS  0 3 3 3 3 3 3                  ! range
SWEMWBS  6 3 3 3 3 3 3                  ! range
SWEMWBS  3 3 3 3 3 3                    ! count
WEMWBS   1 1 1 1 1 1 1 1 1 1 1 1 1 1    = 14
WEMWBS   5 5 5 5 5 5 5 5 5 5 5 5 5 5    = 70
WEMWBS   3 3 3 3 3 3 3 3 3 3 3 . . .    = 42
WEMWBS   3 3 3 3 3 3 3 3 3 3 . . . .    ! missing
WEMWBS   0 3 3 3 3 3 3 3 3 3 3 3 3 3    ! range
"""

BARE_TOTALS = """
PHQ-9    -1 no
PHQ-9     0 yes
PHQ-9    27 yes
PHQ-9    28 no
GAD-7    21 yes
GAD-7    22 no
WSAS     40 yes
WSAS     41 no
CORE-10  40 yes
CORE-10  41 no
ReQoL-10 40 yes
ReQoL-10 41 no
WSAS      0 yes
WSAS     -1 no
CORE-10   0 yes
ReQoL-10  0 yes
ReQoL-10 -1 no
SWEMWBS   6 no
SWEMWBS   7 yes
SWEMWBS  35 yes
SWEMWBS  36 no
WEMWBS   13 no
WEMWBS   14 yes
WEMWBS   70 yes
WEMWBS   71 no
"""

METRIC = """
 7  7.00
 8  9.51
12 14.08
16 16.36
17 16.88
20 18.59
21 19.25
24 21.54
28 25.03
31 28.13
34 32.55
35 35.00
"""


def rows(table: str) -> list[str]:
    return [line.strip() for line in table.strip().splitlines()]


@pytest.mark.parametrize("row", rows(BANDS))
def test_a_score_has_the_word_and_the_caseness_that_its_instrument_gives_it(row: str) -> None:
    name, total, rest = row.split(maxsplit=2)
    scale, score = SCALES[Instrument(name)], float(total)
    case = {True: "case", False: "no case", None: "-"}[scale.case(score)]
    assert f"{scale.band(score) or '-'} {case}" == " ".join(rest.split())


@pytest.mark.parametrize("row", rows(CHANGES))
def test_change_is_reliable_from_the_published_number_of_points_on(row: str) -> None:
    name, first, last, expected = row.split()
    assert change(Instrument(name), int(first), int(last)) is Change[expected.upper()]


@pytest.mark.parametrize("row", rows(TOTALS))
def test_answers_come_to_a_score_or_to_what_is_wrong_with_them(row: str) -> None:
    name, *given = row.replace("=", "! ").split("!")[0].split()
    answers = [None if answer == "." else int(answer) for answer in given]
    if "=" in row:
        assert flaw(Instrument(name), answers) is None
        assert scored(Instrument(name), answers).total == int(row.split("=")[1])
    else:
        assert flaw(Instrument(name), answers) is Flaw[row.split("!")[1].strip().upper()]


@pytest.mark.parametrize("row", rows(BARE_TOTALS))
def test_a_total_alone_must_lie_within_its_instruments_range(row: str) -> None:
    name, total, expected = row.split()
    wrong = [fault.flaw for fault in faults(Instrument(name), int(total), ())]
    assert wrong == ([] if expected == "yes" else [Flaw.TOTAL])


@pytest.mark.parametrize("name", [Instrument.DIALOG, Instrument.GBO])
def test_where_answers_stand_for_themselves_a_total_alone_says_nothing(name: Instrument) -> None:
    assert [fault.flaw for fault in faults(name, 20, ())] == [Flaw.ITEMS]


def test_neither_a_total_nor_answers_is_no_score() -> None:
    assert [fault.flaw for fault in faults(Instrument.PHQ_9, None, ())] == [Flaw.ITEMS]


@pytest.mark.parametrize("row", rows(METRIC))
def test_the_short_wellbeing_scale_is_compared_by_its_interval_score(row: str) -> None:
    raw, metric = row.split()
    assert value(Instrument.SWEMWBS, int(raw)) == pytest.approx(float(metric))


def test_the_interval_score_rises_with_the_raw_one_all_the_way() -> None:
    metric = [value(Instrument.SWEMWBS, raw) for raw in range(7, 36)]
    assert metric == sorted(set(metric))


def said(name: Instrument, total: int | None, answers: list[int | None]) -> list[str]:
    return [fault.words for fault in faults(name, total, answers)]


def test_a_total_must_be_that_of_its_answers() -> None:
    assert said(Instrument.PHQ_9, 9, [1] * 9) == []
    assert said(Instrument.PHQ_9, None, [1] * 9) == []
    assert said(Instrument.PHQ_9, 10, [1] * 9) == ["a total of 9, or none"]


def test_each_answer_outside_its_range_is_named_with_what_would_do() -> None:
    answers: list[int | None] = [0, 4, 0, 0, -1, 0, 0, 0, 9]
    assert said(Instrument.PHQ_9, None, answers) == [
        "item 2: 0 to 3",
        "item 5: 0 to 3",
        "item 9: 0 to 3",
    ]
    assert said(Instrument.DIALOG, None, [0, *NEUTRAL]) == [
        "item 1: 1 to 7, or 8 if it does not apply"
    ]


def test_missing_answers_are_named_where_only_some_may_be_missing() -> None:
    assert said(Instrument.WSAS, None, [4, None, 4, None, 4]) == [
        "item 2: an answer",
        "item 4: an answer",
    ]
    assert said(Instrument.PHQ_9, None, [1] * 6 + [None] * 3) == ["at least 7 of its 9 answers"]
    assert said(Instrument.SWEMWBS, None, [3] * 6 + [None]) == ["all of its 7 answers"]
    assert said(Instrument.GBO, None, [None]) == ["at least 1 of its 3 answers"]


def test_another_number_of_answers_is_said_with_the_right_one() -> None:
    assert said(Instrument.PHQ_9, None, [1] * 8) == ["9 answers"]
    assert said(Instrument.GBO, None, [1] * 4) == ["1 to 3 answers"]
    assert said(Instrument.GAD_7, 22, []) == ["a total from 0 to 21"]
    assert said(Instrument.SWEMWBS, 6, []) == ["a total from 7 to 35"]


def test_a_prorated_score_is_compared_as_its_owner_rounds_it() -> None:
    core = scored(Instrument.CORE_10, [1, 1, 1, 1, 1, 0, 0, 0, 0, None])
    assert (core.total, core.missing) == (6, 1)
    assert core.value == pytest.approx(5.5556, abs=0.0001)
    phq = scored(Instrument.PHQ_9, [3, 2, 2, 1, 1, 1, 1, 2, None])
    assert (phq.total, phq.value, phq.missing) == (15, 15.0, 1)


def test_the_ninth_question_is_known_only_where_it_was_answered() -> None:
    one = [0] * 8
    assert item_nine(Instrument.PHQ_9, [*one, 1]) is ItemNine.ABOVE_0
    assert item_nine(Instrument.PHQ_9, [*one, 0]) is ItemNine.AT_0
    assert item_nine(Instrument.PHQ_9, [*one, None]) is ItemNine.NOT_KNOWN
    assert item_nine(Instrument.PHQ_9, []) is ItemNine.NOT_KNOWN
    assert item_nine(Instrument.CORE_10, [4] * 10) is None


def test_a_mean_is_of_what_was_answered() -> None:
    answers = [4, 8, 6, None, 4, 4, 4, 8, 1, 1, 1]
    score = scored(Instrument.DIALOG, answers)
    assert (score.total, score.missing) == (22, 3)
    assert score.value == pytest.approx(22 / 5)


def test_questions_about_treatment_do_not_count_in_satisfaction_with_life() -> None:
    low = [4] * 8 + [1, 1, 1]
    high = [4] * 8 + [7, 7, 7]
    assert scored(Instrument.DIALOG, low) == scored(Instrument.DIALOG, high)
    assert changes(Instrument.DIALOG, low, high) == (Change.NONE,) * 8


def test_each_area_of_life_changes_by_itself() -> None:
    first: list[int | None] = [4, 4, 4, 4, 8, None, 4, 4, 4, 4, 4]
    last: list[int | None] = [5, 3, 4, 8, 5, 5, 4, 4, 4, 4, 4]
    better, worse, same = Change.IMPROVEMENT, Change.DETERIORATION, Change.NONE
    expected = (better, worse, same, None, None, None, same, same)
    assert changes(Instrument.DIALOG, first, last) == expected


def test_each_goal_changes_by_itself() -> None:
    assert changes(Instrument.GBO, [2, 5, 8], [5, 7, 5]) == (
        Change.IMPROVEMENT,
        Change.NONE,
        Change.DETERIORATION,
    )


def test_a_goal_set_later_has_nothing_to_be_compared_with() -> None:
    assert changes(Instrument.GBO, [2], [5, 7]) == (Change.IMPROVEMENT,)


def test_higher_is_better_only_where_the_owner_says_so() -> None:
    better = {name for name, scale in SCALES.items() if not scale.lower_is_better}
    assert better == {
        Instrument.REQOL_10,
        Instrument.DIALOG,
        Instrument.GBO,
        Instrument.SWEMWBS,
        Instrument.WEMWBS,
    }


def test_every_instrument_has_its_scale_its_edition_and_its_source() -> None:
    assert set(SCALES) == set(Instrument)
    assert all(scale.source and scale.edition and scale.since for scale in SCALES.values())


def test_what_was_not_seen_in_a_publication_is_marked() -> None:
    assert {name: scale.unconfirmed for name, scale in SCALES.items() if scale.unconfirmed} == {
        Instrument.GAD_7: ("missing answers",),
        Instrument.WSAS: ("missing answers", "reliable change"),
        Instrument.REQOL_10: ("missing answers",),
        Instrument.SWEMWBS: ("reliable change",),
        Instrument.WEMWBS: ("missing answers", "reliable change"),
    }
