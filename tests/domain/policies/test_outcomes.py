"""Recovery, reliable improvement and deterioration on both measures, at every boundary."""

from __future__ import annotations

import pytest

from domain.policies.outcomes import Lacking, Outcome, Pair, lacking
from domain.vocabulary import Instrument

TABLE = """
PHQ-9 from to, GAD-7 from to | case, recovered, improved, deteriorated, recovered reliably
10  9,  0  0 | case recovered -        -            -
10  4,  0  0 | case recovered improved -            reliably
10  5,  0  0 | case recovered -        -            -
15  9,  7  7 | case recovered improved -            reliably
16 10,  7  7 | case -         improved -            -
15  9,  7  8 | case -         improved -            -
15  9,  7 10 | case -         improved -            -
15  9,  3  7 | case recovered -        -            -
15  9,  4  7 | case recovered improved -            reliably
 9  3,  7  3 | -    -         improved -            -
 9  9,  7  7 | -    -         -        -            -
 9  9,  8  7 | case recovered -        -            -
 9  9,  8  4 | case recovered improved -            reliably
 9  9,  8  5 | case recovered -        -            -
 9 10,  8  4 | case -         improved -            -
 3  9, 12  7 | case recovered -        -            -
 4  9, 12  7 | case recovered improved -            reliably
20 14, 15 11 | case -         improved -            -
20 15, 15 12 | case -         -        -            -
20 15, 15 11 | case -         improved -            -
20 14, 15 12 | case -         improved -            -
20 14, 11 15 | case -         -        -            -
14 20, 15 11 | case -         -        -            -
14 20, 15 12 | case -         -        deteriorated -
14 20, 11 15 | case -         -        deteriorated -
15 20, 11 15 | case -         -        deteriorated -
15 20, 12 15 | case -         -        -            -
 0  6,  0  0 | -    -         -        deteriorated -
 0  5,  0  3 | -    -         -        -            -
 0  0,  0  4 | -    -         -        deteriorated -
27  0, 21  0 | case recovered improved -            reliably
 0 27,  0 21 | -    -         -        deteriorated -
10 10,  8  8 | case -         -        -            -
 9  0,  0  0 | -    -         improved -            -
"""


def outcome_of(scores: str) -> Outcome:
    depression, anxiety = scores.split(",")
    return Outcome(
        Pair(Instrument.PHQ_9, *(int(n) for n in depression.split())),
        Pair(Instrument.GAD_7, *(int(n) for n in anxiety.split())),
    )


@pytest.mark.parametrize("row", [line.strip() for line in TABLE.strip().splitlines()[1:]])
def test_an_outcome_follows_the_published_rules(row: str) -> None:
    scores, expected = row.split("|")
    outcome = outcome_of(scores)
    said = {
        "case": outcome.case_at_start,
        "recovered": outcome.recovered,
        "improved": outcome.reliably_improved,
        "deteriorated": outcome.reliably_deteriorated,
        "reliably": outcome.reliably_recovered,
    }
    assert [name if so else "-" for name, so in said.items()] == expected.split()


@pytest.mark.parametrize(
    ("scores", "words"),
    [
        ("15 9, 7 7", "reliably recovered"),
        ("10 9, 0 0", "recovered, without reliable improvement"),
        ("16 10, 7 7", "reliably improved"),
        ("14 20, 15 12", "reliably deteriorated"),
        ("20 14, 11 15", "no reliable change"),
        ("9 3, 7 3", "reliably improved"),
    ],
)
def test_an_outcome_is_said_in_the_words_of_the_field(scores: str, words: str) -> None:
    assert outcome_of(scores).words == words


def test_an_outcome_says_why() -> None:
    assert outcome_of("15 9, 7 12").why == (
        "PHQ-9 15 to 9: better by 6 points or more, a case at the start and no case at the end "
        "(a case from 10).",
        "GAD-7 7 to 12: worse by 4 points or more, no case at the start and a case at the end "
        "(a case from 8).",
        "A case at the start, and still on one measure at least at the end.",
    )
    assert outcome_of("15 9, 7 6").why[1:] == (
        "GAD-7 7 to 6: changed by fewer than 4 points, no case at the start and no case at the "
        "end (a case from 8).",
        "A case on one measure at least at the start, and on neither at the end.",
    )
    assert outcome_of("9 9, 7 7").why[2] == (
        "No case on either measure at the start, so recovery is not asked about."
    )


@pytest.mark.parametrize(
    ("contacts", "phq", "gad", "expected"),
    [
        (2, True, True, ()),
        (1, True, True, (Lacking.CONTACTS,)),
        (2, False, True, (Lacking.DEPRESSION,)),
        (3, True, False, (Lacking.ANXIETY,)),
        (0, False, False, tuple(Lacking)),
    ],
)
def test_a_course_is_two_treatment_contacts_and_two_scores_on_both_measures(
    contacts: int, phq: bool, gad: bool, expected: tuple[Lacking, ...]
) -> None:
    outcome = outcome_of("15 9, 7 7")
    pairs = (outcome.depression if phq else None, outcome.anxiety if gad else None)
    assert lacking(contacts, *pairs) == expected
